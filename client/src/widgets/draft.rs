//! Drafts: what a person has typed and not yet committed.
//!
//! A field shows a value of the model, but while somebody types in it the text is theirs: a value that arrives from
//! elsewhere must not overwrite it, and closing the page must not lose it. So the text under edit lives neither in
//! the model nor in the widget but in [`Drafts`], which the page's owner keeps for as long as the program runs.
//!
//! The life of a draft, driven once a frame by the text fields of [`super::field`]:
//! - **focus** opens a draft; its `base` is the value that was shown at that moment.
//! - **typing** changes its text. A new value from outside is followed as long as nothing was typed, and kept out after.
//! - **leaving** (another focus, Tab, Enter) commits: the response carries a [`Commit`] exactly once, with the base and
//!   the new text, so that prose can be merged against what the person saw. Nothing is committed where nothing changed.
//! - **Esc** reverts. The response carries the reverted text, so that even this can be offered for undo.
//! - **invalid** text (a number that is none) is held: it stays visible and uncommitted until it is right or reverted.
//! - after a commit the new text stays on screen until the model answers, so that nothing flickers back.
//!
//! When a field disappears while being edited, nobody sees the focus leave. Call [`Drafts::take_abandoned`] at the end
//! of each frame, and [`Drafts::take_uncommitted`] before the program ends: what they return has to be committed. What
//! cannot be, because it is invalid or the model refused it, is given back to [`Drafts::keep`]: it is held again when its
//! field is next shown, and committed when somebody has been in the field again.
//!
//! No text waits for being committed to be safe. [`Drafts::take_due`] hands out what was typed a moment ago, whether it is
//! a value or not, for the caller to keep where it outlives the program; [`Drafts::due_in`] says when there is more.
//! [`Drafts::take_committed`] hands out what was committed, which need not be kept once the model has it, and
//! [`Drafts::take_finished`] what was taken back. All times are egui's.

use std::{collections::HashMap, fmt::Debug, hash::Hash};

use eframe::egui::Context;

/// What identifies a field across frames and pages, such as a record's id with a field's name.
pub trait DraftKey: Clone + Eq + Hash + Debug {}

impl<K: Clone + Eq + Hash + Debug> DraftKey for K {}

/// A finished edit: from what the person saw to what they made of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commit {
    /// The text that was shown when the edit began.
    pub base: String,
    /// The text that shall replace it. Differs from `base`.
    pub text: String,
}

/// A draft taken out of [`Drafts`] because its field is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uncommitted<K> {
    /// Whose text it is.
    pub key: K,
    /// The edit that would have been committed.
    pub commit: Commit,
}

/// How long a committed text stays on screen while the model does not answer, in seconds.
const ANSWER_TIME: f64 = 2.0;

/// So long after a key the text is handed out to be kept, in seconds: soon enough to lose nothing that anybody would miss, and
/// not for each key.
const KEEP_TIME: f64 = 0.3;

#[derive(Clone, Debug)]
struct Draft {
    base: String,
    text: String,
    stage: Stage,
    /// The last frame in which the field was shown.
    seen: u64,
    /// When the first key was pressed that is not kept yet.
    unkept: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Stage {
    /// The field has the keyboard.
    Focused,
    /// The field lost the keyboard, but its text is invalid.
    Held,
    /// Committed at this time; the model has not answered yet.
    Sent(f64),
}

/// What a text field saw in one frame. See [`Drafts::update`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen<'a> {
    /// The text after this frame's keys.
    pub(crate) text: &'a str,
    /// Whether the field has the keyboard after this frame.
    pub(crate) focused: bool,
    /// Whether Esc was pressed in this frame.
    pub(crate) escaped: bool,
    /// Whether the text can be committed.
    pub(crate) valid: bool,
    /// Seconds since the program started.
    pub(crate) now: f64,
    /// Number of the frame.
    pub(crate) frame: u64,
}

/// What a frame did to a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nothing to report.
    Quiet,
    /// The edit is finished.
    Committed(Commit),
    /// The person took this text back.
    Reverted(String),
}

