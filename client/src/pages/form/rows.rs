//! Keyed lists: rows that are added, moved, removed and edited in place.
//!
//! Rows with a few short fields (an e-mail address, a phone number) stand open, one line each. Longer ones (a task, a
//! space with its capacities) are a line that tells the most important and unfolds into a form.

use std::cell::RefCell;

use eframe::egui::{
    CornerRadius, FontId, Frame, Id, Margin, Response, RichText, Sense, Stroke, Ui, UiBuilder, vec2,
};
use jiff::civil::Date;
use samsyn_engine::document::Edit;
use samsyn_engine::id::RowId;
use samsyn_engine::schema::{Cells, Field, FieldType, Language, Link, Row, Value, order};

use super::control::Place;
use super::{Form, Goal, columns, in_columns, is_short};
use crate::pages::{Action, Scene, texts};
use crate::state::RecordView;
use crate::widgets::button;
use crate::widgets::icon::{self, Icon};
use crate::widgets::tokens::{Tokens, Tone, font, height, radius, space};
use crate::widgets::{line, list, theme};
use crate::words::row_words;

/// A keyed list's field and the fields of its rows.
type List = (&'static Field, &'static [Field]);

/// Rows with no more fields than this, all of them short, stand open.
const OPEN_FIELDS: usize = 3;

/// A row that stands open and is narrower than this has its buttons below its fields, in points.
const NARROW_ROW: f32 = 240.0;

/// The least width of a field in a row that stands open, in points.
const OPEN_FIELD: f32 = 112.0;

