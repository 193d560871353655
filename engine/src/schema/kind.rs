//! What a record kind is.

use super::{Access, Caption, Field, FieldPath, FieldType};

/// The sign of a kind in sidebars and search results. The window draws it; here it is only a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Icon {
    /// A person.
    Person,
    /// A building.
    Organisation,
    /// A place on a map.
    Venue,
    /// Bars of a plan.
    Plan,
    /// A calendar.
    Meeting,
    /// A target.
    FocusArea,
}

/// A record kind: everything the program knows of, say, a contact.
#[derive(Debug, PartialEq)]
pub struct Kind {
    /// The name in the document, in exports, file names and on the command line. Never changed once released.
    pub name: &'static str,
    /// What one is called.
    pub caption: Caption,
    /// What many are called.
    pub plural: Caption,
    /// What one is called that is about to be made: a button says so, in the right gender.
    pub new: Caption,
    /// Its sign.
    pub icon: Icon,
    /// The fields whose values make the title, joined by blanks; the first such combination that is not empty counts.
    pub title: &'static [&'static [&'static str]],
    /// The fields by which a register orders and names it: "Ek, Eva". Lists do so for whoever likes.
    pub register: Option<[&'static str; 2]>,
    /// Kinds that people do not make by hand (a member of the workspace) are left out of menus and lists.
    pub internal: bool,
    /// Who may read and write its records.
    pub access: Access,
    /// The fields, in the order of the form.
    pub fields: &'static [Field],
}

impl Kind {
    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The field that a path addresses; for a row, the keyed list it is in.
    pub fn field_at(&self, path: &FieldPath) -> Option<&'static Field> {
        match path {
            FieldPath::Field(name) => self.field(name),
            FieldPath::Row(list, _) => self.row_fields(list).and(self.field(list)),
            FieldPath::Cell(list, _, name) => self.row_fields(list)?.iter().find(|field| field.name == name),
        }
    }

    /// The fields of the rows of the keyed list of that name.
    pub fn row_fields(&self, list: &str) -> Option<&'static [Field]> {
        match self.field(list)?.field_type {
            FieldType::Rows(fields) => Some(fields),
            _ => None,
        }
    }

    /// The fields that lists show from the start.
    pub fn listed(&self) -> impl Iterator<Item = &'static Field> {
        self.fields.iter().filter(|field| field.listed)
    }
}
