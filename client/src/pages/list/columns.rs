//! The columns of a list, and what stands in them.
//!
//! The first column is the title; beside it stands each listed field, as [`Field::in_lists`] shows it. A count of nothing is an
//! empty cell, and a day that has passed by which something was to be done says so in a word.

use jiff::civil::Date;
use samsyn_engine::schema::{Field, FieldType, Kind, Language, Link, Value};
use samsyn_engine::store::{RowView, Sort};

use super::super::scene::{absence, title_in};
use super::super::{Scene, texts};
use crate::state::Session;
use crate::widgets::icon::Icon;
use crate::widgets::table::{Cell, Column, Look, Row};
use crate::widgets::tokens::Tone;

/// The id of the column that shows the title: what the store sorts by unless told otherwise.
pub(super) const TITLE: &str = "";

/// What a list asks the store for: in a register names are in the order of what comes first there.
pub(super) fn order(kind: &Kind, sort: Option<&Sort>, as_register: bool) -> Option<Sort> {
    let register = kind.register.filter(|_| as_register);
    match (register, sort) {
        (Some([first, _]), None) => Some(Sort { field: first.to_owned(), descending: false }),
        (Some([first, _]), Some(sort)) if sort.field == TITLE => {
            Some(Sort { field: first.to_owned(), descending: sort.descending })
        }
        (_, sort) => sort.cloned(),
    }
}

/// What makes cells of a kind's records.
#[derive(Debug)]
pub(super) struct Cells {
    /// What stands beside the title: the listed fields that are not part of it.
    fields: Vec<&'static Field>,
    /// By which fields the title is written as in a register; none where it is written as it is.
    register: Option<[&'static str; 2]>,
    language: Language,
    today: Date,
}

impl Cells {
    /// The cells of a kind, for a frame.
    pub(super) fn of(kind: &'static Kind, scene: &Scene<'_>) -> Cells {
        let in_title = |field: &Field| kind.title.iter().any(|names| names.contains(&field.name));
        Cells {
            fields: kind.listed().filter(|field| !in_title(field)).collect(),
            register: kind.register.filter(|_| scene.as_register),
            language: scene.language,
            today: scene.today,
        }
    }

    /// The columns.
    pub(super) fn columns(&self) -> Vec<Column<'static>> {
        let title = Column::new(TITLE, texts::TITLE.get(self.language), 240.0).sortable().stretch();
        let others = self.fields.iter().map(|field| {
            let (shown, _) = field.in_lists(&Value::Empty);
            let numeric = matches!(shown, FieldType::Number { .. } | FieldType::Money | FieldType::Counter);
            let column = Column::new(field.name, field.heading().get(self.language), 90.0).sortable();
            if numeric { column.right() } else { column }
        });
        std::iter::once(title).chain(others).collect()
    }

    /// A record's row.
    pub(super) fn row(&self, session: &mut Session, row: &RowView) -> Row {
        let title = Cell::new(self.title(row)).look(Look::Strong);
        let title = if row.conflicts > 0 { title.icon(Icon::Warning) } else { title };
        let values = self.fields.iter().map(|field| self.cell(session, row, field));
        let mark = (row.conflicts > 0).then_some(Tone::Warning);
        Row::new(std::iter::once(title).chain(values)).mark(mark).faded(row.removed)
    }

    fn title(&self, row: &RowView) -> String {
        if row.title.is_empty() {
            return texts::UNNAMED.get(self.language).to_owned();
        }
        let Some(names) = self.register else { return row.title.clone() };
        let parts: Vec<&str> = names
            .iter()
            .filter_map(|name| row.cells.get(*name)?.as_text())
            .filter(|text| !text.is_empty())
            .collect();
        if parts.is_empty() { row.title.clone() } else { parts.join(", ") }
    }

    fn cell(&self, session: &mut Session, row: &RowView, field: &Field) -> Cell {
        let (of, value) = field.in_lists(row.cells.get(field.name).unwrap_or(&Value::Empty));
        if *value == Value::Counter(0) {
            return Cell::default();
        }
        let titles: Vec<(Link, String)> = links(value)
            .into_iter()
            .map(|link| {
                let title = session.title(link);
                let absent = || link.record().map_or(texts::NOT_YET, |id| absence(session, id));
                (link, title.unwrap_or_else(|| absent().get(self.language).to_owned()))
            })
            .collect();
        let words = of.words(value, self.language, &|link| title_in(&titles, link));
        if field.is_overdue(&row.cells, self.today) {
            let late = texts::OVERDUE.get(self.language);
            return Cell::new(format!("{words} · {late}")).look(Look::Toned(Tone::Danger));
        }
        Cell::new(words)
    }
}

fn links(value: &Value) -> Vec<Link> {
    match value {
        Value::Link(link) => vec![*link],
        Value::Links(set) => set.iter().copied().collect(),
        _ => Vec::new(),
    }
}