impl Form {
    /// Draws a keyed list.
    pub(super) fn rows(&mut self, ui: &mut Ui, view: &RecordView, list: List, scene: &mut Scene<'_>) {
        let rows = view.record.get(list.0.name).rows();
        let caption = scene.say(list.0.caption);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = space::XS;
            ui.horizontal(|ui| {
                ui.label(
                    RichText::new(format!("{caption} ({})", rows.len()))
                        .small()
                        .color(Tokens::of(ui).text_weak),
                );
            });
            if let Some(help) = list.0.help.filter(|_| rows.is_empty()) {
                ui.label(RichText::new(scene.say(help)).small().weak());
            }
            for place in 0..rows.len() {
                self.row(ui, view, list, place, scene);
            }
            let add = format!("{}: {}", scene.say(texts::ADD_ROW), caption.to_lowercase());
            let named = UiBuilder::new().scope_id(Id::unique((view.record.id, list.0.name, "add")));
            let button = |ui: &mut Ui| button::with_icon(ui, Icon::Plus, scene.say(texts::ADD_ROW));
            let add = ui.scope_builder(named, button).inner.accessible_name(add);
            self.arrive(&Goal::Add(list.0.name), Some(&add));
            if add.clicked() {
                self.add_row(view, list.0.name, scene);
            }
        });
    }

    fn add_row(&mut self, view: &RecordView, list: &str, scene: &mut Scene<'_>) {
        let row = Row { id: RowId::random(), order: String::new(), cells: Cells::new() };
        self.unfold(row.id);
        self.goal = Some(Goal::Row(row.id));
        let edit = Edit::AddRow { list: list.to_owned(), row };
        scene.act(Action::Edit(view.record.id, vec![edit]));
    }

    fn row(&mut self, ui: &mut Ui, view: &RecordView, list: List, place: usize, scene: &mut Scene<'_>) {
        let t = Tokens::of(ui);
        let row = &view.record.get(list.0.name).rows()[place];
        let flat = is_flat(list.1);
        let frame = Frame::new()
            .fill(t.raised)
            .stroke(Stroke::new(1.0, t.border))
            .corner_radius(CornerRadius::same(radius::M))
            .inner_margin(Margin::symmetric(space::M as i8, space::XS as i8));
        // Under a name of its own a row keeps the keyboard, whatever comes and goes above it.
        let named = UiBuilder::new().scope_id(Id::unique((view.record.id, row.id)));
        ui.scope_builder(named, |ui| {
            frame.show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.spacing_mut().item_spacing.y = space::S;
                if flat {
                    self.flat(ui, view, list, place, scene);
                } else {
                    self.folded(ui, view, list, place, scene);
                }
            });
        });
    }

    /// A row that stands open: its fields, and behind them the buttons.
    fn flat(&mut self, ui: &mut Ui, view: &RecordView, list: List, place: usize, scene: &mut Scene<'_>) {
        let row = &view.record.get(list.0.name).rows()[place];
        if ui.available_width() < NARROW_ROW {
            let fields: Vec<&'static Field> = list.1.iter().collect();
            self.cells(ui, view, list, (row, 1, &fields), scene);
            ui.horizontal(|ui| self.tools(ui, view, list, place, scene));
            return;
        }
        // Both ends draw with the same scene and form, one after the other.
        let both = RefCell::new((self, scene));
        line::ends_at_top(
            ui,
            |ui| {
                let (form, scene) = &mut *both.borrow_mut();
                ui.vertical(|ui| {
                    let fields: Vec<&'static Field> = list.1.iter().collect();
                    let count = fields.len().min(in_a_row(ui).max(1));
                    form.cells(ui, view, list, (row, count, &fields), scene);
                });
            },
            |ui| {
                let (form, scene) = &mut *both.borrow_mut();
                ui.vertical(|ui| {
                    // Beside the controls, not beside their captions.
                    ui.add_space(height::BADGE + space::XS);
                    ui.horizontal(|ui| form.tools(ui, view, list, place, scene));
                });
            },
        );
        ui.add_space(space::XXS);
    }

    /// A row's line, and its form where it is unfolded.
    fn folded(&mut self, ui: &mut Ui, view: &RecordView, list: List, place: usize, scene: &mut Scene<'_>) {
        let row = &view.record.get(list.0.name).rows()[place];
        let open = self.open_rows.contains(&row.id);
        if self.head(ui, view, list, place, scene) {
            if open {
                self.open_rows.remove(&row.id);
            } else {
                self.open_rows.insert(row.id);
            }
        }
        if !open {
            return;
        }
        let mut beside: Vec<&'static Field> = Vec::new();
        let count = columns(ui);
        for field in list.1 {
            if is_short(&field.field_type) {
                beside.push(field);
                continue;
            }
            self.cells(ui, view, list, (row, count, &std::mem::take(&mut beside)), scene);
            self.cells(ui, view, list, (row, 1, &[field]), scene);
        }
        self.cells(ui, view, list, (row, count, &beside), scene);
        line::ends(ui, |_| {}, |ui| self.tools(ui, view, list, place, scene));
    }

    /// Draws a row's fields, `count` in a line, and under each line what contradicts in it.
    fn cells(
        &mut self,
        ui: &mut Ui,
        view: &RecordView,
        list: List,
        (row, count, fields): (&Row, usize, &[&'static Field]),
        scene: &mut Scene<'_>,
    ) {
        let place = |field: &'static Field| Place::in_row(view, list.0.name, row, field);
        for line in fields.chunks(count.max(1)) {
            in_columns(ui, count, line, |ui, field| self.control(ui, &place(field), scene));
            for field in line {
                self.contradiction(ui, &place(field), scene);
            }
        }
    }

    /// A folded row's line. Answers whether it was pressed.
    fn head(
        &mut self,
        ui: &mut Ui,
        view: &RecordView,
        list: List,
        place: usize,
        scene: &mut Scene<'_>,
    ) -> bool {
        let row = &view.record.get(list.0.name).rows()[place];
        let open = self.open_rows.contains(&row.id);
        let titles: Vec<(Link, String)> =
            row.cells.values().flat_map(|value| scene.links(&view.record, value)).collect();
        let find = |link: Link| crate::pages::scene::title_in(&titles, link);
        let title = row_words(list.1, row, scene.language, &find);
        let summary = summary(list.1, row, (scene.language, scene.today), &find);
        let conflicts = view.conflicts.iter().filter(|conflict| conflict.path.row() == Some(row.id)).count();
        // Both ends draw with the same scene and form, one after the other.
        let both = RefCell::new((self, scene));
        let disclosure = |ui: &mut Ui| {
            let pressed = fold_line(ui, (&title, &summary), open);
            let (form, _) = &mut *both.borrow_mut();
            if !open {
                form.arrive(&Goal::Row(row.id), Some(&pressed));
            }
            pressed.clicked()
        };
        let tools = |ui: &mut Ui| {
            let (form, scene) = &mut *both.borrow_mut();
            if conflicts > 0 {
                let words = texts::values(conflicts + 1, scene.language);
                crate::widgets::badge::badge(ui, &words, Tone::Warning);
            }
            // What is unfolded has them behind its fields.
            if !open {
                form.tools(ui, view, list, place, scene);
            }
        };
        line::ends(ui, disclosure, tools).0
    }

    /// The buttons that move and remove a row.
    fn tools(&mut self, ui: &mut Ui, view: &RecordView, list: List, place: usize, scene: &mut Scene<'_>) {
        let rows = view.record.get(list.0.name).rows();
        let row = &rows[place];
        let title = row_words(list.1, row, scene.language, &|link| link.to_string());
        let named =
            |caption: samsyn_engine::schema::Caption| format!("{}: {title}", caption.get(scene.language));
        ui.spacing_mut().item_spacing.x = 0.0;
        let mut edit = None;
        ui.add_enabled_ui(place > 0, |ui| {
            if button::icon_button(ui, Icon::Up, &named(texts::MOVE_UP)).clicked() {
                let before = place.checked_sub(2).map(|index| rows[index].order.as_str());
                edit = Some(to(list, row, order::between(before, Some(&rows[place - 1].order))));
                // At the top this button can be pressed no more.
                self.goal = (place == 1).then_some(Goal::Row(row.id));
            }
        });
        ui.add_enabled_ui(place + 1 < rows.len(), |ui| {
            if button::icon_button(ui, Icon::Down, &named(texts::MOVE_DOWN)).clicked() {
                let after = rows.get(place + 2).map(|row| row.order.as_str());
                edit = Some(to(list, row, order::between(Some(&rows[place + 1].order), after)));
                self.goal = (place + 2 == rows.len()).then_some(Goal::Row(row.id));
            }
        });
        if button::icon_button(ui, Icon::Trash, &named(texts::REMOVE)).clicked() {
            edit = Some(Edit::RemoveRow { list: list.0.name.to_owned(), row: row.id });
            // The keyboard stays where the row was.
            let next = rows.get(place + 1).or_else(|| rows.get(place.checked_sub(1)?));
            self.goal = Some(next.map_or(Goal::Add(list.0.name), |row| Goal::Row(row.id)));
        }
        let Some(edit) = edit else { return };
        if matches!(edit, Edit::RemoveRow { .. }) {
            let told = texts::ROW_REMOVED.fill(scene.language, &[&title, &scene.title_of(&view.record)]);
            scene.act(Action::EditAndTell(view.record.id, vec![edit], told));
        } else {
            scene.act(Action::Edit(view.record.id, vec![edit]));
        }
    }
}

/// What folds and unfolds a row: its title, and what is most important in it.
fn fold_line(ui: &mut Ui, (title, summary): (&str, &str), open: bool) -> Response {
    let t = Tokens::of(ui);
    let size = vec2(ui.available_width(), height::CONTROL);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| {
        let kind = eframe::egui::Role::DisclosureTriangle;
        eframe::egui::WidgetInfo::selected(kind, true, open, format!("{title}, {summary}"))
    });
    if response.has_focus() {
        theme::focus_ring(ui, rect, radius::S);
    }
    let chevron = if open { Icon::Down } else { Icon::Right };
    let colour = if response.hovered() { t.text } else { t.text_weak };
    chevron.paint(ui.painter(), icon::leading(rect), colour);
    let inner = rect.with_min_x(rect.left() + icon::SIZE + space::S);
    let strong = (theme::semibold(font::BODY), t.text);
    let name = list::paint_words(ui, inner, title, strong);
    let rest = inner.with_min_x((name.end + space::S).min(inner.right()));
    let rest = list::paint_words(ui, rest, summary, (FontId::proportional(font::SMALL), t.text_weak));
    match name.cut || rest.cut {
        true => response.on_hover_text(format!("{title}\n{summary}").trim_end()),
        false => response,
    }
}

