//! Filling in a record, field by field.
//!
//! A [`Form`] is what a record or a row holds while it is being written. Nothing is checked here: the tests hold
//! every record against its kind.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::draw::Draw;
use crate::id::{RecordId, RowId};
use crate::schema::{Cells, Coordinates, DateRange, Kind, Link, Money, NewRecord, Row, Value, order};

/// A record or a row that is being filled in.
#[derive(Default)]
pub(super) struct Form(Cells);

impl Form {
    /// An empty one.
    pub(super) fn new() -> Self {
        Form::default()
    }

    /// The record of that kind and name which holds this.
    pub(super) fn record(self, kind: &'static Kind, id: RecordId) -> NewRecord {
        NewRecord { id, kind, cells: self.0 }
    }

    /// The same, with that value; what is empty is left out.
    fn with(mut self, field: &str, value: Value) -> Self {
        if !value.is_empty() {
            self.0.insert(field.to_owned(), value);
        }
        self
    }

    /// The same, with what `fill` does about `value` where there is one.
    pub(super) fn maybe<T>(self, value: Option<T>, fill: impl FnOnce(Self, T) -> Self) -> Self {
        match value {
            Some(value) => fill(self, value),
            None => self,
        }
    }

    /// A line, prose, an address or a number to call.
    pub(super) fn text(self, field: &str, text: impl Into<String>) -> Self {
        self.with(field, Value::Text(text.into()))
    }

    /// One of an enumeration.
    pub(super) fn choice(self, field: &str, choice: &str) -> Self {
        self.with(field, Value::Choice(choice.to_owned()))
    }

    /// Some of an enumeration.
    pub(super) fn choices(self, field: &str, choices: &[&str]) -> Self {
        self.with(field, Value::Choices(choices.iter().map(|choice| (*choice).to_owned()).collect()))
    }

    /// A number.
    pub(super) fn number(self, field: &str, number: f64) -> Self {
        self.with(field, Value::Number(number))
    }

    /// A whole number.
    pub(super) fn whole(self, field: &str, number: u32) -> Self {
        self.number(field, f64::from(number))
    }

    /// An amount in whole crowns.
    pub(super) fn crowns(self, field: &str, crowns: i64) -> Self {
        self.with(field, Value::Money(Money::sek(crowns)))
    }

    /// A day.
    pub(super) fn date(self, field: &str, date: Date) -> Self {
        self.with(field, Value::Date(date))
    }

    /// A first and a last day.
    pub(super) fn dates(self, field: &str, dates: DateRange) -> Self {
        self.with(field, Value::DateRange(dates))
    }

    /// A point on the earth.
    pub(super) fn point(self, field: &str, point: Coordinates) -> Self {
        self.with(field, Value::Coordinates(point))
    }

    /// Yes or no.
    pub(super) fn yes_no(self, field: &str, yes: bool) -> Self {
        self.with(field, Value::YesNo(yes))
    }

    /// A counter's sum.
    pub(super) fn counter(self, field: &str, sum: i64) -> Self {
        self.with(field, Value::Counter(sum))
    }

    /// Another record.
    pub(super) fn link(self, field: &str, record: RecordId) -> Self {
        self.with(field, Value::Link(Link::Record(record)))
    }

    /// Other records.
    pub(super) fn links(self, field: &str, records: impl IntoIterator<Item = RecordId>) -> Self {
        let links: BTreeSet<Link> = records.into_iter().map(Link::Record).collect();
        self.with(field, Value::Links(links))
    }

    /// A row of this record.
    pub(super) fn row(self, field: &str, row: RowId) -> Self {
        self.with(field, Value::Link(Link::Row(row)))
    }

    /// Rows of this record.
    pub(super) fn row_links(self, field: &str, rows: impl IntoIterator<Item = RowId>) -> Self {
        self.with(field, Value::Links(rows.into_iter().map(Link::Row).collect()))
    }

    /// A keyed list of rows under new names, in this order.
    pub(super) fn rows(self, field: &str, draw: &mut Draw, rows: Vec<Form>) -> Self {
        let named = rows.into_iter().map(|row| (draw.row_id(), row)).collect();
        self.named_rows(field, named)
    }

    /// A keyed list of rows under these names, in this order.
    pub(super) fn named_rows(self, field: &str, rows: Vec<(RowId, Form)>) -> Self {
        let orders = order::spread(rows.len());
        let rows = rows.into_iter().zip(orders);
        let rows = rows.map(|((id, Form(cells)), order)| Row { id, order, cells }).collect();
        self.with(field, Value::Rows(rows))
    }
}
