//! The strip above everything, for as long as nothing can be written: it says why, and what to do about it.

use eframe::egui::{Margin, Rect, RichText, Shape, Ui, UiBuilder, vec2};
use samsyn_engine::replica::ReplicaError;
use samsyn_engine::schema::{Caption, Language};
use samsyn_engine::store::StoreError;

use crate::explain;
use crate::state::Session;
use crate::widgets::tokens::{Tokens, Tone, space};

const FULL: Caption = Caption::new(
    "Disken är full. Du kan läsa allt, men det du skriver sparas först när det finns plats.",
    "The disk is full. You can read everything, but what you type is saved only when there is room.",
);
const READ_ONLY: Caption = Caption::new(
    "{} är skrivskyddad för dig: filen, mappen eller disken. Du kan läsa allt, men det du skriver sparas inte. Ge dig själv skrivrätt, eller öppna en kopia på en annan plats.",
    "{} is read-only for you: the file, its folder or its disk. You can read everything, but what you type is not saved. Give yourself the right to write, or open a copy in another place.",
);
const AGAIN: Caption = Caption::new("Samsyn försöker igen av sig självt.", "Samsyn tries again by itself.");

/// Draws the strip where it is needed. Answers the room that is left below it.
pub(super) fn show(ui: &mut Ui, session: &Session, language: Language) -> Rect {
    let area = ui.max_rect();
    let Some(words) = session.in_the_way().and_then(|error| words(error, session, language)) else {
        return area;
    };
    let tone = Tokens::of(ui).tone(Tone::Warning);
    let margin = Margin::symmetric(space::L as i8, space::S as i8);
    // How high it is follows from the words and the width: it is laid out first, and filled behind.
    let behind = ui.painter().add(Shape::Noop);
    let mut strip = ui.new_child(UiBuilder::new().id_salt("banner").max_rect(area - margin));
    strip.label(RichText::new(words).color(tone.fg));
    let height = (strip.min_rect().height() + margin.sum().y).min(area.height() / 2.0);
    let filled = Rect::from_min_size(area.min, vec2(area.width(), height));
    ui.painter().set(behind, Shape::rect_filled(filled, 0.0, tone.bg));
    area.split_top_bottom_at_y(filled.bottom()).1
}

fn words(error: &ReplicaError, session: &Session, language: Language) -> Option<String> {
    let why = match error {
        ReplicaError::Store(StoreError::Full) => {
            explain::with_room(FULL.get(language), session.path(), language)
        }
        ReplicaError::Store(StoreError::ReadOnly(path)) => READ_ONLY.fill(language, &[&path.display()]),
        _ => return None,
    };
    Some(format!("{why} {}", AGAIN.get(language)))
}
