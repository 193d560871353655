//! Review: what contradicts, what changed, who did it, is it right.
//!
//! The queue at the left reads no documents. The record that is chosen is opened at the right: contradictions with all
//! their values side by side, then every difference since it was reviewed, before and after, with who and when.

use eframe::egui::{
    Button, CornerRadius, EventFilter, FontId, Frame, Id, Key, Label, Margin, Modifiers, Panel, Response,
    RichText, Role, ScrollArea, Sense, Stroke, Ui, WidgetInfo, vec2,
};
use samsyn_engine::document::{Difference, Record, Stamp};
use samsyn_engine::id::RecordId;
use samsyn_engine::review::{QueueEntry, ReviewChange, ReviewItem};
use samsyn_engine::schema::{FieldType, Link, Value};

use super::keys::{self, ReviewKey};
use super::scene::title_in;
use super::{Action, Command, Scene, conflict, findings, kind_icon, texts};
use crate::widgets::badge;
use crate::widgets::button;
use crate::widgets::diff_text;
use crate::widgets::empty_state::empty_state;
use crate::widgets::icon::{self, Icon};
use crate::widgets::tokens::{Tokens, Tone, font, radius, space, width};
use crate::widgets::toolbar::toolbar;
use crate::widgets::{focus, heading, list, scroll, theme};
use crate::words::{moment, path_words};

/// The height of an entry of the queue, in points.
const ENTRY: f32 = 46.0;

/// From this width on the buttons of what is looked at stand beside its name, in points.
const BESIDE: f32 = 420.0;

/// The page's view state.
#[derive(Debug, Default)]
pub(crate) struct ReviewPage {
    chosen: Option<RecordId>,
    /// The record to be looked at as soon as it awaits review.
    awaited: Option<RecordId>,
    /// Without room for two panes: the record that was chosen is shown, not the queue.
    looks: bool,
    /// The keyboard has to go to the queue, and its chosen entry into view.
    wanted: bool,
    /// What has the keyboard when the queue has it.
    stop: Option<Id>,
}

impl ReviewPage {
    /// The record that is looked at.
    pub(crate) fn chosen(&self) -> Option<RecordId> {
        self.chosen
    }

    /// Looks at a record as soon as it awaits review.
    pub(crate) fn choose(&mut self, record: RecordId) {
        self.awaited = Some(record);
    }

    /// Sends the keyboard to the queue.
    pub(crate) fn take_keyboard(&mut self) {
        self.wanted = true;
    }

    /// Esc was pressed: back to the queue.
    pub(crate) fn step_out(&mut self) {
        self.looks = false;
        self.take_keyboard();
    }

