//! What is typed, from the key to the document: nothing of it is lost, however the program ends.
//!
//! ```text
//!  a key ──▶ draft ──a moment──▶ kept in the replica's file        closing, locking, a signal: left, all of it
//!              │                        │                          kill, power: kept, and taken up at the next start
//!              └──the field is left──▶ a change, and kept no more
//! ```
//!
//! A field becomes a change when it is left, not with every pause: the others and the history are spared half words, and a field
//! is one step to take back. Until then it is a draft that is kept. What is no value of its field, or is refused, stays one.

use eframe::egui::Context;
use jiff::ToSpan;
use samsyn_engine::document::Edit;
use samsyn_engine::id::RecordId;
use samsyn_engine::replica::{Input, ReplicaError};
use samsyn_engine::schema::{FieldType, Near, Reading, Value};
use samsyn_engine::store::Unfinished;

use super::super::status::Typing;
use super::telling::Untold;
use super::{Offer, Shell};
use crate::explain;
use crate::pages::{DraftKey, edit_of, texts};
use crate::state::StepId;
use crate::widgets::draft::{Commit, Uncommitted};
use crate::widgets::toast::Toast;
use crate::widgets::tokens::Tone;
use crate::words::today;

impl Shell {
    /// Saves what is half typed. To be called before the window is gone.
    pub(crate) fn close(&mut self) {
        let left = self.drafts.take_uncommitted();
        self.save_drafts(left);
        self.finish_drafts();
    }

    /// Makes an edit. Where somebody has typed it, the text is kept until it is done.
    pub(super) fn edit(&mut self, id: RecordId, edits: Vec<Edit>) -> Option<StepId> {
        let is_it =
            |key: &DraftKey| key.record == id && edits.iter().any(|edit| edit.path() == Some(&key.path));
        let typed = self.drafts.take_committed(is_it).pop();
        let typed = typed.map(|Uncommitted { key, commit }| self.unfinished(&key, commit));
        self.session.edit_typed(id, edits, typed)
    }

    /// Whether closing the window now would lose what somebody has typed: said once, so that closing it again is meant.
    pub(crate) fn refuses_to_close(&mut self) -> bool {
        let has_typed = self.drafts.has_uncommitted() || self.drafts.kept().next().is_some();
        if !self.session.cannot_keep() || !has_typed || std::mem::replace(&mut self.warned, true) {
            return false;
        }
        let text = texts::CLOSE_LOSES.get(self.settings.language).to_owned();
        self.toasts.push(Toast { text, tone: Tone::Danger, action: None });
        true
    }

    fn unfinished(&self, key: &DraftKey, commit: Commit) -> Unfinished {
        let begun = self.session.is_begun(key.record, &key.path);
        Unfinished { begun, ..key.unfinished(commit) }
    }

    /// At the end of a frame: saves what was left, and keeps what is being typed.
    pub(super) fn keep_drafts(&mut self, context: &Context) {
        let abandoned = self.drafts.take_abandoned(context);
        self.save_drafts(abandoned);
        self.finish_drafts();
        let (now, looking) = context.input(|input| (input.time, input.focused));
        // Whoever goes to another window may not come back for a long time, and nothing is drawn until then.
        let due = if looking { self.drafts.take_due(now) } else { self.drafts.take_all_due() };
        for Uncommitted { key, commit } in due {
            let typed = self.unfinished(&key, commit);
            self.session.keep_unfinished(typed);
        }
        // The status line was drawn before the fields.
        if Typing::of(&self.drafts) != self.said {
            context.request_repaint();
        }
        if let Some(seconds) = self.drafts.due_in(now) {
            context.request_repaint_after_secs(seconds as f32);
        }
    }

    /// Saves what was typed into fields that are gone; what is no value yet is kept for when its field is shown again.
    fn save_drafts(&mut self, left: Vec<Uncommitted<DraftKey>>) {
        for Uncommitted { key, commit } in left {
            let typed = self.unfinished(&key, commit.clone());
            if let Some(edit) = self.meant(&key, &commit) {
                self.tell_of_a_row_that_is_gone(&key, &commit);
                self.session.edit_typed(key.record, vec![edit], Some(typed));
                continue;
            }
            self.tell_of_typed(Untold {
                offer: Some((texts::SHOW, Offer::Show(key.record))),
                ..Untold::of(&key, &commit.text, texts::NOT_SAVED)
            });
            self.keep_for_later(key, commit, typed.begun);
            self.session.keep_unfinished(typed);
        }
    }

    /// Keeps a text for when its field is shown again; also where the record or the row that it is in was only begun.
    fn keep_for_later(&mut self, key: DraftKey, commit: Commit, begun: bool) {
        if begun && !self.only_begun.contains(&key) {
            self.only_begun.push(key.clone());
        }
        self.drafts.keep(key, commit);
    }

