//! A record at the right: its form, its history, where it is used, and for a plan its timeline.

use std::sync::Arc;

use eframe::egui::{self, Align, Layout, RichText, ScrollArea, Ui};
use samsyn_engine::document::Edit;
use samsyn_engine::id::RecordId;
use samsyn_engine::schema::kinds::PLAN;
use samsyn_engine::schema::{Caption, Language};

use super::form::Form;
use super::gantt::Chart;
use super::{Action, history, texts};
use crate::state::{RecordView, Session};
use crate::widgets::drafts::Drafts;
use crate::widgets::theme;
use crate::widgets::tokens::{Tokens, space};
use crate::window::commands::Command;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tab {
    Fields,
    Chart,
    History,
    Referrers,
}

impl Tab {
    const fn caption(self) -> Caption {
        match self {
            Tab::Fields => texts::FIELDS,
            Tab::Chart => texts::PLAN_CHART,
            Tab::History => texts::HISTORY,
            Tab::Referrers => texts::REFERRERS,
        }
    }
}

/// The view state of the record at the right.
#[derive(Debug)]
pub(crate) struct RecordPane {
    id: RecordId,
    tab: Tab,
    form: Form,
    chart: Chart,
}

impl RecordPane {
    /// The pane of a record.
    pub(crate) fn new(id: RecordId) -> Self {
        RecordPane { id, tab: Tab::Fields, form: Form::new(id), chart: Chart::default() }
    }

    /// The record that it shows.
    pub(crate) fn id(&self) -> RecordId {
        self.id
    }

    /// Draws the pane.
    pub(crate) fn show(
        &mut self,
        ui: &mut Ui,
        session: &mut Session,
        drafts: &mut Drafts,
        language: Language,
    ) -> Vec<Action> {
        let mut actions = Vec::new();
        let Some(view) = session.record(self.id) else {
            let words = if session.is_missing(self.id) { texts::GONE } else { texts::LOADING };
            ui.weak(words.get(language));
            return actions;
        };
        self.head(ui, &view, language, &mut actions);
        self.tabs(ui, &view, language);
        ui.separator();
        ScrollArea::vertical().id_salt((self.id, self.tab.caption().en)).auto_shrink(false).show(ui, |ui| {
            match self.tab {
                Tab::Fields => actions.extend(self.form.show(ui, &view, session, drafts, language)),
                Tab::Chart => actions.extend(self.chart.show(ui, &view.record, language)),
                Tab::History => history::show(ui, &view, session, language),
                Tab::Referrers => referrers(ui, &view, session, language, &mut actions),
            }
        });
        actions
    }

    fn head(&self, ui: &mut Ui, view: &Arc<RecordView>, language: Language, actions: &mut Vec<Action>) {
        let record = &view.record;
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let close = ui.button("✕").on_hover_text(texts::CLOSE.get(language));
                close.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Button, true, texts::CLOSE.get(language)));
                if close.clicked() {
                    actions.push(Action::Command(Command::CloseRecord));
                }
                let (caption, edit) = match record.removed {
                    true => (texts::RESTORE, Edit::Restore),
                    false => (texts::REMOVE, Edit::Remove),
                };
                if ui.button(caption.get(language)).clicked() {
                    actions.push(Action::Edit(record.id, vec![edit]));
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    let title = record.title();
                    let title = if title.is_empty() { texts::UNNAMED.get(language).to_owned() } else { title };
                    ui.add(egui::Label::new(RichText::new(title).text_style(theme::title())).truncate());
                });
            });
        });
        let kind = record.kind().map_or(record.kind.as_str(), |kind| kind.caption.get(language));
        ui.label(RichText::new(kind).small().color(Tokens::of(ui).text_weak));
        if record.removed {
            ui.colored_label(Tokens::of(ui).warning, texts::REMOVED_NOTE.get(language));
        }
    }

    fn tabs(&mut self, ui: &mut Ui, view: &RecordView, language: Language) {
        let is_plan = view.record.kind == PLAN.name;
        let tabs = [Tab::Fields, Tab::Chart, Tab::History, Tab::Referrers];
        ui.add_space(space::XS);
        ui.horizontal(|ui| {
            for tab in tabs.into_iter().filter(|tab| *tab != Tab::Chart || is_plan) {
                ui.selectable_value(&mut self.tab, tab, tab.caption().get(language));
            }
        });
    }
}

fn referrers(
    ui: &mut Ui,
    view: &RecordView,
    session: &mut Session,
    language: Language,
    actions: &mut Vec<Action>,
) {
    if view.referrers.is_empty() {
        ui.weak("–");
    }
    for (id, field) in &view.referrers {
        let Some(row) = session.row(*id) else { continue };
        let kind = samsyn_engine::schema::kind(&row.kind);
        let name = field.split('.').next().unwrap_or_default();
        let caption = kind.and_then(|kind| kind.field(name)).map_or(name, |field| field.caption.get(language));
        ui.horizontal(|ui| {
            if ui.link(if row.title.is_empty() { texts::UNNAMED.get(language) } else { &row.title }).clicked() {
                actions.push(Action::Open(*id));
            }
            let kind = kind.map_or("", |kind| kind.caption.get(language));
            ui.weak(format!("{kind} · {caption}"));
        });
    }
}