    /// Draws the page.
    pub(crate) fn show(&mut self, ui: &mut Ui, scene: &mut Scene<'_>) {
        let queue: Vec<QueueEntry> = scene.session.queue().to_vec();
        let beside = ui.available_width() >= width::TWO_PANES;
        let margin = Margin { bottom: space::S as i8, ..Margin::same(space::L as i8) };
        Frame::new().inner_margin(margin).show(ui, |ui| head(ui, &queue, scene));
        if beside || !self.looks {
            findings::show(ui, below(beside, queue.len()), scene);
        }
        if let Some(awaited) = self.awaited.take_if(|id| queue.iter().any(|entry| entry.row.id == *id)) {
            self.chosen = Some(awaited);
        }
        let empty = Id::unique("empty queue");
        // What comes in gets the keyboard from where nothing was.
        self.wanted |=
            !queue.is_empty() && self.stop == Some(empty) && ui.memory(|memory| memory.has_focus(empty));
        if queue.is_empty() {
            let wanted = std::mem::take(&mut self.wanted) || self.is_left(ui, empty);
            self.stop = Some(focus::land(ui, empty, scene.say(texts::REVIEW), wanted));
            let (title, hint) =
                (scene.say(texts::NOTHING_TO_REVIEW), scene.say(texts::NOTHING_TO_REVIEW_HINT));
            empty_state(ui, Icon::Review, title, hint, None);
            (self.chosen, self.looks) = (None, false);
            return;
        }
        if self.chosen.is_none_or(|id| queue.iter().all(|entry| entry.row.id != id)) {
            self.chosen = queue.first().map(|entry| entry.row.id);
        }
        self.letters(ui, &queue, scene);
        if !beside {
            let frame =
                Frame::new().inner_margin(Margin { top: space::S as i8, ..Margin::same(space::L as i8) });
            frame.show(ui, |ui| match self.looks {
                true => self.chosen_item(ui, false, &queue, scene),
                false => self.queue(ui, false, &queue, scene),
            });
            return;
        }
        let margin = Margin { bottom: 0, ..Margin::same(space::S as i8) };
        let frame = Frame::new().inner_margin(margin);
        let most = (ui.available_width() * 0.4).clamp(180.0, 460.0);
        let queue_panel =
            Panel::left("review queue").resizable(true).default_size(300.0).size_range(180.0..=most);
        queue_panel.frame(frame).show(ui, |ui| self.queue(ui, true, &queue, scene));
        let frame = Frame::new().inner_margin(Margin { top: space::S as i8, ..Margin::same(space::L as i8) });
        eframe::egui::CentralPanel::default()
            .frame(frame)
            .show(ui, |ui| self.chosen_item(ui, true, &queue, scene));
    }

    /// Whether the keyboard is where the queue was until now, in place of which something else is to be shown.
    fn is_left(&self, ui: &Ui, place: Id) -> bool {
        let has_keyboard = |id| ui.memory(|memory| memory.has_focus(id));
        self.stop.is_some_and(|before| before != place && has_keyboard(before))
    }

