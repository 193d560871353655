//! What a field is and what it may hold.

use super::{Caption, Due, Enumeration, Language};

/// What a number counts or measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A plain number or count.
    None,
    /// People.
    Persons,
    /// Metres.
    Metres,
    /// Square metres.
    SquareMetres,
    /// Kilometres.
    Kilometres,
    /// Hundredths: 0 to 100.
    Percent,
    /// Working hours.
    Hours,
    /// Days.
    Days,
    /// A calendar year.
    Year,
    /// Rooms for one night.
    RoomNights,
}

impl Unit {
    /// What stands behind the number: a symbol or a short word.
    pub const fn symbol(self, language: Language) -> &'static str {
        let caption = match self {
            Unit::None | Unit::Year => Caption::new("", ""),
            Unit::Persons => Caption::new("pers.", "people"),
            Unit::Metres => Caption::new("m", "m"),
            Unit::SquareMetres => Caption::new("m²", "m²"),
            Unit::Kilometres => Caption::new("km", "km"),
            Unit::Percent => Caption::new("%", "%"),
            Unit::Hours => Caption::new("tim", "h"),
            Unit::Days => Caption::new("dagar", "days"),
            Unit::RoomNights => Caption::new("rumsnätter", "room nights"),
        };
        caption.get(language)
    }
}

/// What a reference may point at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A record of one of these kinds.
    Records(&'static [&'static str]),
    /// A row of this keyed list of the same record.
    Rows(&'static str),
}

