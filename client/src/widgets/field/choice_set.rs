//! A set of options as chips, with a list to add from.

use eframe::egui::{Align, Id, Layout, Popup, PopupCloseBehavior, Response, Ui};

use super::Field;
use crate::widgets::{
    badge, fuzzy,
    list::{self, Keys, Line},
    tokens::{Tone, space},
};

/// The words around a set.
#[derive(Clone, Copy, Debug)]
pub struct SetTexts<'a> {
    /// Name of the button that opens the list.
    pub add: &'a str,
    /// Name of the cross on a chip, followed by the chip's title: "Remove".
    pub remove: &'a str,
    /// Shown in the empty filter field.
    pub filter: &'a str,
    /// Shown when nothing is left to add.
    pub no_match: &'a str,
}

/// What a person wants done with a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetAction {
    /// Put this option in.
    Add(usize),
    /// Take this option out.
    Remove(usize),
}

/// What a set did in this frame.
#[derive(Debug)]
pub struct SetResponse {
    /// egui's response of the button that adds.
    pub response: Response,
    /// The change, once.
    pub action: Option<SetAction>,
    /// The chip of this option was clicked.
    pub clicked: Option<usize>,
    /// The conflict badge was clicked.
    pub conflict_clicked: bool,
}

impl Field<'_> {
    /// Some of several options: `chosen` are indexes into `titles`, in the order in which they are shown.
    pub fn choice_set(
        &self,
        ui: &mut Ui,
        titles: &[&str],
        chosen: &[usize],
        texts: SetTexts<'_>,
    ) -> SetResponse {
        let (mut action, mut clicked) = (None, None);
        let shown = self.show(ui, |ui, _| {
            let wrapping = Layout::left_to_right(Align::Center).with_main_wrap(true);
            ui.with_layout(wrapping, |ui| {
                ui.spacing_mut().item_spacing = eframe::egui::Vec2::splat(space::XS);
                for &index in chosen {
                    let Some(title) = titles.get(index) else { continue };
                    let remove = format!("{} {title}", texts.remove);
                    let chip = badge::chip(ui, title, Tone::Accent, self.enabled.then_some(remove.as_str()));
                    if chip.removed {
                        action = Some(SetAction::Remove(index));
                    }
                    if chip.clicked {
                        clicked = Some(index);
                    }
                }
                list::wrap_before_button(ui);
                // "Add" alone says nothing to somebody who hears it.
                let add = list::add_button(ui, "add", texts.add);
                let add = add.accessible_name(format!("{}: {}", self.caption, texts.add));
                if matches!(action, Some(SetAction::Remove(_))) {
                    add.request_focus();
                }
                if let Some(index) = pick(ui, &add, titles, chosen, texts) {
                    action = Some(SetAction::Add(index));
                }
                add
            })
            .inner
        });
        self.describe(&shown.inner);
        SetResponse { response: shown.inner, action, clicked, conflict_clicked: shown.conflict_clicked }
    }
}

/// The list of what can still be added. Stays open, so that several can be added in a row.
fn pick(ui: &Ui, add: &Response, titles: &[&str], chosen: &[usize], texts: SetTexts<'_>) -> Option<usize> {
    let id: Id = Popup::default_response_id(add);
    if list::opens(ui, add, id) {
        ui.ctx().data_mut(|data| data.insert_temp(id, (String::new(), 0_usize)));
    }
    let width = list::popup_width(ui, 280.0);
    Popup::from_toggle_button_response(add)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .accessible_name(texts.add)
        .width(width)
        .show(|ui| {
            ui.set_width(width);
            let (mut query, mut cursor): (String, usize) =
                ui.ctx().data(|data| data.get_temp(id)).unwrap_or_default();
            let left: Vec<usize> = (0..titles.len()).filter(|i| !chosen.contains(i)).collect();
            let hits = fuzzy::search(&query, left.iter().map(|&i| titles[i]));
            let keys = Keys::take(ui, &mut cursor, hits.len());
            let response = list::search_field(ui, id.with("filter"), &mut query, texts.filter);
            let line = |i: usize| Line {
                title: titles[left[hits[i].index]],
                matched: &hits[i].matched,
                ..Line::default()
            };
            let clicked = list::show(ui, id.with("list"), hits.len(), &mut cursor, keys, line);
            if hits.is_empty() {
                ui.weak(texts.no_match);
            }
            let picked =
                clicked.or(keys.enter.then_some(cursor)).and_then(|i| hits.get(i)).map(|hit| left[hit.index]);
            if picked.is_some() {
                (query, cursor) = (String::new(), 0);
            } else if response.changed() {
                cursor = 0;
            }
            ui.ctx().data_mut(|data| data.insert_temp(id, (query, cursor)));
            picked
        })
        .and_then(|shown| shown.inner)
}
