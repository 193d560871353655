//! A record at the right: its form, its history, where it is used, and for a plan its timeline.

use std::cell::RefCell;
use std::sync::Arc;

use eframe::egui::{Label, RichText, Ui};
use samsyn_engine::document::Edit;
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::Management;
use samsyn_engine::schema::Caption;
use samsyn_engine::schema::kinds::PLAN;

use super::chart::Chart;
use super::form::Form;
use super::personal::Personal;
use super::{Action, Command, Scene, history, kind_icon, personal, texts};
use crate::link::worker::{Asked, Link};
use crate::state::{Absence, RecordView};
use crate::widgets::badge;
use crate::widgets::button;
use crate::widgets::empty_state::empty_state;
use crate::widgets::icon::{self, Icon};
use crate::widgets::tokens::{Tokens, Tone, height, space};
use crate::widgets::{heading, line, scroll};

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
    wide: bool,
    /// The keyboard is to go to the tab that is shown.
    to_tab: bool,
    /// The dialog about the person whose record it is.
    personal: Option<Personal>,
}

impl RecordPane {
    /// The pane of a record. `fresh` where it was just made and waits to be filled in.
    pub(crate) fn new(id: RecordId, fresh: bool) -> Self {
        let mut pane = RecordPane {
            id,
            tab: Tab::Fields,
            form: Form::default(),
            chart: Chart::default(),
            wide: false,
            to_tab: false,
            personal: None,
        };
        if fresh {
            pane.take_keyboard();
        }
        pane
    }

    /// Sends the keyboard to the first field of the form, or to what is shown in place of the form.
    pub(crate) fn take_keyboard(&mut self) {
        match self.tab {
            Tab::Fields => self.form.take_keyboard(),
            _ => self.to_tab = true,
        }
    }

    /// What had the keyboard in it is gone, and it is on its way to nothing else: it goes to the tab. Not into a field, as somebody may
    /// still be typing.
    pub(crate) fn regain_keyboard(&mut self) {
        self.to_tab |= self.tab != Tab::Fields || !self.form.expects_keyboard();
    }

    /// Whether the keyboard is on its way to somewhere in it.
    pub(crate) fn expects_keyboard(&self) -> bool {
        self.to_tab || self.form.expects_keyboard()
    }

    /// The record that it shows.
    pub(crate) fn id(&self) -> RecordId {
        self.id
    }

    /// Whether it takes the whole page.
    pub(crate) fn is_wide(&self) -> bool {
        self.wide
    }

    /// The relay has answered. Says whether that is shown here already.
    pub(crate) fn answered(&mut self, management: &Management, asked: &Asked, words: &str) -> bool {
        self.personal.as_mut().is_some_and(|personal| personal.answered(management, asked, words))
    }

    /// Draws the pane, `beside` its list or in place of it.
    pub(crate) fn show(&mut self, ui: &mut Ui, beside: bool, scene: &mut Scene<'_>) {
        self.contents(ui, beside, scene);
        // It stays when the record goes: it says where it is gone already.
        let open = self.personal.as_mut().is_none_or(|personal| personal.show(ui, scene));
        if !open {
            self.personal = None;
        }
    }

    fn contents(&mut self, ui: &mut Ui, beside: bool, scene: &mut Scene<'_>) {
        let Some(view) = scene.session.record(self.id) else {
            self.nothing(ui, scene);
            return;
        };
        ui.spacing_mut().item_spacing.y = space::S;
        self.head(ui, &view, beside, scene);
        self.tabs(ui, &view, scene);
        match self.tab {
            Tab::Fields => {
                scroll::vertical(ui, (self.id, "fields"), |ui| self.form.show(ui, &view, scene));
                // Where nothing can be typed the keyboard is as near to it as it can be.
                self.to_tab |= self.form.cannot_take_keyboard();
            }
            Tab::Chart => {
                if let Some(row) = self.chart.show(ui, &view.record, scene) {
                    self.form.enter(row);
                    self.tab = Tab::Fields;
                }
            }
            Tab::History => history::show(ui, &view, scene),
            Tab::Referrers => referrers(ui, &view, scene),
        }
    }

