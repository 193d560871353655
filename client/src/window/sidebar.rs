//! The sidebar: which workspace, where to go, what waits there, and the settings.

use std::sync::Arc;

use eframe::egui::{Label, Popup, PopupCloseBehavior, RichText, Ui, UiBuilder};
use samsyn_engine::review::{Finding, Severity};
use samsyn_engine::schema::{Caption, Language, count_words};

use super::scale;
use crate::link::worker::Link;
use crate::pages::{Action, Command, Page, Resize, texts};
use crate::state::{Session, Settings, ThemeChoice};
use crate::widgets::button;
use crate::widgets::icon::Icon;
use crate::widgets::tokens::{Tone, height, space};
use crate::widgets::{line, scroll, sidebar, theme};
use crate::words::today;

/// Draws the sidebar.
pub(super) fn show(ui: &mut Ui, session: &mut Session, settings: &Settings, page: Page) -> Vec<Action> {
    // What a list needs is asked for first: the window is usable without this number.
    let findings = if session.meta().is_some() { session.findings(today()) } else { Arc::default() };
    let session = &*session;
    let language = settings.language;
    let mut wanted = Vec::new();
    ui.spacing_mut().item_spacing.y = space::XXS;
    // What does not fit scrolls; what acts on everything stays at the bottom.
    let area = ui.available_rect_before_wrap();
    let (above, below) = area.split_top_bottom_at_y(area.bottom() - height::CONTROL);
    let (above, below) = (above.with_max_y(above.bottom() - space::S), below);
    ui.scope_builder(UiBuilder::new().max_rect(above), |ui| {
        scroll::vertical(ui, "sidebar", |ui| {
            head(ui, session, language);
            ui.add_space(space::M);
            wanted.extend(search(ui, language));
            ui.add_space(space::M);
            wanted.extend(pages(ui, session, (&findings, page), language));
        });
    });
    ui.scope_builder(UiBuilder::new().max_rect(below), |ui| {
        let left = |ui: &mut Ui| steps(ui, session, language);
        let alone = session.status().link == Link::Alone;
        let (step, chosen) = line::ends(ui, left, |ui| menu(ui, settings, alone));
        wanted.extend(step.or(chosen));
    });
    wanted.into_iter().map(Action::Command).collect()
}

fn search(ui: &mut Ui, language: Language) -> Option<Command> {
    let search = texts::SEARCH.get(language);
    let keys = Command::Palette.shortcut().map(|keys| ui.ctx().format_shortcut(&keys)).unwrap_or_default();
    let button = button::with_icon(ui, Icon::Search, &format!("{search}   {keys}"));
    button.on_hover_text(texts::SEARCH_ALL.get(language)).clicked().then_some(Command::Palette)
}

/// Where one can go.
fn pages(
    ui: &mut Ui,
    session: &Session,
    (findings, page): (&[Finding], Page),
    language: Language,
) -> Option<Command> {
    let mut wanted = None;
    // What was refused is a page for as long as there is any.
    let refused = session.status().outbox.refused > 0 || page == Page::Refused;
    let mut pages = Page::all().filter(|item| refused || *item != Page::Refused).peekable();
    while let Some(item) = pages.next() {
        let next_is_members = pages.peek() == Some(&Page::Members);
        let count = count(session, findings, item);
        let caption = item.caption().get(language);
        let shown = count.filter(|(count, _)| *count > 0);
        let shown = shown.map(|(count, tone)| (count_words(count as u64, language), tone));
        let shown = shown.as_ref().map(|(count, tone)| (count.as_str(), *tone));
        let mut response = sidebar::item(ui, item.icon(), caption, shown, page == item);
        if item == Page::Review && count.is_some_and(|(count, _)| count > 0) {
            response = response.on_hover_text(texts::awaits(session.queue().len(), findings.len(), language));
        }
        if response.clicked() {
            wanted = Some(Command::Go(item));
        }
        // What is not records stands apart.
        if item == Page::Review || next_is_members {
            ui.add_space(space::S);
        }
    }
    wanted
}

/// Back and forth in what was done.
fn steps(ui: &mut Ui, session: &Session, language: Language) -> Option<Command> {
    ui.spacing_mut().item_spacing.x = space::XXS;
    let mut step = |can: bool, icon: Icon, command: Command, name: Caption| {
        let pressed =
            ui.add_enabled_ui(can, |ui| button::icon_button(ui, icon, name.get(language)).clicked());
        pressed.inner.then_some(command)
    };
    let undo = step(session.can_undo(), Icon::Undo, Command::Undo, texts::UNDO);
    step(session.can_redo(), Icon::Redo, Command::Redo, texts::REDO).or(undo)
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
            let grave = findings.iter().any(|finding| finding.problem.severity() == Severity::Must);
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
fn menu(ui: &mut Ui, settings: &Settings, alone: bool) -> Option<Command> {
    let language = settings.language;
    let button = button::icon_button(ui, Icon::Settings, texts::SETTINGS.get(language));
    let mut wanted = None;
    // It stays open while the size of text is tried.
    let menu = Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    menu.show(|ui| {
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
        ui.label(RichText::new(texts::TEXT_SIZE.get(language)).small().weak());
        wanted = wanted.or(sizes(ui, language));
        ui.separator();
        let mut offline = settings.offline;
        if !alone && ui.checkbox(&mut offline, texts::OFFLINE_SWITCH.get(language)).changed() {
            wanted = Some(Command::ToggleOffline);
        }
        for command in [Command::Keys, Command::Lock] {
            if ui.selectable_label(false, command.words(language)).clicked() {
                wanted = Some(command);
            }
        }
        if wanted.is_some_and(|command| !matches!(command, Command::Resize(_))) {
            ui.close();
        }
    });
    wanted
}

/// Smaller, how large it is (back to the usual size), and larger.
fn sizes(ui: &mut Ui, language: Language) -> Option<Command> {
    let step = |ui: &mut Ui, icon: Icon, resize: Resize| {
        let command = Command::Resize(resize);
        button::icon_button(ui, icon, &command.words(language)).clicked().then_some(command)
    };
    let percent = format!("{}\u{a0}%", scale::percent(ui.ctx()));
    let sizes = ui.horizontal(|ui| {
        let smaller = step(ui, Icon::Dash, Resize::Smaller);
        let usual = Command::Resize(Resize::Usual);
        let pressed = ui.button(percent).on_hover_text(usual.words(language)).clicked();
        let larger = step(ui, Icon::Plus, Resize::Larger);
        smaller.or(pressed.then_some(usual)).or(larger)
    });
    sizes.inner
}
