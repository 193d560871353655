//! The records of one kind: searched, filtered, sorted, as a table that reads only what is in sight.

use std::sync::Arc;

use eframe::egui::{self, Align, Layout, RichText, Ui};
use samsyn_engine::id::RecordId;
use samsyn_engine::schema::{Field, FieldType, Kind, Language, Link, Value};
use samsyn_engine::store::{Filter, ListQuery, RowView, Sort, Test};

use super::{Action, texts};
use crate::state::Session;
use crate::widgets::empty_state::empty_state;
use crate::widgets::icon::Icon;
use crate::widgets::table::{Alignment, Cell, Column, Table, TableState};
use crate::widgets::theme;
use crate::widgets::tokens::space;
use crate::window::commands::Command;

/// The id of the column that shows the title.
const TITLE: &str = "";

/// The page's view state. There is one for each kind, so that coming back finds it as it was left.
#[derive(Debug)]
pub(crate) struct ListPage {
    kind: &'static Kind,
    search: String,
    filters: Vec<Filter>,
    sort: Option<Sort>,
    removed: bool,
    table: TableState<RecordId>,
    focus_search: bool,
}

impl ListPage {
    /// The page of a kind.
    pub(crate) fn new(kind: &'static Kind) -> Self {
        ListPage {
            kind,
            search: String::new(),
            filters: Vec::new(),
            sort: None,
            removed: false,
            table: TableState::default(),
            focus_search: false,
        }
    }

    /// The kind whose page it is.
    pub(crate) fn kind(&self) -> &'static Kind {
        self.kind
    }

    /// Moves the keyboard to the search field.
    pub(crate) fn focus_search(&mut self) {
        self.focus_search = true;
    }

    fn query(&self) -> ListQuery {
        ListQuery {
            kind: self.kind,
            search: self.search.clone(),
            filters: self.filters.clone(),
            sort: self.sort.clone(),
            removed: self.removed,
        }
    }

    /// Draws the page.
    pub(crate) fn show(
        &mut self,
        ui: &mut Ui,
        session: &mut Session,
        open: Option<RecordId>,
        language: Language,
    ) -> Vec<Action> {
        let mut actions = Vec::new();
        let (ids, ready) = session.list(&self.query());
        self.head(ui, ids.len(), language, &mut actions);
        self.filter_line(ui, language);
        ui.add_space(space::S);
        if ids.is_empty() && ready {
            self.nothing(ui, language, &mut actions);
        } else {
            self.table(ui, session, &ids, open, language, &mut actions);
        }
        actions
    }

    fn head(&mut self, ui: &mut Ui, count: usize, language: Language, actions: &mut Vec<Action>) {
        ui.horizontal(|ui| {
            ui.label(RichText::new(self.kind.plural.get(language)).text_style(theme::title()));
            ui.label(RichText::new(texts::records(count as u64, language)).weak());
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if ui.button(format!("+ {}", texts::NEW.get(language))).clicked() {
                    actions.push(Action::Command(Command::New(self.kind)));
                }
            });
        });
    }

    fn filter_line(&mut self, ui: &mut Ui, language: Language) {
        ui.horizontal_wrapped(|ui| {
            let hint = texts::SEARCH_LIST.get(language);
            let search = ui.add(egui::TextEdit::singleline(&mut self.search).hint_text(hint).desired_width(220.0));
            search.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::TextEdit, true, hint));
            if std::mem::take(&mut self.focus_search) {
                search.request_focus();
            }
            if !self.search.is_empty() && ui.button("✕").on_hover_text(texts::CLEAR.get(language)).clicked() {
                self.search.clear();
            }
            for field in self.kind.listed() {
                if let FieldType::Enumeration(list) = field.field_type {
                    self.choice_filter(ui, field, list, language);
                }
            }
            ui.toggle_value(&mut self.removed, texts::REMOVED_FILTER.get(language));
        });
    }

    fn choice_filter(
        &mut self,
        ui: &mut Ui,
        field: &'static Field,
        list: &'static samsyn_engine::schema::Enumeration,
        language: Language,
    ) {
        let caption = field.caption.get(language);
        let current = self.filters.iter().find(|filter| filter.field == field.name).cloned();
        let shown = match current.as_ref().map(|filter| &filter.test) {
            Some(Test::Is(value)) => format!("{caption}: {}", list.caption(value, language)),
            _ => caption.to_owned(),
        };
        let mut chosen: Option<Option<&str>> = None;
        egui::ComboBox::from_id_salt(("filter", field.name)).selected_text(shown).show_ui(ui, |ui| {
            if ui.selectable_label(current.is_none(), texts::ALL.get(language)).clicked() {
                chosen = Some(None);
            }
            for choice in list.choices {
                let is = current.as_ref().is_some_and(|filter| filter.test == Test::Is(choice.value.to_owned()));
                if ui.selectable_label(is, choice.caption.get(language)).clicked() {
                    chosen = Some(Some(choice.value));
                }
            }
        });
        if let Some(chosen) = chosen {
            self.filters.retain(|filter| filter.field != field.name);
            if let Some(value) = chosen {
                let test = Test::Is(value.to_owned());
                self.filters.push(Filter { field: field.name.to_owned(), test });
            }
        }
    }

    fn nothing(&self, ui: &mut Ui, language: Language, actions: &mut Vec<Action>) {
        if self.search.is_empty() && self.filters.is_empty() && !self.removed {
            let new = format!("+ {}", texts::NEW.get(language));
            let (title, hint) = (texts::EMPTY_LIST.get(language), texts::EMPTY_LIST_HINT.get(language));
            if empty_state(ui, Icon::Plus, title, hint, Some(&new)) {
                actions.push(Action::Command(Command::New(self.kind)));
            }
        } else {
            let (title, hint) = (texts::NOTHING_FOUND.get(language), texts::NOTHING_FOUND_HINT.get(language));
            empty_state(ui, Icon::Search, title, hint, None);
        }
    }

    fn table(
        &mut self,
        ui: &mut Ui,
        session: &mut Session,
        ids: &Arc<Vec<RecordId>>,
        open: Option<RecordId>,
        language: Language,
        actions: &mut Vec<Action>,
    ) {
        let fields: Vec<&'static Field> = shown_fields(self.kind);
        let columns = columns(&fields, language);
        let sort = self.sort.clone();
        let response = Table::new(("list", self.kind.name), &columns)
            .sorted(sort.as_ref().map(|sort| (sort.field.as_str(), sort.descending)))
            .show(ui, &mut self.table, ids, open, |id| {
                let row = session.row(*id)?;
                Some(cells(session, &row, &fields, language))
            });
        if let Some((column, descending)) = response.sort {
            self.sort = Some(Sort { field: column, descending });
        }
        if let Some(id) = response.opened {
            actions.push(Action::Open(id));
        }
    }
}

