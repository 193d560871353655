//! The sidebar: which workspace, where to go, what waits there, and the settings.

use std::sync::Arc;

use eframe::egui::{Align, Label, Layout, Popup, RichText, Ui};
use samsyn_engine::review::{Finding, Weight};
use samsyn_engine::schema::{Language, count_words};

use crate::pages::{Action, Command, Page, texts};
use crate::state::{Session, Settings, ThemeChoice};
use crate::widgets::button;
use crate::widgets::icon::Icon;
use crate::widgets::sidebar;
use crate::widgets::theme;
use crate::widgets::tokens::{Tone, space};
use crate::words::today;

/// Draws the sidebar.
pub(super) fn show(ui: &mut Ui, session: &mut Session, settings: &Settings, page: Page) -> Vec<Action> {
    // What a list needs is asked for first: the window is usable without this number.
    let findings = if session.meta().is_some() { session.findings(today()) } else { Arc::default() };
    let session = &*session;
    let language = settings.language;
    let mut wanted = Vec::new();
    ui.spacing_mut().item_spacing.y = space::XXS;
    head(ui, session, language);
    ui.add_space(space::M);
    let search = texts::SEARCH.get(language);
    let keys = Command::Palette.shortcut().map(|keys| ui.ctx().format_shortcut(&keys)).unwrap_or_default();
    let button = button::with_icon(ui, Icon::Search, &format!("{search}   {keys}"));
    if button.on_hover_text(texts::SEARCH_ALL.get(language)).clicked() {
        wanted.push(Command::Palette);
    }
    ui.add_space(space::M);
    // What was refused is a page for as long as there is any.
    let refused = session.status().outbox.refused > 0 || page == Page::Refused;
    let mut pages = Page::all().filter(|item| refused || *item != Page::Refused).peekable();
    while let Some(item) = pages.next() {
        let next_is_members = pages.peek() == Some(&Page::Members);
        let count = count(session, &findings, item);
        let caption = item.caption().get(language);
        let shown = count.filter(|(count, _)| *count > 0);
        let shown = shown.map(|(count, tone)| (count_words(count as u64, language), tone));
        let shown = shown.as_ref().map(|(count, tone)| (count.as_str(), *tone));
        let mut response = sidebar::item(ui, item.icon(), caption, shown, page == item);
        if item == Page::Review && count.is_some_and(|(count, _)| count > 0) {
            response = response.on_hover_text(texts::awaits(session.queue().len(), findings.len(), language));
        }
        if response.clicked() {
            wanted.push(Command::Go(item));
        }
        // What is not records stands apart.
        if item == Page::Review || next_is_members {
            ui.add_space(space::S);
        }
    }
    ui.with_layout(Layout::bottom_up(Align::Min), |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::XXS;
            ui.add_enabled_ui(session.can_undo(), |ui| {
                if button::icon_button(ui, Icon::Undo, texts::UNDO.get(language)).clicked() {
                    wanted.push(Command::Undo);
                }
            });
            ui.add_enabled_ui(session.can_redo(), |ui| {
                if button::icon_button(ui, Icon::Redo, texts::REDO.get(language)).clicked() {
                    wanted.push(Command::Redo);
                }
            });
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| wanted.extend(menu(ui, settings)));
        });
    });
    wanted.into_iter().map(Action::Command).collect()
}

fn head(ui: &mut Ui, session: &Session, language: Language) {
    let meta = session.meta();
    let workspace = meta.map_or("Samsyn", |meta| meta.workspace_name.as_str());
    ui.add(Label::new(RichText::new(workspace).text_style(theme::strong())).wrap());
    if let Some(person) = meta.and_then(|meta| session.person(meta.device)) {
        let role =
            meta.and_then(|meta| meta.grant.as_ref()).map(|grant| texts::role(grant.role).get(language));
        let words = role.map_or_else(|| person.to_owned(), |role| format!("{person} · {role}"));
        ui.add(Label::new(RichText::new(words).small().weak()).wrap());
    }
}

/// How many are there; what awaits a look stands out: what changed, and what is to be put right.
fn count(session: &Session, findings: &[Finding], page: Page) -> Option<(usize, Tone)> {
    match page {
        Page::Review => {
            let queue = session.queue();
            let contradicts = queue.iter().any(|entry| entry.state.conflicts > 0);
            let grave = findings.iter().any(|finding| finding.problem.weight() == Weight::Grave);
            Some((
                queue.len() + findings.len(),
                if contradicts || grave { Tone::Warning } else { Tone::Accent },
            ))
        }
        Page::Members => None,
        Page::Refused => Some((usize::try_from(session.status().outbox.refused).ok()?, Tone::Danger)),
        Page::List(kind) => Some((usize::try_from(session.count(kind.name)?).ok()?, Tone::Neutral)),
    }
}

/// Language and theme, and locking.
fn menu(ui: &mut Ui, settings: &Settings) -> Option<Command> {
    let language = settings.language;
    let button = button::icon_button(ui, Icon::Settings, texts::SETTINGS.get(language));
    let mut wanted = None;
    Popup::menu(&button).show(|ui| {
        ui.set_min_width(160.0);
        ui.label(RichText::new(texts::LANGUAGE.get(language)).small().weak());
        for other in Language::ALL {
            let command = Command::Speak(other);
            if ui.selectable_label(language == other, command.words(language)).clicked() {
                wanted = Some(command);
            }
        }
        ui.separator();
        ui.label(RichText::new(texts::THEME.get(language)).small().weak());
        let themes = [
            (ThemeChoice::System, texts::AS_SYSTEM),
            (ThemeChoice::Light, texts::LIGHT),
            (ThemeChoice::Dark, texts::DARK),
        ];
        for (theme, caption) in themes {
            if ui.selectable_label(settings.theme == theme, caption.get(language)).clicked() {
                wanted = Some(Command::Theme(theme));
            }
        }
        ui.separator();
        ui.label(RichText::new(texts::PEOPLE.get(language)).small().weak());
        for (as_register, caption) in [(false, texts::GIVEN_FIRST), (true, texts::FAMILY_FIRST)] {
            if ui.selectable_label(settings.as_register == as_register, caption.get(language)).clicked() {
                wanted = Some(Command::AsRegister(as_register));
            }
        }
        ui.separator();
        if ui.selectable_label(false, Command::Lock.words(language)).clicked() {
            wanted = Some(Command::Lock);
        }
    });
    wanted
}
