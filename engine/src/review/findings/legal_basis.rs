//! Personal data is kept only where there is a legal basis for it (article 6(1) GDPR).

use super::{Finding, Look, Problem, QuickFix};
use crate::schema::{Kind, Value};
use crate::store::{RowView, StoreError, Test};

/// The field with the basis.
pub(super) const FIELD: &str = "legal_basis";

pub(super) fn find(look: &Look<'_>) -> Result<Vec<Finding>, StoreError> {
    let rows = look.rows_where(FIELD, &Test::Empty)?;
    Ok(rows.iter().map(|(kind, row)| finding(look, kind, row)).collect())
}

fn finding(look: &Look<'_>, kind: &'static Kind, row: &RowView) -> Finding {
    let quick_fix = has_consent(row).then_some(QuickFix::RestOnConsent);
    look.finding((kind, row), Problem::NoLegalBasis, quick_fix)
}

/// A consent is noted, and nothing that ended it.
fn has_consent(row: &RowView) -> bool {
    row.cells.contains_key("consent_at") && !row.cells.contains_key("consent_withdrawn_at")
}

/// The basis that a consent is.
pub(super) fn consent() -> Value {
    Value::Choice("consent".to_owned())
}