    /// What the letters of this page do: see [`ReviewKey`].
    fn letters(&mut self, ui: &Ui, queue: &[QueueEntry], scene: &mut Scene<'_>) {
        if !focus::page_hears(ui.ctx()) {
            return;
        }
        let pressed = ReviewKey::ALL
            .into_iter()
            .find(|key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key.key())));
        match pressed {
            Some(ReviewKey::Reviewed) => self.reviewed(queue, scene),
            Some(ReviewKey::Next) => self.step(queue, 1),
            Some(ReviewKey::Previous) => self.step(queue, -1),
            Some(ReviewKey::Open) => scene.actions.extend(self.chosen.map(Action::Open)),
            Some(ReviewKey::Undo) => scene.act(Action::Command(Command::Undo)),
            None => {}
        }
    }

    /// Goes so many entries on.
    fn step(&mut self, queue: &[QueueEntry], by: isize) {
        let place = queue.iter().position(|entry| Some(entry.row.id) == self.chosen).unwrap_or(0);
        let next = place.saturating_add_signed(by).min(queue.len().saturating_sub(1));
        self.chosen = queue.get(next).map(|entry| entry.row.id);
        self.wanted = true;
    }

    /// What is looked at was reviewed as it is shown; on to the next.
    fn reviewed(&mut self, queue: &[QueueEntry], scene: &mut Scene<'_>) {
        let Some(id) = self.chosen else { return };
        // As long as it is not here nobody has seen it.
        let Some(item) = scene.session.review(id) else { return };
        scene.act(Action::Reviewed(vec![(id, item.heads.clone())]));
        self.chosen = next_in_queue(queue, id);
        self.wanted = true;
    }

    /// The queue: one stop of the keyboard, like a table.
    fn queue(&mut self, ui: &mut Ui, beside: bool, queue: &[QueueEntry], scene: &mut Scene<'_>) {
        let name = scene.say(texts::REVIEW);
        let body = ui.interact(ui.max_rect(), ui.scope_id().with("queue"), Sense::focusable_noninteractive());
        body.widget_info(|| WidgetInfo::labeled(Role::ListBox, true, name));
        self.stop = Some(body.id);
        if self.wanted {
            body.request_focus();
        }
        if body.has_focus() {
            self.arrows(ui, (&body, beside), queue, scene);
        }
        ui.spacing_mut().item_spacing.y = space::XXS;
        let mut area = ScrollArea::vertical().id_salt("queue").auto_shrink(false);
        let place = queue.iter().position(|entry| Some(entry.row.id) == self.chosen);
        if let Some(place) = place.filter(|_| std::mem::take(&mut self.wanted)) {
            area = area.vertical_scroll_offset(self.revealing(ui, place));
        }
        let shown = area.show_rows(ui, ENTRY, queue.len(), |ui, range| {
            for entry in &queue[range] {
                self.queue_entry(ui, entry, body.has_focus(), scene);
            }
        });
        let seen = (shown.state.clamped_offset().y, shown.inner_rect.height());
        ui.data_mut(|data| data.insert_temp(body.id, seen));
    }

    /// The scroll offset that shows an entry, nearest to the current one.
    fn revealing(&self, ui: &Ui, place: usize) -> f32 {
        let known = self.stop.and_then(|id| ui.data(|data| data.get_temp(id)));
        let (offset, view): (f32, f32) = known.unwrap_or((0.0, ui.available_height()));
        let top = place as f32 * (ENTRY + space::XXS);
        offset.clamp((top + ENTRY - view).max(0.0), top)
    }

    fn arrows(
        &mut self,
        ui: &Ui,
        (body, beside): (&Response, bool),
        queue: &[QueueEntry],
        scene: &mut Scene<'_>,
    ) {
        let arrows =
            EventFilter { horizontal_arrows: true, vertical_arrows: true, tab: false, escape: false };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(body.id, arrows));
        let page = 8;
        let whole = isize::try_from(queue.len()).unwrap_or(isize::MAX);
        for (key, by) in [
            (Key::ArrowDown, 1),
            (Key::ArrowUp, -1),
            (Key::PageDown, page),
            (Key::PageUp, -page),
            (Key::End, whole),
            (Key::Home, -whole),
        ] {
            for _ in 0..ui.input_mut(|input| input.count_and_consume_key(Modifiers::NONE, key)) {
                self.step(queue, by);
            }
        }
        if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter)) {
            // In place of the queue it is looked at first.
            if beside {
                scene.actions.extend(self.chosen.map(Action::Open));
            } else {
                self.looks = true;
            }
        }
    }

    fn chosen_item(&mut self, ui: &mut Ui, beside: bool, queue: &[QueueEntry], scene: &mut Scene<'_>) {
        if let Some(id) = self.chosen {
            self.item(ui, (id, beside), queue, scene);
        }
    }

    fn queue_entry(&mut self, ui: &mut Ui, entry: &QueueEntry, keyboard: bool, scene: &Scene<'_>) {
        let t = Tokens::of(ui);
        let selected = self.chosen == Some(entry.row.id);
        let title = match entry.row.title.as_str() {
            "" => scene.say(texts::UNNAMED),
            title => title,
        };
        let what = what_awaits(entry, scene);
        let size = vec2(ui.available_width(), ENTRY);
        let (rect, response) = ui.allocate_exact_size(size, Sense::CLICK);
        response.widget_info(|| {
            WidgetInfo::selected(Role::ListBoxOption, true, selected, format!("{title}, {what}"))
        });
        ui.ctx().accesskit_node_builder(response.id, |node| node.set_selected(selected));
        let fill = match (selected, response.hovered()) {
            (true, _) => t.selection,
            (false, true) => t.hover,
            _ => eframe::egui::Color32::TRANSPARENT,
        };
        ui.painter().rect_filled(rect, radius::M, fill);
        if keyboard && selected {
            theme::focus_ring(ui, rect, radius::M);
        }
        let colour = if selected { t.on_selection } else { t.text };
        let kind = samsyn_engine::schema::kind(&entry.row.kind);
        let inner = rect.shrink2(vec2(space::S, space::XS));
        let sign = inner.with_max_x(inner.left() + icon::SIZE);
        kind.map_or(Icon::Document, kind_icon).paint(ui.painter(), sign, t.text_weak);
        let inner = inner.with_min_x(inner.left() + icon::SIZE + space::S);
        let (above, below) = inner.split_top_bottom_at_fraction(0.5);
        let name = list::paint_words(ui, above, title, (theme::semibold(font::BODY), colour));
        let conflicts = entry.state.conflicts > 0;
        let colour = if conflicts { t.tone(Tone::Warning).fg } else { t.text_weak };
        let rest = list::paint_words(ui, below, &what, (FontId::proportional(font::SMALL), colour));
        let response = match name.cut || rest.cut {
            true => response.on_hover_text(format!("{title}\n{what}")),
            false => response,
        };
        if response.clicked() {
            (self.chosen, self.looks, self.wanted) = (Some(entry.row.id), true, true);
        }
    }

    fn item(
        &mut self,
        ui: &mut Ui,
        (id, beside): (RecordId, bool),
        queue: &[QueueEntry],
        scene: &mut Scene<'_>,
    ) {
        let (Some(item), Some(view)) = (scene.session.review(id), scene.session.record(id)) else {
            ui.weak(scene.say(texts::LOADING));
            return;
        };
        let name = scene.title_of(&view.record);
        let title = |ui: &mut Ui| {
            let back =
                !beside && button::icon_button(ui, Icon::Left, scene.say(texts::BACK_TO_QUEUE)).clicked();
            heading::title(ui, &name);
            back
        };
        let buttons = |ui: &mut Ui| {
            let open = ui.button(scene.say(texts::OPEN)).on_hover_text(ReviewKey::Open.key().name());
            let reviewed = button::primary(ui, Some(Icon::Check), scene.say(texts::REVIEWED));
            (open.clicked(), reviewed.on_hover_text(ReviewKey::Reviewed.key().name()).clicked())
        };
        // The name is nowhere else on this page, so it has a line of its own where little would be left of it.
        let (back, (open, reviewed)) = match ui.available_width() < BESIDE {
            true => (ui.horizontal(title).inner, ui.horizontal(buttons).inner),
            false => toolbar(ui, title, buttons),
        };
        if back {
            self.step_out();
        }
        if reviewed {
            self.reviewed(queue, scene);
        }
        if open {
            scene.act(Action::Open(id));
        }
        ui.add_space(space::S);
        scroll::vertical(ui, ("review", id), |ui| {
            ui.spacing_mut().item_spacing.y = space::M;
            let mut digits = conflict::Digits::offered(ui.ctx());
            for contradiction in &item.conflicts {
                conflict::show(ui, scene, (&view.record, contradiction), &mut digits);
            }
            changes(ui, &view.record, &item, scene);
            ui.add_space(space::XL);
        });
    }
}

