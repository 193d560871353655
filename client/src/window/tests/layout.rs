//! Every page in every width: nothing stands outside of the window, over something else, or leaves a hole in a form.
//!
//! What is shown is read from the tree that screen readers get, with the place of each part. The window is so high that nothing
//! scrolls, so that every part has to have room of its own. A new page comes under it through [`Page::all`], a new kind or field
//! through the schema: records are filled from it.

use std::collections::BTreeSet;

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers, Rect, vec2};
use egui_kittest::kittest::{NodeT, Queryable};
use egui_kittest::{Harness, Node};
use samsyn_engine::document::Edit;
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::Role as Membership;
use samsyn_engine::replica::Replica;
use samsyn_engine::schema::kinds::{CONTACT, VENUE};
use samsyn_engine::schema::{
    Cells, Field, FieldType, KINDS, Kind, Language, Link, NewRecord, Reading, Target, Value,
};

use super::super::scale;
use super::front::Door;
use super::town::Town;
use super::walking::Walker;
use super::{Desk, painted, text};
use crate::pages::{Command, Page};

/// Widths of the window, in points.
const WIDTHS: [f32; 6] = [340.0, 480.0, 600.0, 900.0, 1360.0, 1920.0];

/// Sizes of text. A larger one leaves so much less room.
const SCALES: [f32; 4] = [0.8, 1.0, 1.5, 2.0];

/// Narrower than the narrowest room that any window and size of text leave: everything holds with something to spare.
const NARROWEST: f32 = 0.93 * scale::NARROWEST;

/// Wider than any hole between two lines of a form may be, in points.
const HOLE: f32 = 400.0;

/// So much may two parts overlap: outlines and rounding.
const SLACK: f32 = 1.5;

/// The height of what stands above the rows of a table and belongs to it, in points.
const HEADER: f32 = 30.0;

/// A part of what is shown.
#[derive(Debug, Clone)]
struct Part {
    role: Role,
    name: String,
    rect: Rect,
}

impl Part {
    /// Where nothing else may be. Words that go on in the next line begin behind what stands before them in the first, and end before what
    /// stands behind them in the last.
    fn own_room(&self) -> Rect {
        const LINE: f32 = 18.0;
        let words = matches!(self.role, Role::Label | Role::Link);
        let lines = words && self.rect.height() > 1.2 * LINE;
        if lines { self.rect.shrink2(vec2(0.0, LINE)) } else { self.rect }
    }
}

/// What is wrong with a picture.
fn faults<State>(harness: &Harness<'_, State>, width: f32) -> BTreeSet<String> {
    let parts = parts(harness);
    let window = Rect::from_min_size(eframe::egui::Pos2::ZERO, vec2(width, f32::INFINITY));
    let mut faults = BTreeSet::new();
    for part in &parts {
        let (left, right) = (part.rect.left() - window.left(), window.right() - part.rect.right());
        if left < -SLACK || right < -SLACK {
            let (by, top) = (-left.min(right), part.rect.top());
            let what = role(part);
            faults.insert(format!("at height {top:4.0} out of the window by {by:.0}: {what} {}", part.name));
        }
    }
    for (number, one) in parts.iter().enumerate() {
        for other in &parts[number + 1..] {
            let both = one.own_room().intersect(other.own_room());
            if both.width() > SLACK && both.height() > SLACK {
                faults.insert(format!("{} {} over {} {}", role(one), one.name, role(other), other.name));
            }
        }
    }
    faults.extend(hole(&parts));
    faults.extend(painted::faults(harness));
    faults
}

/// What stands outside of the window.
fn outside<State>(harness: &Harness<'_, State>, width: f32) -> Vec<String> {
    let is_outside = |part: &&Part| part.rect.right() > width + SLACK || part.rect.left() < -SLACK;
    parts(harness).iter().filter(is_outside).map(|part| format!("{part:?}")).collect()
}

fn role(part: &Part) -> String {
    format!("{:?}", part.role)
}