    fn nothing(&self, ui: &mut Ui, scene: &mut Scene<'_>) {
        if scene.session.is_missing(self.id) {
            if scene.session.absence(self.id) == Some(Absence::Erased) {
                super::personal::confirmations(ui, self.id, scene);
            }
            let close = scene.say(texts::CLOSE);
            let (gone, hint) = match scene.session.absence(self.id) {
                Some(Absence::Erased) => (texts::ERASED_RECORD, texts::ERASED_HINT),
                Some(Absence::Damaged) => {
                    let is_alone = scene.session.status().link == Link::Alone;
                    let hint = if is_alone { texts::DAMAGED_ALONE } else { texts::DAMAGED_HINT };
                    (texts::DAMAGED_RECORD, hint)
                }
                _ => (texts::GONE, texts::GONE_HINT),
            };
            if empty_state(ui, Icon::Document, scene.say(gone), scene.say(hint), Some(close)) {
                scene.act(Action::Command(Command::CloseRecord));
            }
        } else {
            ui.weak(scene.say(texts::LOADING));
        }
    }

    fn head(&mut self, ui: &mut Ui, view: &Arc<RecordView>, beside: bool, scene: &mut Scene<'_>) {
        let record = &view.record;
        let t = Tokens::of(ui);
        let both = RefCell::new((self, scene));
        let title = |ui: &mut Ui| {
            let (_, scene) = &mut *both.borrow_mut();
            ui.spacing_mut().item_spacing.x = space::S;
            if !beside && button::icon_button(ui, Icon::Left, scene.say(texts::BACK)).clicked() {
                scene.act(Action::Command(Command::CloseRecord));
            }
            if let Some(kind) = record.kind() {
                icon::show(ui, kind_icon(kind), t.text_weak).on_hover_text(scene.say(kind.caption));
            }
            heading::title(ui, &scene.title_of(record));
        };
        let tools = |ui: &mut Ui| {
            let (pane, scene) = &mut *both.borrow_mut();
            pane.tools(ui, view, beside, scene);
        };
        line::ends(ui, title, tools);
        let (_, scene) = both.into_inner();
        others(ui, view, scene);
        if record.removed {
            ui.horizontal_wrapped(|ui| {
                badge::badge(ui, scene.say(texts::REMOVED), Tone::Danger);
                ui.weak(scene.say(texts::REMOVED_NOTE));
            });
        }
    }

    fn tools(&mut self, ui: &mut Ui, view: &RecordView, beside: bool, scene: &mut Scene<'_>) {
        let record = &view.record;
        ui.spacing_mut().item_spacing.x = space::XXS;
        if personal::is_person(record)
            && let Some(personal) = personal::menu(ui, record, scene)
        {
            self.personal = Some(personal);
        }
        // There is nothing yet that could be removed, written out or erased.
        if scene.session.is_only_begun(record.id) {
            return;
        }
        let may = scene.session.may_change(record);
        if record.removed {
            if may && ui.button(scene.say(texts::RESTORE)).clicked() {
                let told = scene.say(texts::RECORD_RESTORED).replace("{}", &scene.title_of(record));
                scene.act(Action::EditAndTell(record.id, vec![Edit::Restore], told));
            }
        } else if may && button::icon_button(ui, Icon::Trash, scene.say(texts::REMOVE_RECORD)).clicked() {
            let told = scene.say(texts::RECORD_REMOVED).replace("{}", &scene.title_of(record));
            scene.act(Action::EditAndTell(record.id, vec![Edit::Remove], told));
        }
        // Where there is no room for the list there is a way back at the other end, and nothing to widen.
        if !beside && !self.wide {
            return;
        }
        let (sign, caption) = match self.wide {
            true => (Icon::DoubleRight, texts::NARROW),
            false => (Icon::DoubleLeft, texts::WIDEN),
        };
        if button::icon_button(ui, sign, scene.say(caption)).clicked() {
            self.wide = !self.wide;
        }
        if button::icon_button(ui, Icon::Close, scene.say(texts::CLOSE)).clicked() {
            scene.act(Action::Command(Command::CloseRecord));
        }
    }

