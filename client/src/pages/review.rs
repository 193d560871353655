//! Review: what contradicts, what changed, who did it, is it right.
//!
//! The queue at the left reads no documents. The record that is chosen is opened at the right: contradictions with all
//! their values side by side, then every difference since it was reviewed, before and after, with who and when.

use eframe::egui::{
    Align, Button, CornerRadius, Frame, Label, Layout, Margin, Panel, RichText, Role, ScrollArea, Sense,
    Stroke, Ui, UiBuilder, WidgetInfo, vec2,
};
use samsyn_engine::document::{Difference, Record, Stamp};
use samsyn_engine::id::RecordId;
use samsyn_engine::review::{QueueEntry, ReviewChange, ReviewItem};
use samsyn_engine::schema::{FieldType, Link, Value};

use super::scene::title_in;
use super::{Action, Command, Scene, conflict, findings, kind_icon, texts};
use crate::widgets::badge;
use crate::widgets::button;
use crate::widgets::diff_text;
use crate::widgets::empty_state::empty_state;
use crate::widgets::icon::{self, Icon};
use crate::widgets::theme;
use crate::widgets::tokens::{Tokens, Tone, radius, space};
use crate::widgets::toolbar::toolbar;
use crate::words::{moment, path_words};

/// The height of an entry of the queue, in points.
const ENTRY: f32 = 46.0;

/// The page's view state.
#[derive(Debug, Default)]
pub(crate) struct ReviewPage {
    chosen: Option<RecordId>,
    /// The record to be looked at as soon as it awaits review.
    awaited: Option<RecordId>,
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

    /// Draws the page.
    pub(crate) fn show(&mut self, ui: &mut Ui, scene: &mut Scene<'_>) {
        let queue: Vec<QueueEntry> = scene.session.queue().to_vec();
        let margin = Margin { bottom: space::S as i8, ..Margin::same(space::L as i8) };
        Frame::new().inner_margin(margin).show(ui, |ui| head(ui, &queue, scene));
        findings::show(ui, scene);
        if let Some(awaited) = self.awaited.take_if(|id| queue.iter().any(|entry| entry.row.id == *id)) {
            self.chosen = Some(awaited);
        }
        if queue.is_empty() {
            let (title, hint) =
                (scene.say(texts::NOTHING_TO_REVIEW), scene.say(texts::NOTHING_TO_REVIEW_HINT));
            empty_state(ui, Icon::Review, title, hint, None);
            self.chosen = None;
            return;
        }
        if self.chosen.is_none_or(|id| queue.iter().all(|entry| entry.row.id != id)) {
            self.chosen = queue.first().map(|entry| entry.row.id);
        }
        let frame = Frame::new().inner_margin(Margin::symmetric(space::S as i8, 0));
        let most = (ui.available_width() * 0.4).clamp(180.0, 460.0);
        let queue_panel =
            Panel::left("review queue").resizable(true).default_size(300.0).size_range(180.0..=most);
        queue_panel.frame(frame).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = space::XXS;
            ScrollArea::vertical().auto_shrink(false).show_rows(ui, ENTRY, queue.len(), |ui, range| {
                for entry in &queue[range] {
                    self.queue_entry(ui, entry, scene);
                }
            });
        });
        let frame = Frame::new().inner_margin(Margin { top: 0, ..Margin::same(space::L as i8) });
        eframe::egui::CentralPanel::default().frame(frame).show(ui, |ui| {
            if let Some(id) = self.chosen {
                self.item(ui, id, &queue, scene);
            }
        });
    }

    fn queue_entry(&mut self, ui: &mut Ui, entry: &QueueEntry, scene: &Scene<'_>) {
        let t = Tokens::of(ui);
        let selected = self.chosen == Some(entry.row.id);
        let title = match entry.row.title.as_str() {
            "" => scene.say(texts::UNNAMED),
            title => title,
        };
        let what = what_awaits(entry, scene);
        let size = vec2(ui.available_width(), ENTRY);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        response.widget_info(|| {
            WidgetInfo::selected(Role::ListBoxOption, true, selected, format!("{title}, {what}"))
        });
        let fill = match (selected, response.hovered()) {
            (true, _) => t.selection,
            (false, true) => t.hover,
            _ => eframe::egui::Color32::TRANSPARENT,
        };
        ui.painter().rect_filled(rect, radius::M, fill);
        if response.has_focus() {
            theme::focus_ring(ui, rect, radius::M);
        }
        let colour = if selected { t.on_selection } else { t.text };
        let kind = samsyn_engine::schema::kind(&entry.row.kind);
        let inner = rect.shrink2(vec2(space::S, space::XS));
        let sign = inner.with_max_x(inner.left() + icon::SIZE);
        kind.map_or(Icon::Document, kind_icon).paint(ui.painter(), sign, t.text_weak);
        let inner = inner.with_min_x(inner.left() + icon::SIZE + space::S);
        let mut lines = ui.new_child(UiBuilder::new().max_rect(inner).layout(Layout::top_down(Align::Min)));
        lines.spacing_mut().item_spacing.y = 1.0;
        let title = RichText::new(title).text_style(theme::strong()).color(colour);
        lines.add(Label::new(title).truncate().selectable(false));
        let conflicts = entry.state.conflicts > 0;
        let colour = if conflicts { t.tone(Tone::Warning).fg } else { t.text_weak };
        lines.add(Label::new(RichText::new(what).small().color(colour)).truncate().selectable(false));
        if response.clicked() {
            self.chosen = Some(entry.row.id);
        }
    }

    fn item(&mut self, ui: &mut Ui, id: RecordId, queue: &[QueueEntry], scene: &mut Scene<'_>) {
        let (Some(item), Some(view)) = (scene.session.review(id), scene.session.record(id)) else {
            ui.weak(scene.say(texts::LOADING));
            return;
        };
        let (_, (reviewed, open)) = toolbar(
            ui,
            |ui| {
                let title = RichText::new(scene.title_of(&view.record)).text_style(theme::title());
                // Long titles leave room for the buttons.
                ui.scope(|ui| {
                    ui.set_max_width((ui.available_width() - 200.0).max(60.0));
                    ui.add(Label::new(title).truncate());
                });
            },
            |ui| {
                let reviewed = button::primary(ui, Some(Icon::Check), scene.say(texts::REVIEWED)).clicked();
                (reviewed, ui.button(scene.say(texts::OPEN)).clicked())
            },
        );
        if reviewed {
            scene.act(Action::Reviewed(vec![(id, item.heads.clone())]));
            self.chosen = next_in_queue(queue, id);
        }
        if open {
            scene.act(Action::Open(id));
        }
        ui.add_space(space::S);
        ScrollArea::vertical().id_salt(("review", id)).auto_shrink(false).show(ui, |ui| {
            ui.set_width(ui.available_width() - space::S);
            ui.spacing_mut().item_spacing.y = space::M;
            for contradiction in &item.conflicts {
                conflict::show(ui, scene, &view.record, contradiction);
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
            ui.label(RichText::new(scene.say(texts::REVIEW)).text_style(theme::title()));
            ui.label(RichText::new(texts::records(count as u64, scene.language)).weak());
        },
        |ui| {
            let button = Button::new(scene.say(texts::REVIEWED_ALL));
            ui.add_enabled(plain, button).on_hover_text(scene.say(texts::DECIDED_LATER)).clicked()
        },
    );
    if all {
        scene.act(Action::Command(Command::ReviewedAll));
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
