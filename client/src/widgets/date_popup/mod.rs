//! Date fields: a text that is a date, with a calendar to pick from.
//!
//! The text and the calendar are two ways to the same value. Typing works like in any text field (see
//! [`super::draft`]): the text is committed when the field is left, and what the caller does not take for a date stays as
//! it was typed, with a message. Picking a day answers at once. Dates are calendar days ([`jiff::civil::Date`]) without a
//! zone; what "today" is comes from the caller, as do all words and what a text means.
//!
//! - `calendar` — the month in the popup
//! - this file — the fields around it

mod calendar;

use eframe::egui::{Id, Popup, PopupCloseBehavior, RectAlign, Response, Ui, vec2};
use jiff::civil::Date;

use self::calendar::{Marks, Picked};
use super::{
    button,
    draft::{Commit, DraftKey, Drafts, Outcome},
    field::{Edit, Field, TextEditing},
    icon::Icon,
    list,
    tokens::space,
};

/// The words of date fields and calendars, in one language.
#[derive(Clone, Copy, Debug)]
pub struct DateTexts<'a> {
    /// January to December.
    pub months: [&'a str; 12],
    /// Monday to Sunday, two letters or three.
    pub weekdays: [&'a str; 7],
    /// The heading of the week numbers: "v.".
    pub week: &'a str,
    /// Picks today.
    pub today: &'a str,
    /// Takes the date away.
    pub clear: &'a str,
    /// Name of the button that opens the calendar.
    pub open: &'a str,
    /// Name of the button one month back.
    pub previous_month: &'a str,
    /// Name of the button one month on.
    pub next_month: &'a str,
    /// Name of the button one year back.
    pub previous_year: &'a str,
    /// Name of the button one year on.
    pub next_year: &'a str,
    /// Said about a range that ends before it begins.
    pub reversed: &'a str,
    /// Shown in an empty field: "åååå-mm-dd".
    pub hint: &'a str,
    /// Names the first field of a range, after its caption: "from".
    pub from: &'a str,
    /// Names the second field of a range, after its caption: "to".
    pub to: &'a str,
}

/// What a text of a date did in this frame, or the calendar that belongs to it.
#[derive(Debug)]
#[must_use = "a committed text that nobody looks at is lost"]
pub struct DateEnd {
    /// egui's response of the text.
    pub response: Response,
    /// The text that was typed, once; the caller reads it.
    pub committed: Option<Commit>,
    /// What was picked in the calendar, once; `Some(None)` when the date was taken away.
    pub picked: Option<Option<Date>>,
    /// The text that the person took back with Esc.
    pub reverted: Option<String>,
}

/// What a date field did in this frame.
#[derive(Debug)]
pub struct DateResponse {
    /// Its text and calendar.
    pub end: DateEnd,
    /// The conflict badge was clicked.
    pub conflict_clicked: bool,
}

/// What a date range did in this frame.
#[derive(Debug)]
pub struct DateRangeResponse {
    /// Its first and its last day.
    pub ends: [DateEnd; 2],
    /// The conflict badge was clicked.
    pub conflict_clicked: bool,
}

/// What a date field needs to know besides its value.
#[derive(Clone, Copy)]
pub struct Dating<'a> {
    /// What the calendar marks.
    pub today: Date,
    /// All words.
    pub texts: &'a DateTexts<'a>,
    /// Whether a text can be committed.
    pub valid: &'a dyn Fn(&str) -> bool,
}

/// The width of the text of a date, in points.
const TEXT: f32 = 108.0;

/// The width of two dates beside each other, in points.
const RANGE: f32 = 2.0 * (TEXT + button::ROOM + space::L) + space::L;

