//! A drop-down: one of several options, or none.
//!
//! With more than eight options the list opens with a field to type into, which finds fuzzily. In a shorter one letters go to the option
//! that begins with them.

use eframe::egui::{
    Button, Event, Id, Popup, PopupCloseBehavior, Rect, Response, Sense, Ui, Vec2, pos2, vec2,
};

use super::Field;
use crate::widgets::{
    fuzzy::{self, Hit},
    icon::Icon,
    list::{self, Keys, Line},
    tokens::{Tokens, height, space},
};

/// A list with more options than this can be filtered by typing.
const FILTER_FROM: usize = 8;

/// The words around a drop-down.
#[derive(Clone, Copy, Debug)]
pub struct ChoiceTexts<'a> {
    /// The option that stands for "nothing chosen"; without it, something always is.
    pub none: Option<&'a str>,
    /// Shown in the empty filter field.
    pub filter: &'a str,
    /// Shown when the filter finds nothing.
    pub no_match: &'a str,
}

/// The options of a drop-down and which of them is chosen.
#[derive(Clone, Copy, Debug)]
pub struct Choices<'a> {
    /// The titles, in order.
    pub titles: &'a [&'a str],
    /// Which is chosen.
    pub chosen: Option<usize>,
    /// The words around them.
    pub texts: ChoiceTexts<'a>,
}

/// What a drop-down did in this frame.
#[derive(Debug)]
pub struct ChoiceResponse {
    /// egui's response of the button.
    pub response: Response,
    /// The new choice, once; `Some(None)` for the option that stands for nothing.
    pub changed: Option<Option<usize>>,
    /// The conflict badge was clicked.
    pub conflict_clicked: bool,
}

impl Field<'_> {
    /// One of several options.
    pub fn choice(&self, ui: &mut Ui, choices: Choices<'_>) -> ChoiceResponse {
        let shown = self.show(ui, |ui, label| {
            let width = self.width.unwrap_or_else(|| self.control_width(ui).min(320.0));
            let title = choices.chosen.and_then(|i| choices.titles.get(i).copied());
            let button = drop_down_button(ui, title, choices.texts.none.unwrap_or_default(), width);
            let response = button.labelled_by(label);
            let changed = popup(ui, &response, self.caption, choices);
            (response, changed)
        });
        let (response, changed) = shown.inner;
        self.describe(&response);
        ChoiceResponse { response, changed, conflict_clicked: shown.conflict_clicked }
    }
}

/// How wide a drop-down above a list is, in points: what stands in it can be read, and it is never the whole line.
const FILTER_WIDTHS: std::ops::RangeInclusive<f32> = 130.0..=280.0;

/// The room for the chevron at the end of a drop-down, in points.
const CHEVRON: f32 = 20.0;

/// A drop-down without a row around it, for the line above a list: it says its own name, and what is chosen.
/// Answers the new choice, once; `Some(None)` for the option that stands for nothing.
pub fn filter(ui: &mut Ui, name: &str, choices: Choices<'_>) -> Option<Option<usize>> {
    let title = choices.chosen.and_then(|index| choices.titles.get(index));
    let title = title.map(|title| format!("{name}: {title}"));
    let font = eframe::egui::TextStyle::Body.resolve(ui.style());
    let shown = title.as_deref().unwrap_or(name).to_owned();
    let text = ui.painter().layout_no_wrap(shown, font, eframe::egui::Color32::WHITE).size().x;
    let wanted = text.ceil() + CHEVRON + 2.0 * ui.spacing().button_padding.x;
    let width = wanted.clamp(*FILTER_WIDTHS.start(), *FILTER_WIDTHS.end()).min(ui.max_rect().width());
    let button = drop_down_button(ui, title.as_deref(), name, width).accessible_name(name);
    popup(ui, &button, name, choices)
}

/// A button that opens a list: the chosen title, or `placeholder` in weak text, and a chevron.
pub(crate) fn drop_down_button(ui: &mut Ui, title: Option<&str>, placeholder: &str, width: f32) -> Response {
    let response = ui.add(Button::new("").min_size(vec2(width, height::CONTROL)));
    let t = Tokens::of(ui);
    let inner = response.rect.shrink2(vec2(ui.spacing().button_padding.x, 0.0));
    let colour = if title.is_some() { t.text } else { t.text_weak };
    let font = eframe::egui::TextStyle::Body.resolve(ui.style());
    let text = title.unwrap_or(placeholder).to_owned();
    let job = eframe::egui::text::LayoutJob::simple_singleline(text, font, colour);
    let galley = list::one_line(ui, job, inner.width() - CHEVRON);
    let y = inner.center().y - galley.size().y / 2.0;
    ui.painter().galley(pos2(inner.left(), y), galley, colour);
    let chevron = Rect::from_center_size(pos2(inner.right() - 6.0, inner.center().y), Vec2::splat(14.0));
    Icon::Down.paint(ui.painter(), chevron, t.text_weak);
    response.ctx.accesskit_node_builder(response.id, |node| {
        node.set_role(eframe::egui::Role::ComboBox);
        node.set_value(title.unwrap_or(placeholder));
    });
    response
}

/// What an open list remembers between frames.
#[derive(Clone, Debug, Default)]
struct Open {
    query: String,
    cursor: usize,
    /// The letters that were typed in a list without a field for them, and when the last of them was.
    letters: String,
    typed_at: f64,
}

impl Open {
    /// Letters that come within so many seconds belong together.
    const TOGETHER: f64 = 1.0;

