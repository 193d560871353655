//! What a toast offers to do, and what others did meanwhile: each toast acts on what it tells of, and on nothing else.

use samsyn_engine::document::{Difference, Edit, Record};
use samsyn_engine::id::{RecordId, RowId};
use samsyn_engine::identity::DeviceId;
use samsyn_engine::schema::{Caption, Language, Link};

use super::Shell;
use super::typing::shortened;
use crate::explain;
use crate::pages::{Page, texts};
use crate::state::{Done, Notice, NoticeLevel, Overwritten, StepId};
use crate::widgets::toast::Toast;
use crate::widgets::tokens::Tone;
use crate::words::{difference_words, path_words, row_words};

/// What a toast offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Offer {
    /// To take back that step.
    TakeBack(StepId),
    /// To show that record.
    Show(RecordId),
    /// To bring back that row of a list.
    RestoreRow(RecordId, String, RowId),
}

/// What is told of others' changes in one toast, as long as that is shown.
#[derive(Debug)]
pub(super) struct Told {
    toast: u64,
    what: Overwritten,
}

impl Shell {
    /// Shows a toast that offers something.
    pub(super) fn offer(&mut self, text: String, tone: Tone, (caption, offer): (Caption, Offer)) {
        let action = Some(caption.get(self.settings.language).to_owned());
        let toast = Toast { text, tone, action };
        // What offers the same in the same words is no news twice.
        let Shell { offers, toasts, .. } = self;
        offers.retain(|(number, known)| {
            let again = *known == offer && toasts.says(*number, &toast);
            if again {
                toasts.remove(*number);
            }
            !again
        });
        let number = self.toasts.push(toast);
        self.offers.push((number, offer));
    }

    /// Tells of something that was done, and offers to take just that back. Nothing is told where there was nothing to do.
    pub(super) fn tell_done(&mut self, text: String, step: Option<StepId>) {
        if let Some(step) = step {
            self.offer(text, Tone::Neutral, (texts::UNDO, Offer::TakeBack(step)));
        }
    }

    /// Does what a toast offers.
    pub(super) fn accept(&mut self, toast: u64) {
        let offer = self.offers.iter().find(|(number, _)| *number == toast).map(|(_, offer)| offer.clone());
        match offer {
            Some(Offer::TakeBack(step)) => {
                let done = self.session.take_back(step);
                self.show_done(done.as_ref());
            }
            Some(Offer::Show(record)) => self.show_record(record, true),
            Some(Offer::RestoreRow(record, list, row)) => {
                self.session.edit(record, vec![Edit::RestoreRow { list, row }]);
            }
            None => {}
        }
    }

    /// A toast that offers what can no longer be done goes.
    pub(super) fn withdraw_offers(&mut self) {
        let Shell { offers, session, toasts, .. } = self;
        offers.retain(|(toast, offer)| {
            let stands = !matches!(offer, Offer::TakeBack(step) if !session.can_take_back(*step));
            if !stands {
                toasts.remove(*toast);
            }
            stands && toasts.is_shown(*toast)
        });
    }

    /// Shows where something was that was taken back or done again.
    pub(in crate::window) fn show_done(&mut self, done: Option<&Done>) {
        match (done, done.and_then(Done::record)) {
            // What was decided is to be seen where it is undecided again.
            (_, Some(record)) if self.page == Page::Review => self.review.choose(record),
            (_, Some(record)) => self.show_record(record, false),
            (Some(Done::Marked(_)), None) => self.go(Page::Review),
            // What was done in many records shows in their lists.
            (Some(Done::Edited(_) | Done::Applied(_)) | None, None) => {}
        }
    }

    /// Tells what the session has to tell.
    pub(super) fn tell(&mut self) {
        while let Some(notice) = self.session.next_notice() {
            let tone = match notice.severity() {
                NoticeLevel::Info => Tone::Warning,
                NoticeLevel::Problem => Tone::Danger,
            };
            let text = match notice {
                Notice::Failed(error) => explain::replica_error(&error, self.settings.language),
                Notice::Kept(record, paths) => self.kept(record, &paths),
                Notice::Writable => {
                    let text = texts::WRITABLE_AGAIN.get(self.settings.language).to_owned();
                    self.toasts.push(Toast { text, tone: Tone::Success, action: None });
                    continue;
                }
                Notice::Mended { records, lost } => texts::mended(records, lost, self.settings.language),
                Notice::SetAside(log) => explain::set_aside(&log, self.settings.language),
                Notice::NotEntered(entry, error) => {
                    self.not_entered(&entry, &error);
                    continue;
                }
                Notice::Overwritten(what) => {
                    self.to_tell.push(*what);
                    continue;
                }
            };
            self.toasts.push(Toast { text, tone, action: None });
        }
        // What others refer to now may have to be read first.
        for what in std::mem::take(&mut self.to_tell) {
            match self.session.knows_titles(&what.differences) {
                true => self.tell_overwritten(what),
                false => self.to_tell.push(what),
            }
        }
    }