/// What stands beside the title: the listed fields that are not part of it.
fn shown_fields(kind: &'static Kind) -> Vec<&'static Field> {
    kind.listed().filter(|field| !kind.title.iter().any(|names| names.contains(&field.name))).collect()
}

fn columns(fields: &[&'static Field], language: Language) -> Vec<Column> {
    let title = Column::new(TITLE, texts::TITLE.get(language)).width(260.0).sortable();
    let others = fields.iter().map(|field| {
        let numeric = matches!(field.field_type, FieldType::Number { .. } | FieldType::Money | FieldType::Counter);
        let width = match field.field_type {
            FieldType::Date | FieldType::Number { .. } | FieldType::Counter | FieldType::YesNo => 110.0,
            FieldType::DateRange => 190.0,
            FieldType::ReferenceSet(_) | FieldType::EnumerationSet(_) => 200.0,
            _ => 150.0,
        };
        let alignment = if numeric { Alignment::Right } else { Alignment::Left };
        Column::new(field.name, field.caption.get(language)).width(width).align(alignment).sortable()
    });
    std::iter::once(title).chain(others).collect()
}

fn cells(session: &mut Session, row: &RowView, fields: &[&'static Field], language: Language) -> Vec<Cell> {
    let title = if row.title.is_empty() { texts::UNNAMED.get(language) } else { &row.title };
    let title = Cell::new(title).strong();
    let title = if row.conflicts > 0 { title.warn(texts::CONFLICT.get(language)) } else { title };
    let values = fields.iter().map(|field| {
        let value = row.cells.get(field.name).unwrap_or(&Value::Empty);
        let titles: Vec<(Link, String)> = links(value)
            .into_iter()
            .map(|link| (link, session.title(link).unwrap_or_else(|| "…".to_owned())))
            .collect();
        let find = |link: Link| {
            let found = titles.iter().find(|(known, _)| *known == link);
            found.map_or_else(|| "…".to_owned(), |(_, title)| title.clone())
        };
        Cell::new(field.field_type.words(value, language, &find))
    });
    std::iter::once(title).chain(values).collect()
}

fn links(value: &Value) -> Vec<Link> {
    match value {
        Value::Link(link) => vec![*link],
        Value::Links(set) => set.iter().copied().collect(),
        _ => Vec::new(),
    }
}
