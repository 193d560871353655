//! A field type's control: the value as the widget wants it, and the widget's answer as an edit.

use std::collections::BTreeSet;

use eframe::egui::{OpenUrl, Response, Ui};
use jiff::civil::Date;
use samsyn_engine::document::{Edit, FieldConflict};
use samsyn_engine::id::RecordId;
use samsyn_engine::schema::{
    Caption, Enumeration, Field, FieldPath, FieldType, Kind, Language, Link, NewRecord, Reading, Row, Target,
    Unit, Value, ValueError, kind,
};
use samsyn_engine::text::{one_line, plain, unwritable};

use super::edit::{DraftKey, Part, edit_of, with_end};
use super::understood;
use crate::pages::picking::{self, Picking};
use crate::pages::{Action, Scene, texts};
use crate::state::{HistoryStep, RecordView};
use crate::widgets::button;
use crate::widgets::date_popup::{DateEnd, Dating};
use crate::widgets::draft::Commit;
use crate::widgets::field::{
    ChoiceTexts, Choices, Field as FieldWidget, FieldResponse, SetAction, SetTexts, YesNoTexts,
};
use crate::widgets::icon::Icon;
use crate::widgets::picker::{Create, Creation, PickerTexts};
use crate::words::row_words;

/// The width of a count, in points.
const COUNT: f32 = 72.0;

/// A place in a record for which there is a control.
pub(super) struct Place<'a> {
    /// The record.
    pub(super) view: &'a RecordView,
    /// Where in it.
    pub(super) path: FieldPath,
    /// What stands there.
    pub(super) field: &'static Field,
    /// Its value.
    pub(super) value: &'a Value,
    /// What contradicts there.
    pub(super) conflict: Option<&'a FieldConflict>,
}

impl<'a> Place<'a> {
    fn new(view: &'a RecordView, path: FieldPath, field: &'static Field, value: &'a Value) -> Place<'a> {
        let conflict = view.conflicts.iter().find(|conflict| conflict.path == path);
        Place { view, path, field, value, conflict }
    }

    /// The place of a field of the record.
    pub(super) fn of(view: &'a RecordView, field: &'static Field) -> Place<'a> {
        Place::new(view, FieldPath::field(field.name), field, view.record.get(field.name))
    }

    /// The place of a field of one of its rows.
    pub(super) fn in_row(view: &'a RecordView, list: &str, row: &'a Row, field: &'static Field) -> Place<'a> {
        Place::new(view, FieldPath::cell(list, row.id, field.name), field, row.get(field.name))
    }

    pub(super) fn key(&self, part: Part) -> DraftKey {
        let record = &self.view.record;
        // A form is drawn only for kinds that are known.
        let kind = record.kind().map_or("", |kind| kind.name);
        DraftKey { record: record.id, kind, path: self.path.clone(), part }
    }

    /// How what is typed there is read.
    fn reading(&self, part: Part, language: Language, today: Date) -> Reading {
        self.key(part).reading(Reading::new(language, today), &self.view.record)
    }

    /// What somebody means who types this there.
    pub(super) fn read(
        &self,
        part: Part,
        text: &str,
        (language, today): (Language, Date),
    ) -> Result<Edit, ValueError> {
        let commit = Commit { base: typed(self, language), text: text.to_owned() };
        let reading = self.reading(part, language, today);
        edit_of(&self.field.field_type, &self.key(part), commit, self.value, reading)
    }

    /// Takes one of the values that a text can mean.
    pub(super) fn take(&self, scene: &mut Scene<'_>, part: Part, value: &Value) {
        scene.drafts.discard(&self.key(part));
        match (self.field.field_type, self.value, value) {
            (FieldType::Counter, current, Value::Counter(wanted)) => {
                let now = if let Value::Counter(now) = current { *now } else { 0 };
                self.edit(scene, Edit::Count { path: self.path.clone(), by: wanted.saturating_sub(now) });
            }
            (FieldType::DateRange, current, value) => self.set(scene, with_end(current, part, value)),
            (_, _, value) => self.set(scene, value.clone()),
        }
    }

    fn set(&self, scene: &mut Scene<'_>, value: Value) {
        self.edit(scene, Edit::Set { path: self.path.clone(), value });
    }

    fn edit(&self, scene: &mut Scene<'_>, edit: Edit) {
        scene.act(Action::Edit(self.view.record.id, vec![edit]));
    }

    /// Puts members into a set, or takes them out.
    fn member(&self, scene: &mut Scene<'_>, name: String, include: bool) {
        let (mut with, mut without) = (BTreeSet::new(), BTreeSet::new());
        if include {
            with.insert(name)
        } else {
            without.insert(name)
        };
        self.edit(scene, Edit::Members { path: self.path.clone(), include: with, exclude: without });
    }

    /// Somebody has left a text field.
    fn commit(&self, scene: &mut Scene<'_>, part: Part, commit: Option<Commit>) {
        let Some(commit) = commit else { return };
        let key = self.key(part);
        let now = typed(self, scene.language);
        let overtaken = self.field.field_type.is_register() && commit.base != now && commit.text != now;
        let reading = self.reading(part, scene.language, scene.today);
        // What is no value is held by the draft and never comes here.
        let Ok(edit) = edit_of(&self.field.field_type, &key, commit, self.value, reading) else { return };
        // Another spelling of the same value is no change.
        if matches!(&edit, Edit::Set { value, .. } if value == self.value) && self.conflict.is_none() {
            scene.drafts.discard(&key);
            return;
        }
        if overtaken {
            let told = texts::meanwhile(&self.last_writer(scene), &now, scene.language);
            scene.act(Action::EditAndTell(self.view.record.id, vec![edit], told));
        } else {
            self.edit(scene, edit);
        }
    }
}

impl Place<'_> {
    /// Who wrote last what stands here, besides whoever works here.
    fn last_writer(&self, scene: &Scene<'_>) -> String {
        let here = scene.session.meta().map(|meta| meta.device);
        let wrote = |step: &&HistoryStep| {
            step.entry.stamp.device != here
                && step.differences.iter().any(|difference| difference.path().as_ref() == Some(&self.path))
        };
        let device = self.view.history.iter().rev().find(wrote).and_then(|step| step.entry.stamp.device);
        let name = device.and_then(|device| scene.session.person(device));
        name.unwrap_or(scene.say(texts::SOMEBODY_ELSE)).to_owned()
    }
}

