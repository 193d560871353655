//! The list inside a popup: options with one of them current, moved by the keyboard or the pointer.
//!
//! Drop-downs ([`super::field`]), the reference picker ([`super::picker`]) and the command palette
//! ([`super::palette`]) all show this list. The keyboard stays in the search field above it (or in the list's own
//! focus, when there is none); [`Keys::take`] takes the keys that belong to the list before the search field sees
//! them, moves the cursor and says when Enter was pressed.

use eframe::egui::{
    Align2, Color32, Context, Event, EventFilter, FontId, Frame, Galley, Id, Key, Modifiers, Popup, Pos2,
    Rect, Response, Role, ScrollArea, Sense, TextEdit, TextFormat, Ui, UiBuilder, WidgetInfo, pos2,
    text::LayoutJob, vec2,
};
use std::sync::Arc;

use super::{
    button,
    icon::{self, Icon},
    theme,
    tokens::{Tokens, font, height, radius, space},
};

/// One line of the list.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Line<'a> {
    /// What is chosen.
    pub(crate) title: &'a str,
    /// What tells it from others of the same title; weak, after it.
    pub(crate) detail: &'a str,
    /// A key combination, at the right edge.
    pub(crate) shortcut: &'a str,
    /// Which characters of the title are marked, ascending.
    pub(crate) matched: &'a [u32],
    /// Whether it carries a check mark.
    pub(crate) checked: bool,
}

/// What the keyboard did to a list in this frame.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Keys {
    /// Enter was pressed.
    pub(crate) enter: bool,
    /// The cursor moved, so it has to be scrolled into view.
    pub(crate) moved: bool,
}

impl Keys {
    /// Takes the list's keys out of the input and moves `cursor` within `count` lines.
    pub(crate) fn take(ui: &Ui, cursor: &mut usize, count: usize) -> Self {
        let page = 8;
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        let last = count.saturating_sub(1);
        let before = *cursor;
        if pressed(Key::ArrowDown) {
            *cursor = if *cursor >= last { 0 } else { *cursor + 1 };
        }
        if pressed(Key::ArrowUp) {
            *cursor = if *cursor == 0 { last } else { *cursor - 1 };
        }
        if pressed(Key::PageDown) {
            *cursor += page;
        }
        if pressed(Key::PageUp) {
            *cursor = cursor.saturating_sub(page);
        }
        *cursor = (*cursor).min(last);
        Self { enter: pressed(Key::Enter) && count > 0, moved: *cursor != before }
    }
}

/// The search field above a list. It holds the keyboard as long as the list is open.
pub(crate) fn search_field(ui: &mut Ui, id: Id, query: &mut String, hint: &str) -> Response {
    let edit = TextEdit::singleline(query).hint_text(hint.to_owned()).align(Align2::LEFT_CENTER);
    let response = ui.add(edit.desired_width(f32::INFINITY).id(id)).accessible_name(hint);
    keep_focus(ui.ctx(), id);
    response
}

/// Whether `button` has just opened the popup `id`. The key that did it is not for what is in the popup: Enter would choose at once, and a
/// blank be searched for.
pub(crate) fn opens(ui: &Ui, button: &Response, id: Id) -> bool {
    let opens = button.clicked() && !Popup::is_id_open(ui.ctx(), id);
    if opens {
        ui.input_mut(|input| {
            input.consume_key(Modifiers::NONE, Key::Enter);
            input.events.retain(|event| !matches!(event, Event::Text(_)));
        });
    }
    opens
}

/// The button that adds to a set, behind its chips. Under a name of its own it stays the same while chips come and go before it, and so does
/// the list that it has opened.
pub(crate) fn add_button(ui: &mut Ui, id: &str, name: &str) -> Response {
    let named = UiBuilder::new().scope_id(ui.scope_id().with(("add", id)));
    ui.scope_builder(named, |ui| button::icon_button(ui, Icon::Plus, name)).inner
}

/// Begins another line where the button that adds to a set has no room behind the last chip.
pub(crate) fn wrap_before_button(ui: &mut Ui) {
    if ui.available_size_before_wrap().x < height::CONTROL {
        ui.end_row();
    }
}

/// The width inside a popup that shall be `outer` points wide.
pub(crate) fn popup_width(ui: &Ui, outer: f32) -> f32 {
    // Never wider than the window.
    let outer = outer.min(ui.ctx().content_rect().width() - 2.0 * space::S);
    outer - Frame::popup(ui.style()).total_margin().sum().x
}

/// Holds the keyboard on `id` while its popup is open, and keeps the arrows from moving the focus.
pub(crate) fn keep_focus(ctx: &Context, id: Id) {
    ctx.memory_mut(|memory| {
        if !memory.has_focus(id) {
            memory.request_focus(id);
        }
        let arrows =
            EventFilter { horizontal_arrows: true, vertical_arrows: true, tab: false, escape: false };
        memory.set_focus_lock_filter(id, arrows);
    });
}

