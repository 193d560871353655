//! Personal data is kept until somebody decides anew whether it is needed: by that day, and with a month's notice.

use jiff::civil::Date;
use jiff::{Span, ToSpan as _};

use super::{Finding, Look, Problem, QuickFix};
use crate::schema::{Kind, Value};
use crate::store::{RowView, StoreError, Test};

/// The field with the day.
pub(super) const FIELD: &str = "review_by";

/// So many days before it comes a day is told of.
pub const NOTICE: i32 = 30;

/// How a day by which something is to be decided stands to today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// It has passed.
    Passed,
    /// It is today, or comes within [`NOTICE`] days.
    Near,
}

pub(super) fn find(look: &Look<'_>) -> Result<Vec<Finding>, StoreError> {
    let last = later(look.today, NOTICE.days());
    let rows = look.rows_where(FIELD, &Test::UpTo(last))?;
    Ok(rows.iter().filter_map(|(kind, row)| finding(look, kind, row)).collect())
}

fn finding(look: &Look<'_>, kind: &'static Kind, row: &RowView) -> Option<Finding> {
    let Some(Value::Date(by)) = row.cells.get(FIELD) else { return None };
    let stand = if *by < look.today { Stand::Passed } else { Stand::Near };
    let held = row.cells.get("retention_hold") == Some(&Value::YesNo(true));
    let again = QuickFix::DecideAgain(later(look.today, 1.year()));
    Some(look.finding((kind, row), Problem::ReviewBy { by: *by, stand, held }, Some(again)))
}

/// A day that comes later; the last that there is, where that would be beyond it.
fn later(day: Date, by: Span) -> Date {
    day.checked_add(by).unwrap_or(Date::MAX)
}