/// All texts under edit, by field. Keep one for as long as the program runs.
#[derive(Clone, Debug)]
pub struct Drafts<K> {
    drafts: HashMap<K, Draft>,
    /// Texts that are kept elsewhere, too, and shown again when their field is; also those that are shown now.
    kept: HashMap<K, Commit>,
    /// What was committed, since that was last asked.
    committed: Vec<Uncommitted<K>>,
    /// Kept texts that were taken back, since that was last asked.
    finished: Vec<K>,
}

impl<K> Default for Drafts<K> {
    fn default() -> Self {
        Self { drafts: HashMap::new(), kept: HashMap::new(), committed: Vec::new(), finished: Vec::new() }
    }
}

impl<K: DraftKey> Drafts<K> {
    /// No drafts.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether `key` holds text that differs from what its edit began with.
    #[must_use]
    pub fn is_edited(&self, key: &K) -> bool {
        self.drafts.get(key).is_some_and(Draft::is_uncommitted)
    }

    /// Whether `key` holds text that was left although it is invalid.
    #[must_use]
    pub fn is_held(&self, key: &K) -> bool {
        self.drafts.get(key).map_or_else(|| self.kept.contains_key(key), |draft| draft.stage == Stage::Held)
    }

    /// Whether any field holds uncommitted text.
    #[must_use]
    pub fn has_uncommitted(&self) -> bool {
        self.drafts.values().any(Draft::is_uncommitted)
    }

    /// The fields that hold uncommitted text.
    pub fn uncommitted(&self) -> impl Iterator<Item = &K> {
        self.drafts.iter().filter(|(_, draft)| draft.is_uncommitted()).map(|(key, _)| key)
    }

    /// The text under edit for `key`, if there is any.
    #[must_use]
    pub fn text(&self, key: &K) -> Option<&str> {
        let draft = self.drafts.get(key).map(|draft| draft.text.as_str());
        draft.or_else(|| self.kept.get(key).map(|commit| commit.text.as_str()))
    }

    /// Keeps a text that could not be committed: its field holds it when it is next shown.
    pub fn keep(&mut self, key: K, commit: Commit) {
        self.finished.retain(|finished| *finished != key);
        self.kept.insert(key, commit);
    }

    /// Whether something was typed that is not kept yet.
    #[must_use]
    pub fn has_unkept(&self) -> bool {
        self.drafts.values().any(|draft| draft.unkept.is_some())
    }

    /// What was typed a moment ago and is not kept yet, at this time of egui's. It counts as kept from now on.
    pub fn take_due(&mut self, now: f64) -> Vec<Uncommitted<K>> {
        self.take_unkept(|draft, since| draft.stage == Stage::Held || now - since >= KEEP_TIME)
    }

    /// All that is not kept yet. It counts as kept from now on.
    pub fn take_all_due(&mut self) -> Vec<Uncommitted<K>> {
        self.take_unkept(|_, _| true)
    }

    /// In how many seconds there is something to be kept.
    #[must_use]
    pub fn due_in(&self, now: f64) -> Option<f64> {
        let due = self.drafts.values().filter_map(|draft| draft.unkept);
        due.map(|since| (since + KEEP_TIME - now).max(0.0)).min_by(f64::total_cmp)
    }

    fn take_unkept(&mut self, which: impl Fn(&Draft, f64) -> bool) -> Vec<Uncommitted<K>> {
        let mut taken = Vec::new();
        for (key, draft) in &mut self.drafts {
            if draft.unkept.is_some_and(|since| which(draft, since)) {
                draft.unkept = None;
                let commit = draft.clone().into_commit();
                self.kept.insert(key.clone(), commit.clone());
                taken.push(Uncommitted { key: key.clone(), commit });
            }
        }
        taken
    }

    /// What was committed since this was last asked, of the keys that this picks out.
    pub fn take_committed(&mut self, which: impl Fn(&K) -> bool) -> Vec<Uncommitted<K>> {
        self.committed.extract_if(.., |committed| which(&committed.key)).collect()
    }