/// What stands under an entry's title: what there is to do, and whose work it was.
fn what_awaits(entry: &QueueEntry, scene: &Scene<'_>) -> String {
    if entry.state.conflicts > 0 {
        return texts::contradictions(entry.state.conflicts.into(), scene.language);
    }
    let what = if entry.state.reviewed.is_empty() { texts::NEW_RECORD } else { texts::CHANGED };
    let who = entry.state.by.and_then(|device| scene.session.person(device));
    let who = who.unwrap_or(scene.say(texts::SOMEBODY));
    format!("{} {} · {who}", scene.say(what), moment(entry.state.last))
}

fn head(ui: &mut Ui, queue: &[QueueEntry], scene: &mut Scene<'_>) {
    let (count, plain) = (queue.len(), queue.iter().any(|entry| entry.state.conflicts == 0));
    let (_, all) = toolbar(
        ui,
        |ui| {
            super::heading(ui, scene.say(texts::REVIEW), &texts::records(count as u64, scene.language));
        },
        |ui| {
            let button = Button::new(scene.say(texts::REVIEWED_ALL));
            ui.add_enabled(plain, button).on_hover_text(scene.say(texts::DECIDED_LATER)).clicked()
        },
    );
    if all {
        scene.act(Action::Command(Command::ReviewedAll));
    }
    if count > 0 {
        let keys = RichText::new(keys::review_line(scene.language)).small().weak();
        ui.add(Label::new(keys).wrap());
    }
}

