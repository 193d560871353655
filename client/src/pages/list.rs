//! The records of one kind: searched, filtered, sorted, as a table that reads only what is in sight.

mod columns;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use eframe::egui::{self, Frame, Id, InputState, Key, Margin, Modifiers, Response, RichText, Ui};
use samsyn_engine::id::RecordId;
use samsyn_engine::schema::{Enumeration, Field, FieldType, Kind, Language};
use samsyn_engine::store::{Filter, ListQuery, Sort, Test};

use self::columns::{Cells, TITLE};
use super::{Action, Command, Scene, kind_icon, texts};
use crate::widgets::button;
use crate::widgets::empty_state::empty_state;
use crate::widgets::field::{self, ChoiceTexts, Choices};
use crate::widgets::focus;
use crate::widgets::icon::Icon;
use crate::widgets::table::{Direction, Table, TableState};
use crate::widgets::tokens::{height, space};
use crate::widgets::toolbar::toolbar;

/// In a pane so wide, in points, the button says what it makes.
const NEW_WHOLE: f32 = 360.0;

/// The width of the search field, in points.
const SEARCH: f32 = 200.0;

/// The page's view state. There is one for each kind, so that coming back finds it as it was left.
#[derive(Debug)]
pub(crate) struct ListPage {
    kind: &'static Kind,
    search: String,
    filters: Vec<Filter>,
    sort: Option<Sort>,
    removed: bool,
    table: TableState,
    /// The records that the table's state speaks of.
    shown: Arc<Vec<RecordId>>,
    /// The record whose row is marked.
    marked: Option<RecordId>,
    focus_search: bool,
    /// What has the keyboard when the search field has it, and when the table has it.
    stops: Stops,
    read: bool,
    /// Whether what is shown is what was asked for last.
    ready: bool,
}

/// The places of the page where the keyboard may be that mean something to Esc.
#[derive(Debug, Default)]
struct Stops {
    search: Option<Id>,
    table: Option<Id>,
}

/// What stands beside the list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Beside {
    /// The record that is open.
    pub(crate) open: Option<RecordId>,
    /// Whether there is room for the list and a record. Without, a record stands in place of the list.
    pub(crate) room: bool,
}

impl ListPage {
    /// The page of a kind, with the widths that were given to its columns another time.
    pub(crate) fn new(kind: &'static Kind, widths: Option<&BTreeMap<String, f32>>) -> Self {
        let widths = widths.into_iter().flatten().map(|(column, width)| (column.as_str(), *width));
        ListPage {
            kind,
            search: String::new(),
            filters: Vec::new(),
            sort: None,
            removed: false,
            table: TableState::default().with_widths(widths),
            shown: Arc::default(),
            marked: None,
            focus_search: false,
            stops: Stops::default(),
            read: false,
            ready: false,
        }
    }

