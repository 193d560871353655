//! The reference picker: a field that points at something with a title.
//!
//! The picker does not know what it points at. It shows the title of what is chosen; opened, it shows a search field and
//! the results that the caller found for the query so far. The caller hears of a new query in
//! [`PickerResponse::query`], searches in its own time, and hands the results in with the next frame. Behind the results stands
//! what can be made under the words that were typed, so that nobody has to leave the form for somebody who is not there yet.
//!
//! ```text
//! let answer = Field::new(texts.venue).reference(ui, "venue", title, &page.results, &picker_texts);
//! if let Some(query) = answer.query {
//!     page.search(query);
//! }
//! if let Some(index) = answer.chosen {
//!     commands.push(Command::Point(page.results[index].id));
//! }
//! ```

use eframe::egui::{Align, Id, Layout, Popup, PopupCloseBehavior, Response, Ui, Vec2};
use samsyn_engine::store::words::{marks, same};

use super::{
    badge, button,
    field::{Field, drop_down_button},
    icon::Icon,
    list::{self, Keys, Line},
    tokens::{Tone, space},
};

/// One thing that was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Its title.
    pub title: String,
    /// What tells it from others of the same title: a place, an organisation, a year.
    pub detail: String,
}

/// The words around a picker.
#[derive(Clone, Copy, Debug)]
pub struct PickerTexts<'a> {
    /// Shown while nothing is chosen.
    pub none: &'a str,
    /// Shown in the empty search field.
    pub search: &'a str,
    /// Shown when nothing was found.
    pub no_match: &'a str,
    /// Name of the button that takes the choice away.
    pub clear: &'a str,
    /// Name of the button that goes to what is chosen.
    pub visit: &'a str,
    /// Shown under results that are not all there are; nothing where they are.
    pub more: &'a str,
    /// What can be made of what was typed, and is not among the results.
    pub create: Create<'a>,
}

/// What an open picker offers to make.
#[derive(Clone, Copy, Debug, Default)]
pub struct Create<'a> {
    /// What the offer says; `{}` stands for what was typed.
    pub offer: &'a str,
    /// What would be made, one line each; nothing is offered where there is none.
    pub kinds: &'a [&'a str],
}

/// Something is to be made and chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Creation {
    /// Which of [`Create::kinds`].
    pub kind: usize,
    /// What it is to be called.
    pub title: String,
}

/// What a picker did in this frame.
#[derive(Debug)]
pub struct PickerResponse {
    /// egui's response of the button.
    pub response: Response,
    /// The picker was opened (with an empty query) or something else was typed: results for this are wanted.
    pub query: Option<String>,
    /// The result that was chosen, by index.
    pub chosen: Option<usize>,
    /// What is to be made and chosen.
    pub created: Option<Creation>,
    /// The choice was taken away.
    pub cleared: bool,
    /// The person wants to see what is chosen.
    pub visit: bool,
    /// The list is open, so results are looked at.
    pub open: bool,
    /// The conflict badge was clicked.
    pub conflict_clicked: bool,
}

/// What an open picker remembers between frames.
#[derive(Clone, Debug, Default)]
struct Open {
    query: String,
    cursor: usize,
}

impl Field<'_> {
    /// A reference to something with a title. `id` tells it from other pickers in the same place; `results` belong to the
    /// last query that was answered.
    pub fn reference(
        &self,
        ui: &mut Ui,
        id: &str,
        title: Option<&str>,
        results: &[Found],
        texts: &PickerTexts<'_>,
    ) -> PickerResponse {
        let shown = self.show(ui, |ui, label| {
            ui.push_id(id, |ui| {
                ui.spacing_mut().item_spacing.x = space::XXS;
                let buttons = if title.is_some() { 2.0 * button::ROOM } else { 0.0 };
                let width = (self.control_width(ui) - buttons).clamp(48.0, 360.0);
                let button = drop_down_button(ui, title, texts.none, width).labelled_by(label);
                let mut answer = popup(ui, button, self.caption(), results, texts);
                if title.is_some() {
                    answer.visit = button::icon_button(ui, Icon::Link, texts.visit).clicked();
                    answer.cleared = button::icon_button(ui, Icon::Close, texts.clear).clicked();
                }
                answer
            })
            .inner
        });
        self.describe(&shown.inner.response);
        PickerResponse { conflict_clicked: shown.conflict_clicked, ..shown.inner }
    }
}

