//! What a page draws with: the session, the drafts, the language; and the actions that it leaves.

use jiff::civil::Date;
use samsyn_engine::document::{Record, Stamp};
use samsyn_engine::id::RecordId;
use samsyn_engine::schema::{Caption, FieldType, Language, Link, Value};

use super::form::Drafts;
use super::{Action, texts};
use crate::state::{Absence, Session};
use crate::words::{moment, row_words, value_words};

/// What a page draws with, for one frame.
pub(crate) struct Scene<'a> {
    /// What is known.
    pub(crate) session: &'a mut Session,
    /// What is half typed.
    pub(crate) drafts: &'a mut Drafts,
    /// The language of everything that is shown.
    pub(crate) language: Language,
    /// Whether people are listed as in a register: by family name.
    pub(crate) as_register: bool,
    /// Today, by this device's clock.
    pub(crate) today: Date,
    /// What is to be done once everything has been drawn.
    pub(crate) actions: Vec<Action>,
}

impl Scene<'_> {
    /// A text in the person's language.
    pub(crate) fn say(&self, caption: Caption) -> &'static str {
        caption.get(self.language)
    }

    /// Leaves something to be done.
    pub(crate) fn act(&mut self, action: Action) {
        self.actions.push(action);
    }

    /// A record's title as people read it.
    pub(crate) fn title_of(&self, record: &Record) -> String {
        let title = record.title();
        if title.is_empty() { self.say(texts::UNNAMED).to_owned() } else { title }
    }

    /// The title of a record; a mark where it is not known (yet).
    pub(crate) fn title(&mut self, id: RecordId) -> String {
        match self.session.row(id) {
            Some(row) if row.title.is_empty() => self.say(texts::UNNAMED).to_owned(),
            Some(row) => row.title.clone(),
            None => absence(self.session, id).get(self.language).to_owned(),
        }
    }

    /// What a reference in `record` points at, in words.
    pub(crate) fn link(&mut self, record: &Record, link: Link) -> String {
        let id = match link {
            Link::Record(id) => return self.title(id),
            Link::Row(id) => id,
        };
        let found = record
            .cells
            .iter()
            .find_map(|(list, value)| Some((list, value.rows().iter().find(|row| row.id == id)?)));
        found.map_or_else(
            || "–".to_owned(),
            |(list, row)| {
                let fields = record.kind().and_then(|kind| kind.row_fields(list)).unwrap_or_default();
                row_words(fields, row, self.language, &|link| link.to_string())
            },
        )
    }

    /// All that a value refers to, with titles. Asked for before words are made: asking may ask the backend.
    pub(crate) fn links(&mut self, record: &Record, value: &Value) -> Vec<(Link, String)> {
        let links: Vec<Link> = match value {
            Value::Link(link) => vec![*link],
            Value::Links(set) => set.iter().copied().collect(),
            _ => Vec::new(),
        };
        links.into_iter().map(|link| (link, self.link(record, link))).collect()
    }

    /// A value in words; a dash where there is nothing.
    pub(crate) fn words(&mut self, record: &Record, field_type: Option<&FieldType>, value: &Value) -> String {
        let titles = self.links(record, value);
        value_words(field_type, value, self.language, &|link| title_in(&titles, link))
    }

    /// Who and when.
    pub(crate) fn stamp(&self, stamp: &Stamp) -> String {
        let who = stamp.device.and_then(|device| self.session.person(device));
        format!("{}, {}", who.unwrap_or(self.say(texts::SOMEBODY)), moment(stamp.time))
    }
}

/// The title of a link among those that are known.
pub(crate) fn title_in(titles: &[(Link, String)], link: Link) -> String {
    titles.iter().find(|(known, _)| *known == link).map_or_else(|| "…".to_owned(), |(_, title)| title.clone())
}

/// What stands in place of the title of a record that is not here (yet).
pub(crate) fn absence(session: &Session, id: RecordId) -> Caption {
    match session.absence(id) {
        Some(Absence::Erased) => texts::ERASED,
        Some(Absence::Damaged) => texts::DAMAGED_RECORD,
        Some(Absence::NotHere) => texts::NOT_HERE,
        None => texts::NOT_YET,
    }
}
