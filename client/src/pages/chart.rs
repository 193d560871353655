//! A plan's timeline: tasks as bars with what they wait for, milestones as points. Dragging a bar moves the task.

use eframe::egui::Ui;
use jiff::civil::Date;
use samsyn_engine::document::{Edit, Record};
use samsyn_engine::id::RowId;
use samsyn_engine::schema::kinds::PLAN;
use samsyn_engine::schema::{FieldPath, Link as Reference, Row, Value};

use super::{Action, Scene, texts};
use crate::widgets::gantt::{Gantt, GanttRow, GanttState, GanttTexts, Link, Moved};
use crate::widgets::tokens::Tone;

const TASKS: &str = "tasks";
const MILESTONES: &str = "milestones";

/// The timeline's view state.
#[derive(Debug, Default)]
pub(super) struct Chart {
    state: GanttState,
    selected: Option<RowId>,
}

impl Chart {
    /// Draws the timeline. Answers the row that somebody wants to see in the form.
    pub(super) fn show(&mut self, ui: &mut Ui, record: &Record, scene: &mut Scene<'_>) -> Option<RowId> {
        let may = scene.session.may_change(record) && !record.removed;
        let milestones = record.get(MILESTONES).rows().iter().map(|row| milestone(row, scene.today));
        let tasks = record.get(TASKS).rows();
        let bars = tasks.iter().map(|row| task(row, scene.today));
        let mut rows: Vec<GanttRow<'_, RowId>> = bars.chain(milestones).collect();
        let unnamed = scene.say(texts::UNNAMED);
        for row in &mut rows {
            row.movable &= may;
            if row.label.is_empty() {
                row.label = unnamed;
            }
        }
        let links: Vec<Link<RowId>> = tasks.iter().flat_map(waits_for).collect();
        let texts = GanttTexts {
            months: texts::months(scene.language),
            week: scene.say(texts::WEEK),
            tasks: scene.say(texts::TASK),
            today: scene.say(texts::TODAY),
            late: scene.say(texts::OVERDUE),
            whole: scene.say(texts::WHOLE_PLAN),
            day: scene.say(texts::ONE_DAY),
            days: scene.say(texts::DAYS),
            zoom_out: scene.say(texts::ZOOM_OUT),
            zoom_in: scene.say(texts::ZOOM_IN),
            empty: scene.say(texts::CHART_EMPTY),
            empty_hint: scene.say(texts::CHART_EMPTY_HINT),
            undated: scene.say(texts::CHART_UNDATED),
            undated_hint: scene.say(texts::CHART_UNDATED_HINT),
        };
        let chart = Gantt::new("plan", &rows, scene.today, &texts).links(&links).selected(self.selected);
        let answer = chart.opens_at(first_open(tasks)).show(ui, &mut self.state);
        self.selected = answer.selected.or(self.selected);
        if let Some(moved) = answer.moved {
            let edits = edits_of(record, &moved);
            scene.act(Action::Edit(record.id, edits));
        }
        answer.opened
    }
}

fn date(row: &Row, field: &str) -> Option<Date> {
    match row.get(field) {
        Value::Date(date) => Some(*date),
        _ => None,
    }
}

/// The first task that is still to be done.
fn first_open(tasks: &[Row]) -> Option<RowId> {
    let open = tasks.iter().filter(|row| !is_over(row));
    let begins = open.filter_map(|row| Some((date(row, "start").or(date(row, "end"))?, row.id)));
    begins.min_by_key(|(begins, _)| *begins).map(|(_, id)| id)
}

/// Whether the day has passed by which it was to be done, and it is not.
fn is_late(list: &str, row: &Row, today: Date) -> bool {
    let fields = PLAN.row_fields(list).unwrap_or_default();
    fields.iter().any(|field| field.is_overdue(&row.cells, today))
}

fn is_over(task: &Row) -> bool {
    matches!(task.get("status"), Value::Choice(status) if matches!(status.as_str(), "done" | "dropped"))
}

fn task(row: &Row, today: Date) -> GanttRow<'_, RowId> {
    let status = match row.get("status") {
        Value::Choice(status) => status.as_str(),
        _ => "",
    };
    let progress = match row.get("progress") {
        // Checked to be 0 to 100 when it was written; what another version wrote is cut.
        Value::Number(number) => number.clamp(0.0, 100.0) as u8,
        _ => 0,
    };
    // A task with one end only is shown as a day.
    let (start, end) = (date(row, "start"), date(row, "end"));
    GanttRow {
        id: row.id,
        label: row.get("title").as_text().unwrap_or_default(),
        depth: 0,
        start: start.or(end),
        end: end.or(start),
        progress: if status == "done" { 100 } else { progress },
        milestone: false,
        tone: match status {
            "done" => Tone::Success,
            "blocked" => Tone::Danger,
            "in_progress" => Tone::Accent,
            _ => Tone::Neutral,
        },
        urgent: is_late(TASKS, row, today),
        movable: true,
    }
}

fn milestone(row: &Row, today: Date) -> GanttRow<'_, RowId> {
    let reached = *row.get("reached") == Value::YesNo(true);
    GanttRow {
        id: row.id,
        label: row.get("title").as_text().unwrap_or_default(),
        depth: 0,
        start: date(row, "date"),
        end: None,
        progress: 0,
        milestone: true,
        tone: if reached { Tone::Success } else { Tone::Accent },
        urgent: is_late(MILESTONES, row, today),
        movable: true,
    }
}

fn waits_for(row: &Row) -> Vec<Link<RowId>> {
    let Value::Links(links) = row.get("depends_on") else { return Vec::new() };
    let rows = links.iter().filter_map(|link| match link {
        Reference::Row(from) => Some(Link { from: *from, to: row.id }),
        Reference::Record(_) => None,
    });
    rows.collect()
}

/// Only what is different is written: whoever moves an end leaves the other end to others.
fn edits_of(record: &Record, moved: &Moved<RowId>) -> Vec<Edit> {
    let row = |list: &str| record.get(list).rows().iter().find(|row| row.id == moved.id);
    let set = |list: &str, field: &str, date: Date| Edit::Set {
        path: FieldPath::cell(list, moved.id, field),
        value: Value::Date(date),
    };
    if let Some(task) = row(TASKS) {
        let ends = [("start", moved.start), ("end", moved.end)];
        let changed = ends.into_iter().filter(|(field, day)| date(task, field) != Some(*day));
        return changed.map(|(field, day)| set(TASKS, field, day)).collect();
    }
    row(MILESTONES).map(|_| set(MILESTONES, "date", moved.start)).into_iter().collect()
}