/// What a control did besides leaving edits.
#[derive(Debug, Default)]
pub(super) struct Shown {
    /// What gets the keyboard when somebody comes to the field.
    pub(super) control: Option<Response>,
    /// Somebody wants to see what contradicts.
    pub(super) conflict_clicked: bool,
}

impl Shown {
    fn of_text(response: &FieldResponse) -> Shown {
        Shown::of(response.response.clone(), response.conflict_clicked)
    }

    fn of(control: Response, conflict_clicked: bool) -> Shown {
        Shown { control: Some(control), conflict_clicked }
    }
}

/// Draws the control of a place.
pub(super) fn show(ui: &mut Ui, place: &Place<'_>, scene: &mut Scene<'_>, picking: &mut Picking) -> Shown {
    let badge = place.conflict.map(|conflict| texts::values(conflict.writings.len(), scene.language));
    let wrong = understood::held(place, scene);
    let error = wrong.as_ref().map(|(_, error)| error.words(scene.language));
    let missed = place.field.required && place.value.is_empty();
    let in_row = place.path.row().is_some();
    let widget = FieldWidget::new(scene.say(place.field.caption))
        .help(place.field.help.filter(|_| !in_row).map(|help| scene.say(help)))
        .hint(if missed { scene.say(texts::MISSED) } else { "" })
        .conflict(badge.as_deref())
        .error(error.as_deref());
    let shown = control(ui, place, scene, (widget, picking));
    if let Some((part, ValueError::Question(question))) = wrong {
        understood::ask(ui, place, part, &question, scene);
    }
    shown
}

