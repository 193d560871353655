//! What merges cleanly and is still wrong, or will be soon.
//!
//! ```text
//!  rows (the projection) ─▶ each rule of RULES, with the day that it is ─▶ findings, the grave ones first
//! ```
//!
//! A *rule* is one small function over merged state, in a file of its own. It reads rows, never documents, so that all rules
//! together can be asked after every change; and it is handed the day, so that what was right yesterday and is not today is found
//! without anybody having changed anything. Findings are not kept anywhere: they are there for as long as they are true.
//!
//! To add a rule, write its file, give it a [`Problem`] and name it in [`RULES`].

mod legal_basis;
mod review_by;

use jiff::civil::Date;

use crate::document::Edit;
use crate::id::RecordId;
use crate::identity::Role;
use crate::replica::{Batch, Replica, ReplicaError};
use crate::schema::{KINDS, Kind, Right, Value};
use crate::store::{Filter, ListQuery, RowView, Sort, Store, StoreError, Test};

pub use review_by::{NOTICE, Stand};

/// How much a finding weighs. The graver comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It is wrong now.
    Must,
    /// It will be, if nobody does anything.
    Should,
}

impl Severity {
    /// Its name in exports and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Severity::Must => "grave",
            Severity::Should => "slight",
        }
    }
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// Personal data is kept beyond the day by which it was to be decided whether it is still needed, or that day is near.
    ReviewBy {
        /// That day.
        by: Date,
        /// How it stands to today.
        stand: Stand,
        /// Whether a retention hold forbids erasing it, so that the only way out is another day.
        held: bool,
    },
    /// Personal data is kept without a legal basis.
    NoLegalBasis,
}

impl Problem {
    /// The rule's name in exports and on the command line. Never changed once released.
    pub const fn rule(&self) -> &'static str {
        match self {
            Problem::ReviewBy { .. } => "review_by",
            Problem::NoLegalBasis => "legal_basis",
        }
    }

    /// How much it weighs.
    pub const fn severity(&self) -> Severity {
        match self {
            Problem::ReviewBy { stand: Stand::Near, .. } => Severity::Should,
            Problem::ReviewBy { stand: Stand::Passed, .. } | Problem::NoLegalBasis => Severity::Must,
        }
    }
}

/// A way out that is one click, where there is one that does not have to be thought over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuickFix {
    /// The data is still needed: decide again by that day.
    DecideAgain(Date),
    /// A consent is noted and was not withdrawn: that is the basis.
    RestOnConsent,
}

impl QuickFix {
    /// The name of the field that it writes.
    pub const fn field(&self) -> &'static str {
        match self {
            QuickFix::DecideAgain(_) => review_by::FIELD,
            QuickFix::RestOnConsent => legal_basis::FIELD,
        }
    }

    /// What it writes there.
    pub fn value(&self) -> Value {
        match self {
            QuickFix::DecideAgain(by) => Value::Date(*by),
            QuickFix::RestOnConsent => legal_basis::consent(),
        }
    }

    /// What does it in that record, under this name.
    pub fn batch(&self, record: RecordId, name: impl Into<String>) -> Batch {
        Batch::named(name).edit(record, vec![Edit::set(self.field(), self.value())])
    }
}

/// Something that is wrong with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    /// Which record.
    pub record: RecordId,
    /// The name of its kind.
    pub kind: &'static str,
    /// Whether it carries the mark of a removed record. Its data is kept all the same, until it is erased.
    pub removed: bool,
    /// What is wrong.
    pub problem: Problem,
    /// What one click does about it, if anything, and whoever works here may do it.
    pub quick_fix: Option<QuickFix>,
}

/// What a rule looks at.
struct Look<'a> {
    store: &'a Store,
    today: Date,
    /// What whoever works here is.
    role: Role,
}

/// Tells what is wrong.
type Rule = fn(&Look<'_>) -> Result<Vec<Finding>, StoreError>;

/// All rules, in the order in which findings of the same weight are told.
const RULES: &[Rule] = &[review_by::find, legal_basis::find];

impl Replica {
    /// What is wrong, or will be soon, on this day: the grave findings first. Of kinds that whoever works here may not read
    /// nothing is told.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn findings(&self, today: Date) -> Result<Vec<Finding>, ReplicaError> {
        let look = Look { store: self.store(), today, role: self.grant()?.role };
        let mut all = Vec::new();
        for rule in RULES {
            all.extend(rule(&look)?);
        }
        // Stable: within a weight the order stays that of the rules.
        all.sort_by_key(|finding| finding.problem.severity());
        Ok(all)
    }
}

impl Look<'_> {
    /// The rows in sight, removed ones too, in which a field passes a test, by the order of that field; of every kind that
    /// has it.
    fn rows_where(&self, field: &str, test: &Test) -> Result<Vec<(&'static Kind, RowView)>, StoreError> {
        let has_field = |kind: &&Kind| kind.field(field).is_some();
        let in_sight = |kind: &&Kind| self.role.right(kind.name) >= Right::Read;
        let mut found = Vec::new();
        for kind in KINDS.iter().copied().filter(has_field).filter(in_sight) {
            for removed in [false, true] {
                let filter = Filter { field: field.to_owned(), test: test.clone() };
                let sort = Some(Sort { field: field.to_owned(), descending: false });
                let list = ListQuery { filters: vec![filter], sort, removed, ..ListQuery::all(kind) };
                let rows = self.store.rows(&self.store.list(&list)?)?;
                found.extend(rows.into_iter().flatten().map(|row| (kind, row)));
            }
        }
        Ok(found)
    }

    /// A finding in a row. What was removed has no way out that is one click: it is hardly needed, so somebody has to look.
    fn finding(
        &self,
        (kind, row): (&'static Kind, &RowView),
        problem: Problem,
        quick_fix: Option<QuickFix>,
    ) -> Finding {
        let may_write = !row.removed && self.role.right(kind.name) == Right::Write;
        Finding {
            record: row.id,
            kind: kind.name,
            removed: row.removed,
            problem,
            quick_fix: quick_fix.filter(|_| may_write),
        }
    }
}

#[cfg(test)]
mod tests;
