//! The command palette: type a few letters of what you want, press Enter.
//!
//! The caller keeps a [`Palette`], opens it (usually by Ctrl+K) and shows it every frame with all that can be chosen.
//! Items are found by fuzzy search over their titles, so a list of commands can be handed in as it is. Items that were
//! already found by other means, such as records from a full-text search for [`Palette::query`], are marked as
//! [`Item::found`] and stand below, with what was looked for marked in their titles.

use eframe::egui::{Align2, Area, Color32, Context, Id, Modal, Ui, UiKind, vec2};
use samsyn_engine::store::words::marks;

use super::{
    focus,
    fuzzy::{self, Hit},
    list::{self, Keys, Line},
    tokens::space,
};

/// Something that can be chosen. `I` is what the caller knows it by.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a, I> {
    /// Returned when it is chosen.
    pub id: I,
    /// What is searched.
    pub title: &'a str,
    /// Weak text after it: where it belongs.
    pub detail: &'a str,
    /// The keys that do the same.
    pub shortcut: &'a str,
    /// Found for the query by other means: shown whether its title matches or not.
    pub found: bool,
}

/// The words of a palette.
#[derive(Clone, Copy, Debug)]
pub struct PaletteTexts<'a> {
    /// Its name, and what the empty input shows.
    pub prompt: &'a str,
    /// Shown when nothing matches.
    pub no_match: &'a str,
    /// Shown under items that are not all there are; nothing where they are.
    pub more: &'a str,
}

/// Whether the palette is open, and what was typed.
#[derive(Clone, Debug, Default)]
pub struct Palette {
    open: bool,
    query: String,
    cursor: usize,
    fresh: bool,
    /// What Enter would choose was found here, not by other means.
    own: bool,
}

/// The palette's width, in points.
const WIDTH: f32 = 560.0;

impl Palette {
    /// Opens the palette with an empty query.
    pub fn open(&mut self) {
        *self = Self { open: true, fresh: true, ..Self::default() };
    }

    /// Closes it.
    pub fn close(&mut self) {
        self.open = false;
    }

    /// Whether it is open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// What was typed so far.
    #[must_use]
    pub fn query(&self) -> &str {
        &self.query
    }

    /// Whether what Enter would choose changes with what is found by other means.
    #[must_use]
    pub fn awaits_found(&self) -> bool {
        self.open && !self.query.trim().is_empty() && !self.own
    }