    /// The keys of all texts that are kept.
    pub fn kept(&self) -> impl Iterator<Item = (&K, &str)> {
        self.kept.iter().map(|(key, commit)| (key, commit.text.as_str()))
    }

    /// The kept texts that were taken back since this was last asked, or committed as what they had been.
    pub fn take_finished(&mut self) -> Vec<K> {
        std::mem::take(&mut self.finished)
    }

    /// A text is taken back: it needs to be kept no more.
    pub fn finish(&mut self, key: &K) {
        if self.kept.remove(key).is_some() {
            self.finished.push(key.clone());
        }
    }

    /// Takes every uncommitted text out, to be committed by the caller: before the program ends or a record is closed.
    pub fn take_uncommitted(&mut self) -> Vec<Uncommitted<K>> {
        self.take(|_| true)
    }

    /// Takes out the texts whose field was not shown in the current frame. Call at the end of each frame.
    pub fn take_abandoned(&mut self, ctx: &Context) -> Vec<Uncommitted<K>> {
        let frame = ctx.cumulative_frame_nr();
        self.take(|draft| draft.seen < frame)
    }

    /// Forgets the draft of `key` and returns what would have been committed, if anything.
    pub fn discard(&mut self, key: &K) -> Option<Commit> {
        self.finish(key);
        self.drafts.remove(key).filter(Draft::is_uncommitted).map(Draft::into_commit)
    }

    fn take(&mut self, mut which: impl FnMut(&Draft) -> bool) -> Vec<Uncommitted<K>> {
        self.drafts
            .extract_if(|_, draft| which(draft))
            .filter(|(_, draft)| draft.is_uncommitted())
            .map(|(key, draft)| Uncommitted { key, commit: draft.into_commit() })
            .collect()
    }

    /// The text that a field over `value` has to show now.
    pub(crate) fn shown(&mut self, key: &K, value: &str, now: f64) -> String {
        if let Some(draft) = self.drafts.get_mut(key) {
            match draft.stage {
                Stage::Sent(at) if value != draft.base || now - at > ANSWER_TIME => {
                    self.drafts.remove(key);
                }
                Stage::Focused if draft.text == draft.base && value != draft.base => {
                    draft.base = value.to_owned();
                    draft.text = value.to_owned();
                }
                _ => return draft.text.clone(),
            }
        }
        match self.kept.get(key).filter(|_| !self.drafts.contains_key(key)) {
            Some(kept) => {
                let (base, text) = (kept.base.clone(), kept.text.clone());
                let draft = Draft { base, text: text.clone(), stage: Stage::Held, seen: 0, unkept: None };
                self.drafts.insert(key.clone(), draft);
                text
            }
            None => value.to_owned(),
        }
    }

    /// Takes note of one frame of the field `key`, which showed `before` when the frame began.
    pub(crate) fn update(&mut self, key: &K, before: &str, seen: Seen<'_>) -> Outcome {
        let open = self.drafts.get(key).is_some_and(|draft| !matches!(draft.stage, Stage::Sent(_)));
        if !open {
            if !seen.focused && seen.text == before {
                if let Some(sent) = self.drafts.get_mut(key) {
                    sent.seen = seen.frame;
                }
                return Outcome::Quiet;
            }
            let draft = Draft {
                base: before.to_owned(),
                text: before.to_owned(),
                stage: Stage::Focused,
                seen: seen.frame,
                unkept: None,
            };
            self.drafts.insert(key.clone(), draft);
        }
        let Some(draft) = self.drafts.get_mut(key) else { return Outcome::Quiet };
        draft.seen = seen.frame;
        let typed = draft.text != seen.text;
        if typed {
            seen.text.clone_into(&mut draft.text);
            draft.unkept.get_or_insert(seen.now);
        }
        if draft.text == draft.base {
            draft.unkept = None;
            self.finish(key);
        }
        let Some(draft) = self.drafts.get_mut(key) else { return Outcome::Quiet };
        if seen.focused {
            draft.stage = Stage::Focused;
            return Outcome::Quiet;
        }
        // What was held before was looked at before: nobody has been in the field since.
        if draft.stage == Stage::Held && !typed && draft.text != draft.base {
            return Outcome::Quiet;
        }
        self.leave(key, seen)
    }

