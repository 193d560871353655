//! Review: what contradicts, what changed, who did it, is it right.
//!
//! The queue at the left reads no documents. The record that is chosen is opened at the right: contradictions with all
//! their values side by side, then every difference since it was reviewed, before and after, with who and when.

use std::sync::Arc;

use eframe::egui::{self, Align, Layout, RichText, ScrollArea, Ui};
use samsyn_engine::document::{Difference, Edit, FieldConflict, Stamp};
use samsyn_engine::id::RecordId;
use samsyn_engine::review::{QueueEntry, ReviewChange, ReviewItem};
use samsyn_engine::schema::{FieldType, Language, Link, Value};

use super::{Action, texts};
use crate::state::{RecordView, Session};
use crate::widgets::diff_text::diff_text;
use crate::widgets::empty_state::empty_state;
use crate::widgets::icon::Icon;
use crate::widgets::theme;
use crate::widgets::tokens::{Tokens, space};
use crate::words::{moment, path_words, row_words, value_words};

/// The page's view state.
#[derive(Debug, Default)]
pub(crate) struct ReviewPage {
    chosen: Option<RecordId>,
}

impl ReviewPage {
    /// The record that is looked at.
    pub(crate) fn chosen(&self) -> Option<RecordId> {
        self.chosen
    }

    /// Draws the page.
    pub(crate) fn show(&mut self, ui: &mut Ui, session: &mut Session, language: Language) -> Vec<Action> {
        let mut actions = Vec::new();
        let queue: Vec<QueueEntry> = session.queue().to_vec();
        self.head(ui, queue.len(), language, &mut actions);
        if queue.is_empty() {
            let (title, hint) = (texts::NOTHING_TO_REVIEW, texts::NOTHING_TO_REVIEW_HINT);
            empty_state(ui, Icon::Review, title.get(language), hint.get(language), None);
            self.chosen = None;
            return actions;
        }
        if self.chosen.is_none_or(|id| queue.iter().all(|entry| entry.row.id != id)) {
            self.chosen = queue.first().map(|entry| entry.row.id);
        }
        egui::Panel::left("review queue").default_size(320.0).size_range(220.0..=520.0).show_inside(ui, |ui| {
            ScrollArea::vertical().auto_shrink(false).show_rows(ui, 46.0, queue.len(), |ui, range| {
                for entry in &queue[range] {
                    self.queue_entry(ui, entry, language);
                }
            });
        });
        egui::CentralPanel::default().show_inside(ui, |ui| {
            if let Some(id) = self.chosen {
                self.item(ui, session, id, language, &mut actions);
            }
        });
        actions
    }

    fn head(&self, ui: &mut Ui, count: usize, language: Language, actions: &mut Vec<Action>) {
        ui.horizontal(|ui| {
            ui.label(RichText::new(texts::REVIEW.get(language)).text_style(theme::title()));
            ui.label(RichText::new(texts::records(count as u64, language)).weak());
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let all = ui.add_enabled(count > 0, egui::Button::new(texts::REVIEWED_ALL.get(language)));
                if all.on_hover_text(texts::DECIDED_LATER.get(language)).clicked() {
                    actions.push(Action::Command(crate::window::commands::Command::ReviewedAll));
                }
            });
        });
        ui.add_space(space::S);
    }

    fn queue_entry(&mut self, ui: &mut Ui, entry: &QueueEntry, language: Language) {
        let tokens = Tokens::of(ui);
        let selected = self.chosen == Some(entry.row.id);
        let kind = samsyn_engine::schema::kind(&entry.row.kind);
        let caption = kind.map_or("", |kind| kind.caption.get(language));
        let title = if entry.row.title.is_empty() { texts::UNNAMED.get(language) } else { &entry.row.title };
        let what = if entry.state.conflicts > 0 {
            format!("{} {}", entry.state.conflicts, texts::CONFLICT.get(language).to_lowercase())
        } else if entry.state.reviewed.is_empty() {
            texts::NEW_RECORD.get(language).to_owned()
        } else {
            moment(entry.state.last)
        };
        let (rect, response) =
            ui.allocate_exact_size(egui::vec2(ui.available_width(), 44.0), egui::Sense::click());
        response.widget_info(|| {
            egui::WidgetInfo::selected(egui::WidgetType::SelectableLabel, true, selected, format!("{title}, {what}"))
        });
        let fill = match (selected, response.hovered()) {
            (true, _) => tokens.selection,
            (false, true) => tokens.hover,
            _ => egui::Color32::TRANSPARENT,
        };
        ui.painter().rect_filled(rect, 4.0, fill);
        if response.has_focus() {
            theme::focus_ring(ui, rect, 4);
        }
        let inner = rect.shrink2(egui::vec2(space::M, space::XS));
        let mut lines = ui.new_child(egui::UiBuilder::new().max_rect(inner).layout(Layout::top_down(Align::Min)));
        lines.spacing_mut().item_spacing.y = 1.0;
        lines.add(egui::Label::new(RichText::new(title).text_style(theme::strong())).truncate());
        lines.horizontal(|ui| {
            ui.label(RichText::new(caption).small().color(tokens.text_weak));
            let colour = if entry.state.conflicts > 0 { tokens.danger } else { tokens.text_weak };
            ui.label(RichText::new(what).small().color(colour));
        });
        if response.clicked() {
            self.chosen = Some(entry.row.id);
        }
    }

    fn item(
        &mut self,
        ui: &mut Ui,
        session: &mut Session,
        id: RecordId,
        language: Language,
        actions: &mut Vec<Action>,
    ) {
        let (Some(item), Some(view)) = (session.review(id), session.record(id)) else {
            ui.weak(texts::LOADING.get(language));
            return;
        };
        let mut drawing = Drawing { session, view: &view, language };
        ui.horizontal(|ui| {
            let title = view.record.title();
            let title = if title.is_empty() { texts::UNNAMED.get(language).to_owned() } else { title };
            ui.label(RichText::new(title).text_style(theme::title()));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if ui.button(texts::REVIEWED.get(language)).clicked() {
                    actions.push(Action::Reviewed(vec![(id, item.heads.clone())]));
                    self.chosen = next_in_queue(drawing.session, id);
                }
                if ui.button(texts::OPEN.get(language)).clicked() {
                    actions.push(Action::Open(id));
                }
            });
        });
        ui.separator();
        ScrollArea::vertical().id_salt(("review", id)).auto_shrink(false).show(ui, |ui| {
            for conflict in &item.conflicts {
                drawing.conflict(ui, conflict, actions);
                ui.add_space(space::M);
            }
            drawing.changes(ui, &item);
        });
    }
}

