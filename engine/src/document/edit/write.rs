//! How what somebody edits is written into an Automerge transaction: one function for each form that a field is kept in.

use std::collections::BTreeSet;

use automerge::transaction::{Transactable, Transaction};
use automerge::{ObjId, ObjType, ROOT, ReadDoc, ScalarValue, Value as Stored};

use super::*;

pub(super) fn write_field(
    transaction: &mut Transaction<'_>,
    object: &ObjId,
    field: &Field,
    edit: &Edit,
) -> Result<(), EditError> {
    match edit {
        Edit::Set { value, .. } => write_value(transaction, object, field, value),
        Edit::Prose { base, text, .. } => {
            let prose = container(transaction, object, field)?;
            splice(transaction, &prose, base, text)
        }
        Edit::Count { by, .. } => count(transaction, object, field.name, *by),
        Edit::Members { include, exclude, .. } => {
            let set = container(transaction, object, field)?;
            write_members(transaction, &set, include, exclude)
        }
        _ => Ok(()),
    }
}

pub(super) fn write_cells(
    transaction: &mut Transaction<'_>,
    object: &ObjId,
    fields: &'static [Field],
    cells: &Cells,
) -> Result<(), EditError> {
    for field in fields {
        match cells.get(field.name) {
            Some(value) if !value.is_empty() => write_value(transaction, object, field, value)?,
            _ => {}
        }
    }
    Ok(())
}

pub(super) fn write_value(
    transaction: &mut Transaction<'_>,
    object: &ObjId,
    field: &Field,
    value: &Value,
) -> Result<(), EditError> {
    match field.field_type {
        FieldType::Prose => {
            let prose = container(transaction, object, field)?;
            let current = transaction.text(&prose)?;
            splice(transaction, &prose, &current, value.as_text().unwrap_or_default())
        }
        FieldType::EnumerationSet(_) | FieldType::ReferenceSet(_) => {
            let set = container(transaction, object, field)?;
            let wanted = value.members();
            let current: BTreeSet<String> = transaction.keys(&set).collect();
            let unwanted = current.difference(&wanted).cloned().collect();
            write_members(transaction, &set, &wanted, &unwanted)
        }
        FieldType::Rows(fields) => {
            let keys = order::spread(value.rows().len());
            value.rows().iter().zip(keys).try_for_each(|(row, key)| {
                let order = if row.order.is_empty() { key } else { row.order.clone() };
                add_row(transaction, field.name, fields, &Row { order, ..row.clone() })
            })
        }
        FieldType::Counter => {
            let wanted = if let Value::Counter(sum) = value { *sum } else { 0 };
            let current = counter_sum(transaction, object, field.name);
            count(transaction, object, field.name, wanted.wrapping_sub(current))
        }
        _ => {
            let scalar = value.to_scalar().ok_or_else(|| EditError::Document("not a scalar".to_owned()))?;
            put_scalar(transaction, object, field.name, stored(scalar))
        }
    }
}

pub(super) fn stored(scalar: Scalar) -> ScalarValue {
    match scalar {
        Scalar::Null => ScalarValue::Null,
        Scalar::Text(text) => ScalarValue::from(text),
        Scalar::Whole(number) => ScalarValue::Int(number),
        Scalar::Number(number) => ScalarValue::F64(number),
        Scalar::YesNo(yes) => ScalarValue::Boolean(yes),
    }
}

/// Writes a register, unless it already holds just that and nothing contradicts it.
pub(super) fn put_scalar(
    transaction: &mut Transaction<'_>,
    object: &ObjId,
    key: &str,
    value: ScalarValue,
) -> Result<(), EditError> {
    let current = transaction.get_all(object, key)?;
    let same = match current.as_slice() {
        [] => value == ScalarValue::Null,
        [(Stored::Scalar(only), _)] => scalar_of(only) == scalar_of(&value),
        _ => false,
    };
    if !same {
        transaction.put(object, key, value)?;
    }
    Ok(())
}

/// Sets or takes away the mark of a removed record or row.
pub(super) fn put_flag(
    transaction: &mut Transaction<'_>,
    object: &ObjId,
    removed: bool,
) -> Result<(), EditError> {
    let current = transaction.get_all(object, REMOVED)?;
    let same = match current.as_slice() {
        [] => !removed,
        [(stored, _)] => stored.as_bool() == Some(removed),
        _ => false,
    };
    if !same {
        transaction.put(object, REMOVED, removed)?;
    }
    Ok(())
}