fn control(
    ui: &mut Ui,
    place: &Place<'_>,
    scene: &mut Scene<'_>,
    (widget, picking): (FieldWidget<'_>, &mut Picking),
) -> Shown {
    match place.field.field_type {
        FieldType::Number { unit, .. } => number(ui, place, scene, widget, unit),
        FieldType::Prose => prose(ui, place, scene, widget),
        FieldType::Enumeration(list) => choice(ui, place, scene, widget, list),
        FieldType::EnumerationSet(list) => choices(ui, place, scene, widget, list),
        FieldType::Reference(Target::Records(kinds)) => reference(ui, place, scene, widget, (kinds, picking)),
        FieldType::ReferenceSet(Target::Records(kinds)) => {
            references(ui, place, scene, widget, (kinds, picking))
        }
        FieldType::Reference(Target::Rows(list)) => row_reference(ui, place, scene, widget, list),
        FieldType::ReferenceSet(Target::Rows(list)) => row_references(ui, place, scene, widget, list),
        FieldType::Date => date(ui, place, scene, widget),
        FieldType::DateRange => date_range(ui, place, scene, widget),
        FieldType::YesNo => yes_no(ui, place, scene, widget),
        FieldType::Counter => counter(ui, place, scene, widget),
        FieldType::Email | FieldType::Phone | FieldType::Url => address(ui, place, scene, widget),
        FieldType::Line | FieldType::Money | FieldType::Coordinates => text(ui, place, scene, widget),
        // Drawn by the form itself.
        FieldType::Rows(_) => Shown::default(),
    }
}

/// The value as a person types it.
fn typed(place: &Place<'_>, language: Language) -> String {
    match place.value {
        Value::Text(text) | Value::Unreadable(text) => one_line(text).into_owned(),
        // The unit stands beside the field.
        value => place.field.field_type.bare_words(value, language, &|link| link.to_string()),
    }
}

fn text(ui: &mut Ui, place: &Place<'_>, scene: &mut Scene<'_>, widget: FieldWidget<'_>) -> Shown {
    text_beside(ui, place, scene, widget, |_| {})
}

/// A text with buttons behind it.
fn text_beside(
    ui: &mut Ui,
    place: &Place<'_>,
    scene: &mut Scene<'_>,
    widget: FieldWidget<'_>,
    beside: impl FnOnce(&mut Ui),
) -> Shown {
    let value = typed(place, scene.language);
    let who = (scene.language, scene.today);
    let valid = |text: &str| place.read(Part::Whole, text, who).is_ok();
    let key = place.key(Part::Whole);
    let answer = widget.text_checked_beside(ui, scene.drafts, &key, &value, &valid, beside);
    let shown = Shown::of_text(&answer);
    understood::tell(place, Part::Whole, &answer.response, scene);
    place.commit(scene, Part::Whole, answer.committed);
    shown
}

/// An address that other programs open: mail, telephone, web.
fn address(ui: &mut Ui, place: &Place<'_>, scene: &mut Scene<'_>, widget: FieldWidget<'_>) -> Shown {
    let Some(url) = place.value.as_text().and_then(|text| target(&place.field.field_type, text)) else {
        return text(ui, place, scene, widget);
    };
    let name = format!("{}: {}", scene.say(texts::OPEN), scene.say(place.field.caption));
    let mut opened = false;
    let open = |ui: &mut Ui| opened = button::icon_button(ui, Icon::Link, &name).clicked();
    let shown = text_beside(ui, place, scene, widget.room_beside(button::ROOM), open);
    if opened {
        ui.ctx().open_url(OpenUrl::new_tab(url));
    }
    shown
}

/// What other programs open an address by.
pub(super) fn target(field_type: &FieldType, text: &str) -> Option<String> {
    match field_type {
        // What is no text is no address, and goes to no other program.
        _ if unwritable(text, false).is_some() => None,
        FieldType::Email => Some(format!("mailto:{text}")),
        FieldType::Phone => Some(format!("tel:{}", text.replace(' ', ""))),
        FieldType::Url if text.starts_with("http://") || text.starts_with("https://") => {
            Some(text.to_owned())
        }
        _ => None,
    }
}

fn prose(ui: &mut Ui, place: &Place<'_>, scene: &mut Scene<'_>, widget: FieldWidget<'_>) -> Shown {
    let value = plain(place.value.as_text().unwrap_or_default());
    let rows = if place.path.row().is_some() { 2 } else { 3 };
    let answer = widget.rows(rows).text_area(ui, scene.drafts, &place.key(Part::Whole), &value);
    let shown = Shown::of_text(&answer);
    place.commit(scene, Part::Whole, answer.committed);
    shown
}

fn number(
    ui: &mut Ui,
    place: &Place<'_>,
    scene: &mut Scene<'_>,
    widget: FieldWidget<'_>,
    unit: Unit,
) -> Shown {
    let symbol = unit.symbol(scene.language);
    text(ui, place, scene, widget.unit((!symbol.is_empty()).then_some(symbol)).width(120.0))
}

/// A count that several people add to: a number, and one more or one less.
fn counter(ui: &mut Ui, place: &Place<'_>, scene: &mut Scene<'_>, widget: FieldWidget<'_>) -> Shown {
    let named = |caption: Caption| format!("{}: {}", scene.say(place.field.caption), scene.say(caption));
    let (less, more) = (named(texts::ONE_LESS), named(texts::ONE_MORE));
    let mut by = 0;
    let count = |ui: &mut Ui| {
        by -= i64::from(button::icon_button(ui, Icon::Dash, &less).clicked());
        by += i64::from(button::icon_button(ui, Icon::Plus, &more).clicked());
    };
    let widget = widget.at_most(COUNT).room_beside(2.0 * button::ROOM);
    let shown = text_beside(ui, place, scene, widget, count);
    if by != 0 {
        place.edit(scene, Edit::Count { path: place.path.clone(), by });
    }
    shown
}

fn choice(
    ui: &mut Ui,
    place: &Place<'_>,
    scene: &mut Scene<'_>,
    widget: FieldWidget<'_>,
    list: &'static Enumeration,
) -> Shown {
    let mut titles: Vec<&str> = list.choices.iter().map(|choice| scene.say(choice.caption)).collect();
    let chosen = match place.value {
        Value::Choice(value) | Value::Unreadable(value) => {
            let known = list.choices.iter().position(|choice| choice.value == value);
            // A newer version knows more choices: what it wrote is shown as it stands.
            Some(known.unwrap_or_else(|| {
                titles.push(value);
                titles.len() - 1
            }))
        }
        _ => None,
    };
    let texts = choice_texts(scene, place);
    let answer = widget.choice(ui, Choices { titles: &titles, chosen, texts });
    if let Some(changed) = answer.changed {
        let value = changed.and_then(|index| list.choices.get(index));
        place.set(scene, value.map_or(Value::Empty, |choice| Value::Choice(choice.value.to_owned())));
    }
    Shown::of(answer.response, answer.conflict_clicked)
}

fn choice_texts(scene: &Scene<'_>, place: &Place<'_>) -> ChoiceTexts<'static> {
    let none = if place.field.required && place.value.is_empty() { texts::MISSED } else { texts::NONE };
    ChoiceTexts {
        none: Some(scene.say(none)),
        filter: scene.say(texts::SEARCH),
        no_match: scene.say(texts::NOTHING_FOUND),
    }
}

