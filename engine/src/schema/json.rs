//! Fields as JSON, there and back without loss. The form is that of the document itself: see `Value::to_scalar`.

use serde_json::{Map, Value as Json};

use super::value::{Cells, Link, Row, Scalar, Value};
use super::{Field, FieldType};

/// The fields that a JSON object holds, read by their types. Names that are no fields are passed over.
pub fn cells_from_json(fields: &'static [Field], object: &Map<String, Json>) -> Cells {
    let known = fields.iter().filter_map(|field| Some((field, object.get(field.name)?)));
    let values = known.map(|(field, json)| (field.name.to_owned(), value_from_json(&field.field_type, json)));
    values.filter(|(_, value)| !value.is_empty()).collect()
}

/// The value that a JSON value is for a field of that type. What does not fit becomes [`Value::Unreadable`].
pub fn value_from_json(field_type: &FieldType, json: &Json) -> Value {
    let texts = |list: &[Json]| list.iter().filter_map(Json::as_str).map(str::to_owned).collect::<Vec<_>>();
    match (field_type, json) {
        (FieldType::EnumerationSet(_), Json::Array(list)) => {
            Value::Choices(texts(list).into_iter().collect())
        }
        (FieldType::ReferenceSet(_), Json::Array(list)) => {
            Value::Links(texts(list).iter().filter_map(|text| text.parse::<Link>().ok()).collect())
        }
        (FieldType::Rows(fields), Json::Array(list)) => {
            Value::Rows(list.iter().filter_map(|row| row_from_json(fields, row)).collect())
        }
        (field_type, json) => match scalar(json) {
            Some(scalar) => field_type.read(&scalar),
            None => Value::Unreadable(json.to_string()),
        },
    }
}

fn row_from_json(fields: &'static [Field], json: &Json) -> Option<Row> {
    let object = json.as_object()?;
    let id = object.get("id")?.as_str()?.parse().ok()?;
    let order = object.get("_order").and_then(Json::as_str).unwrap_or_default().to_owned();
    Some(Row { id, order, cells: cells_from_json(fields, object) })
}

fn scalar(json: &Json) -> Option<Scalar> {
    Some(match json {
        Json::Null => Scalar::Null,
        Json::Bool(yes) => Scalar::YesNo(*yes),
        Json::String(text) => Scalar::Text(text.clone()),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Scalar::Whole(whole),
            None => Scalar::Number(number.as_f64()?),
        },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::RowId;
    use crate::schema::cells_to_json;
    use crate::schema::kinds::CONTACT;

    #[test]
    fn fields_survive_json() {
        let row = Row {
            id: RowId::random(),
            order: "3".into(),
            cells: Cells::from([("address".into(), Value::Text("a@example.se".into()))]),
        };
        let cells = Cells::from([
            ("given".to_owned(), Value::Text("Åsa".into())),
            ("emails".to_owned(), Value::Rows(vec![row])),
            ("focus_areas".to_owned(), Value::Links([Link::Record(crate::id::RecordId::random())].into())),
        ]);
        assert_eq!(cells_from_json(CONTACT.fields, &cells_to_json(&cells)), cells);
    }
}
