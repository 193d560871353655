//! What the backend and the relay answer, taken in.

use super::*;

impl Session {
    pub(super) fn take(&mut self, answer: Answer) {
        match answer {
            Answer::List(query, listed) => self.take_list(&query, listed),
            Answer::Rows(asked, rows) => self.rows.put(&asked, rows),
            Answer::Record(id, view) => {
                self.asked.remove(&(What::Record, id));
                if let Opened::Here(view) = view {
                    self.take_record(id, view);
                } else {
                    // What was here before and is not any more was erased: it must not go on being shown.
                    self.records.remove(&id);
                    self.missing.insert(id, matches!(view, Opened::Damaged));
                }
            }
            Answer::Review(item) => {
                self.asked.remove(&(What::Review, item.record));
                self.reviews.insert(item.record, item);
            }
            Answer::Findings(findings) => self.findings = Arc::new(findings),
            Answer::Hits(text, hits) => self.hits = Some((text, hits)),
            Answer::Overview(overview) => self.take_overview(overview),
            Answer::Touched(id, found) => {
                if let Some((_, touched, _)) = self.touched.as_mut().filter(|(asked, ..)| *asked == id) {
                    *touched = found;
                }
            }
            Answer::Written(id, written) => {
                self.unwritten = self.unwritten.saturating_sub(1);
                // Only what came of the last asking is waited for.
                if self.unwritten == 0 {
                    self.written = Some((id, written));
                }
            }
            Answer::Discarded(id) => self.steps.forget(id),
            Answer::Refused(works) => self.refused.0 = Some(Arc::new(works)),
            Answer::Unfinished(unfinished) => self.unfinished = unfinished,
            Answer::Known(known) => self.belonging.known = Some(known),
            Answer::Done(id, done) => self.take_done(id, done),
            Answer::NotEntered(id, entry, error) => {
                self.not_done(id);
                self.begun.not_made(entry.record);
                self.notices.push_back(Notice::NotEntered(entry, error));
            }
            Answer::NotDone(id, error) => {
                self.not_done(id);
                self.notices.push_back(Notice::Failed(error));
            }
            Answer::Gone(way, step, mut kept) => {
                self.wrote();
                for edited in step.1.edited().iter().filter(|edited| !edited.wrote()) {
                    kept.entry(edited.record).or_default();
                }
                self.notices.extend(kept.into_iter().map(|(record, paths)| Notice::Kept(record, paths)));
                self.steps.gone(way, step);
            }
            Answer::NotGone(way, step, error) => {
                self.writing = self.writing.saturating_sub(1);
                self.steps.not_gone(way, step);
                self.notices.push_back(Notice::Failed(error));
            }
            Answer::Kept(done) => self.take_kept(done),
            Answer::InTheWay(error) => {
                if error.is_none() {
                    self.unkept = false;
                    self.notices.push_back(Notice::Writable);
                }
                self.in_the_way = error;
            }
            Answer::Failed(error) => {
                // What failed to be read may be asked for again.
                self.asked.clear();
                self.notices.push_back(Notice::Failed(error));
            }
        }
    }

    pub(super) fn take_done(&mut self, id: StepId, done: Done) {
        self.wrote();
        done.edited().iter().for_each(|edited| self.begun.made(edited.record));
        if let Some((id, done)) = self.steps.done(id, done) {
            self.go(Way::Undo, (id, done));
        }
    }

    pub(super) fn not_done(&mut self, id: StepId) {
        self.writing = self.writing.saturating_sub(1);
        self.steps.failed(id);
    }

    /// A record has come that is looked at: what others changed of what was seen is told.
    pub(super) fn take_record(&mut self, id: RecordId, view: Arc<RecordView>) {
        self.begun.read(id);
        let here = self.meta().map(|meta| meta.device);
        if let (Some(before), Some(here)) = (self.records.get(&id), here) {
            let told =
                overwritten(before, &view, here).into_iter().map(|told| Notice::Overwritten(Box::new(told)));
            self.notices.extend(told);
        }
        self.records.insert(id, view);
    }

    /// Something typed is kept now. Where that fails it is said once, not with every key.
    pub(super) fn take_kept(&mut self, done: Result<(), Arc<ReplicaError>>) {
        self.writing = self.writing.saturating_sub(1);
        match done {
            Ok(()) => self.unkept = false,
            // That is said for as long as it is so.
            Err(error) if error.is_of_the_disk() => self.unkept = true,
            Err(error) if !self.unkept => {
                self.unkept = true;
                self.notices.push_back(Notice::Failed(error));
            }
            Err(_) => {}
        }
    }

    pub(super) fn take_managed(&mut self, management: Management, asked: Asked) {
        if management == Management::Roster {
            self.belonging.asked = false;
            if let Asked::Answered(Managed::Roster { roster }) = asked {
                self.belonging.roster = Some((Arc::new(roster), samsyn_engine::clock::wall_clock()));
            }
            return;
        }
        self.belonging.next = None;
        self.belonging.answers.push_back((management, asked));
    }

    pub(super) fn wrote(&mut self) {
        self.writing = self.writing.saturating_sub(1);
        self.sync.send(Command::Nudge);
    }

    pub(super) fn take_list(&mut self, query: &ListQuery, listed: Listed) {
        if let Some((_, list)) = self.lists.iter_mut().find(|(known, _)| known == query) {
            list.ids = Arc::new(listed.ids);
            list.near = listed.near;
            (list.asked, list.ready) = (false, true);
        }
    }

    pub(super) fn take_overview(&mut self, overview: Box<Overview>) {
        if overview.changed {
            self.rows.grow_old();
            self.lists.iter_mut().for_each(|(_, list)| list.fresh = false);
            self.stale.extend(self.records.keys().map(|id| (What::Record, *id)));
            self.stale.extend(self.reviews.keys().map(|id| (What::Review, *id)));
            self.missing.clear();
            self.found_on = None;
            // It is asked for anew, and what was found before is shown until that is here.
            self.searching = None;
            if let Some((found_for, _)) = &mut self.hits {
                found_for.clear();
            }
            (self.belonging.known_fresh, self.refused.1) = (false, false);
            if let Some((_, _, fresh)) = &mut self.touched {
                *fresh = false;
            }
        }
        self.overview = Some(overview);
    }
}