/// The object that holds a field's text, set or rows. It is made where it is missing: a row from a version that did
/// not know the field.
pub(super) fn container(
    transaction: &mut Transaction<'_>,
    object: &ObjId,
    field: &Field,
) -> Result<ObjId, EditError> {
    let wanted = layout::container(&field.field_type);
    match (transaction.get(object, field.name)?, wanted) {
        (Some((Stored::Object(found), id)), Some(wanted)) if found == wanted => Ok(id),
        (None, Some(wanted)) => Ok(transaction.put_object(object, field.name, wanted)?),
        _ => Err(EditError::Document(format!("{} is stored as something else than its type", field.name))),
    }
}

pub(super) fn splice(
    transaction: &mut Transaction<'_>,
    prose: &ObjId,
    base: &str,
    text: &str,
) -> Result<(), EditError> {
    let current = transaction.text(prose)?;
    for splice in rebase(base, text, &current) {
        let delete = isize::try_from(splice.delete).unwrap_or(isize::MAX);
        transaction.splice_text(prose, splice.position, delete, &splice.insert)?;
    }
    Ok(())
}

pub(super) fn write_members(
    transaction: &mut Transaction<'_>,
    set: &ObjId,
    include: &BTreeSet<String>,
    exclude: &BTreeSet<String>,
) -> Result<(), EditError> {
    for member in exclude.difference(include) {
        if transaction.get(set, member)?.is_some() {
            transaction.delete(set, member.as_str())?;
        }
    }
    for member in include {
        if transaction.get(set, member)?.is_none() {
            transaction.put(set, member.as_str(), true)?;
        }
    }
    Ok(())
}

pub(super) fn counter_sum(transaction: &Transaction<'_>, object: &ObjId, key: &str) -> i64 {
    match transaction.get(object, key) {
        Ok(Some((Stored::Scalar(scalar), _))) => scalar.as_i64().unwrap_or(0),
        _ => 0,
    }
}

pub(super) fn count(
    transaction: &mut Transaction<'_>,
    object: &ObjId,
    key: &str,
    by: i64,
) -> Result<(), EditError> {
    if by == 0 {
        return Ok(());
    }
    if transaction.get(object, key)?.is_none() {
        transaction.put(object, key, ScalarValue::counter(0))?;
    }
    Ok(transaction.increment(object, key, by)?)
}

pub(super) fn list_of(transaction: &Transaction<'_>, list: &str) -> Result<ObjId, EditError> {
    match transaction.get(ROOT, list)? {
        Some((Stored::Object(ObjType::Map), id)) => Ok(id),
        _ => Err(EditError::Document(format!("{list} is stored as something else than its type"))),
    }
}

pub(super) fn find_row(transaction: &Transaction<'_>, list: &str, row: RowId) -> Result<ObjId, EditError> {
    let rows = list_of(transaction, list)?;
    match transaction.get(&rows, row.to_string())? {
        Some((Stored::Object(ObjType::Map), id)) => Ok(id),
        _ => Err(EditError::NoRow { list: list.to_owned(), row }),
    }
}

pub(super) fn add_row(
    transaction: &mut Transaction<'_>,
    list: &str,
    fields: &'static [Field],
    row: &Row,
) -> Result<(), EditError> {
    let rows = list_of(transaction, list)?;
    let name = row.id.to_string();
    if transaction.get(&rows, &name)?.is_some() {
        return Err(EditError::RowExists { list: list.to_owned(), row: row.id });
    }
    let order = if row.order.is_empty() { last_place(transaction, &rows) } else { row.order.clone() };
    let object = transaction.put_object(&rows, name, ObjType::Map)?;
    transaction.put(&object, ORDER, order)?;
    // Texts and sets are made with the row: made later by two people, one of them would be hidden.
    for field in fields {
        if let Some(container) = layout::container(&field.field_type) {
            transaction.put_object(&object, field.name, container)?;
        }
    }
    write_cells(transaction, &object, fields, &row.cells)
}

/// The order key behind all rows, removed ones included.
pub(super) fn last_place(transaction: &Transaction<'_>, rows: &ObjId) -> String {
    let keys = transaction.keys(rows).collect::<Vec<_>>();
    let order = |key: &String| {
        let (_, row) = transaction.get(rows, key.as_str()).ok()??;
        match transaction.get(&row, ORDER).ok()?? {
            (Stored::Scalar(scalar), _) => scalar.as_str().map(str::to_owned),
            _ => None,
        }
    };
    let last = keys.iter().filter_map(order).max();
    order::between(last.as_deref(), None)
}