impl Field<'_> {
    /// A date, or none.
    pub fn date<K: DraftKey>(
        &self,
        ui: &mut Ui,
        drafts: &mut Drafts<K>,
        key: &K,
        value: Option<Date>,
        dating: Dating<'_>,
    ) -> DateResponse {
        let end = End { value, other: None, dating, name: None };
        let shown = self.show(ui, |ui, label| {
            let done = date_control(ui, drafts, key, end);
            DateEnd { response: done.response.labelled_by(label), ..done }
        });
        self.describe(&shown.inner.response);
        DateResponse { end: shown.inner, conflict_clicked: shown.conflict_clicked }
    }

    /// A range of dates, either end of which may be open. The ends have a draft each, and each its own way of being read.
    pub fn date_range<K: DraftKey>(
        &self,
        ui: &mut Ui,
        drafts: &mut Drafts<K>,
        keys: (&K, &K),
        value: (Option<Date>, Option<Date>),
        dating: (Dating<'_>, Dating<'_>),
    ) -> DateRangeResponse {
        let texts = dating.0.texts;
        let reversed = matches!(value, (Some(from), Some(to)) if to < from);
        let mut row: Field<'_> = *self;
        row.error_unless_set(reversed.then_some(texts.reversed));
        let names =
            (format!("{} {}", self.caption(), texts.from), format!("{} {}", self.caption(), texts.to));
        let shown = row.show(ui, |ui, _| {
            let start = End { value: value.0, other: value.1, dating: dating.0, name: Some(&names.0) };
            let end = End { value: value.1, other: value.0, dating: dating.1, name: Some(&names.1) };
            if ui.available_width() < RANGE {
                // Without room for both the last day stands below the first.
                let both = ui.vertical(|ui| {
                    let first = ui.horizontal(|ui| date_control(ui, drafts, keys.0, start)).inner;
                    [first, ui.horizontal(|ui| date_control(ui, drafts, keys.1, end)).inner]
                });
                return both.inner;
            }
            let first = date_control(ui, drafts, keys.0, start);
            ui.add_space(space::XS);
            ui.weak("–");
            ui.add_space(space::XS);
            [first, date_control(ui, drafts, keys.1, end)]
        });
        shown.inner.iter().for_each(|end| row.describe(&end.response));
        DateRangeResponse { ends: shown.inner, conflict_clicked: shown.conflict_clicked }
    }
}

/// One end of a range, or a date of its own.
#[derive(Clone, Copy)]
struct End<'a> {
    value: Option<Date>,
    other: Option<Date>,
    dating: Dating<'a>,
    name: Option<&'a str>,
}

/// The text and the button with the calendar.
fn date_control<K: DraftKey>(ui: &mut Ui, drafts: &mut Drafts<K>, key: &K, end: End<'_>) -> DateEnd {
    let Dating { texts, valid, .. } = end.dating;
    let text = end.value.map(|date| date.to_string()).unwrap_or_default();
    ui.spacing_mut().item_spacing.x = space::XXS;
    let edited = TextEditing { edit: Edit::Line, hint: texts.hint, width: text_width(ui), valid }
        .show(ui, drafts, key, &text);
    let response = match end.name {
        Some(name) => edited.response.accessible_name(name),
        None => edited.response,
    };
    let (committed, reverted) = match edited.outcome {
        Outcome::Quiet => (None, None),
        Outcome::Committed(commit) => (Some(commit), None),
        Outcome::Reverted(text) => (None, Some(text)),
    };
    let open = button::icon_button(ui, Icon::Calendar, texts.open);
    let picked = calendar_popup(ui, &open, &response, end, texts);
    if picked.is_some() {
        drafts.discard(key);
    }
    let picked = picked.filter(|date| *date != end.value);
    DateEnd { response, committed, picked, reverted }
}

/// In a narrow column the calendar's button still stands beside the text.
fn text_width(ui: &Ui) -> f32 {
    TEXT.min((ui.available_width() - button::ROOM - space::L).max(48.0))
}

/// The calendar under the text, while it is open. Returns what was picked.
fn calendar_popup(
    ui: &Ui,
    button: &Response,
    text: &Response,
    end: End<'_>,
    texts: &DateTexts<'_>,
) -> Option<Option<Date>> {
    let id: Id = Popup::default_response_id(button);
    if list::opens(ui, button, id) {
        let start = end.value.or(end.other).unwrap_or(end.dating.today);
        ui.ctx().data_mut(|data| data.insert_temp(id, start));
    }
    let marks = Marks { today: end.dating.today, chosen: end.value, other: end.other };
    let picked = Popup::from_toggle_button_response(button)
        .anchor(text.rect.union(button.rect))
        .align(RectAlign::BOTTOM_START)
        .gap(vec2(0.0, space::XXS).y)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .accessible_name(texts.open)
        .show(|ui| {
            let mut cursor: Date = ui.ctx().data(|data| data.get_temp(id)).unwrap_or(end.dating.today);
            let picked = calendar::show(ui, id, &mut cursor, marks, texts);
            ui.ctx().data_mut(|data| data.insert_temp(id, cursor));
            picked
        })
        .and_then(|shown| shown.inner)?;
    Popup::close_id(ui.ctx(), id);
    text.request_focus();
    Some(match picked {
        Picked::Day(date) => Some(date),
        Picked::Nothing => None,
    })
}