/// How much height is wanted below the findings, in points: all that there is where what changed is shown beside the queue.
fn below(beside: bool, queued: usize) -> f32 {
    /// The sign and the words of an empty queue.
    const EMPTY: f32 = 240.0;
    match queued {
        0 => EMPTY,
        _ if beside => f32::INFINITY,
        queued => (ENTRY + space::XXS) * queued as f32 + 2.0 * space::L,
    }
}

/// The entry after the one that was just reviewed.
fn next_in_queue(queue: &[QueueEntry], id: RecordId) -> Option<RecordId> {
    let place = queue.iter().position(|entry| entry.row.id == id)?;
    let next = queue.get(place + 1).or_else(|| queue.get(place.checked_sub(1)?));
    next.map(|entry| entry.row.id)
}

fn changes(ui: &mut Ui, record: &Record, item: &ReviewItem, scene: &mut Scene<'_>) {
    if item.changes.is_empty() && item.conflicts.is_empty() {
        ui.weak(scene.say(texts::NO_VISIBLE_CHANGE));
    }
    // A new record has one difference for each of its fields, all by the same person: one card for all.
    let mut rest = item.changes.as_slice();
    while let Some(first) = rest.first() {
        let same = |change: &&ReviewChange| {
            change.reasons == first.reasons && who(&change.writers) == who(&first.writers)
        };
        let count = rest.iter().take_while(same).count().max(1);
        card(ui, record, &rest[..count], scene);
        rest = &rest[count..];
    }
}

/// Who wrote, whatever the moment: what one person did in a row belongs together.
fn who(writers: &[Stamp]) -> Vec<Option<samsyn_engine::identity::DeviceId>> {
    writers.iter().map(|stamp| stamp.device).collect()
}

/// What the same people did: who and when, then each difference.
fn card(ui: &mut Ui, record: &Record, changes: &[ReviewChange], scene: &mut Scene<'_>) {
    let t = Tokens::of(ui);
    let frame = Frame::new()
        .fill(t.raised)
        .stroke(Stroke::new(1.0, t.border))
        .corner_radius(CornerRadius::same(radius::L))
        .inner_margin(space::M);
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = space::S;
        ui.horizontal_wrapped(|ui| {
            icon::show(ui, Icon::Person, t.text_weak);
            let writers: Vec<String> = latest(changes).iter().map(|stamp| scene.stamp(stamp)).collect();
            ui.label(RichText::new(writers.join(" · ")).small().color(t.text_weak));
            for reason in &changes[0].reasons {
                ui.label(RichText::new(format!("”{reason}”")).italics());
            }
        });
        for change in changes {
            difference(ui, record, &change.difference, scene);
        }
    });
}

/// Each device once, with the last moment of these changes.
fn latest(changes: &[ReviewChange]) -> Vec<Stamp> {
    let mut found: Vec<Stamp> = Vec::new();
    for stamp in changes.iter().flat_map(|change| &change.writers) {
        match found.iter_mut().find(|known| known.device == stamp.device) {
            Some(known) if known.time < stamp.time => *known = stamp.clone(),
            Some(_) => {}
            None => found.push(stamp.clone()),
        }
    }
    found
}