fn to(list: List, row: &Row, order: String) -> Edit {
    Edit::MoveRow { list: list.0.name.to_owned(), row: row.id, order }
}

/// How many short fields of a row that stands open have room beside each other.
fn in_a_row(ui: &Ui) -> usize {
    (ui.available_width() / OPEN_FIELD) as usize
}

/// Whether rows of these fields stand open.
fn is_flat(fields: &[Field]) -> bool {
    // Dates and answers have controls of their own width: too much for one line of a narrow form.
    let line = |field: &Field| {
        is_short(&field.field_type) && !matches!(field.field_type, FieldType::Date | FieldType::YesNo)
    };
    fields.len() <= OPEN_FIELDS && fields.iter().all(line)
}

/// What a folded row says of one of its fields. A bare figure, day or answer says nothing without its caption; what is so
/// is told by the caption alone.
fn told_of(
    field: &Field,
    row: &Row,
    (language, today): (Language, Date),
    title: &dyn Fn(Link) -> String,
) -> String {
    let value = row.get(field.name);
    let caption = || field.caption.get(language).to_lowercase();
    let words = field.field_type.words(value, language, title);
    match value {
        Value::YesNo(true) => caption(),
        Value::YesNo(false) => format!("{}: {}", caption(), words.to_lowercase()),
        Value::Number(number) => match field.one.filter(|_| *number <= 1.0) {
            Some(one) => one.get(language).to_owned(),
            None => format!("{} {words}", caption()),
        },
        // A row's own day is what the row is about.
        Value::Date(_) if field.is_overdue(&row.cells, today) => {
            let caption = if field.name == "date" { String::new() } else { format!("{} ", caption()) };
            format!("{caption}{words} ({})", texts::OVERDUE.get(language))
        }
        Value::Date(_) if field.name == "date" => words,
        Value::Date(_) | Value::Counter(_) => format!("{} {words}", caption()),
        _ => words,
    }
}