    /// The kind whose page it is.
    pub(crate) fn kind(&self) -> &'static Kind {
        self.kind
    }

    /// Whether its list has been read.
    pub(crate) fn is_read(&self) -> bool {
        self.read
    }

    /// The record on top.
    pub(crate) fn first(&self) -> Option<RecordId> {
        self.shown.first().copied()
    }

    /// Moves the keyboard to the search field.
    pub(crate) fn focus_search(&mut self) {
        self.focus_search = true;
    }

    /// Sends the keyboard to the rows: to the one of the record that is or was open, if it is there.
    pub(crate) fn take_keyboard(&mut self) {
        self.table.take_keyboard();
    }

    /// Whether this is the table.
    pub(crate) fn is_table(&self, id: Option<Id>) -> bool {
        id.is_some() && self.stops.table == id
    }

    /// Whether this is the search field.
    pub(crate) fn is_search(&self, id: Option<Id>) -> bool {
        id.is_some() && self.stops.search == id
    }

    /// Esc was pressed with the keyboard there. In the search field it takes back what is searched for.
    pub(crate) fn step_out(&mut self, from: Option<Id>) {
        if self.is_search(from) {
            self.search.clear();
        }
        self.take_keyboard();
    }

    fn query(&self, as_register: bool) -> ListQuery {
        ListQuery {
            kind: self.kind,
            search: self.search.clone(),
            filters: self.filters.clone(),
            sort: columns::order(self.kind, self.sort.as_ref(), as_register),
            removed: self.removed,
        }
    }

    /// Draws the page.
    pub(crate) fn show(&mut self, ui: &mut Ui, beside: Beside, scene: &mut Scene<'_>) {
        let (ids, ready) = scene.session.list(&self.query(scene.as_register));
        (self.read, self.ready) = (self.read || ready, ready);
        if ready {
            self.follow(&ids, beside.open);
        }
        Frame::new().inner_margin(Margin { bottom: 0, ..Margin::same(space::L as i8) }).show(ui, |ui| {
            self.head(ui, ids.len(), scene);
            ui.add_space(space::XS);
            self.filter_line(ui, scene);
            if scene.session.is_near(&self.query(scene.as_register)) {
                ui.label(RichText::new(scene.say(texts::NEARLY)).weak());
            }
        });
        ui.add_space(space::S);
        if ids.is_empty() && ready {
            // The keyboard waits here for no row that comes later, while somebody types elsewhere.
            let place = Id::unique(("empty list", self.kind.name));
            let wanted = self.table.leave_keyboard() || self.is_left(ui, place);
            self.stops.table = Some(focus::land(ui, place, scene.say(self.kind.plural), wanted));
            self.nothing(ui, scene);
        } else {
            self.table(ui, &ids, beside.room, scene);
        }
    }

    /// Whether the keyboard is where the rows or their lack were shown until now, and something else is to be shown there.
    fn is_left(&self, ui: &Ui, place: Id) -> bool {
        let has_keyboard = |id| ui.memory(|memory| memory.has_focus(id));
        self.stops.table.is_some_and(|before| before != place && has_keyboard(before))
    }

    /// Keeps what is selected on its record when the rows change, and marks the record at the right.
    fn follow(&mut self, ids: &Arc<Vec<RecordId>>, open: Option<RecordId>) {
        let other = !Arc::ptr_eq(ids, &self.shown);
        if other && **ids != *self.shown {
            let places: HashMap<RecordId, usize> =
                ids.iter().enumerate().map(|(place, id)| (*id, place)).collect();
            let before = Arc::clone(&self.shown);
            self.table.remap(|old| places.get(before.get(old)?).copied());
        }
        if other || self.marked != open {
            let closed = std::mem::replace(&mut self.marked, open).is_some() && open.is_none();
            match open.and_then(|open| ids.iter().position(|id| *id == open)) {
                Some(place) if self.table.selection().single() != Some(place) => self.table.select(place),
                None if closed => self.table.clear(),
                _ => {}
            }
        }
        self.shown = Arc::clone(ids);
    }

    fn head(&self, ui: &mut Ui, count: usize, scene: &mut Scene<'_>) {
        let short = ui.available_width() < NEW_WHOLE;
        let pressed = toolbar(
            ui,
            |ui| {
                let count = texts::records(count as u64, scene.language);
                super::heading(ui, scene.say(self.kind.plural), &count);
            },
            |ui| {
                if !scene.session.may_make(self.kind) {
                    return false;
                }
                let name = Command::New(self.kind).words(scene.language);
                // In a narrow pane the sign and a short word have to do; a screen reader gets the whole.
                let shown = if short { scene.say(texts::NEW) } else { name.as_str() };
                button::primary(ui, Some(Icon::Plus), shown).accessible_name(&name).clicked()
            },
        );
        if pressed.1 {
            scene.act(Action::Command(Command::New(self.kind)));
        }
    }

    fn filter_line(&mut self, ui: &mut Ui, scene: &Scene<'_>) {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = egui::vec2(space::XS, space::XS);
            let hint = scene.say(texts::SEARCH_LIST);
            let field = egui::TextEdit::singleline(&mut self.search)
                .hint_text(hint)
                .desired_width(SEARCH.min(ui.available_width()))
                .align(egui::Align2::LEFT_CENTER)
                .min_size(egui::vec2(0.0, height::CONTROL));
            let search = ui.add(field).accessible_name(hint);
            self.stops.search = Some(search.id);
            if std::mem::take(&mut self.focus_search) {
                search.request_focus();
            }
            // What Enter is for may not be found yet.
            if search.has_focus() && (search.changed() || !self.ready) {
                focus::expect(ui.ctx());
            }
            self.leave_search(&search);
            if !self.search.is_empty()
                && button::icon_button(ui, Icon::Close, scene.say(texts::CLEAR)).clicked()
            {
                self.search.clear();
            }
            for field in self.kind.listed() {
                if let FieldType::Enumeration(list) = field.field_type {
                    self.choice_filter(ui, field, list, scene.language);
                }
            }
            let removed = egui::Button::new(scene.say(texts::REMOVED_FILTER)).selected(self.removed);
            if ui.add(removed).clicked() {
                self.removed = !self.removed;
            }
        });
    }

    /// The arrow down and Enter lead from the search field into what it found.
    fn leave_search(&mut self, search: &Response) {
        let down = |input: &mut InputState| input.consume_key(Modifiers::NONE, Key::ArrowDown);
        let down = search.has_focus() && search.ctx.input_mut(down);
        let entered = search.lost_focus() && search.ctx.input(|input| input.key_pressed(Key::Enter));
        if down || entered {
            if self.table.cursor().is_none() && !self.shown.is_empty() {
                self.table.point_at(0);
            }
            self.table.take_keyboard();
        }
    }

    fn choice_filter(
        &mut self,
        ui: &mut Ui,
        field: &'static Field,
        list: &'static Enumeration,
        language: Language,
    ) {
        let current = self.filters.iter().find(|filter| filter.field == field.name);
        let chosen = current.and_then(|filter| {
            list.choices.iter().position(|choice| filter.test == Test::Is(choice.value.to_owned()))
        });
        let titles: Vec<&str> = list.choices.iter().map(|choice| choice.caption.get(language)).collect();
        let texts = ChoiceTexts {
            none: Some(texts::ALL.get(language)),
            filter: texts::SEARCH.get(language),
            no_match: texts::NOTHING_FOUND.get(language),
        };
        let caption = field.caption.get(language);
        let changed = field::filter(ui, caption, Choices { titles: &titles, chosen, texts });
        let Some(changed) = changed else { return };
        self.filters.retain(|filter| filter.field != field.name);
        if let Some(choice) = changed.and_then(|index| list.choices.get(index)) {
            let test = Test::Is(choice.value.to_owned());
            self.filters.push(Filter { field: field.name.to_owned(), test });
        }
    }

    fn nothing(&mut self, ui: &mut Ui, scene: &mut Scene<'_>) {
        if self.search.is_empty() && self.filters.is_empty() && !self.removed {
            let new = Command::New(self.kind).words(scene.language);
            let writes = scene.session.may_make(self.kind);
            let hint = if writes { texts::EMPTY_LIST_HINT } else { texts::EMPTY_LIST_READER };
            let (title, hint) = (scene.say(texts::EMPTY_LIST), scene.say(hint));
            if empty_state(ui, kind_icon(self.kind), title, hint, writes.then_some(new.as_str())) {
                scene.act(Action::Command(Command::New(self.kind)));
            }
            return;
        }
        let (title, hint) = (scene.say(texts::NOTHING_FOUND), scene.say(texts::NOTHING_FOUND_HINT));
        if empty_state(ui, Icon::Search, title, hint, Some(scene.say(texts::CLEAR_FILTERS))) {
            self.search.clear();
            self.filters.clear();
            self.removed = false;
        }
    }

    fn table(&mut self, ui: &mut Ui, ids: &Arc<Vec<RecordId>>, beside: bool, scene: &mut Scene<'_>) {
        let cells = Cells::of(self.kind, scene);
        let columns = cells.columns();
        let name = scene.say(self.kind.plural);
        let session = &mut *scene.session;
        let (column, direction) = match &self.sort {
            Some(Sort { field, descending: true }) => (field.as_str(), Direction::Descending),
            Some(Sort { field, descending: false }) => (field.as_str(), Direction::Ascending),
            None => (TITLE, Direction::Ascending),
        };
        let response = Table::new(self.kind.name, name, &columns, ids.len())
            .sorted_by(column, direction)
            .show(ui, &mut self.table, |index| {
                let row = session.row(*ids.get(index)?)?;
                Some(cells.row(session, &row))
            });
        if response.resized {
            let widths = self.table.widths().map(|(column, width)| (column.to_owned(), width)).collect();
            scene.act(Action::Widths(self.kind, widths));
        }
        if let Some(sort) = response.sort {
            let descending = sort.direction == Direction::Descending;
            let plain = sort.column == TITLE && !descending;
            self.sort = (!plain).then_some(Sort { field: sort.column, descending });
        }
        if self.is_left(ui, response.response.id) {
            self.table.take_keyboard();
        }
        self.stops.table = Some(response.response.id);
        let at = |index: usize| ids.get(index).copied();
        if let Some(id) = response.opened.and_then(at) {
            self.marked = Some(id);
            scene.act(Action::Open(id));
            return;
        }
        // Without room for both, the arrows only pass by: the list would be gone under the keyboard.
        let selected = response.selected.and_then(|selection| selection.single()).and_then(at);
        if let Some(id) = selected.filter(|_| beside || response.pressed) {
            self.marked = Some(id);
            scene.act(if beside { Action::Glance(id) } else { Action::Open(id) });
        }
    }
}