    fn tabs(&mut self, ui: &mut Ui, view: &RecordView, scene: &Scene<'_>) {
        let is_plan = view.record.kind == PLAN.name;
        let tabs = [Tab::Fields, Tab::Chart, Tab::History, Tab::Referrers];
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = space::XS;
            for tab in tabs.into_iter().filter(|tab| *tab != Tab::Chart || is_plan) {
                let caption = scene.say(tab.caption());
                let caption = match tab {
                    Tab::Referrers if !view.referrers.is_empty() => {
                        format!("{caption} ({})", view.referrers.len())
                    }
                    _ => caption.to_owned(),
                };
                let shown = ui.selectable_value(&mut self.tab, tab, caption);
                if self.tab == tab && std::mem::take(&mut self.to_tab) {
                    shown.request_focus();
                }
            }
        });
        let t = Tokens::of(ui);
        let (line, _) = ui
            .allocate_exact_size(eframe::egui::vec2(ui.available_width(), 1.0), eframe::egui::Sense::hover());
        ui.painter().rect_filled(line, 0.0, t.border);
    }
}

/// Who else has the record open; who changed it last, where nobody has. Something always stands there: what comes and goes
/// would push the form to and fro under the hands of whoever types.
fn others(ui: &mut Ui, view: &RecordView, scene: &Scene<'_>) {
    let id = view.record.id;
    let mut names: Vec<&str> =
        scene.session.others().filter(|(_, open)| *open == Some(id)).map(|(name, _)| name).collect();
    names.sort_unstable();
    names.dedup();
    let t = Tokens::of(ui);
    ui.horizontal(|ui| {
        ui.set_min_height(height::BADGE);
        ui.spacing_mut().interact_size.y = height::BADGE;
        ui.spacing_mut().item_spacing.x = space::XS;
        let words = if names.is_empty() {
            let last = view.history.last().map(|step| scene.stamp(&step.entry.stamp));
            last.map(|stamp| scene.say(texts::LAST_CHANGED).replace("{}", &stamp)).unwrap_or_default()
        } else {
            icon::show(ui, Icon::Person, t.accent);
            texts::also_open(&names, scene.language)
        };
        ui.add(Label::new(RichText::new(words).small().color(t.text_weak)).truncate());
    });
}

/// What the field is called by which a record refers to another.
pub(super) fn field_caption(id: RecordId, field: &str, scene: &mut Scene<'_>) -> String {
    let name = field.split('.').next().unwrap_or_default();
    let kind = scene.session.row(id).and_then(|row| samsyn_engine::schema::kind(&row.kind));
    let caption = kind.and_then(|kind| kind.field(name)).map(|field| scene.say(field.caption));
    caption.unwrap_or(name).to_owned()
}

fn referrers(ui: &mut Ui, view: &RecordView, scene: &mut Scene<'_>) {
    if view.referrers.is_empty() {
        let (title, hint) = (scene.say(texts::NOT_USED), scene.say(texts::NOT_USED_HINT));
        empty_state(ui, Icon::Link, title, hint, None);
        return;
    }
    scroll::vertical(ui, "referrers", |ui| {
        for (id, field) in &view.referrers {
            let Some(row) = scene.session.row(*id) else { continue };
            let kind = samsyn_engine::schema::kind(&row.kind);
            let caption = field_caption(*id, field, scene);
            ui.horizontal_wrapped(|ui| {
                let t = Tokens::of(ui);
                if let Some(kind) = kind {
                    icon::show(ui, kind_icon(kind), t.text_weak);
                }
                if ui.link(scene.title(*id)).clicked() {
                    scene.act(Action::Open(*id));
                }
                ui.label(RichText::new(caption).small().color(t.text_weak));
            });
        }
    });
}