/// Shows `count` lines under `id` with `cursor` marked, and returns the one that was clicked.
/// Only lines in view are asked for.
pub(crate) fn show<'a>(
    ui: &mut Ui,
    id: Id,
    count: usize,
    cursor: &mut usize,
    keys: Keys,
    line: impl Fn(usize) -> Line<'a>,
) -> Option<usize> {
    let mut clicked = None;
    let spacing = std::mem::replace(&mut ui.spacing_mut().item_spacing, vec2(0.0, 0.0));
    let most = height::ROW * 10.5;
    // Without the least height a popup that once had few lines would never grow again: its room is what it had before.
    let mut area = ScrollArea::vertical()
        .id_salt(id)
        .max_height(most)
        .min_scrolled_height(most)
        .auto_shrink([false, true]);
    if keys.moved {
        area = area.vertical_scroll_offset(scrolled(ui.ctx(), id, *cursor));
    }
    let output = area.show_rows(ui, height::ROW, count, |ui, range| {
        for index in range {
            let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height::ROW), Sense::hover());
            let response = ui.interact(rect, id.with(index), Sense::CLICK);
            let line = line(index);
            response.widget_info(|| WidgetInfo::labeled(Role::ListBoxOption, true, line.title));
            ui.ctx().accesskit_node_builder(response.id, |node| node.set_selected(index == *cursor));
            if response.hovered() && ui.input(|input| input.pointer.is_moving()) {
                *cursor = index;
            }
            if response.clicked() {
                clicked = Some(index);
            }
            let whole = [line.title, line.detail].join("\n");
            if paint_line(ui, rect, index == *cursor, line) {
                response.on_hover_text(whole.trim_end());
            }
        }
    });
    let seen = (output.state.clamped_offset().y, output.inner_rect.height());
    ui.ctx().data_mut(|data| data.insert_temp(id, seen));
    ui.spacing_mut().item_spacing = spacing;
    clicked
}

/// The scroll offset that shows line `cursor`, nearest to the current one.
fn scrolled(ctx: &Context, id: Id, cursor: usize) -> f32 {
    let (offset, view): (f32, f32) = ctx.data(|data| data.get_temp(id)).unwrap_or((0.0, height::ROW * 10.0));
    let top = cursor as f32 * height::ROW;
    offset.clamp((top + height::ROW - view).max(0.0), top)
}

/// Paints a line. Answers whether it was cut.
fn paint_line(ui: &Ui, rect: Rect, current: bool, line: Line<'_>) -> bool {
    let t = Tokens::of(ui);
    if current {
        ui.painter().rect_filled(rect, radius::M, t.selection);
    }
    let inner = rect.shrink2(vec2(space::S, 0.0));
    let (text, weak) = if current { (t.on_selection, t.on_selection) } else { (t.text, t.text_weak) };
    let mut right = inner.right();
    if line.checked {
        right -= icon::SIZE;
        let square = Rect::from_center_size(pos2(right + 8.0, inner.center().y), vec2(14.0, 14.0));
        Icon::Check.paint(ui.painter(), square, if current { text } else { t.accent });
        right -= space::XS;
    }
    if !line.shortcut.is_empty() {
        let small = FontId::proportional(font::SMALL);
        let galley = ui.painter().layout_no_wrap(line.shortcut.to_owned(), small, weak);
        right -= galley.size().x;
        ui.painter().galley(middle(right, rect, &galley), galley, weak);
        right -= space::M;
    }
    let mut job = LayoutJob::default();
    let plain = TextFormat { font_id: FontId::proportional(font::BODY), color: text, ..Default::default() };
    let marked = TextFormat {
        font_id: theme::semibold(font::BODY),
        color: if current { text } else { t.accent },
        ..plain.clone()
    };
    for (piece, hit) in pieces(line.title, line.matched) {
        job.append(piece, 0.0, if hit { marked.clone() } else { plain.clone() });
    }
    if !line.detail.is_empty() {
        let detail = TextFormat { font_id: FontId::proportional(font::SMALL), color: weak, ..plain };
        job.append(line.detail, space::S, detail);
    }
    let galley = one_line(ui, job, right - inner.left());
    let cut = galley.elided;
    ui.painter().galley(middle(inner.left(), rect, &galley), galley, text);
    cut
}

/// A title in as few pieces as it can be, each marked or not: letters that belong together are drawn together.
fn pieces<'a>(title: &'a str, matched: &[u32]) -> Vec<(&'a str, bool)> {
    let is_hit = |place: usize| u32::try_from(place).is_ok_and(|place| matched.binary_search(&place).is_ok());
    let mut pieces: Vec<(&str, bool)> = Vec::new();
    let mut begin = 0;
    for (place, (at, c)) in title.char_indices().enumerate() {
        let end = at + c.len_utf8();
        match pieces.last_mut() {
            Some((piece, hit)) if *hit == is_hit(place) => *piece = &title[begin..end],
            _ => {
                begin = at;
                pieces.push((&title[at..end], is_hit(place)));
            }
        }
    }
    pieces
}

/// Lays `job` out in one line, cut with an ellipsis where it is longer than `width`.
pub(crate) fn one_line(ui: &Ui, mut job: LayoutJob, width: f32) -> Arc<Galley> {
    job.wrap.max_width = width.max(0.0);
    job.wrap.max_rows = 1;
    job.wrap.break_anywhere = true;
    ui.painter().layout_job(job)
}

/// Words that were painted in one line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Painted {
    /// Where they end.
    pub(crate) end: f32,
    /// They were longer than their room.
    pub(crate) cut: bool,
}

/// Paints words in one line in the middle of the height of `room`, cut where they are longer than it.
pub(crate) fn paint_words(ui: &Ui, room: Rect, words: &str, (font, colour): (FontId, Color32)) -> Painted {
    let job = LayoutJob::simple_singleline(words.to_owned(), font, colour);
    let galley = one_line(ui, job, room.width());
    let painted = Painted { end: room.left() + galley.size().x, cut: galley.elided };
    ui.painter().galley(middle(room.left(), room, &galley), galley, colour);
    painted
}

fn middle(x: f32, rect: Rect, galley: &Galley) -> Pos2 {
    pos2(x, rect.center().y - galley.size().y / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_cut_only_where_it_is_marked() {
        assert_eq!(pieces("Åse Ö", &[0, 1]), [("Ås", true), ("e Ö", false)]);
        assert_eq!(pieces("Åse", &[]), [("Åse", false)]);
        assert_eq!(pieces("", &[0]), []);
    }
}