/// A hole between two fields of the form that follow each other.
fn hole(parts: &[Part]) -> Option<String> {
    let is_field =
        |part: &&Part| matches!(part.role, Role::TextInput | Role::MultilineTextInput | Role::ComboBox);
    let mut fields: Vec<&Part> = parts.iter().filter(is_field).collect();
    fields.sort_by(|one, other| one.rect.top().total_cmp(&other.rect.top()));
    let mut bottom = fields.first()?.rect.bottom();
    for field in fields {
        // What stands between them, rows that are folded for example, is no hole.
        let between = parts
            .iter()
            .filter(|part| part.rect.top() > bottom - 1.0 && part.rect.bottom() < field.rect.top() + 1.0);
        let filled: f32 = between.map(|part| part.rect.height()).sum();
        let gap = field.rect.top() - bottom - filled;
        if gap > HOLE {
            let top = field.rect.top();
            return Some(format!("a hole of {gap:.0} points above {} at height {top:.0}", field.name));
        }
        bottom = bottom.max(field.rect.bottom());
    }
    None
}

/// What has a place of its own: what is read, typed into or pressed, and not what holds others.
fn parts<State>(harness: &Harness<'_, State>) -> Vec<Part> {
    let mut found = Vec::new();
    gather(&harness.root(), &mut found);
    // A table and a timeline are wider than their pane where there is much in them: they scroll.
    let wide: Vec<Rect> =
        harness.query_all_by_role(Role::Grid).map(|node| node.rect().expand(HEADER)).collect();
    found.retain(|part| !wide.iter().any(|table| table.contains(part.rect.center())));
    found
}

fn gather(node: &Node<'_>, found: &mut Vec<Part>) {
    let inner = node.accesskit_node();
    let role = inner.role();
    let leaf = matches!(
        role,
        Role::Label
            | Role::Button
            | Role::CheckBox
            | Role::RadioButton
            | Role::TextInput
            | Role::MultilineTextInput
            | Role::PasswordInput
            | Role::ComboBox
            | Role::Tab
            | Role::DisclosureTriangle
            | Role::Link
            | Role::ListBoxOption
    );
    if leaf {
        let rect = node.rect();
        let name = inner.label().or(inner.value()).unwrap_or_default();
        if rect.is_positive() {
            found.push(Part { role, name, rect });
        }
        // The lines of an entry or the figure of a tab stand in it.
        return;
    }
    for child in node.children() {
        gather(&child, found);
    }
}

/// Draws at each size and says what is wrong, once for each fault.
fn look(desk: &mut Desk, what: &str, sizes: &[(f32, Language)], all: &mut BTreeSet<String>) {
    for (width, language) in sizes {
        let command = Command::Speak(*language);
        desk.harness.state_mut().does(command);
        desk.harness.set_size(vec2(*width, 9_000.0));
        desk.harness.run_steps(3);
        let passes = desk.harness.output().platform_output.num_completed_passes;
        let at = format!("{what} at {width:.0} points in {}", language.code());
        if passes > 1 {
            all.insert(format!("{at}: what has settled is drawn again"));
        }
        all.extend(faults(&desk.harness, *width).into_iter().map(|fault| format!("{at}: {fault}")));
    }
}

/// Every room that some window and size of text leave, both languages taking turns; what is nearly the same only once.
fn sizes() -> Vec<(f32, Language)> {
    let room = |width: f32, asked: f32| (width / scale::effective(asked, vec2(width, 860.0))).round();
    let mut rooms: Vec<f32> =
        WIDTHS.iter().flat_map(|width| SCALES.map(|scale| room(*width, scale))).collect();
    rooms.push(NARROWEST);
    rooms.sort_by(f32::total_cmp);
    rooms.dedup_by(|next, before| *next < *before * 1.28);
    rooms.into_iter().enumerate().map(|(number, room)| (room, Language::ALL[number % 2])).collect()
}

/// A few of them.
fn some_sizes() -> Vec<(f32, Language)> {
    sizes().into_iter().step_by(3).collect()
}