/// What a set of references did in this frame.
#[derive(Debug)]
pub struct PickerSetResponse {
    /// egui's response of the button that adds.
    pub response: Response,
    /// The picker was opened (with an empty query) or something else was typed: results for this are wanted.
    pub query: Option<String>,
    /// The result that was chosen to be put in, by index.
    pub added: Option<usize>,
    /// What is to be made and put in.
    pub created: Option<Creation>,
    /// The member that is to be taken out, by index.
    pub removed: Option<usize>,
    /// The person wants to see this member.
    pub visit: Option<usize>,
    /// The list is open, so results are looked at.
    pub open: bool,
    /// The conflict badge was clicked.
    pub conflict_clicked: bool,
}

impl Field<'_> {
    /// Any number of references, as chips; `members` are their titles. Otherwise as [`Field::reference`].
    pub fn reference_set(
        &self,
        ui: &mut Ui,
        id: &str,
        members: &[&str],
        results: &[Found],
        texts: &PickerTexts<'_>,
    ) -> PickerSetResponse {
        let (mut removed, mut visit) = (None, None);
        let shown = self.show(ui, |ui, _| {
            let wrapping = Layout::left_to_right(Align::Center).with_main_wrap(true);
            let chips = |ui: &mut Ui| {
                ui.spacing_mut().item_spacing = Vec2::splat(space::XS);
                for (index, title) in members.iter().enumerate() {
                    let remove = format!("{} {title}", texts.clear);
                    let chip = badge::chip(ui, title, Tone::Accent, Some(&remove));
                    removed = chip.removed.then_some(index).or(removed);
                    visit = chip.clicked.then_some(index).or(visit);
                }
                list::wrap_before_button(ui);
                let add = list::add_button(ui, id, texts.none);
                if removed.is_some() {
                    add.request_focus();
                }
                popup(
                    ui,
                    add.accessible_name(format!("{}: {}", self.caption(), texts.none)),
                    self.caption(),
                    results,
                    texts,
                )
            };
            ui.with_layout(wrapping, chips).inner
        });
        let PickerResponse { response, query, chosen, created, open, .. } = shown.inner;
        self.describe(&response);
        PickerSetResponse {
            response,
            query,
            added: chosen,
            created,
            removed,
            visit,
            open,
            conflict_clicked: shown.conflict_clicked,
        }
    }
}

fn popup(
    ui: &Ui,
    button: Response,
    name: &str,
    results: &[Found],
    texts: &PickerTexts<'_>,
) -> PickerResponse {
    let id = Popup::default_response_id(&button);
    let mut query = None;
    if list::opens(ui, &button, id) {
        ui.ctx().data_mut(|data| data.insert_temp(id, Open::default()));
        query = Some(String::new());
    }
    let width = list::popup_width(ui, button.rect.width().max(280.0));
    let shown = Popup::from_toggle_button_response(&button)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .accessible_name(name)
        .width(width)
        .show(|ui| {
            ui.set_width(width);
            let mut open: Open = ui.ctx().data(|data| data.get_temp(id)).unwrap_or_default();
            let answer = search(ui, id, &mut open, results, texts);
            ui.ctx().data_mut(|data| data.insert_temp(id, open));
            answer
        });
    let open = shown.is_some();
    let found = shown.map(|shown| shown.inner).unwrap_or_default();
    if found.chosen.is_some() || found.created.is_some() {
        Popup::close_id(ui.ctx(), id);
        button.request_focus();
    }
    PickerResponse {
        response: button,
        query: found.typed.or(query),
        chosen: found.chosen,
        created: found.created,
        cleared: false,
        visit: false,
        open,
        conflict_clicked: false,
    }
}

/// What an open list did in a frame.
#[derive(Debug, Default)]
struct Searched {
    typed: Option<String>,
    chosen: Option<usize>,
    created: Option<Creation>,
}

/// The open list: what was found, and behind it what can be made.
fn search(ui: &mut Ui, id: Id, open: &mut Open, results: &[Found], texts: &PickerTexts<'_>) -> Searched {
    let typed = open.query.trim().to_owned();
    // What is there already under these very words is chosen and not made again.
    let there = results.iter().any(|found| same(&found.title) == same(&typed));
    let kinds = if typed.is_empty() || there { &[] } else { texts.create.kinds };
    let offer = texts.create.offer.replace("{}", &typed);
    let lines = results.len() + kinds.len();
    let keys = Keys::take(ui, &mut open.cursor, lines);
    let response = list::search_field(ui, id.with("search"), &mut open.query, texts.search);
    ui.add_space(space::XXS);
    if results.is_empty() {
        ui.weak(texts.no_match);
    }
    let marked: Vec<Vec<u32>> = results.iter().map(|found| marks(&typed, &found.title)).collect();
    let line = |i: usize| match results.get(i) {
        Some(found) => {
            Line { title: &found.title, detail: &found.detail, matched: &marked[i], ..Line::default() }
        }
        None => Line { title: &offer, detail: kinds[i - results.len()], ..Line::default() },
    };
    let clicked = list::show(ui, id.with("list"), lines, &mut open.cursor, keys, line);
    if !texts.more.is_empty() {
        ui.weak(texts.more);
    }
    if response.changed() {
        open.cursor = 0;
        return Searched { typed: Some(open.query.clone()), ..Searched::default() };
    }
    let Some(index) = clicked.or(keys.enter.then_some(open.cursor)).filter(|index| *index < lines) else {
        return Searched::default();
    };
    match index.checked_sub(results.len()) {
        None => Searched { chosen: Some(index), ..Searched::default() },
        Some(kind) => Searched { created: Some(Creation { kind, title: typed }), ..Searched::default() },
    }
}