    /// Shows the palette, if it is open, and returns what was chosen, once.
    pub fn show<I: Copy>(
        &mut self,
        ctx: &Context,
        items: &[Item<'_, I>],
        texts: PaletteTexts<'_>,
    ) -> Option<I> {
        if !self.open {
            return None;
        }
        let id = Id::unique("command palette");
        focus::over_page(ctx);
        let area = Area::new(id)
            .kind(UiKind::Modal)
            .order(eframe::egui::Order::Foreground)
            .anchor(Align2::CENTER_TOP, vec2(0.0, 72.0))
            .accessible_name(texts.prompt);
        let modal = Modal::new(id).area(area).backdrop_color(Color32::from_black_alpha(60));
        let answer = modal.show(ctx, |ui| {
            ui.set_width(WIDTH.min(ctx.content_rect().width() - 2.0 * space::XL));
            self.contents(ui, id, items, texts)
        });
        if answer.should_close() || answer.inner.is_some() {
            self.open = false;
            ctx.request_repaint();
        }
        answer.inner
    }

    fn contents<I: Copy>(
        &mut self,
        ui: &mut Ui,
        id: Id,
        items: &[Item<'_, I>],
        texts: PaletteTexts<'_>,
    ) -> Option<I> {
        let hits = self.hits(items);
        let mut keys = Keys::take(ui, &mut self.cursor, hits.len());
        keys.moved |= std::mem::take(&mut self.fresh);
        let input = list::search_field(ui, id.with("query"), &mut self.query, texts.prompt);
        let marked = hits.get(self.cursor).filter(|_| !input.changed());
        self.own = marked.is_some_and(|hit| !items[hit.index].found);
        if input.changed() {
            (self.cursor, self.fresh) = (0, true);
            ui.ctx().request_repaint();
        }
        ui.add_space(space::XS);
        if hits.is_empty() {
            ui.weak(texts.no_match);
            return None;
        }
        let line = |index: usize| {
            let (item, hit) = (&items[hits[index].index], &hits[index]);
            Line {
                title: item.title,
                detail: item.detail,
                shortcut: item.shortcut,
                matched: &hit.matched,
                checked: false,
            }
        };
        let clicked = list::show(ui, id.with("list"), hits.len(), &mut self.cursor, keys, line);
        if !texts.more.is_empty() {
            ui.weak(texts.more);
        }
        let picked = clicked.or(keys.enter.then_some(self.cursor))?;
        hits.get(picked).map(|hit| items[hit.index].id)
    }

    /// Items whose title matches, best first, then those that were found otherwise. Where no title matches, those that nearly do stand last.
    fn hits<I>(&self, items: &[Item<'_, I>]) -> Vec<Hit> {
        let (found, searched): (Vec<usize>, Vec<usize>) = (0..items.len()).partition(|&i| items[i].found);
        let titles = || searched.iter().map(|&i| items[i].title);
        let in_items = |hit: Hit| Hit { index: searched[hit.index], ..hit };
        let mut hits = fuzzy::matching(&self.query, titles());
        // A search may find letters strewn over a title. Beside records that were really found that is noise.
        let words = self.query.split_whitespace().count();
        hits.retain(|hit| runs(&hit.matched) <= words);
        let near = if hits.is_empty() { fuzzy::forgiving(&self.query, titles()) } else { Vec::new() };
        let found = found.into_iter().map(|index| {
            // Found for another text a moment ago it may have none of this one.
            Hit { index, matched: marks(&self.query, items[index].title) }
        });
        hits.into_iter().map(in_items).chain(found).chain(near.into_iter().map(in_items)).collect()
    }
}

/// How many pieces of text the matched letters make.
fn runs(matched: &[u32]) -> usize {
    usize::from(!matched.is_empty()) + matched.windows(2).filter(|pair| pair[1] != pair[0] + 1).count()
}

#[cfg(test)]
mod tests {
    use eframe::egui::Key;
    use eframe::egui::accesskit::Role;
    use egui_kittest::{Harness, Node, kittest::Queryable};

    use super::*;
    use crate::widgets::theme;

    const TEXTS: PaletteTexts<'static> =
        PaletteTexts { prompt: "Vad vill du göra?", no_match: "Inget", more: "" };

    fn item(id: u8, title: &'static str) -> Item<'static, u8> {
        Item { id, title, detail: "", shortcut: "", found: false }
    }

    fn harness() -> Harness<'static, (Palette, Vec<u8>)> {
        let items = [
            item(1, "Ny kontakt"),
            item(2, "Öppna möte"),
            item(3, "Ångra"),
            Item { found: true, ..item(4, "Jamtli") },
        ];
        let mut palette = Palette::default();
        palette.open();
        let mut harness = Harness::builder().with_context_setup(theme::install).build_ui_state(
            move |ui, (palette, chosen): &mut (Palette, Vec<u8>)| {
                chosen.extend(palette.show(ui.ctx(), &items, TEXTS))
            },
            (palette, Vec::new()),
        );
        harness.run();
        harness
    }

    /// The field, which is called like the palette.
    fn input<'a>(harness: &'a Harness<'_, (Palette, Vec<u8>)>) -> Node<'a> {
        harness.get_by_role_and_label(Role::TextInput, TEXTS.prompt)
    }

    #[test]
    fn typing_and_enter_choose_the_best() {
        let mut harness = harness();
        input(&harness).type_text("mote");
        harness.run();
        assert!(harness.query_by_label("Ny kontakt").is_none());
        assert!(harness.query_by_label("Jamtli").is_some(), "what was found otherwise stays");
        harness.key_press(Key::Enter);
        harness.run();
        assert_eq!(harness.state().1, [2]);
        assert!(!harness.state().0.is_open());
    }

    #[test]
    fn letters_strewn_over_a_title_are_no_match() {
        let mut harness = harness();
        input(&harness).type_text("ko");
        harness.run();
        assert!(harness.query_by_label("Ny kontakt").is_some());
        input(&harness).type_text("k");
        harness.run();
        assert!(harness.query_by_label("Ny kontakt").is_none(), "ko, then a k further on");
    }

    #[test]
    fn arrows_go_round() {
        let mut harness = harness();
        harness.key_press(Key::ArrowDown);
        harness.run();
        harness.key_press(Key::ArrowUp);
        harness.run();
        harness.key_press(Key::ArrowUp);
        harness.run();
        harness.key_press(Key::Enter);
        harness.run();
        assert_eq!(harness.state().1, [4]);
    }

    #[test]
    fn the_pointer_chooses() {
        let mut harness = harness();
        harness.get_by_label("Ångra").click();
        harness.run();
        assert_eq!(harness.state().1, [3]);
    }

    #[test]
    fn escape_closes_and_chooses_nothing() {
        let mut harness = harness();
        harness.key_press(Key::Escape);
        harness.run();
        assert!(!harness.state().0.is_open() && harness.state().1.is_empty());
    }

    #[test]
    fn a_slip_in_the_name_of_a_command_is_forgiven() {
        let mut harness = harness();
        input(&harness).type_text("kotnakt");
        harness.run();
        assert!(harness.query_by_label("Ny kontakt").is_some() && harness.query_by_label("Ångra").is_none());
        harness.key_press(Key::ArrowDown);
        harness.run();
        harness.key_press(Key::Enter);
        harness.run();
        assert_eq!(harness.state().1, [1], "behind what was found");
    }
}
