//! What the relay refused: which record, why, who and when; and what can be done about it.
//!
//! Refused work is never lost work. It stays on this computer until somebody opens the record, changes what is wrong and sends it
//! again, or lets go of it.

use std::cell::RefCell;

use eframe::egui::{CornerRadius, Frame, Label, Margin, RichText, Stroke, Ui};
use samsyn_engine::id::RecordId;

use super::texts::{self, texts};
use super::{Action, Command, Scene, history, kind_icon};
use crate::explain;
use crate::state::RefusedWork;
use crate::widgets::badge;
use crate::widgets::button;
use crate::widgets::dialog::{self, Dialog};
use crate::widgets::empty_state::empty_state;
use crate::widgets::icon::{self, Icon};
use crate::widgets::tokens::{Tokens, Tone, radius, space};
use crate::widgets::toolbar::toolbar;
use crate::widgets::{line, scroll, theme};

texts! {
    REFUSED: "Avvisat", "Refused changes";
    HINT: "Reläet tog inte emot det här, så andra ser det inte. Allt är kvar på den här datorn. Öppna posten, rätta det som är fel och skicka igen, eller förkasta ändringarna.", "The relay did not take this, so others do not see it. All of it is kept on this computer. Open the record, correct what is wrong and send it again, or discard the changes.";
    NOTHING: "Inga avvisade ändringar", "Nothing is refused";
    NOTHING_HINT: "Ändringar som reläet inte tar emot visas här, med skälet.", "Changes that the relay does not take appear here, with the reason.";
    SEND_ALL: "Skicka allt igen", "Send all again";
    LET_GO: "Förkasta", "Discard";
    LET_GO_TITLE: "Förkasta ändringarna i {}?", "Discard the changes in {}?";
    LET_GO_HINT: "Det som reläet avvisade, och det som har skrivits ovanpå det, försvinner från den här datorn. Posten blir som den är på reläet. Det går inte att ångra.", "What the relay refused, and what was written on top of it, is removed from this computer. The record is then as it is on the relay. This cannot be undone.";
    LET_GO_NEW: "Posten finns bara här, så den försvinner helt från den här datorn. Det går inte att ångra.", "The record exists only here, so all of it is removed from this computer. This cannot be undone.";
    LET_GO_NOW: "Förkasta ändringarna", "Discard the changes";
    ONLY_HERE: "finns bara här", "only here";
    RELAY_SAYS: "Reläet säger: {}", "The relay says: {}";
    CANCEL: "Avbryt", "Cancel";
}

/// The widest that cards are, in points.
const WIDEST: f32 = 900.0;

/// The page's view state.
#[derive(Debug, Default)]
pub(crate) struct RefusedPage {
    /// The record whose changes somebody is about to let go of.
    letting_go: Option<RecordId>,
}

impl RefusedPage {
    /// Draws the page.
    pub(crate) fn show(&mut self, ui: &mut Ui, scene: &mut Scene<'_>) {
        let Some(works) = scene.session.refused() else {
            ui.weak(scene.say(texts::LOADING));
            return;
        };
        let margin = Margin { bottom: space::S as i8, ..Margin::same(space::L as i8) };
        Frame::new().inner_margin(margin).show(ui, |ui| head(ui, works.len(), scene));
        if works.is_empty() {
            empty_state(ui, Icon::Check, scene.say(NOTHING), scene.say(NOTHING_HINT), None);
            return;
        }
        let frame = Frame::new().inner_margin(Margin { top: 0, ..Margin::same(space::L as i8) });
        frame.show(ui, |ui| {
            scroll::vertical(ui, "refused", |ui| {
                ui.set_width(ui.available_width().min(WIDEST));
                ui.spacing_mut().item_spacing.y = space::S;
                super::banner(ui, Tone::Neutral, scene.say(HINT));
                for work in works.iter() {
                    self.card(ui, work, scene);
                }
                ui.add_space(space::XL);
            });
        });
        let letting_go = works.iter().find(|work| Some(work.record.id) == self.letting_go);
        match letting_go {
            Some(work) => self.dialog(ui, work, scene),
            None => self.letting_go = None,
        }
    }

