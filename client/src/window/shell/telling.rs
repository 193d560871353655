//! What is told of texts that somebody typed: of which record, in which field, and what. Of one record the same is told once, of all its
//! fields together.
//!
//! A record's name may have to be read first: until then what is to be told of it waits here.

use samsyn_engine::schema::{Caption, kind};

use super::typing::shortened;
use super::{Offer, Shell};
use crate::pages::{DraftKey, texts};
use crate::widgets::toast::Toast;
use crate::widgets::tokens::Tone;

/// Of what somebody typed so many characters are told.
const TOLD: usize = 60;

/// Of so many records the same is told in a toast of its own; of more in one for all the others.
const MOST: usize = 3;

/// What is to be told of a text.
#[derive(Debug)]
pub(super) struct Untold {
    /// Where it was typed.
    pub(super) key: DraftKey,
    /// What was typed.
    pub(super) text: String,
    /// What is told: its first hole is the record, its second what was typed in which fields.
    pub(super) caption: Caption,
    /// How it is meant.
    pub(super) tone: Tone,
    /// What is said before it: why.
    pub(super) why: String,
    /// What can be done about it.
    pub(super) offer: Option<(Caption, Offer)>,
}

impl Untold {
    /// A warning of a text, with nothing to do about it.
    pub(super) fn of(key: &DraftKey, text: &str, caption: Caption) -> Untold {
        let (key, text) = (key.clone(), text.to_owned());
        Untold { key, text, caption, tone: Tone::Warning, why: String::new(), offer: None }
    }

    fn is_told_with(&self, other: &Untold) -> bool {
        self.is_like(other) && self.key.record == other.key.record && self.offer == other.offer
    }

    fn is_like(&self, other: &Untold) -> bool {
        (self.caption, self.tone, &self.why) == (other.caption, other.tone, &other.why)
    }
}

/// What is told in one toast: of one record.
struct Telling {
    title: String,
    untold: Vec<Untold>,
}

impl Shell {
    /// Tells of a text as soon as the name of its record is known.
    pub(super) fn tell_of_typed(&mut self, untold: Untold) {
        self.untold.push(untold);
    }

    /// Tells what can be told by now.
    pub(super) fn tell_typed(&mut self) {
        // What is told in the same words, by record.
        let mut tellings: Vec<Vec<Telling>> = Vec::new();
        for untold in std::mem::take(&mut self.untold) {
            let Some(title) = self.called(&untold.key) else {
                self.untold.push(untold);
                continue;
            };
            let is_alike = |alike: &&mut Vec<Telling>| alike[0].untold[0].is_like(&untold);
            let Some(alike) = tellings.iter_mut().find(is_alike) else {
                tellings.push(vec![Telling { title, untold: vec![untold] }]);
                continue;
            };
            match alike.iter_mut().find(|telling| telling.untold[0].is_told_with(&untold)) {
                Some(telling) => telling.untold.push(untold),
                None => alike.push(Telling { title, untold: vec![untold] }),
            }
        }
        tellings.into_iter().for_each(|alike| self.tell_alike(alike));
    }

    /// Tells the same of several records.
    fn tell_alike(&mut self, mut alike: Vec<Telling>) {
        let language = self.settings.language;
        // One more than has a toast of its own has one as well.
        let rest = if alike.len() > MOST + 1 { alike.split_off(MOST) } else { Vec::new() };
        for Telling { title, mut untold } in alike {
            untold.sort_by_cached_key(|untold| untold.key.path.to_string());
            let typed = untold.iter().map(|untold| {
                let field = untold.key.words(language);
                texts::TYPED_IN.fill(language, &[&field, &shortened(&untold.text, TOLD)])
            });
            let typed = typed.collect::<Vec<_>>().join(", ");
            let first = untold.swap_remove(0);
            let words = first.caption.fill(language, &[&title, &typed]);
            let text = format!("{} {words}", first.why).trim_start().to_owned();
            match first.offer {
                Some(offer) => self.offer(text, first.tone, offer),
                None => drop(self.toasts.push(Toast { text, tone: first.tone, action: None })),
            }
        }
        let Some(tone) = rest.first().map(|telling| telling.untold[0].tone) else { return };
        let quoted = |telling: &Telling| texts::QUOTED.fill(language, &[&telling.title]);
        let titles = rest.iter().map(quoted).collect::<Vec<_>>();
        let text = texts::SAME_FOR.fill(language, &[&titles.join(", ")]);
        self.toasts.push(Toast { text, tone, action: None });
    }

    /// What a record is called; none as long as that is not known.
    fn called(&mut self, key: &DraftKey) -> Option<String> {
        let title = match self.session.row(key.record) {
            Some(row) => row.title.clone(),
            None if self.session.is_begun(key.record, &key.path) => {
                self.session.record(key.record).map(|view| view.record.title()).unwrap_or_default()
            }
            None => {
                self.session.absence(key.record)?;
                String::new()
            }
        };
        let of_kind =
            || kind(key.kind).map_or("", |kind| kind.caption.get(self.settings.language)).to_owned();
        Some(if title.is_empty() { of_kind() } else { shortened(&title, TOLD) })
    }
}