    fn kept(&mut self, record: RecordId, paths: &[samsyn_engine::schema::FieldPath]) -> String {
        let language = self.settings.language;
        let view = self.session.record(record);
        let words = paths.iter().map(|path| match &view {
            Some(view) => path_words(&view.record, path, language),
            None => path.to_string(),
        });
        let words = words.collect::<Vec<_>>().join(", ");
        let title = match &view {
            Some(view) => title_of(&view.record, language),
            None => self.session.row(record).map_or_else(|| record.to_string(), |row| row.title.clone()),
        };
        if paths.is_empty() { texts::KEPT_WHOLE } else { texts::KEPT }.fill(language, &[&title, &words])
    }

    /// Tells what somebody else has changed of what is looked at. What the same person changes while that is still told is told
    /// with it, as one change from what was seen at first.
    fn tell_overwritten(&mut self, what: Overwritten) {
        let same = |told: &Told| (told.what.record, told.what.by) == (what.record, what.by);
        let toasts = &self.toasts;
        self.told.retain(|told| toasts.is_shown(told.toast));
        let what = match self.told.iter().position(same) {
            Some(place) => {
                let mut told = self.told.remove(place);
                self.toasts.remove(told.toast);
                told.what.follow(what);
                told.what
            }
            None => what,
        };
        if what.differences.is_empty() {
            return;
        }
        let text = self.overwritten_words(&what);
        let toast = self.toasts.push(Toast { text, tone: Tone::Warning, action: None });
        self.told.push(Told { toast, what });
    }

    fn overwritten_words(&mut self, what: &Overwritten) -> String {
        /// So many differences are told; of more only how many.
        const MOST: usize = 3;
        let language = self.settings.language;
        let name = self.name(what.by);
        let Some(view) = self.session.record(what.record) else { return name };
        let session = std::cell::RefCell::new(&mut self.session);
        let find = |link| session.borrow_mut().title(link).unwrap_or_else(|| "…".to_owned());
        let told = what.differences.iter().take(MOST);
        let mut words: Vec<String> =
            told.map(|difference| shortened(&did(&view.record, difference, language, &find), 160)).collect();
        if what.differences.len() > MOST {
            words.push(texts::and_more(what.differences.len() - MOST, language));
        }
        texts::OF_RECORD.fill(language, &[&title_of(&view.record, language), &name, &words.join("; ")])
    }

    fn name(&self, device: Option<DeviceId>) -> String {
        let name = device.and_then(|device| self.session.person(device));
        name.unwrap_or(texts::SOMEBODY_ELSE.get(self.settings.language)).to_owned()
    }
}

/// What a record is called in a sentence.
fn title_of(record: &Record, language: Language) -> String {
    let title = record.title();
    if title.is_empty() { texts::UNNAMED.get(language).to_owned() } else { shortened(&title, 60) }
}

/// What somebody did, behind their name.
fn did(
    record: &Record,
    difference: &Difference,
    language: Language,
    title: &dyn Fn(Link) -> String,
) -> String {
    match difference {
        Difference::Removed => texts::DID_REMOVE_RECORD.get(language).to_owned(),
        Difference::Restored => texts::DID_RESTORE_RECORD.get(language).to_owned(),
        Difference::RowRemoved { list, row } => {
            let kind = record.kind();
            let fields = kind.and_then(|kind| kind.row_fields(list)).unwrap_or_default();
            let caption =
                kind.and_then(|kind| kind.field(list)).map_or("", |field| field.caption.get(language));
            let words = format!("{caption} › {}", row_words(fields, row, language, title));
            texts::DID_REMOVE.get(language).replace("{}", &words)
        }
        other => {
            let words = difference_words(record, other, language, title);
            texts::DID_CHANGE.get(language).replace("{}", &words)
        }
    }
}