    fn card(&mut self, ui: &mut Ui, work: &RefusedWork, scene: &mut Scene<'_>) {
        let t = Tokens::of(ui);
        let frame = Frame::new()
            .fill(t.raised)
            .stroke(Stroke::new(1.0, t.border))
            .corner_radius(CornerRadius::same(radius::L))
            .inner_margin(space::M);
        frame.show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = space::S;
            // Both ends draw with the same scene, one after the other.
            let both = RefCell::new((&mut *self, &mut *scene));
            line::ends_at_top(
                ui,
                |ui| title(ui, work, both.borrow().1),
                |ui| {
                    let (page, scene) = &mut *both.borrow_mut();
                    page.buttons(ui, work, scene);
                },
            );
            reasons(ui, work, scene);
            for change in &work.changes {
                history::entry(ui, &work.record, &change.step, scene);
            }
        });
    }

    fn buttons(&mut self, ui: &mut Ui, work: &RefusedWork, scene: &mut Scene<'_>) {
        ui.spacing_mut().item_spacing.x = space::XXS;
        let (id, title) = (work.record.id, scene.title_of(&work.record));
        let mut pressed = |caption: &'static str| {
            button::quiet(ui, caption).accessible_name(format!("{caption}: {title}")).clicked()
        };
        let (open, again) = (pressed(scene.say(texts::OPEN)), pressed(scene.say(texts::SEND_AGAIN)));
        if pressed(scene.say(LET_GO)) {
            self.letting_go = Some(id);
        }
        if again {
            scene.act(Action::RetryIn(id));
        }
        if open {
            scene.act(Action::Open(id));
        }
    }

    fn dialog(&mut self, ui: &Ui, work: &RefusedWork, scene: &mut Scene<'_>) {
        let title = scene.say(LET_GO_TITLE).replace("{}", &scene.title_of(&work.record));
        let dialog = Dialog { title: &title, width: 440.0, close: scene.say(texts::CLOSE) };
        let shown = dialog.show(ui.ctx(), |ui| {
            let hint = if work.is_new { LET_GO_NEW } else { LET_GO_HINT };
            ui.add(Label::new(scene.say(hint)).wrap());
            ui.add_space(space::S);
            ui.horizontal_wrapped(|ui| {
                let gone = button::danger(ui, scene.say(LET_GO_NOW)).clicked();
                // What is let go of does not come back.
                let cancel = ui.button(scene.say(CANCEL));
                dialog::offer(&cancel);
                (gone, cancel.clicked())
            })
            .inner
        });
        let (gone, cancelled) = shown.inner;
        if gone {
            scene.act(Action::Discard(work.record.id));
        }
        if gone || cancelled || shown.closed {
            self.letting_go = None;
        }
    }
}

fn head(ui: &mut Ui, count: usize, scene: &mut Scene<'_>) {
    let (_, all) = toolbar(
        ui,
        |ui| {
            super::heading(ui, scene.say(REFUSED), &texts::records(count as u64, scene.language));
        },
        |ui| count > 0 && ui.button(scene.say(SEND_ALL)).clicked(),
    );
    if all {
        scene.act(Action::Command(Command::Retry));
    }
}

fn title(ui: &mut Ui, work: &RefusedWork, scene: &Scene<'_>) {
    let t = Tokens::of(ui);
    ui.vertical(|ui| {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = space::S;
            icon::show(ui, work.record.kind().map_or(Icon::Document, kind_icon), t.text_weak);
            ui.label(RichText::new(scene.title_of(&work.record)).text_style(theme::strong()));
            if work.is_new {
                badge::badge(ui, scene.say(ONLY_HERE), Tone::Neutral);
            }
        });
    });
}

/// Why: each reason once, and what the relay said beside it, in the person's language.
fn reasons(ui: &mut Ui, work: &RefusedWork, scene: &Scene<'_>) {
    let mut told: Vec<(&str, &str)> = Vec::new();
    for change in &work.changes {
        let reason = (change.code.as_str(), change.reason.as_str());
        if !told.contains(&reason) {
            told.push(reason);
        }
    }
    for (code, reason) in told {
        let text = scene.say(explain::refused_change(code));
        super::banner(ui, Tone::Danger, text);
        if let Some(reason) = explain::relay_words(reason, scene.language) {
            let says = scene.say(RELAY_SAYS).replace("{}", &reason);
            ui.add(Label::new(RichText::new(says).small().color(Tokens::of(ui).text_weak)).wrap());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_there_in_both_languages() {
        crate::pages::texts::assert_in_both_languages(ALL_TEXTS);
    }
}