/// What a folded row tells besides its title: what has a short form, in the order of the form.
fn summary(
    fields: &[Field],
    row: &Row,
    (language, today): (Language, Date),
    title: &dyn Fn(Link) -> String,
) -> String {
    let named = ["name", "title"].iter().find_map(|name| fields.iter().find(|field| field.name == *name));
    let told = fields.iter().filter(|field| {
        Some(field.name) != named.or(fields.first()).map(|field| field.name)
            && !matches!(field.field_type, FieldType::Prose | FieldType::ReferenceSet(_))
            && !row.get(field.name).is_empty()
    });
    let words = told.take(5).map(|field| told_of(field, row, (language, today), title));
    words.collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
mod tests {
    use samsyn_engine::schema::kinds::{CONTACT, PLAN, VENUE};
    use samsyn_engine::schema::{FieldPath, Kind, Reading};

    use super::*;

    fn told(kind: &Kind, list: &str, cells: &[(&str, &str)], language: Language) -> String {
        let fields = kind.row_fields(list).unwrap();
        let row = RowId::random();
        let cells = cells.iter().map(|(name, text)| {
            let field = kind.field_at(&FieldPath::cell(list, row, *name)).unwrap();
            let reading = Reading::new(language, jiff::civil::date(2026, 11, 28));
            ((*name).to_owned(), field.field_type.parse(text, reading).unwrap())
        });
        let row = Row { id: row, order: String::new(), cells: cells.collect() };
        summary(fields, &row, (language, jiff::civil::date(2029, 1, 1)), &|link| link.to_string())
    }

    #[test]
    fn a_folded_row_says_what_its_figures_days_and_answers_are() {
        use Language::{English, Swedish};
        let phone = [("number", "070-123 45 67"), ("type", "mobile"), ("primary", "yes")];
        assert_eq!(told(&CONTACT, "phones", &phone, Swedish), "Mobil · huvudnummer");
        assert_eq!(told(&CONTACT, "phones", &phone, English), "Mobile · main number");
        let phone = [("number", "070-123 45 67"), ("primary", "no")];
        assert_eq!(told(&CONTACT, "phones", &phone, Swedish), "huvudnummer: nej");
        let late = [("title", "Bud"), ("end", "2028-05-09"), ("status", "in_progress")];
        assert_eq!(told(&PLAN, "tasks", &late, Swedish), "Pågår · slut 2028-05-09 (försenad)");
        let hold = [("dates", "2029-05-01 – 2029-05-03"), ("status", "option"), ("expires", "2028-10-01")];
        let words = told(&VENUE, "holds", &hold, Swedish);
        assert!(words.ends_with("Preliminärbokning · gäller till 2028-10-01"), "{words}");
        assert!(told(&VENUE, "holds", &hold, English).ends_with("Option · expires 2028-10-01"));
        let task = [("title", "Bud"), ("start", "2029-05-01"), ("end", "2029-05-09")];
        assert_eq!(told(&PLAN, "tasks", &task, Swedish), "start 2029-05-01 · slut 2029-05-09");
        assert_eq!(
            told(&PLAN, "milestones", &[("title", "Beslut"), ("date", "2029-05-01")], Swedish),
            "2029-05-01"
        );
    }

    #[test]
    fn a_hall_in_one_part_is_not_divisible() {
        let words =
            |parts| told(&VENUE, "spaces", &[("name", "Sal A"), ("partitions", parts)], Language::Swedish);
        assert_eq!(words("3"), "delbar i 3");
        assert_eq!(words("1"), "inte delbar");
        assert_eq!(words("0"), "inte delbar");
    }
}