    /// Takes the letters that were typed in this frame, and goes to the option that begins with them. The same letter again goes on to the
    /// next one. Answers whether it went anywhere.
    fn follow_letters<'a>(&mut self, ui: &Ui, titles: impl Iterator<Item = &'a str>) -> bool {
        let (now, typed) = ui.input_mut(|input| {
            let typed: String = input
                .events
                .extract_if(.., |event| matches!(event, Event::Text(_)))
                .filter_map(|event| if let Event::Text(text) = event { Some(text) } else { None })
                .collect();
            (input.time, typed.to_lowercase())
        });
        if now - self.typed_at > Self::TOGETHER {
            self.letters.clear();
        }
        if typed.is_empty() || (self.letters.is_empty() && typed.trim().is_empty()) {
            return false;
        }
        self.typed_at = now;
        let again = self.letters == typed;
        if !again {
            self.letters.push_str(&typed);
        }
        let begins: Vec<usize> = titles
            .enumerate()
            .filter(|(_, title)| title.to_lowercase().starts_with(&self.letters))
            .map(|(place, _)| place)
            .collect();
        let next = begins.iter().find(|place| again && **place > self.cursor).or(begins.first());
        next.inspect(|place| self.cursor = **place).is_some()
    }
}

fn popup(ui: &Ui, button: &Response, name: &str, choices: Choices<'_>) -> Option<Option<usize>> {
    let id = Popup::default_response_id(button);
    let opened = list::opens(ui, button, id);
    if opened {
        let none = usize::from(choices.texts.none.is_some());
        let cursor = choices.chosen.map_or(0, |chosen| chosen + none);
        ui.ctx().data_mut(|data| data.insert_temp(id, Open { cursor, ..Open::default() }));
    }
    let width = list::popup_width(ui, button.rect.width().max(180.0));
    let picked = Popup::from_toggle_button_response(button)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .accessible_name(name)
        .width(width)
        .show(|ui| {
            ui.set_width(width);
            let mut open: Open = ui.ctx().data(|data| data.get_temp(id)).unwrap_or_default();
            let picked = options(ui, id, &mut open, choices, opened);
            ui.ctx().data_mut(|data| data.insert_temp(id, open));
            picked
        })
        .and_then(|shown| shown.inner)?;
    Popup::close_id(ui.ctx(), id);
    button.request_focus();
    (picked != choices.chosen).then_some(picked)
}

/// The open list. Returns the option that was picked.
fn options(
    ui: &mut Ui,
    id: Id,
    open: &mut Open,
    choices: Choices<'_>,
    opened: bool,
) -> Option<Option<usize>> {
    let hits = fuzzy::search(&open.query, choices.titles.iter().copied());
    // "None" stands first and only in the unfiltered list.
    let none = choices.texts.none.filter(|_| open.query.trim().is_empty());
    let count = hits.len() + usize::from(none.is_some());
    let mut keys = Keys::take(ui, &mut open.cursor, count);
    keys.moved |= opened;
    if choices.titles.len() > FILTER_FROM {
        let response = list::search_field(ui, id.with("filter"), &mut open.query, choices.texts.filter);
        if response.changed() {
            open.cursor = 0;
        }
        ui.add_space(space::XXS);
    } else {
        let own = ui.interact(ui.max_rect(), id.with("keys"), Sense::focusable_noninteractive());
        list::keep_focus(ui.ctx(), own.id);
        let titles = none.into_iter().chain(hits.iter().map(|hit| choices.titles[hit.index]));
        keys.moved |= open.follow_letters(ui, titles);
    }
    if count == 0 {
        ui.weak(choices.texts.no_match);
        return None;
    }
    let line = |index: usize| match (none, index) {
        (Some(title), 0) => Line { title, checked: choices.chosen.is_none(), ..Line::default() },
        _ => option_line(choices, &hits[index - usize::from(none.is_some())]),
    };
    let clicked = list::show(ui, id.with("list"), count, &mut open.cursor, keys, line);
    let picked = clicked.or(keys.enter.then_some(open.cursor))?;
    Some(match (none, picked) {
        (Some(_), 0) => None,
        _ => hits.get(picked - usize::from(none.is_some())).map(|hit| hit.index),
    })
}

fn option_line<'a>(choices: Choices<'a>, hit: &'a Hit) -> Line<'a> {
    Line {
        title: choices.titles[hit.index],
        matched: &hit.matched,
        checked: choices.chosen == Some(hit.index),
        ..Line::default()
    }
}

#[cfg(test)]
mod tests {
    use eframe::egui::Key;
    use egui_kittest::{Harness, kittest::Queryable};

    use super::*;
    use crate::widgets::theme;

    const TITLES: [&str; 5] = ["Kongress", "Konferens", "Företagsmöte", "Mässa", "Övrigt"];

    #[test]
    fn in_a_short_list_letters_go_to_the_option_that_begins_with_them() {
        let shown = |ui: &mut Ui, chosen: &mut Option<usize>| {
            let texts = ChoiceTexts { none: Some("Inget valt"), filter: "Sök", no_match: "Inga" };
            let choices = Choices { titles: &TITLES, chosen: *chosen, texts };
            if let Some(changed) = filter(ui, "Slag", choices) {
                *chosen = changed;
            }
        };
        for (typed, meant) in [("m", 3), ("konf", 1), ("k", 0), ("kk", 1), ("kkk", 0), ("Ö", 4), ("kong", 0)]
        {
            let mut harness =
                Harness::builder().with_context_setup(theme::install).build_ui_state(shown, None);
            harness.run_steps(2);
            harness.get_by_label("Slag").click();
            harness.run_steps(3);
            for letter in typed.chars() {
                harness.event(Event::Text(letter.to_string()));
                harness.run_steps(1);
            }
            harness.key_press(Key::Enter);
            harness.run_steps(3);
            assert_eq!(*harness.state(), Some(meant), "{typed}");
        }
    }
}
