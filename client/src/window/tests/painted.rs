//! What is painted, whatever a screen reader gets of it: no words are cut by the edge of their pane, and none lie over others.
//!
//! Each shape carries the rectangle it is clipped by: the pane, the dialog or the cell it stands in. So what is too wide for its own pane is
//! found there, also where the window goes on beside it.

use std::collections::BTreeSet;

use eframe::egui::accesskit::Role;
use eframe::egui::{Rect, Shape};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

/// So much may something stand out or overlap, in points: rounding, and the air that a font leaves around its letters.
const SLACK: f32 = 2.0;

/// The height of what stands above the rows of a table and belongs to it, in points.
const HEADER: f32 = 30.0;

/// Words as they are painted.
struct Words {
    text: String,
    /// Where they would be.
    whole: Rect,
    /// Where they may be.
    clip: Rect,
    /// They end in three dots.
    elided: bool,
}

impl Words {
    fn seen(&self) -> Rect {
        self.whole.intersect(self.clip)
    }

    fn are_in(&self, areas: &[Rect]) -> bool {
        areas.iter().any(|area| area.intersects(self.seen()))
    }
}

/// What is wrong with what is painted.
pub(super) fn faults<State>(harness: &Harness<'_, State>) -> BTreeSet<String> {
    let words = painted(harness);
    let scrolled = scrolled(harness);
    let mut faults = BTreeSet::new();
    for one in words.iter().filter(|one| !one.are_in(&scrolled)) {
        let by = (one.whole.right() - one.clip.right()).max(one.clip.left() - one.whole.left());
        if by > SLACK {
            faults.insert(format!("cut by {by:.0} at its pane's edge: {}", one.text));
        }
    }
    // Where to go is always said in full.
    let tabs: Vec<Rect> = harness.query_all_by_role(Role::Tab).map(|node| node.rect()).collect();
    let cut = words.iter().filter(|one| one.elided && one.are_in(&tabs));
    faults.extend(cut.map(|one| format!("cut in the sidebar: {}", one.text)));
    faults.extend(over_each_other(&words));
    faults
}

/// Whether these words are painted somewhere with nothing of them cut, in one line or several.
pub(super) fn is_whole<State>(harness: &Harness<'_, State>, text: &str) -> bool {
    let letters = |text: &str| text.split_whitespace().collect::<String>();
    let whole = |one: &Words| !one.elided && one.clip.expand(SLACK).contains_rect(one.whole);
    let all: String = painted(harness).into_iter().filter(whole).map(|one| letters(&one.text)).collect();
    all.contains(&letters(text))
}

/// Words over other words.
fn over_each_other(words: &[Words]) -> BTreeSet<String> {
    let mut faults = BTreeSet::new();
    for (number, one) in words.iter().enumerate() {
        for other in &words[number + 1..] {
            let both = one.seen().intersect(other.seen());
            if both.width() > SLACK && both.height() > 2.0 * SLACK {
                faults.insert(format!("painted over each other: {} and {}", one.text, other.text));
            }
        }
    }
    faults
}

/// What scrolls sideways: tables with their headers, timelines, and fields of one line that are typed into.
fn scrolled<State>(harness: &Harness<'_, State>) -> Vec<Rect> {
    let tables = [Role::Grid, Role::List].map(|role| harness.query_all_by_role(role));
    let tables = tables.into_iter().flatten().map(|node| node.rect().expand(HEADER));
    let fields = [Role::TextInput, Role::PasswordInput].map(|role| harness.query_all_by_role(role));
    tables.chain(fields.into_iter().flatten().map(|node| node.rect())).collect()
}

fn painted<State>(harness: &Harness<'_, State>) -> Vec<Words> {
    let mut found = Vec::new();
    for shape in &harness.output().shapes {
        gather(&shape.shape, shape.clip_rect, &mut found);
    }
    found
}

fn gather(shape: &Shape, clip: Rect, found: &mut Vec<Words>) {
    match shape {
        Shape::Vec(shapes) => shapes.iter().for_each(|shape| gather(shape, clip, found)),
        Shape::Text(text) => {
            // Line by line: in a text that flows around others the first line begins further in.
            for row in &text.galley.rows {
                let mut whole = row.rect().translate(text.pos.to_vec2());
                let first = row.glyphs.first().map_or(0.0, |glyph| glyph.pos.x);
                whole.min.x += first;
                let words = Words { text: row.text(), whole, clip, elided: text.galley.elided };
                if words.seen().is_positive() && !words.text.trim().is_empty() {
                    found.push(words);
                }
            }
        }
        _ => {}
    }
}
