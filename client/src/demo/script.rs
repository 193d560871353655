//! What the two ambassadors do while they travel. Both touch the same field, the same prose and the same plan.

use jiff::ToSpan;
use samsyn_engine::document::Edit;
use samsyn_engine::id::{RecordId, RowId};
use samsyn_engine::replica::{Replica, ReplicaError};
use samsyn_engine::sample::KNOWN;
use samsyn_engine::schema::kinds::CONTACT;
use samsyn_engine::schema::{Cells, Coordinates, FieldPath, NewRecord, Value};

type Count = Result<usize, ReplicaError>;

/// Erik, on the train to Stockholm: has asked the municipality, met a professor, moved a task.
pub(super) fn first_ambassador(replica: &mut Replica) -> Count {
    let mut script = Script { replica, edits: 0 };
    script.edit(
        KNOWN.arena,
        vec![
            Edit::set("capacity", Value::Number(9_165.0)),
            Edit::set("capacity_source", text("Kommunens fastighetsregister")),
        ],
        Some("ringde fastighetskontoret"),
    )?;
    script.append(KNOWN.arena, "description", "\n\nKommunen uppger 9 165 platser efter ombyggnaden 2013.")?;
    script.task(KNOWN.plan_tasks[0], "progress", |_| Value::Number(80.0))?;
    script.task(KNOWN.plan_tasks[1], "end", |end| later(end, 14))?;
    script.edit(
        KNOWN.plan,
        vec![Edit::add_row(
            "tasks",
            Cells::from([
                ("title".to_owned(), text("Boka lokal för ambassadörsträffen")),
                ("status".to_owned(), Value::Choice("to_do".into())),
                ("start".to_owned(), days_from_now(10)),
                ("end".to_owned(), days_from_now(17)),
            ]),
        )],
        None,
    )?;
    script.edit(
        KNOWN.ambassadors[0],
        vec![Edit::Count { path: FieldPath::field("ambassador_bid"), by: 1 }],
        None,
    )?;
    script.append(KNOWN.ambassadors[0], "notes", "\nTräffades på tåget. Vill gärna vara värd 2029.")?;
    script.edit(
        KNOWN.meeting,
        vec![Edit::set("delegates", Value::Number(450.0))],
        Some("siffra från sekretariatet"),
    )?;
    let mut new = NewRecord::new(&CONTACT);
    new.cells.insert("given".into(), text("Ingela"));
    new.cells.insert("family".into(), text("Sjödin"));
    new.cells.insert(
        "notes".into(),
        text("Ordförande i programkommittén. Känner Karin Åkerblom sedan disputationen."),
    );
    script.replica.create_record(&new)?;
    Ok(script.edits + 1)
}

/// Sara, at a congress in Tromsø: has another figure, other plans, and the same professor.
pub(super) fn second_ambassador(replica: &mut Replica) -> Count {
    let mut script = Script { replica, edits: 0 };
    script.edit(
        KNOWN.arena,
        vec![
            Edit::set("capacity", Value::Number(9_500.0)),
            Edit::set("capacity_source", text("Klubbens egen uppgift: över 9 500")),
        ],
        Some("enligt arenachefen"),
    )?;
    script.prepend(
        KNOWN.arena,
        "description",
        "Nytt: restaurangen tar nu emot kongressmiddagar året runt. ",
    )?;
    script.task(KNOWN.plan_tasks[0], "progress", |_| Value::Number(60.0))?;
    script.task(KNOWN.plan_tasks[1], "title", |_| text("Utbilda de första ambassadörerna (två dagar)"))?;
    script.edit(
        KNOWN.plan,
        vec![Edit::add_row(
            "tasks",
            Cells::from([
                ("title".to_owned(), text("Skriv inbjudan till ambassadörerna")),
                ("status".to_owned(), Value::Choice("in_progress".into())),
                ("start".to_owned(), days_from_now(2)),
                ("end".to_owned(), days_from_now(9)),
            ]),
        )],
        None,
    )?;
    script.edit(
        KNOWN.ambassadors[0],
        vec![Edit::Count { path: FieldPath::field("ambassador_bid"), by: 1 }],
        None,
    )?;
    script.prepend(KNOWN.ambassadors[0], "notes", "Talade i Tromsø, mycket uppskattad. ")?;
    script.edit(
        KNOWN.meeting,
        vec![Edit::set("delegates", Value::Number(520.0))],
        Some("årets deltagarlista"),
    )?;
    let place = Coordinates::new(63.194_7, 14.655_8).map_or(Value::Empty, Value::Coordinates);
    script.edit(KNOWN.arena, vec![Edit::set("coordinates", place)], None)?;
    Ok(script.edits)
}

struct Script<'a> {
    replica: &'a mut Replica,
    edits: usize,
}

impl Script<'_> {
    fn edit(&mut self, record: RecordId, edits: Vec<Edit>, why: Option<&str>) -> Result<(), ReplicaError> {
        self.replica.edit(record, &edits, why)?;
        self.edits += edits.len();
        Ok(())
    }

    fn append(&mut self, record: RecordId, field: &str, words: &str) -> Result<(), ReplicaError> {
        self.prose(record, field, |base| format!("{base}{words}"))
    }

    fn prepend(&mut self, record: RecordId, field: &str, words: &str) -> Result<(), ReplicaError> {
        self.prose(record, field, |base| format!("{words}{base}"))
    }

    fn prose(
        &mut self,
        record: RecordId,
        field: &str,
        change: impl FnOnce(&str) -> String,
    ) -> Result<(), ReplicaError> {
        let base = self.replica.record(record)?.get(field).as_text().unwrap_or_default().to_owned();
        let text = change(&base);
        self.edit(record, vec![Edit::Prose { path: FieldPath::field(field), base, text }], None)
    }

    fn task(
        &mut self,
        task: RowId,
        field: &str,
        change: impl FnOnce(&Value) -> Value,
    ) -> Result<(), ReplicaError> {
        let path = FieldPath::cell("tasks", task, field);
        let value = change(&self.replica.record(KNOWN.plan)?.at(&path));
        self.edit(KNOWN.plan, vec![Edit::Set { path, value }], None)
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn later(value: &Value, days: i64) -> Value {
    match value {
        Value::Date(date) => date.checked_add(days.days()).map_or(Value::Empty, Value::Date),
        other => other.clone(),
    }
}

fn days_from_now(days: i64) -> Value {
    crate::words::today().checked_add(days.days()).map_or(Value::Empty, Value::Date)
}
