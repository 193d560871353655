//! Date fields: a text that is a date, with a calendar to pick from.
//!
//! The text and the calendar are two ways to the same value. Typing works like in any text field (see
//! [`super::draft`]): the date is read when the field is left, leniently, and what is no date stays as it was typed,
//! with a message. Picking a day answers at once. Dates are calendar days ([`jiff::civil::Date`]) without a zone; what
//! "today" is comes from the caller, as do all words.
//!
//! - [`parse()`], [`write()`] — text to date and back
//! - `calendar` — the month in the popup
//! - this file — the fields around them

mod calendar;
mod parse;

use eframe::egui::{Id, Popup, PopupCloseBehavior, RectAlign, Response, Ui, vec2};
use jiff::civil::Date;

use self::calendar::{Marks, Picked};
pub use self::parse::{parse, write};
use super::{
    button,
    draft::{DraftKey, Drafts, Outcome},
    field::{Edit, Field, TextEditing},
    icon::Icon,
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
    /// Said about text that is no date.
    pub invalid: &'a str,
    /// Said about a range that ends before it begins.
    pub reversed: &'a str,
    /// Shown in an empty field: "åååå-mm-dd".
    pub hint: &'a str,
    /// Names the first field of a range, after its caption: "from".
    pub from: &'a str,
    /// Names the second field of a range, after its caption: "to".
    pub to: &'a str,
}

/// What a date field did in this frame.
#[derive(Debug)]
pub struct DateResponse {
    /// egui's response of the text.
    pub response: Response,
    /// The new value, once; `Some(None)` when the date was taken away.
    pub changed: Option<Option<Date>>,
    /// The text that the person took back with Esc.
    pub reverted: Option<String>,
    /// The conflict badge was clicked.
    pub conflict_clicked: bool,
}

/// What a date range did in this frame.
#[derive(Debug)]
pub struct DateRangeResponse {
    /// The new value of both ends, once.
    pub changed: Option<(Option<Date>, Option<Date>)>,
    /// The conflict badge was clicked.
    pub conflict_clicked: bool,
}

/// The width of the text of a date, in points.
const TEXT: f32 = 108.0;

impl Field<'_> {
    /// A date, or none. `today` is what the calendar marks and what incomplete dates are completed from.
    pub fn date<K: DraftKey>(
        &self,
        ui: &mut Ui,
        drafts: &mut Drafts<K>,
        key: &K,
        value: Option<Date>,
        today: Date,
        texts: &DateTexts<'_>,
    ) -> DateResponse {
        let mut row: Field<'_> = *self;
        row.error_unless_set(drafts.is_held(key).then_some(texts.invalid));
        let end = End { value, other: None, today, name: None };
        let shown = row.show(ui, |ui, label| {
            let done = date_control(ui, drafts, key, end, texts);
            Done { response: done.response.labelled_by(label), ..done }
        });
        row.describe(&shown.inner.response);
        let Done { response, changed, reverted } = shown.inner;
        DateResponse { response, changed, reverted, conflict_clicked: shown.conflict_clicked }
    }

    /// A range of dates, either end of which may be open. The ends have a draft each.
    pub fn date_range<K: DraftKey>(
        &self,
        ui: &mut Ui,
        drafts: &mut Drafts<K>,
        keys: (&K, &K),
        value: (Option<Date>, Option<Date>),
        today: Date,
        texts: &DateTexts<'_>,
    ) -> DateRangeResponse {
        let held = drafts.is_held(keys.0) || drafts.is_held(keys.1);
        let reversed = matches!(value, (Some(from), Some(to)) if to < from);
        let mut row: Field<'_> = *self;
        row.error_unless_set(reversed.then_some(texts.reversed));
        row.error_unless_set(held.then_some(texts.invalid));
        let names =
            (format!("{} {}", self.caption(), texts.from), format!("{} {}", self.caption(), texts.to));
        let shown = row.show(ui, |ui, _| {
            let start = End { value: value.0, other: value.1, today, name: Some(&names.0) };
            let first = date_control(ui, drafts, keys.0, start, texts).changed;
            ui.add_space(space::XS);
            ui.weak("–");
            ui.add_space(space::XS);
            let end = End { value: value.1, other: value.0, today, name: Some(&names.1) };
            let second = date_control(ui, drafts, keys.1, end, texts).changed;
            (first, second)
        });
        let changed = match shown.inner {
            (None, None) => None,
            (first, second) => Some((first.unwrap_or(value.0), second.unwrap_or(value.1))),
        };
        DateRangeResponse { changed, conflict_clicked: shown.conflict_clicked }
    }
}

/// One end of a range, or a date of its own.
#[derive(Clone, Copy, Debug)]
struct End<'a> {
    value: Option<Date>,
    other: Option<Date>,
    today: Date,
    name: Option<&'a str>,
}

struct Done {
    response: Response,
    changed: Option<Option<Date>>,
    reverted: Option<String>,
}

/// The text and the button with the calendar.
fn date_control<K: DraftKey>(
    ui: &mut Ui,
    drafts: &mut Drafts<K>,
    key: &K,
    end: End<'_>,
    texts: &DateTexts<'_>,
) -> Done {
    let text = end.value.map(write).unwrap_or_default();
    let valid = |text: &str| text.trim().is_empty() || parse(text, end.today).is_some();
    ui.spacing_mut().item_spacing.x = space::XXS;
    let edited = TextEditing { edit: Edit::Line, hint: texts.hint, width: TEXT, valid: &valid }
        .show(ui, drafts, key, &text);
    let response = match end.name {
        Some(name) => edited.response.accessible_name(name),
        None => edited.response,
    };
    let (mut changed, mut reverted) = (None, None);
    match edited.outcome {
        Outcome::Quiet => {}
        // Another spelling of the same day is no change.
        Outcome::Committed(commit) => {
            changed = Some(parse(&commit.text, end.today)).filter(|date| *date != end.value);
            if changed.is_none() {
                drafts.discard(key);
            }
        }
        Outcome::Reverted(text) => reverted = Some(text),
    }
    let open = button::icon_button(ui, Icon::Calendar, texts.open);
    if let Some(picked) = calendar_popup(ui, &open, &response, end, texts) {
        drafts.discard(key);
        changed = Some(picked).filter(|date| *date != end.value);
    }
    Done { response, changed, reverted }
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
    if button.clicked() && !Popup::is_id_open(ui.ctx(), id) {
        let start = end.value.or(end.other).unwrap_or(end.today);
        ui.ctx().data_mut(|data| data.insert_temp(id, start));
    }
    let marks = Marks { today: end.today, chosen: end.value, other: end.other };
    let picked = Popup::from_toggle_button_response(button)
        .anchor(text.rect.union(button.rect))
        .align(RectAlign::BOTTOM_START)
        .gap(vec2(0.0, space::XXS).y)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .accessible_name(texts.open)
        .show(|ui| {
            let mut cursor: Date = ui.ctx().data(|data| data.get_temp(id)).unwrap_or(end.today);
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
