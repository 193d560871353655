//! People who write.

use samsyn_engine::document::{Document, Edit, EncodedChange, Writer};
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::DeviceId;
use samsyn_engine::schema::kinds::CONTACT;
use samsyn_engine::schema::{FieldType, NewRecord, Value};

/// A person's copy of one record.
#[derive(Debug)]
pub struct Desk {
    pub document: Document,
    writer: Writer,
}

impl Desk {
    /// A new contact.
    pub fn new(family: &str) -> Desk {
        Desk::with([("family", family.to_owned())])
    }

    /// The size of a large record, in bytes, about.
    pub const LARGE: usize = 16 * 1024;

    /// A new contact of about [`Desk::LARGE`] that does not compress.
    pub fn large() -> Desk {
        let lines = CONTACT.fields.iter().filter(|field| field.field_type == FieldType::Line);
        Desk::with(lines.take(8).map(|field| (field.name, random_text(1_950))))
    }

    fn with(cells: impl IntoIterator<Item = (&'static str, String)>) -> Desk {
        let mut new = NewRecord::new(&CONTACT);
        new.cells.extend(cells.into_iter().map(|(name, value)| (name.to_owned(), text(&value))));
        let writer = writer();
        Desk { document: Document::create(&new, &writer).unwrap(), writer }
    }

    /// Another copy of it, by another person.
    pub fn another(&self) -> Desk {
        Desk { document: self.document.clone(), writer: writer() }
    }

    /// A copy by the same person: what becomes of a copied database.
    pub fn copied(&self) -> Desk {
        Desk { document: self.document.clone(), writer: self.writer.clone() }
    }

    pub fn id(&self) -> RecordId {
        self.document.id()
    }

    /// Every change so far.
    pub fn all(&self) -> Vec<EncodedChange> {
        self.document.changes_since(&[])
    }

    /// One more change.
    pub fn edit(&mut self, family: &str) -> EncodedChange {
        let changes = self.document.edit(&[Edit::set("family", text(family))], &self.writer).unwrap();
        assert_eq!(changes.len(), 1);
        changes.into_iter().next().unwrap()
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn writer() -> Writer {
    Writer::new(DeviceId::random().as_bytes(), DeviceId::random(), 1_700_000_000)
}

/// Text that does not compress.
pub fn random_text(length: usize) -> String {
    (0..=length / 26).map(|_| RecordId::random().to_string()).collect::<String>().split_off(26)
}