#[cfg(test)]
mod tests {
    use eframe::egui::Key;
    use eframe::egui::accesskit::Role;
    use egui_kittest::{Harness, kittest::Queryable};

    use super::*;
    use crate::widgets::theme;

    #[derive(Default)]
    struct Form {
        found: Vec<Found>,
        kinds: Vec<&'static str>,
        chosen: Vec<usize>,
        created: Vec<Creation>,
    }

    fn harness(form: Form) -> Harness<'static, Form> {
        let show = |ui: &mut Ui, form: &mut Form| {
            let create = Create { offer: "Skapa ”{}”", kinds: &form.kinds };
            let texts = PickerTexts {
                none: "Välj",
                search: "Sök",
                no_match: "Inga träffar",
                clear: "Rensa",
                visit: "Öppna",
                more: "",
                create,
            };
            let answer = Field::new("Organisation").reference(ui, "o", None, &form.found, &texts);
            form.chosen.extend(answer.chosen);
            form.created.extend(answer.created);
        };
        let mut harness = Harness::builder().with_context_setup(theme::install).build_ui_state(show, form);
        harness.run_steps(3);
        harness.get_by_role_and_label(Role::ComboBox, "Organisation").click();
        harness.run_steps(3);
        harness
    }

    fn type_text(harness: &mut Harness<'static, Form>, text: &str) {
        harness.get_by_label("Sök").type_text(text);
        harness.run_steps(3);
    }

    #[test]
    fn what_is_not_found_is_made_by_the_keyboard_alone() {
        let mut harness = harness(Form { kinds: vec!["Ny organisation"], ..Form::default() });
        assert!(harness.query_by_label("Skapa ””").is_none(), "nothing is made of nothing");
        type_text(&mut harness, " Fjällbolaget ");
        harness.get_by_label("Skapa ”Fjällbolaget”");
        harness.key_press(Key::Enter);
        harness.run_steps(3);
        let made = Creation { kind: 0, title: "Fjällbolaget".to_owned() };
        assert_eq!(harness.state().created, [made]);
        assert!(harness.state().chosen.is_empty());
    }

    #[test]
    fn what_is_found_comes_first_and_is_not_offered_to_be_made_again() {
        let found = vec![Found { title: "Fjäll AB".into(), detail: String::new() }];
        let kinds = vec!["Ny kontakt", "Ny organisation"];
        let mut harness = harness(Form { found, kinds, ..Form::default() });
        type_text(&mut harness, "Fjäll");
        assert_eq!(harness.query_all_by_label("Skapa ”Fjäll”").count(), 2, "one of each kind");
        harness.key_press(Key::ArrowDown);
        harness.run_steps(2);
        harness.key_press(Key::ArrowDown);
        harness.run_steps(2);
        harness.key_press(Key::Enter);
        harness.run_steps(3);
        assert_eq!(harness.state().created, [Creation { kind: 1, title: "Fjäll".to_owned() }]);
        harness.get_by_role_and_label(Role::ComboBox, "Organisation").click();
        harness.run_steps(3);
        type_text(&mut harness, "fjäll ab");
        assert_eq!(harness.query_all_by_label_contains("Skapa").count(), 0, "it is there");
        harness.key_press(Key::Enter);
        harness.run_steps(3);
        assert_eq!(harness.state().chosen, [0]);
    }

    #[test]
    fn where_nothing_may_be_made_nothing_is_offered() {
        let mut harness = harness(Form::default());
        type_text(&mut harness, "Fjäll");
        harness.get_by_label("Inga träffar");
        harness.key_press(Key::Enter);
        harness.run_steps(3);
        assert_eq!(harness.state().created, []);
    }
}