/// What a field may hold, and with it how it is stored, merged, shown and checked.
///
/// *Registers* hold one value at a time: concurrent writes are all kept and surface as a field conflict. The others
/// merge by themselves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FieldType {
    /// Register: one line of text.
    Line,
    /// Text that merges by character.
    Prose,
    /// Register: a number.
    Number {
        /// What it counts or measures.
        unit: Unit,
        /// Digits after the decimal sign: 0 for counts.
        decimals: u8,
        /// The smallest and the largest that make sense.
        range: (f64, f64),
    },
    /// Register: an amount in a currency.
    Money,
    /// Register: a day (ISO 8601).
    Date,
    /// Register: a first and a last day, both included. One register, so that two people's ends never mix.
    DateRange,
    /// Register: an e-mail address (RFC 5321, checked loosely).
    Email,
    /// Register: a telephone number (E.164 with spaces allowed).
    Phone,
    /// Register: an address on the web (RFC 3986, `http` or `https`).
    Url,
    /// Register: one of a closed list.
    Enumeration(&'static Enumeration),
    /// Any number of a closed list. Additions and removals merge member by member.
    EnumerationSet(&'static Enumeration),
    /// Register: another record, or another row of this one.
    Reference(Target),
    /// Any number of others. Additions and removals merge member by member.
    ReferenceSet(Target),
    /// A keyed list of rows, each with fields of its own. Rows, their places and their fields merge one by one.
    Rows(&'static [Field]),
    /// Register: a point on the earth (WGS 84).
    Coordinates,
    /// A count that several people add to: increments sum up.
    Counter,
    /// Register: yes or no.
    YesNo,
}

impl FieldType {
    /// A count of something, from 0 to a million.
    pub const fn count(unit: Unit) -> Self {
        FieldType::Number { unit, decimals: 0, range: (0.0, 1_000_000.0) }
    }

    /// A measurement with two decimals, from 0 to a million.
    pub const fn measure(unit: Unit) -> Self {
        FieldType::Number { unit, decimals: 2, range: (0.0, 1_000_000.0) }
    }

    /// A share in hundredths: 0 to 100.
    pub const fn percent() -> Self {
        FieldType::Number { unit: Unit::Percent, decimals: 0, range: (0.0, 100.0) }
    }

    /// A calendar year.
    pub const fn year() -> Self {
        FieldType::Number { unit: Unit::Year, decimals: 0, range: (1800.0, 2200.0) }
    }

    /// Whether concurrent writes of this type can contradict each other (see the type's own words).
    pub const fn is_register(&self) -> bool {
        !matches!(
            self,
            FieldType::Prose
                | FieldType::EnumerationSet(_)
                | FieldType::ReferenceSet(_)
                | FieldType::Rows(_)
                | FieldType::Counter
        )
    }
}

/// One field of a record kind or of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Field {
    /// The name in the document, in exports and on the command line: lower case ASCII with `_`, never changed once
    /// released, never beginning with `_` (those names are the document's own).
    pub name: &'static str,
    /// What a person reads.
    pub caption: Caption,
    /// What it holds.
    pub field_type: FieldType,
    /// A sentence that helps to fill it in.
    pub help: Option<Caption>,
    /// The heading of the form's section that begins with this field.
    pub section: Option<Caption>,
    /// What it comes to where the number is no more than one, for summaries: a hall in one part is "not divisible".
    pub one: Option<Caption>,
    /// Whether lists show it as a column from the start.
    pub listed: bool,
    /// Of a keyed list: the field of a row that lists show.
    pub shows: Option<&'static str>,
    /// What heads its column in lists, where that is not its caption.
    pub heads: Option<Caption>,
    /// A day by which something is to be done: until when.
    pub due: Option<Due>,
    /// Whether search finds its words.
    pub searched: bool,
    /// Whether a record without it is incomplete. Never blocks an edit; shown in the form.
    pub required: bool,
    /// The field beside it that says when what this one ends began: a day without a year is the first one after that.
    pub follows: Option<&'static str>,
    /// Whether it holds days on which something has happened: a day without a year is the last one, not the next.
    pub past: bool,
    /// The generation of the kind's layout that brought it: 1 from the start. A field added after a release takes
    /// the next number; see `document::layout` for why it matters.
    pub since: u16,
}

impl Field {
    /// A field that is neither listed nor searched.
    pub const fn new(name: &'static str, sv: &'static str, en: &'static str, field_type: FieldType) -> Self {
        Field {
            name,
            caption: Caption::new(sv, en),
            field_type,
            help: None,
            section: None,
            one: None,
            listed: false,
            shows: None,
            heads: None,
            due: None,
            searched: false,
            required: false,
            follows: None,
            past: false,
            since: 1,
        }
    }

    /// The same, shown as a column in lists.
    pub const fn listed(mut self) -> Self {
        self.listed = true;
        self
    }

    /// The same keyed list, shown in lists by this field of one row; the column is headed so.
    pub const fn listed_by(mut self, field: &'static str, sv: &'static str, en: &'static str) -> Self {
        self.listed = true;
        self.shows = Some(field);
        self.heads = Some(Caption::new(sv, en));
        self
    }

    /// The same day, by which something is to be done.
    pub const fn due(mut self) -> Self {
        self.due = Some(Due { unless: None });
        self
    }

    /// The same day, by which something is to be done that is done where another field holds one of these choices (or is yes).
    pub const fn due_unless(mut self, field: &'static str, choices: &'static [&'static str]) -> Self {
        self.due = Some(Due { unless: Some((field, choices)) });
        self
    }

    /// The same, found by search.
    pub const fn searched(mut self) -> Self {
        self.searched = true;
        self
    }

    /// The same, missed where it is empty.
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// The same, a day that ends what began on that of the field of this name, beside it.
    pub const fn follows(mut self, start: &'static str) -> Self {
        self.follows = Some(start);
        self
    }

    /// The same, a day on which something has happened.
    pub const fn past(mut self) -> Self {
        self.past = true;
        self
    }

    /// The same, added to the kind by its layout's generation `since`.
    pub const fn since(mut self, since: u16) -> Self {
        self.since = since;
        self
    }

    /// The same with a sentence that helps to fill it in.
    pub const fn help(mut self, sv: &'static str, en: &'static str) -> Self {
        self.help = Some(Caption::new(sv, en));
        self
    }

    /// The same with words for what a number up to one comes to.
    pub const fn one(mut self, sv: &'static str, en: &'static str) -> Self {
        self.one = Some(Caption::new(sv, en));
        self
    }

    /// The same as the first of a section of the form.
    pub const fn section(mut self, sv: &'static str, en: &'static str) -> Self {
        self.section = Some(Caption::new(sv, en));
        self
    }
}