    /// The field does not have the keyboard (any more).
    fn leave(&mut self, key: &K, seen: Seen<'_>) -> Outcome {
        let Some(draft) = self.drafts.get_mut(key) else { return Outcome::Quiet };
        let changed = draft.text != draft.base;
        let reverted = seen.escaped && draft.stage == Stage::Focused;
        if changed && !reverted && seen.valid {
            (draft.stage, draft.unkept) = (Stage::Sent(seen.now), None);
            let commit = draft.clone().into_commit();
            self.kept.remove(key);
            self.committed.push(Uncommitted { key: key.clone(), commit: commit.clone() });
            return Outcome::Committed(commit);
        }
        if changed && !reverted {
            draft.stage = Stage::Held;
            draft.unkept.get_or_insert(seen.now);
            return Outcome::Quiet;
        }
        self.finish(key);
        match self.drafts.remove(key) {
            Some(draft) if changed => Outcome::Reverted(draft.text),
            _ => Outcome::Quiet,
        }
    }
}

impl Draft {
    fn is_uncommitted(&self) -> bool {
        !matches!(self.stage, Stage::Sent(_)) && self.text != self.base
    }

    fn into_commit(self) -> Commit {
        Commit { base: self.base, text: self.text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOCUSED: Seen<'static> =
        Seen { text: "", focused: true, escaped: false, valid: true, now: 0.0, frame: 1 };
    const LEFT: Seen<'static> = Seen { focused: false, ..FOCUSED };

    /// One frame of a field over `value` that ends with `text`.
    fn frame(drafts: &mut Drafts<&'static str>, value: &str, seen: Seen<'_>) -> Outcome {
        let before = drafts.shown(&"name", value, seen.now);
        drafts.update(&"name", &before, seen)
    }

    fn commit(base: &str, text: &str) -> Outcome {
        Outcome::Committed(Commit { base: base.into(), text: text.into() })
    }

    #[test]
    fn leaving_commits_exactly_once() {
        let mut drafts = Drafts::new();
        assert_eq!(frame(&mut drafts, "Eva", Seen { text: "Eva", ..FOCUSED }), Outcome::Quiet);
        assert_eq!(frame(&mut drafts, "Eva", Seen { text: "Evald", ..FOCUSED }), Outcome::Quiet);
        assert!(drafts.is_edited(&"name"));
        assert_eq!(frame(&mut drafts, "Eva", Seen { text: "Evald", ..LEFT }), commit("Eva", "Evald"));
        assert_eq!(drafts.shown(&"name", "Eva", 0.1), "Evald", "until the model answers");
        assert_eq!(frame(&mut drafts, "Eva", Seen { text: "Evald", ..LEFT }), Outcome::Quiet);
        assert_eq!(frame(&mut drafts, "Evald", Seen { text: "Evald", ..LEFT }), Outcome::Quiet);
        assert!(!drafts.has_uncommitted());
    }

    #[test]
    fn a_model_that_refuses_shows_its_own_value_again() {
        let mut drafts = Drafts::new();
        frame(&mut drafts, "Eva", Seen { text: "Evald", ..FOCUSED });
        frame(&mut drafts, "Eva", Seen { text: "Evald", ..LEFT });
        assert_eq!(drafts.shown(&"name", "Eva", ANSWER_TIME + 0.1), "Eva");
    }

    #[test]
    fn what_arrives_while_typing_stays_out() {
        let mut drafts = Drafts::new();
        frame(&mut drafts, "Eva", Seen { text: "Eva L", ..FOCUSED });
        assert_eq!(drafts.shown(&"name", "Ewa", 0.0), "Eva L");
        let left = frame(&mut drafts, "Ewa", Seen { text: "Eva L", ..LEFT });
        assert_eq!(left, commit("Eva", "Eva L"), "the base is what the person saw");
    }

    #[test]
    fn an_untouched_field_follows_the_model() {
        let mut drafts = Drafts::new();
        frame(&mut drafts, "Eva", Seen { text: "Eva", ..FOCUSED });
        assert_eq!(drafts.shown(&"name", "Ewa", 0.0), "Ewa");
        assert_eq!(frame(&mut drafts, "Ewa", Seen { text: "Ewa", ..LEFT }), Outcome::Quiet);
    }

    #[test]
    fn escape_reverts_and_says_what() {
        let mut drafts = Drafts::new();
        frame(&mut drafts, "Eva", Seen { text: "Evald", ..FOCUSED });
        let out = frame(&mut drafts, "Eva", Seen { text: "Evald", escaped: true, ..LEFT });
        assert_eq!(out, Outcome::Reverted("Evald".into()));
        assert_eq!(drafts.shown(&"name", "Eva", 0.0), "Eva");
    }

    #[test]
    fn invalid_text_is_held_until_it_is_right() {
        let mut drafts = Drafts::new();
        frame(&mut drafts, "1", Seen { text: "1x", ..FOCUSED });
        assert_eq!(frame(&mut drafts, "1", Seen { text: "1x", valid: false, ..LEFT }), Outcome::Quiet);
        assert_eq!(drafts.shown(&"name", "1", 9.0), "1x");
        let elsewhere = Seen { text: "1x", valid: false, escaped: true, ..LEFT };
        assert_eq!(frame(&mut drafts, "1", elsewhere), Outcome::Quiet, "Esc was meant for another field");
        frame(&mut drafts, "1", Seen { text: "12", ..FOCUSED });
        assert_eq!(frame(&mut drafts, "1", Seen { text: "12", ..LEFT }), commit("1", "12"));
    }

    #[test]
    fn a_vanished_field_leaves_its_text_behind() {
        let mut drafts = Drafts::new();
        frame(&mut drafts, "Eva", Seen { text: "Evald", frame: 7, ..FOCUSED });
        let kept = Uncommitted { key: "name", commit: Commit { base: "Eva".into(), text: "Evald".into() } };
        assert_eq!(drafts.clone().take(|draft| draft.seen < 8), std::slice::from_ref(&kept));
        assert!(drafts.clone().take(|draft| draft.seen < 7).is_empty());
        assert_eq!(drafts.take_uncommitted(), [kept]);
        assert!(drafts.take_uncommitted().is_empty());
    }

    #[test]
    fn what_is_typed_is_handed_out_to_be_kept_a_moment_after_the_first_key_whether_it_is_a_value_or_not() {
        for valid in [true, false] {
            let typed = |text, now| Seen { text, valid, now, ..FOCUSED };
            let mut drafts = Drafts::new();
            frame(&mut drafts, "", typed("", 1.0));
            assert_eq!((drafts.has_unkept(), drafts.due_in(1.0)), (false, None), "nobody has typed");
            frame(&mut drafts, "", typed("E", 1.0));
            assert!(drafts.take_due(1.1).is_empty() && drafts.has_unkept());
            // Whoever types without a pause is not made to wait for one.
            frame(&mut drafts, "", typed("Ev", 1.2));
            assert!((drafts.due_in(1.2).unwrap() - 0.1).abs() < 1e-9);
            let commit = Commit { base: String::new(), text: "Ev".into() };
            assert_eq!(drafts.take_due(1.31), [Uncommitted { key: "name", commit }]);
            assert_eq!((drafts.has_unkept(), drafts.due_in(1.4)), (false, None));
            assert!(drafts.take_due(9.0).is_empty(), "once");
            frame(&mut drafts, "", typed("Eva", 9.0));
            assert_eq!(drafts.take_all_due().len(), 1, "whoever goes away does not wait");
        }
    }

    #[test]
    fn what_was_kept_is_kept_no_more_once_it_is_committed_or_taken_back() {
        let kept = || {
            let mut drafts = Drafts::new();
            frame(&mut drafts, "", Seen { text: "Eva", ..FOCUSED });
            assert_eq!(drafts.take_all_due().len(), 1);
            drafts
        };
        let mut committed = kept();
        assert_eq!(frame(&mut committed, "", Seen { text: "Eva", ..LEFT }), commit("", "Eva"));
        assert_eq!(committed.take_committed(|key| *key == "other").len(), 0);
        assert_eq!(committed.take_committed(|key| *key == "name").len(), 1);
        assert!(committed.take_finished().is_empty() && committed.kept().next().is_none());
        let mut escaped = kept();
        frame(&mut escaped, "", Seen { text: "Eva", escaped: true, ..LEFT });
        assert_eq!(escaped.take_finished(), ["name"]);
        let mut deleted = kept();
        frame(&mut deleted, "", Seen { text: "", ..FOCUSED });
        assert_eq!(deleted.take_finished(), ["name"]);
    }

    #[test]
    fn a_kept_text_is_held_again_until_it_is_right_or_taken_back() {
        let invalid = |text| Seen { text, valid: false, ..LEFT };
        let kept = Uncommitted { key: "name", commit: Commit { base: "1".into(), text: "1x".into() } };
        let mut before = Drafts::new();
        frame(&mut before, "1", Seen { text: "1x", ..FOCUSED });
        frame(&mut before, "1", invalid("1x"));
        assert_eq!(before.take_due(0.0), std::slice::from_ref(&kept), "at once: it was left");
        frame(&mut before, "1", invalid("1x"));
        assert!(before.take_due(9.0).is_empty(), "told once");
        // In another run of the program, or after the field was away.
        let mut drafts = Drafts::new();
        drafts.keep(kept.key, kept.commit.clone());
        assert!(drafts.is_held(&"name") && !drafts.has_uncommitted());
        assert_eq!(frame(&mut drafts, "1", invalid("1x")), Outcome::Quiet);
        assert_eq!(drafts.take_uncommitted(), std::slice::from_ref(&kept));
        assert_eq!(drafts.shown(&"name", "1", 0.0), "1x", "as often as the field is shown");
        assert!(drafts.take_finished().is_empty());
        let mut taken_back = drafts.clone();
        frame(&mut drafts, "1", Seen { text: "12", ..FOCUSED });
        assert_eq!(frame(&mut drafts, "1", Seen { text: "12", ..LEFT }), commit("1", "12"));
        assert_eq!(drafts.take_committed(|_| true).len(), 1);
        frame(&mut taken_back, "1", Seen { text: "1x", ..FOCUSED });
        frame(&mut taken_back, "1", Seen { text: "1x", escaped: true, ..LEFT });
        assert_eq!(taken_back.take_finished(), ["name"]);
        assert_eq!(taken_back.shown(&"name", "1", 0.0), "1");
    }

    #[test]
    fn a_value_that_was_refused_is_tried_again_when_somebody_has_been_in_the_field_and_not_before() {
        let mut drafts = Drafts::new();
        drafts.keep("name", Commit { base: "Eva".into(), text: "Ewa".into() });
        for _ in 0..3 {
            assert_eq!(frame(&mut drafts, "Eva", Seen { text: "Ewa", ..LEFT }), Outcome::Quiet);
        }
        frame(&mut drafts, "Eva", Seen { text: "Ewa", ..FOCUSED });
        assert_eq!(frame(&mut drafts, "Eva", Seen { text: "Ewa", ..LEFT }), commit("Eva", "Ewa"));
    }

    #[test]
    fn a_text_set_by_a_screen_reader_commits_without_focus() {
        let mut drafts = Drafts::new();
        assert_eq!(frame(&mut drafts, "Eva", Seen { text: "Ewa", ..LEFT }), commit("Eva", "Ewa"));
    }
}
