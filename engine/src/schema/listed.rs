//! What lists show of a field that is more than one cell holds: of a keyed list one field of the row that stands for it; and
//! which days are overdue.
//!
//! A contact's telephones are a keyed list. A list of contacts shows one number: the main one, or the first. Lists, the command
//! line, pickers and the store's order all ask here, so that they agree.

use jiff::civil::Date;

use super::{Caption, Cells, Field, FieldType, Row, Value};

/// Until when a day matters by which something is to be done.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Due {
    /// It is done where this other field holds one of these choices; yes, where there are none.
    pub unless: Option<(&'static str, &'static [&'static str])>,
}

impl Field {
    /// What lists show of a value, and of which type that is.
    pub fn in_lists<'a>(&self, value: &'a Value) -> (FieldType, &'a Value) {
        let (FieldType::Rows(fields), Some(name)) = (self.field_type, self.shows) else {
            return (self.field_type, value);
        };
        let inner = fields.iter().find(|field| field.name == name).map_or(self.field_type, |f| f.field_type);
        (inner, leading(value.rows()).map_or(&Value::Empty, |row| row.get(name)))
    }

    /// What heads its column in lists.
    pub fn heading(&self) -> Caption {
        self.heads.unwrap_or(self.caption)
    }

    /// Whether this is a day by which something was to be done, and it has passed. `cells` are the fields beside it.
    pub fn is_overdue(&self, cells: &Cells, today: Date) -> bool {
        let (Some(due), Some(Value::Date(day))) = (self.due, cells.get(self.name)) else { return false };
        let done = due.unless.is_some_and(|(field, choices)| match cells.get(field) {
            Some(Value::Choice(choice)) => choices.contains(&choice.as_str()),
            Some(Value::YesNo(yes)) => *yes,
            _ => false,
        });
        *day < today && !done
    }
}

/// The row that stands for a keyed list: the main one, otherwise the first that has not ended.
fn leading(rows: &[Row]) -> Option<&Row> {
    let rank = |row: &Row| match (row.get("primary"), row.get("to")) {
        (Value::YesNo(true), _) => 0,
        (_, Value::Empty) => 1,
        _ => 2,
    };
    rows.iter().min_by(|one, other| rank(one).cmp(&rank(other)).then_with(|| one.order.cmp(&other.order)))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::id::RowId;
    use crate::schema::kinds::{CONTACT, MEETING, PLAN};

    fn row(order: &str, cells: &[(&str, Value)]) -> Row {
        let cells = cells.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        Row { id: RowId::random(), order: order.to_owned(), cells }
    }

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    #[test]
    fn of_several_telephones_the_main_one_is_listed_otherwise_the_first() {
        let phones = CONTACT.field("phones").unwrap();
        let first = row("a", &[("number", text("063-1"))]);
        let main = row("b", &[("number", text("070-2")), ("primary", Value::YesNo(true))]);
        let both = Value::Rows(vec![main.clone(), first.clone()]);
        assert_eq!(phones.in_lists(&both), (FieldType::Phone, &text("070-2")));
        let other = row("b", &[("number", text("070-2")), ("primary", Value::YesNo(false))]);
        let both = Value::Rows(vec![other, first]);
        assert_eq!(phones.in_lists(&both).1, &text("063-1"));
        assert_eq!(phones.in_lists(&Value::Rows(vec![])).1, &Value::Empty);
        assert_eq!(phones.in_lists(&Value::Empty).1, &Value::Empty);
    }

    #[test]
    fn of_several_positions_one_that_is_still_held_is_listed() {
        let positions = CONTACT.field("positions").unwrap();
        let (old, new) = (Value::Link(link()), Value::Link(link()));
        let ended = row("a", &[("organisation", old), ("to", Value::Date(date(2020, 1, 1)))]);
        let held = row("b", &[("organisation", new.clone())]);
        assert_eq!(positions.in_lists(&Value::Rows(vec![ended, held])).1, &new);
        assert_eq!(positions.heading().en, "Organisation");
    }

    fn link() -> crate::schema::Link {
        crate::schema::Link::Record(crate::id::RecordId::random())
    }

    #[test]
    fn a_day_is_overdue_until_what_was_to_be_done_is_done() {
        let today = date(2026, 11, 28);
        let is = |kind: &crate::schema::Kind, field: &str, cells: &[(&str, Value)]| {
            let cells = cells.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
            kind.field(field).unwrap().is_overdue(&cells, today)
        };
        let day = |day| Value::Date(date(2026, 11, day));
        assert!(is(&CONTACT, "follow_up", &[("follow_up", day(27))]));
        assert!(!is(&CONTACT, "follow_up", &[("follow_up", day(28))]), "today is not too late");
        let status = |status: &str| ("status", Value::Choice(status.to_owned()));
        assert!(is(&MEETING, "decision_due", &[("decision_due", day(1)), status("tentative")]));
        assert!(!is(&MEETING, "decision_due", &[("decision_due", day(1)), status("definite")]));
        let task = |cells: &[(&str, Value)]| {
            let end = PLAN.row_fields("tasks").unwrap().iter().find(|field| field.name == "end").unwrap();
            let cells = cells.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
            end.is_overdue(&cells, today)
        };
        assert!(task(&[("end", day(1)), status("in_progress")]));
        assert!(!task(&[("end", day(1)), status("done")]));
        assert!(!is(&CONTACT, "collected_at", &[("collected_at", day(1))]), "not every day is a promise");
    }

    #[test]
    fn whatever_a_keyed_list_shows_is_a_field_of_its_rows() {
        for kind in crate::schema::KINDS {
            for field in kind.fields.iter().filter(|field| field.shows.is_some()) {
                let inner = kind.row_fields(field.name).unwrap_or_default();
                assert!(inner.iter().any(|inner| Some(inner.name) == field.shows), "{}", field.name);
                assert!(field.listed, "{}", field.name);
            }
            let listed_rows = kind.listed().filter(|field| matches!(field.field_type, FieldType::Rows(_)));
            assert!(listed_rows.into_iter().all(|field| field.shows.is_some()), "{}", kind.name);
        }
    }
}