fn difference(ui: &mut Ui, record: &Record, difference: &Difference, scene: &mut Scene<'_>) {
    let kind = record.kind();
    match difference {
        Difference::Field { path, before, after } => {
            let field_type = kind.and_then(|kind| kind.field_at(path)).map(|field| field.field_type);
            captioned(ui, &path_words(record, path, scene.language), |ui| {
                values(ui, record, field_type.as_ref(), (before, after), scene);
            });
        }
        Difference::RowAdded { list, row } | Difference::RowRemoved { list, row } => {
            let added = matches!(difference, Difference::RowAdded { .. });
            let (caption, tone) =
                if added { (texts::ADDED, Tone::Success) } else { (texts::TAKEN, Tone::Danger) };
            heading(ui, record, difference, Some((scene.say(caption), tone)), scene);
            let fields = kind.and_then(|kind| kind.row_fields(list)).unwrap_or_default();
            for field in fields.iter().filter(|field| !row.get(field.name).is_empty()) {
                let words = scene.words(record, Some(&field.field_type), row.get(field.name));
                captioned(ui, scene.say(field.caption), |ui| {
                    ui.add(Label::new(words).wrap());
                });
            }
        }
        Difference::Removed => {
            heading(ui, record, difference, Some((scene.say(texts::REMOVED), Tone::Danger)), scene)
        }
        Difference::Created => {
            heading(ui, record, difference, Some((scene.say(texts::NEW_RECORD), Tone::Accent)), scene);
        }
        Difference::Restored | Difference::RowMoved { .. } => heading(ui, record, difference, None, scene),
    }
}

fn heading(
    ui: &mut Ui,
    record: &Record,
    difference: &Difference,
    mark: Option<(&str, Tone)>,
    scene: &mut Scene<'_>,
) {
    ui.horizontal_wrapped(|ui| {
        if let Some((text, tone)) = mark {
            badge::badge(ui, text, tone);
        }
        let words = match difference {
            Difference::Created | Difference::Removed => scene.title_of(record),
            Difference::RowAdded { list, row } | Difference::RowRemoved { list, row } => {
                let kind = record.kind();
                let fields = kind.and_then(|kind| kind.row_fields(list)).unwrap_or_default();
                let titles: Vec<(Link, String)> =
                    row.cells.values().flat_map(|value| scene.links(record, value)).collect();
                let caption =
                    kind.and_then(|kind| kind.field(list)).map_or("", |field| scene.say(field.caption));
                let find = |link: Link| title_in(&titles, link);
                format!("{caption} › {}", crate::words::row_words(fields, row, scene.language, &find))
            }
            other => crate::words::difference_words(record, other, scene.language, &|link| link.to_string()),
        };
        ui.label(RichText::new(words).text_style(theme::strong()));
    });
}

/// A field's caption at the left, what is said about it at the right.
fn captioned(ui: &mut Ui, caption: &str, content: impl FnOnce(&mut Ui)) {
    let t = Tokens::of(ui);
    let width = (ui.available_width() * 0.3).clamp(110.0, 260.0);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        ui.spacing_mut().interact_size.y = 0.0;
        ui.vertical(|ui| {
            ui.set_width(width);
            ui.add(Label::new(RichText::new(caption).color(t.text_weak)).wrap());
        });
        ui.vertical(|ui| {
            // Words stand on the line of the caption, not in the middle of a control's height.
            ui.spacing_mut().interact_size.y = 0.0;
            content(ui);
        });
    });
}

fn values(
    ui: &mut Ui,
    record: &Record,
    field_type: Option<&FieldType>,
    (before, after): (&Value, &Value),
    scene: &mut Scene<'_>,
) {
    if matches!(field_type, Some(FieldType::Prose)) {
        let text = |value: &Value| value.as_text().unwrap_or_default().to_owned();
        diff_text::diff_text(ui, &diff_text::words(&text(before), &text(after)));
        return;
    }
    let t = Tokens::of(ui);
    let (old, new) = (scene.words(record, field_type, before), scene.words(record, field_type, after));
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        if !before.is_empty() {
            ui.label(RichText::new(old).color(t.deletion.fg).strikethrough());
            ui.label(RichText::new("→").color(t.text_weak));
        }
        let colour = if before.is_empty() { t.text } else { t.insertion.fg };
        ui.label(RichText::new(new).color(colour));
    });
}