    /// What was only begun is begun again where its record is shown again: the text stands in it.
    pub(super) fn begin_again(&mut self) {
        let Shell { only_begun, drafts, session, record, .. } = self;
        only_begun.retain(|key| drafts.kept().any(|(kept, _)| kept == key));
        let shown = record.as_ref().map(|record| record.id());
        for key in only_begun.iter().filter(|key| Some(key.record) == shown) {
            if let Some(kind) = samsyn_engine::schema::kind(key.kind) {
                session.begin_again(key.record, kind, &key.path);
            }
        }
    }

    /// Where somebody else has removed the row that was typed in, the text goes into it all the same: there it comes back.
    fn tell_of_a_row_that_is_gone(&mut self, key: &DraftKey, commit: &Commit) {
        let (Some(row), Some(view)) = (key.path.row(), self.session.record(key.record)) else { return };
        let list = key.path.root().to_owned();
        if view.record.get(&list).rows().iter().any(|known| known.id == row) {
            return;
        }
        self.tell_of_typed(Untold {
            offer: Some((texts::RESTORE_ROW, Offer::RestoreRow(key.record, list, row))),
            ..Untold::of(key, &commit.text, texts::ROW_GONE)
        });
    }

    /// The edit that somebody means who typed that; none where it is no value (yet).
    fn meant(&mut self, key: &DraftKey, commit: &Commit) -> Option<Edit> {
        let field_type: FieldType = key.field_type()?;
        let mut reading = Reading::new(self.settings.language, today());
        let mut current = Value::Empty;
        if let Some(view) = self.session.record(key.record) {
            current = view.record.at(&key.path);
            reading = key.reading(reading, &view.record);
        }
        edit_of(&field_type, key, commit.clone(), &current, reading).ok()
    }

    /// What was taken back is kept no more, and neither is what was left as the same value in other words.
    fn finish_drafts(&mut self) {
        let same = self.drafts.take_committed(|_| true).into_iter().map(|committed| committed.key);
        for key in same.chain(self.drafts.take_finished()).collect::<Vec<_>>() {
            self.session.finish(key.unfinished(Commit::default()));
        }
    }

    /// Takes up what was being typed when the program ended: what is a value becomes a change now, as it would have on closing.
    /// The rest stands in its field again. Either is said, with the way there.
    pub(super) fn take_up(&mut self) {
        // Who may do what has to be known, and what contradicts nothing.
        if self.session.meta().is_none() {
            return;
        }
        for unfinished in self.session.take_unfinished() {
            let Some(key) = DraftKey::of(&unfinished) else { continue };
            let commit = Commit { base: unfinished.base.clone(), text: unfinished.text.clone() };
            let meant = self.meant_before(&key, &commit);
            let caption = if meant.is_some() { texts::TAKEN_UP } else { texts::LEFT_OFF };
            self.tell_of_typed(Untold {
                offer: Some((texts::SHOW, Offer::Show(key.record))),
                ..Untold::of(&key, &commit.text, caption)
            });
            match meant {
                Some(edit) => drop(self.session.take_up(vec![edit], unfinished)),
                None => self.keep_for_later(key, commit, unfinished.begun),
            }
        }
    }

    /// The edit that was meant in an earlier run of the program. The end of a range is nothing without the other, which may be
    /// another by now, and a day without a year may mean another beside what stands in the record: that is for a person to look at.
    fn meant_before(&self, key: &DraftKey, commit: &Commit) -> Option<Edit> {
        let field_type = key.field_type().filter(|field_type| *field_type != FieldType::DateRange)?;
        let reading = Reading::new(self.settings.language, today());
        let later = reading.near(Near::After(today().saturating_add(5.years())));
        let read = |reading| edit_of(&field_type, key, commit.clone(), &Value::Empty, reading).ok();
        read(reading).filter(|edit| read(later).as_ref() == Some(edit))
    }

    /// Something that was entered was not done: what somebody typed for it stands in its field again.
    pub(super) fn not_entered(&mut self, entry: &Input, error: &ReplicaError) {
        let why = explain::replica_error(error, self.settings.language);
        let typed = entry.typed.as_ref().filter(|_| !matches!(error, ReplicaError::NoRecord(_)));
        let Some((key, typed)) = typed.and_then(|typed| Some((DraftKey::of(typed)?, typed))) else {
            self.toasts.push(Toast { text: why, tone: Tone::Danger, action: None });
            return;
        };
        let caption = if error.is_of_the_disk() { texts::STILL_IN_ITS_FIELD } else { texts::STILL_KEPT };
        self.tell_of_typed(Untold { why, tone: Tone::Danger, ..Untold::of(&key, &typed.text, caption) });
        self.drafts.keep(key, Commit { base: typed.base.clone(), text: typed.text.clone() });
    }
}

/// The beginning of a text, where it is long: a note is not read in a toast.
pub(super) fn shortened(text: &str, longest: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= longest {
        return line;
    }
    format!("{} …", line.chars().take(longest).collect::<String>().trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOLD: usize = 60;

    #[test]
    fn a_long_text_is_told_by_its_beginning() {
        assert_eq!(shortened("Spelar\n cello.", TOLD), "Spelar cello.");
        let long = "å".repeat(100);
        assert_eq!(shortened(&long, TOLD), format!("{} …", "å".repeat(60)));
    }
}
