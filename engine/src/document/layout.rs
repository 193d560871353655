//! How a record lies in its Automerge document.
//!
//! ```text
//! root ─ _kind: "contact"                      what it is
//!      ─ _id: "0t3c…"                          which one (the same text as its file name in an export)
//!      ─ _removed: true                        the mark of a removed record; absent in one that is not
//!      ─ given: "Åsa"                          a register: one scalar; null once cleared
//!      ─ notes: Text                           prose
//!      ─ nominated: Counter
//!      ─ focus_areas: { "9k2…": true }         a set: a map from member to true
//!      ─ emails: { "4f7…": { _order: "1", _removed: true?, address: "…" } }   keyed rows
//! ```
//!
//! Who makes the containers, and why two replicas never make two, is in `document/seeds.rs`.

use automerge::{ActorId, Automerge, ObjId, ObjType, ROOT, ReadDoc, ScalarValue, Value as Stored};

use super::DocumentError;
use super::seeds::is_seed_actor;
use super::view::{View, scalar_of};
use crate::id::{RecordId, RowId};
use crate::schema::{self, Field, FieldType, Value};

pub(super) const KIND: &str = "_kind";
pub(super) const ID: &str = "_id";
pub(super) const REMOVED: &str = "_removed";
pub(super) const ORDER: &str = "_order";

/// The operations of a record's first seed that write its kind and its name (`seeds`).
const KIND_OPERATION: u64 = 1;
const ID_OPERATION: u64 = 2;

/// What Automerge object a field of this type is; `None` for registers and counters, which are scalars.
pub(super) fn container(field_type: &FieldType) -> Option<ObjType> {
    match field_type {
        FieldType::Prose => Some(ObjType::Text),
        FieldType::EnumerationSet(_) | FieldType::ReferenceSet(_) | FieldType::Rows(_) => Some(ObjType::Map),
        _ => None,
    }
}

/// The kind that a document says it is.
pub(super) fn kind_name(automerge: &Automerge) -> Option<String> {
    match automerge.get(ROOT, KIND).ok()?? {
        (Stored::Scalar(scalar), _) => scalar.as_str().map(str::to_owned),
        _ => None,
    }
}

/// The record that a document says it is.
pub(super) fn record_id(automerge: &Automerge) -> Option<RecordId> {
    match automerge.get(ROOT, ID).ok()?? {
        (Stored::Scalar(scalar), _) => scalar.as_str()?.parse().ok(),
        _ => None,
    }
}

/// Whether the document is one of ours, of record `id`, and every field that this version knows is what it must be.
///
/// Fields and kinds that it does not know are a newer version's business and pass.
///
/// # Errors
/// [`DocumentError::Layout`] with what does not fit.
pub fn check(automerge: &Automerge, id: RecordId) -> Result<(), DocumentError> {
    check_in(&View::now(automerge), id)
}

/// The same in a view of the document as it is now.
pub(super) fn check_in(view: &View<'_>, id: RecordId) -> Result<(), DocumentError> {
    let fail = |reason: String| DocumentError::Layout { record: id, reason };
    match view.text(&ROOT, ID) {
        Some(text) if text == id.to_string() => {}
        _ => return Err(fail("it does not carry its own name".to_owned())),
    }
    if view.all(&ROOT, ID).len() > 1 || view.all(&ROOT, KIND).len() > 1 {
        return Err(fail("its name or kind was written twice".to_owned()));
    }
    let name = view.text(&ROOT, KIND).ok_or_else(|| fail("it does not say what kind it is".to_owned()))?;
    if name.is_empty() || name.len() > 64 {
        return Err(fail("the name of its kind is not one".to_owned()));
    }
    if [(KIND, KIND_OPERATION), (ID, ID_OPERATION)].iter().any(|(key, number)| !is_first(view, key, *number))
    {
        return Err(fail("its name or kind was written over".to_owned()));
    }
    let Some(kind) = schema::kind(&name) else { return Ok(()) };
    kind.fields.iter().try_for_each(|field| check_field(view, &ROOT, field)).map_err(&fail)?;
    let is_gone = |field: &&Field| {
        field.since == 1 && container(&field.field_type).is_some() && view.get(&ROOT, field.name).is_none()
    };
    kind.fields
        .iter()
        .find(is_gone)
        .map_or(Ok(()), |field| Err(fail(format!("{} was taken away", field.name))))
}

/// Whether what stands under a key of the root was written by the operation of that number, and so by the first change: whatever writes
/// over it has a later one.
fn is_first(view: &View<'_>, key: &str, number: u64) -> bool {
    matches!(view.get(&ROOT, key), Some((_, ObjId::Id(counter, _, _))) if counter == number)
}

/// Who wrote a value or made a container.
fn actor_of(operation: &ObjId) -> Option<&ActorId> {
    match operation {
        ObjId::Id(_, actor, _) => Some(actor),
        ObjId::Root => None,
    }
}

fn check_field(view: &View<'_>, object: &automerge::ObjId, field: &Field) -> Result<(), String> {
    let wrong = |what: &str| format!("{} {what}", field.name);
    for (stored, child) in view.all(object, field.name) {
        match (&stored, container(&field.field_type)) {
            // Another in its place would hide what others write into the one that there is. (In a row whoever first needs one makes it.)
            (Stored::Object(found), Some(expected)) if *found == expected => {
                if *object == ROOT && !actor_of(&child).is_some_and(is_seed_actor) {
                    return Err(wrong("was put in the place of the one that there is"));
                }
                check_container(view, &child, field)?
            }
            (Stored::Scalar(scalar), None) => check_scalar(field, scalar)?,
            _ => return Err(wrong("is stored as something else than its type")),
        }
    }
    Ok(())
}

fn check_scalar(field: &Field, scalar: &ScalarValue) -> Result<(), String> {
    let wrong = |what: &str| format!("{} {what}", field.name);
    let scalar = scalar_of(scalar).ok_or_else(|| wrong("holds a kind of value that no field has"))?;
    let value = field.field_type.read(&scalar);
    match (&value, field.field_type) {
        (Value::Unreadable(_), _) => Err(wrong("does not hold a value of its type")),
        (Value::Text(text), _) if text.len() > schema::LONGEST_PROSE => Err(wrong("is too long")),
        // A newer version may know more choices; and what is only implausible is for review, not for the gate.
        _ => Ok(()),
    }
}

fn check_container(view: &View<'_>, object: &automerge::ObjId, field: &Field) -> Result<(), String> {
    let wrong = |what: &str| format!("{} {what}", field.name);
    match field.field_type {
        FieldType::Rows(fields) => {
            for key in view.keys(object) {
                // There are several ways to write a name, and one that is looked for.
                if !key.parse::<RowId>().is_ok_and(|row| row.to_string() == key) {
                    return Err(wrong("has a row without a proper name"));
                }
                for (stored, row) in view.all(object, &key) {
                    if !matches!(stored, Stored::Object(ObjType::Map)) {
                        return Err(wrong("has a row that is none"));
                    }
                    fields.iter().try_for_each(|field| check_field(view, &row, field))?;
                }
            }
            Ok(())
        }
        FieldType::EnumerationSet(_) | FieldType::ReferenceSet(_) => {
            let members = view.keys(object);
            let all_marks = members.iter().all(|key| {
                key.len() <= 64 && view.all(object, key).iter().all(|(stored, _)| stored.is_scalar())
            });
            if all_marks { Ok(()) } else { Err(wrong("has a member that is none")) }
        }
        _ if view.length(object) > schema::LONGEST_PROSE => Err(wrong("is too long")),
        _ => Ok(()),
    }
}