/// A value as long as people write them.
fn long(field: &Field, links: &dyn Fn(&str) -> Option<RecordId>) -> Value {
    let reading = Reading::new(Language::Swedish, crate::words::today());
    let parsed = |text: &str| field.field_type.parse(text, reading).unwrap();
    match field.field_type {
        FieldType::Line => {
            text("Destinationsbolagets anläggningsöversikt för hela Storsjöbygden och Härjedalen")
        }
        FieldType::Prose => text(&"Ordföranden har tackat ja, och kommunen väntar på besked. ".repeat(6)),
        FieldType::Email => parsed("evalotta.destinationsutvecklare@anlaggningsoversikten.example.se"),
        FieldType::Phone => parsed("+46 63 123 45 67"),
        FieldType::Url => parsed("https://www.anlaggningsoversikten.example.se/kongress/jamtland/harjedalen"),
        FieldType::Number { range: (least, most), .. } => Value::Number(most.min(least.max(2031.0))),
        FieldType::Money => parsed("125000000 SEK"),
        FieldType::Date => parsed("2029-05-12"),
        FieldType::DateRange => parsed("2029-05-12 – 2029-05-14"),
        FieldType::Enumeration(list) => {
            let longest = list.choices.iter().max_by_key(|choice| choice.caption.sv.len());
            Value::Choice(longest.unwrap().value.to_owned())
        }
        FieldType::EnumerationSet(list) => {
            Value::Choices(list.choices.iter().map(|choice| choice.value.to_owned()).collect())
        }
        FieldType::Reference(Target::Records(kinds)) => {
            kinds.iter().find_map(|kind| links(kind)).map_or(Value::Empty, |id| Value::Link(Link::Record(id)))
        }
        FieldType::ReferenceSet(Target::Records(kinds)) => {
            let ids = kinds.iter().filter_map(|kind| links(kind)).map(Link::Record);
            Value::Links(ids.collect())
        }
        FieldType::Coordinates => parsed("63.1792, 14.6357"),
        FieldType::YesNo => Value::YesNo(true),
        FieldType::Counter | FieldType::Rows(_) | FieldType::Reference(_) | FieldType::ReferenceSet(_) => {
            Value::Empty
        }
    }
}

/// One record of each kind with everything filled in, and two rows in each list.
fn fill(replica: &mut Replica) -> Vec<(&'static Kind, RecordId)> {
    let made: Vec<(&'static Kind, RecordId)> = kinds()
        .map(|kind| {
            let new = NewRecord::new(kind);
            replica.create_record(&new).unwrap();
            (kind, new.id)
        })
        .collect();
    let links = |name: &str| made.iter().find(|(kind, _)| kind.name == name).map(|(_, id)| *id);
    for (kind, id) in &made {
        let mut edits = Vec::new();
        for field in kind.fields {
            match (&field.field_type, long(field, &links)) {
                (FieldType::Rows(fields), _) => {
                    let cells = || {
                        fields
                            .iter()
                            .map(|cell| (cell.name.to_owned(), long(cell, &links)))
                            .filter(|(_, value)| !value.is_empty())
                    };
                    edits.extend((0..2).map(|_| Edit::add_row(field.name, cells().collect::<Cells>())));
                }
                (FieldType::EnumerationSet(_) | FieldType::ReferenceSet(_), value) => {
                    let members = value.members();
                    edits.push(Edit::Members {
                        path: samsyn_engine::schema::FieldPath::field(field.name),
                        include: members,
                        exclude: BTreeSet::new(),
                    });
                }
                (FieldType::Prose, value) => {
                    let words = value.as_text().unwrap_or_default().to_owned();
                    edits.push(Edit::Prose {
                        path: samsyn_engine::schema::FieldPath::field(field.name),
                        base: String::new(),
                        text: words,
                    });
                }
                (FieldType::Counter, _) => {
                    edits.push(Edit::Count {
                        path: samsyn_engine::schema::FieldPath::field(field.name),
                        by: 12,
                    });
                }
                (_, Value::Empty) => {}
                (_, value) => edits.push(Edit::set(field.name, value)),
            }
        }
        replica.edit(*id, &edits, None).unwrap();
    }
    made
}

fn kinds() -> impl Iterator<Item = &'static Kind> {
    KINDS.iter().copied().filter(|kind| !kind.internal)
}