fn set_texts(scene: &Scene<'_>) -> SetTexts<'static> {
    SetTexts {
        add: scene.say(texts::ADD),
        remove: scene.say(texts::REMOVE),
        filter: scene.say(texts::SEARCH),
        no_match: scene.say(texts::NOTHING_FOUND),
    }
}

fn choices(
    ui: &mut Ui,
    place: &Place<'_>,
    scene: &mut Scene<'_>,
    widget: FieldWidget<'_>,
    list: &'static Enumeration,
) -> Shown {
    let members = place.value.members();
    let mut values: Vec<&str> = list.choices.iter().map(|choice| choice.value).collect();
    values.extend(members.iter().map(String::as_str).filter(|member| list.find(member).is_none()));
    let titles: Vec<&str> = values.iter().map(|value| list.caption(value, scene.language)).collect();
    let chosen: Vec<usize> = (0..values.len()).filter(|index| members.contains(values[*index])).collect();
    let answer = widget.choice_set(ui, &titles, &chosen, set_texts(scene));
    match answer.action {
        Some(SetAction::Add(index)) => place.member(scene, values[index].to_owned(), true),
        Some(SetAction::Remove(index)) => place.member(scene, values[index].to_owned(), false),
        None => {}
    }
    Shown::of(answer.response, answer.conflict_clicked)
}

/// The kinds that whoever works here may make, of those that a reference may point at; none before it is known that what was
/// typed is not there.
fn creatable(scene: &Scene<'_>, kinds: &[&'static str], picking: &Picking) -> Vec<&'static Kind> {
    let kinds = kinds.iter().filter_map(|name| kind(name)).filter(|_| picking.is_settled(scene));
    kinds.filter(|kind| !kind.internal && scene.session.may_make(kind)).collect()
}

/// Makes what was not there, and answers its name.
fn create(scene: &mut Scene<'_>, kinds: &[&'static Kind], creation: Option<Creation>) -> Option<RecordId> {
    let Creation { kind, title } = creation?;
    let new = NewRecord::titled(kinds.get(kind)?, &title);
    // What no name can be is not made: it stays in the search field, and the form as it was.
    new.check().ok()?;
    let id = new.id;
    scene.act(Action::Create(new));
    Some(id)
}