fn next_in_queue(session: &Session, id: RecordId) -> Option<RecordId> {
    let queue = session.queue();
    let place = queue.iter().position(|entry| entry.row.id == id)?;
    queue.get(place + 1).or_else(|| queue.get(place.checked_sub(1)?)).map(|entry| entry.row.id)
}

/// What drawing a record's review needs everywhere.
struct Drawing<'a> {
    session: &'a mut Session,
    view: &'a Arc<RecordView>,
    language: Language,
}

impl Drawing<'_> {
    fn conflict(&mut self, ui: &mut Ui, conflict: &FieldConflict, actions: &mut Vec<Action>) {
        let tokens = Tokens::of(ui);
        let record = &self.view.record;
        let field_type = record.kind().and_then(|kind| kind.field_at(&conflict.path)).map(|field| field.field_type);
        let frame = egui::Frame::new().fill(tokens.danger_tint).corner_radius(6.0).inner_margin(space::M);
        frame.show(ui, |ui| {
            ui.horizontal(|ui| {
                let path = path_words(record, &conflict.path, self.language);
                ui.label(RichText::new(path).text_style(theme::strong()).color(tokens.danger));
                ui.label(RichText::new(texts::CONFLICT_HINT.get(self.language)).color(tokens.text_weak));
            });
            egui::Grid::new(("conflict", conflict.path.to_string())).num_columns(3).spacing([space::L, space::S]).show(
                ui,
                |ui| {
                    for writing in &conflict.writings {
                        let words = self.value(field_type.as_ref(), &writing.value);
                        ui.label(RichText::new(&words).text_style(theme::strong()));
                        ui.label(RichText::new(self.stamp(&writing.stamp)).color(tokens.text_weak));
                        ui.horizontal(|ui| {
                            let caption = texts::CHOOSE_THIS.get(self.language);
                            let button = ui.button(caption);
                            button.widget_info(|| {
                                egui::WidgetInfo::labeled(egui::WidgetType::Button, true, format!("{caption}: {words}"))
                            });
                            if button.clicked() {
                                let edit = Edit::Set { path: conflict.path.clone(), value: writing.value.clone() };
                                actions.push(Action::Edit(record.id, vec![edit]));
                            }
                            if writing.shown {
                                ui.label(RichText::new(texts::SHOWN_NOW.get(self.language)).small().color(tokens.text_weak));
                            }
                        });
                        ui.end_row();
                    }
                },
            );
        });
    }

    fn changes(&mut self, ui: &mut Ui, item: &ReviewItem) {
        if item.changes.is_empty() {
            if item.conflicts.is_empty() {
                ui.weak(texts::NO_VISIBLE_CHANGE.get(self.language));
            }
            return;
        }
        for change in &item.changes {
            self.change(ui, change);
            ui.add_space(space::M);
        }
    }

    fn change(&mut self, ui: &mut Ui, change: &ReviewChange) {
        let tokens = Tokens::of(ui);
        let frame = egui::Frame::new()
            .fill(tokens.raised)
            .stroke(egui::Stroke::new(1.0, tokens.border))
            .corner_radius(6.0)
            .inner_margin(space::M);
        frame.show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal_wrapped(|ui| {
                ui.label(RichText::new(self.heading(&change.difference)).text_style(theme::strong()));
                let writers: Vec<String> = change.writers.iter().map(|stamp| self.stamp(stamp)).collect();
                ui.label(RichText::new(writers.join(" · ")).small().color(tokens.text_weak));
            });
            self.before_and_after(ui, &change.difference);
            for reason in &change.reasons {
                ui.label(RichText::new(format!("”{reason}”")).italics().color(tokens.text_weak));
            }
        });
    }

    fn heading(&mut self, difference: &Difference) -> String {
        match difference {
            Difference::Field { path, .. } => path_words(&self.view.record, path, self.language),
            other => {
                let (record, language) = (self.view.record.clone(), self.language);
                let titles = self.titles_of(other);
                crate::words::difference_words(&record, other, language, &|link| find(&titles, link))
            }
        }
    }

    fn before_and_after(&mut self, ui: &mut Ui, difference: &Difference) {
        let record = &self.view.record;
        let kind = record.kind();
        match difference {
            Difference::Field { path, before, after } => {
                let field_type = kind.and_then(|kind| kind.field_at(path)).map(|field| field.field_type);
                if field_type == Some(FieldType::Prose) {
                    let text = |value: &Value| value.as_text().unwrap_or_default().to_owned();
                    diff_text(ui, &text(before), &text(after));
                } else {
                    let (before, after) = (self.value(field_type.as_ref(), before), self.value(field_type.as_ref(), after));
                    ui.horizontal_wrapped(|ui| {
                        let tokens = Tokens::of(ui);
                        ui.label(RichText::new(before).color(tokens.deletion.fg).strikethrough());
                        ui.label(RichText::new("→").color(tokens.text_weak));
                        ui.label(RichText::new(after).color(tokens.insertion.fg).text_style(theme::strong()));
                    });
                }
            }
            Difference::RowAdded { list, row } | Difference::RowRemoved { list, row } => {
                let fields = kind.and_then(|kind| kind.row_fields(list)).unwrap_or_default();
                for field in fields {
                    let value = row.get(field.name);
                    if !value.is_empty() {
                        let words = self.value(Some(&field.field_type), value);
                        ui.horizontal_wrapped(|ui| {
                            ui.label(RichText::new(field.caption.get(self.language)).small().weak());
                            ui.label(words);
                        });
                    }
                }
            }
            _ => {}
        }
    }

    fn value(&mut self, field_type: Option<&FieldType>, value: &Value) -> String {
        let titles = self.titles(value);
        value_words(field_type, value, self.language, &|link| find(&titles, link))
    }

    /// The titles of all that a value refers to. Not in the closure: asking for one may ask the backend.
    fn titles(&mut self, value: &Value) -> Vec<(Link, String)> {
        let links: Vec<Link> = match value {
            Value::Link(link) => vec![*link],
            Value::Links(set) => set.iter().copied().collect(),
            _ => Vec::new(),
        };
        links.into_iter().map(|link| (link, self.title(link))).collect()
    }

    fn titles_of(&mut self, difference: &Difference) -> Vec<(Link, String)> {
        match difference {
            Difference::RowAdded { row, .. } | Difference::RowRemoved { row, .. } => {
                row.cells.values().flat_map(|value| self.titles(value)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn title(&mut self, link: Link) -> String {
        match link {
            Link::Record(_) => self.session.title(link).unwrap_or_else(|| "…".to_owned()),
            Link::Row(id) => {
                let kind = self.view.record.kind();
                let lists = self.view.record.cells.iter();
                let found = lists.flat_map(|(list, value)| value.rows().iter().map(move |row| (list, row)));
                let row = found.into_iter().find(|(_, row)| row.id == id);
                row.map_or_else(
                    || "–".to_owned(),
                    |(list, row)| {
                        let fields = kind.and_then(|kind| kind.row_fields(list)).unwrap_or_default();
                        row_words(fields, row, self.language, &|link| link.to_string())
                    },
                )
            }
        }
    }

    fn stamp(&self, stamp: &Stamp) -> String {
        let who = stamp.device.and_then(|device| self.session.person(device));
        format!("{}, {}", who.unwrap_or(texts::SOMEBODY.get(self.language)), moment(stamp.time))
    }
}

fn find(titles: &[(Link, String)], link: Link) -> String {
    titles.iter().find(|(known, _)| *known == link).map_or_else(|| "…".to_owned(), |(_, title)| title.clone())
}