#[test]
fn every_page_has_room_for_everything_in_it_at_every_width() {
    let mut desk = Desk::new(None, |replica| {
        let made = fill(replica);
        let venue = made.iter().find(|(kind, _)| kind.name == VENUE.name).unwrap().1;
        super::editing::contradict(replica, venue);
    });
    let mut all = BTreeSet::new();
    for page in Page::all() {
        desk.harness.state_mut().does(Command::Go(page));
        desk.harness.run_steps(3);
        desk.until("the page", |desk| !desk.shown().is_empty());
        look(&mut desk, &format!("{page:?}").chars().take(40).collect::<String>(), &sizes(), &mut all);
    }
    // The menu of a narrow window.
    desk.harness.state_mut().does(Command::Speak(Language::English));
    desk.harness.set_size(vec2(340.0, 900.0));
    desk.harness.run_steps(3);
    desk.click("Menu");
    look(
        &mut desk,
        "the menu",
        &[(340.0, Language::English), (340.0, Language::Swedish), (NARROWEST, Language::English)],
        &mut all,
    );
    assert!(all.is_empty(), "{}", all.into_iter().take(60).collect::<Vec<_>>().join("\n"));
}

/// Eighty letters, with one word of forty.
const LONG: &str = "Nordisk konferens om forskningsinfrastrukturfinansieringsfrågorna i fjällvärlden";

#[test]
fn a_very_long_title_can_be_read_whole_in_the_head_of_a_record_and_in_review() {
    assert_eq!(LONG.chars().count(), 80);
    let mut venue = None;
    let mut desk = Desk::new(None, |replica| {
        let id = super::make(replica, &VENUE, &[("name", text(LONG))]);
        super::editing::contradict(replica, id);
        venue = Some(id);
    });
    let venue = venue.unwrap();
    for width in [340.0, 480.0, 900.0, 1920.0] {
        desk.harness.set_size(vec2(width, 900.0));
        desk.harness.state_mut().does(Command::Go(Page::List(&VENUE)));
        desk.harness.state_mut().show_record(venue, true);
        desk.until_input("Name");
        assert!(painted::is_whole(&desk.harness, LONG), "in a record at {width}");
        desk.harness.state_mut().does(Command::Go(Page::Review));
        desk.until("the queue", |desk| {
            desk.harness.query_all_by_label_contains("1 contradiction").next().is_some()
        });
        if width < 964.0 {
            desk.harness.key_press(Key::Enter);
        }
        desk.until_shown("Choose this: 500\u{a0}people");
        assert!(painted::is_whole(&desk.harness, LONG), "in review at {width}");
        desk.harness.key_press(Key::Escape);
        desk.harness.run_steps(2);
    }
}

#[test]
fn every_record_has_room_for_everything_in_it_at_every_width() {
    let mut made = Vec::new();
    let mut desk = Desk::new(None, |replica| made = fill(replica));
    let mut all = BTreeSet::new();
    for (kind, id) in made {
        desk.harness.state_mut().show_record(id, true);
        desk.until_input(kind.fields[0].caption.en);
        unfold(&mut desk);
        look(&mut desk, kind.name, &sizes(), &mut all);
        desk.harness.state_mut().does(Command::Speak(Language::English));
        for tab in ["Timeline", "History", "Used in"] {
            desk.harness.set_size(vec2(1360.0, 9_000.0));
            desk.harness.run_steps(3);
            let Some(node) = desk.harness.query_all_by_label_contains(tab).next() else { continue };
            node.click();
            desk.harness.run_steps(3);
            look(&mut desk, &format!("{} {tab}", kind.name), &some_sizes(), &mut all);
            desk.harness.state_mut().does(Command::Speak(Language::English));
            desk.harness.run_steps(3);
        }
    }
    assert!(all.is_empty(), "{}", all.into_iter().take(60).collect::<Vec<_>>().join("\n"));
}

/// Unfolds the first row of each list.
fn unfold(desk: &mut Desk) {
    desk.harness.set_size(vec2(1360.0, 9_000.0));
    desk.harness.run_steps(3);
    let folded: Vec<_> = desk.harness.query_all_by_role(Role::DisclosureTriangle).collect();
    let count = folded.len();
    folded.into_iter().step_by(2).for_each(|node| node.click_accesskit());
    desk.harness.run_steps(3);
    assert_eq!(desk.harness.query_all_by_role(Role::DisclosureTriangle).count(), count);
}