fn picker_texts<'a>(scene: &Scene<'_>, place: &Place<'_>, kinds: &'a [&'a str]) -> PickerTexts<'a> {
    let missed = place.field.required && place.value.is_empty();
    PickerTexts {
        none: scene.say(if missed { texts::MISSED } else { texts::CHOOSE }),
        search: scene.say(texts::SEARCH),
        no_match: scene.say(texts::NOTHING_FOUND),
        clear: scene.say(texts::CLEAR),
        visit: scene.say(texts::OPEN),
        more: "",
        create: Create { offer: scene.say(texts::CREATE), kinds },
    }
}

fn reference(
    ui: &mut Ui,
    place: &Place<'_>,
    scene: &mut Scene<'_>,
    widget: FieldWidget<'_>,
    (kinds, picking): (&[&'static str], &mut Picking),
) -> Shown {
    let link = match place.value {
        Value::Link(link) => Some(*link),
        _ => None,
    };
    let title = link.map(|link| scene.link(&place.view.record, link));
    let (ids, found) = picking.found(&place.path, kinds, scene);
    let creatable = creatable(scene, kinds, picking);
    let named: Vec<&str> = creatable.iter().map(|kind| scene.say(kind.new)).collect();
    let texts = PickerTexts { more: picking::more(&found, scene), ..picker_texts(scene, place, &named) };
    let mut answer = widget.reference(ui, &place.path.to_string(), title.as_deref(), &found, &texts);
    picking.follow(ui, &place.path, (answer.query.take(), answer.open), scene);
    let chosen = answer.chosen.and_then(|index| ids.get(index)).copied();
    if let Some(id) = chosen.or_else(|| create(scene, &creatable, answer.created)) {
        place.set(scene, Value::Link(Link::Record(id)));
    } else if answer.cleared {
        place.set(scene, Value::Empty);
    }
    if answer.visit {
        visit(scene, link);
    }
    Shown::of(answer.response, answer.conflict_clicked)
}

fn visit(scene: &mut Scene<'_>, link: Option<Link>) {
    if let Some(id) = link.and_then(|link| link.record()) {
        scene.act(Action::Open(id));
    }
}

fn references(
    ui: &mut Ui,
    place: &Place<'_>,
    scene: &mut Scene<'_>,
    widget: FieldWidget<'_>,
    (kinds, picking): (&[&'static str], &mut Picking),
) -> Shown {
    let mut members = scene.links(&place.view.record, place.value);
    members.sort_by_cached_key(|(_, title)| title.to_lowercase());
    let titles: Vec<&str> = members.iter().map(|(_, title)| title.as_str()).collect();
    let (ids, found) = picking.found(&place.path, kinds, scene);
    let taken = |id: &RecordId| members.iter().any(|(link, _)| link.record() == Some(*id));
    let (ids, found): (Vec<RecordId>, Vec<_>) =
        ids.into_iter().zip(found).filter(|(id, _)| !taken(id)).unzip();
    let creatable = creatable(scene, kinds, picking);
    let named: Vec<&str> = creatable.iter().map(|kind| scene.say(kind.new)).collect();
    let texts = PickerTexts {
        none: scene.say(texts::ADD),
        clear: scene.say(texts::REMOVE),
        more: picking::more(&found, scene),
        ..picker_texts(scene, place, &named)
    };
    let mut answer = widget.reference_set(ui, &place.path.to_string(), &titles, &found, &texts);
    picking.follow(ui, &place.path, (answer.query.take(), answer.open), scene);
    let added = answer.added.and_then(|index| ids.get(index)).copied();
    if let Some(id) = added.or_else(|| create(scene, &creatable, answer.created)) {
        place.member(scene, id.to_string(), true);
    }
    if let Some((link, _)) = answer.removed.and_then(|index| members.get(index)) {
        place.member(scene, link.to_string(), false);
    }
    visit(scene, answer.visit.and_then(|index| members.get(index)).map(|(link, _)| *link));
    Shown::of(answer.response, answer.conflict_clicked)
}

/// The rows of a list of this record, by name and title. A row is no choice for itself.
fn rows_of(place: &Place<'_>, scene: &Scene<'_>, list: &str) -> Vec<(Link, String)> {
    let record = &place.view.record;
    let fields = record.kind().and_then(|kind| kind.row_fields(list)).unwrap_or_default();
    let rows = record.get(list).rows().iter().filter(|row| place.path.row() != Some(row.id));
    rows.map(|row| (Link::Row(row.id), row_words(fields, row, scene.language, &|link| link.to_string())))
        .collect()
}

fn row_reference(
    ui: &mut Ui,
    place: &Place<'_>,
    scene: &mut Scene<'_>,
    widget: FieldWidget<'_>,
    list: &str,
) -> Shown {
    let rows = rows_of(place, scene, list);
    let titles: Vec<&str> = rows.iter().map(|(_, title)| title.as_str()).collect();
    let chosen = rows.iter().position(|(link, _)| *place.value == Value::Link(*link));
    let answer = widget.choice(ui, Choices { titles: &titles, chosen, texts: choice_texts(scene, place) });
    if let Some(changed) = answer.changed {
        place.set(scene, changed.map_or(Value::Empty, |index| Value::Link(rows[index].0)));
    }
    Shown::of(answer.response, answer.conflict_clicked)
}

fn row_references(
    ui: &mut Ui,
    place: &Place<'_>,
    scene: &mut Scene<'_>,
    widget: FieldWidget<'_>,
    list: &str,
) -> Shown {
    let rows = rows_of(place, scene, list);
    let titles: Vec<&str> = rows.iter().map(|(_, title)| title.as_str()).collect();
    let members = place.value.members();
    let chosen: Vec<usize> =
        (0..rows.len()).filter(|index| members.contains(&rows[*index].0.to_string())).collect();
    let answer = widget.choice_set(ui, &titles, &chosen, set_texts(scene));
    match answer.action {
        Some(SetAction::Add(index)) => place.member(scene, rows[index].0.to_string(), true),
        Some(SetAction::Remove(index)) => place.member(scene, rows[index].0.to_string(), false),
        None => {}
    }
    Shown::of(answer.response, answer.conflict_clicked)
}

fn date(ui: &mut Ui, place: &Place<'_>, scene: &mut Scene<'_>, widget: FieldWidget<'_>) -> Shown {
    let value = match place.value {
        Value::Date(date) => Some(*date),
        _ => None,
    };
    let words = texts::dates(scene.language);
    let who = (scene.language, scene.today);
    let valid = |text: &str| place.read(Part::Whole, text, who).is_ok();
    let dating = Dating { today: scene.today, texts: &words, valid: &valid };
    let answer = widget.date(ui, scene.drafts, &place.key(Part::Whole), value, dating);
    let response = dated(place, Part::Whole, answer.end, scene);
    Shown::of(response, answer.conflict_clicked)
}

fn date_range(ui: &mut Ui, place: &Place<'_>, scene: &mut Scene<'_>, widget: FieldWidget<'_>) -> Shown {
    let value = match place.value {
        Value::DateRange(range) => (Some(range.first()), Some(range.last())),
        _ => (None, None),
    };
    let words = texts::dates(scene.language);
    let who = (scene.language, scene.today);
    let valid = |part| move |text: &str| place.read(part, text, who).is_ok();
    let (first, last) = (valid(Part::First), valid(Part::Last));
    let dating = |valid| Dating { today: scene.today, texts: &words, valid };
    let keys = (place.key(Part::First), place.key(Part::Last));
    let answer =
        widget.date_range(ui, scene.drafts, (&keys.0, &keys.1), value, (dating(&first), dating(&last)));
    let [first, last] = answer.ends;
    let response = dated(place, Part::First, first, scene);
    dated(place, Part::Last, last, scene);
    Shown::of(response, answer.conflict_clicked)
}

/// Takes what was typed or picked in a date's control.
fn dated(place: &Place<'_>, part: Part, end: DateEnd, scene: &mut Scene<'_>) -> Response {
    understood::tell(place, part, &end.response, scene);
    if let Some(picked) = end.picked {
        place.take(scene, part, &picked.map_or(Value::Empty, Value::Date));
    }
    place.commit(scene, part, end.committed);
    end.response
}

fn yes_no(ui: &mut Ui, place: &Place<'_>, scene: &mut Scene<'_>, widget: FieldWidget<'_>) -> Shown {
    let value = match place.value {
        Value::YesNo(yes) => Some(*yes),
        _ => None,
    };
    let words = YesNoTexts { yes: scene.say(texts::YES), no: scene.say(texts::NO) };
    let answer = widget.yes_no(ui, value, words);
    if let Some(changed) = answer.changed {
        place.set(scene, changed.map_or(Value::Empty, Value::YesNo));
    }
    Shown::of(answer.response, answer.conflict_clicked)
}
