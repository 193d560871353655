//! What goes when a person is erased: looked at before, by whoever is to decide.

use samsyn_engine::id::RecordId;
use samsyn_engine::replica::{Replica, ReplicaError};
use samsyn_engine::schema::Value;
use samsyn_engine::schema::kinds::CONTACT;

/// What erasing a record touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    /// The record.
    pub record: RecordId,
    /// What it is called.
    pub title: String,
    /// How many changes there are of it: all of its history.
    pub changes: usize,
    /// What refers to it, and will refer to somebody who was erased.
    pub referrers: Vec<Referrer>,
    /// Why it is not to be erased, where that is known here. The relay decides, by its own copy.
    pub kept: Option<Kept>,
}

/// A record that refers to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referrer {
    /// Which.
    pub id: RecordId,
    /// What it is called.
    pub title: String,
    /// The field by which it does.
    pub field: String,
}

/// Why a record is not to be erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// The law wants it kept; on this ground, as far as somebody wrote it down.
    Hold(Option<String>),
    /// It is no person's.
    NotAPerson,
}

impl Touched {
    /// Looks at what erasing a record would touch.
    ///
    /// # Errors
    /// Where there is no such record, or the file cannot be read.
    pub fn of(replica: &Replica, id: RecordId) -> Result<Touched, ReplicaError> {
        let document = replica.document(id)?;
        let record = document.read();
        let kept = match (record.kind.as_str(), record.get("retention_hold")) {
            (_, Value::YesNo(true)) => {
                let ground = record.get("retention_ground").as_text().map(str::trim);
                Some(Kept::Hold(ground.filter(|ground| !ground.is_empty()).map(str::to_owned)))
            }
            (kind, _) => (kind != CONTACT.name).then_some(Kept::NotAPerson),
        };
        Ok(Touched {
            record: id,
            title: record.title(),
            changes: document.change_names().len(),
            referrers: referrers(replica, id)?,
            kept,
        })
    }
}

/// The records that refer to one.
///
/// # Errors
/// Where the file cannot be read.
pub fn referrers(replica: &Replica, id: RecordId) -> Result<Vec<Referrer>, ReplicaError> {
    let referrers = replica.store().referrers(id)?;
    let ids: Vec<RecordId> = referrers.iter().map(|(id, _)| *id).collect();
    let titles = replica.store().titles(&ids)?;
    let one = |((id, field), title): ((RecordId, String), Option<String>)| Referrer {
        id,
        title: title.unwrap_or_default(),
        field,
    };
    Ok(referrers.into_iter().zip(titles).map(one).collect())
}