#[test]
fn dialogs_and_the_palette_have_room_at_every_width() {
    let mut desk = Desk::new(Some(Page::List(&CONTACT)), |replica| {
        fill(replica);
    });
    let mut all = BTreeSet::new();
    desk.harness.run_steps(4);
    for command in [Command::Keys, Command::Palette, Command::Enter] {
        desk.harness.state_mut().does(command);
        desk.harness.run_steps(3);
        // What lies under a dialog is covered by it, and that is meant.
        for (width, language) in some_sizes() {
            desk.harness.state_mut().does(Command::Speak(language));
            desk.harness.set_size(vec2(width, 2_000.0));
            desk.harness.run_steps(3);
            all.extend(
                outside(&desk.harness, width)
                    .into_iter()
                    .map(|fault| format!("{command:?} at {width}: {fault}")),
            );
        }
        desk.harness.key_press(Key::Escape);
        desk.harness.run_steps(3);
    }
    assert!(all.is_empty(), "{}", all.into_iter().collect::<Vec<_>>().join("\n"));
}

#[test]
fn who_belongs_and_what_was_refused_have_room_at_every_width() {
    let town = Town::new();
    let maja = ("Maja-Lena Destinationsutvecklare i Storsjöbygden", Membership::Coordinator);
    let mut maja = town.join(maja, Page::Members, |_| {});
    let mut bo = town.join(("Bo", Membership::Ambassador), Page::List(&CONTACT), |_| {});
    maja.until_shown("2 people");
    town.invite(Membership::Reader, None);
    let mut all = BTreeSet::new();
    look(&mut maja, "members", &sizes(), &mut all);
    maja.harness.state_mut().does(Command::Speak(Language::English));
    maja.harness.set_size(vec2(1360.0, 9_000.0));
    maja.harness.run_steps(3);
    for button in ["Invite", "Create invitation"] {
        maja.click(button);
        for (width, _) in some_sizes() {
            maja.harness.set_size(vec2(width, 9_000.0));
            maja.harness.run_steps(3);
            all.extend(
                outside(&maja.harness, width)
                    .into_iter()
                    .map(|fault| format!("{button} at {width}: {fault}")),
            );
        }
    }
    bo.click("Work offline");
    bo.click("New contact");
    bo.write("Family name", "Destinationsutvecklare i hela Storsjöbygden och Härjedalen");
    town.set_role(&bo, Membership::Reader);
    bo.click("Work offline");
    bo.until("it is refused", |desk| desk.harness.query_all_by_label_contains(" refused").next().is_some());
    bo.click("Show");
    bo.until_shown("Refused changes");
    look(&mut bo, "refused", &sizes(), &mut all);
    assert!(all.is_empty(), "{}", all.into_iter().take(60).collect::<Vec<_>>().join("\n"));
}

#[test]
fn in_a_low_window_nothing_covers_the_sidebars_words() {
    let mut desk = Desk::new(Some(Page::List(&CONTACT)), |_| {});
    for height in [240.0, 320.0, 430.0, 860.0] {
        desk.harness.set_size(vec2(900.0, height));
        desk.harness.run_steps(3);
        let settings = desk.harness.get_by_label("Settings").rect();
        assert!(settings.bottom() <= height, "{height}");
        let undo = desk.harness.get_by_label("Undo").rect();
        // The keyboard comes to each page, and each is seen when it does, above what stands at the bottom.
        let mut walker = Walker::new(desk);
        let mut seen = BTreeSet::new();
        for _ in 0..24 {
            walker.press(Key::Tab);
            let Some((Role::Tab, name)) = walker.at() else { continue };
            let rect = walker.desk.harness.get_by_role_and_label(Role::Tab, &name).rect();
            assert!(
                rect.bottom() <= undo.top() + SLACK && rect.top() >= 0.0,
                "{name} at {rect:?} in {height}"
            );
            seen.insert(name);
        }
        assert!(seen.len() >= 6, "{seen:?}");
        desk = walker.desk;
        desk.harness.key_press_modifiers(Modifiers::COMMAND, Key::Num3);
        desk.harness.run_steps(3);
    }
}

#[test]
fn the_first_page_has_room_at_every_width() {
    let mut door = Door::new();
    let mut all = BTreeSet::new();
    door.harness.run_steps(3);
    for way in ["Join", "Open a file", "Create your own"] {
        door.press(way);
        for (width, _) in sizes() {
            door.harness.set_size(vec2(width, 2_000.0));
            door.harness.run_steps(3);
            all.extend(
                faults(&door.harness, width).into_iter().map(|fault| format!("{way} at {width}: {fault}")),
            );
        }
    }
    assert!(all.is_empty(), "{}", all.into_iter().collect::<Vec<_>>().join("\n"));
}
