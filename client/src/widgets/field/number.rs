//! Number fields: a text field that only commits numbers.
//!
//! People type `1 200`, `1200,5` or `1200.5`; all are read. What is shown follows [`NumberFormat`], which the layer
//! above fills in for the language in use. Text that is no number, or out of bounds, stays in the field as an
//! uncommitted draft with the caller's message under it; nothing that was typed is thrown away.

use eframe::egui::Ui;

use super::{Edit, Field, FieldResponse, TextEditing};
use crate::widgets::draft::{DraftKey, Drafts};

/// How numbers are written, and which are allowed.
#[derive(Clone, Copy, Debug)]
pub struct NumberFormat<'a> {
    /// Digits after the decimal sign; 0 for whole numbers, which then are the only ones allowed.
    pub decimals: u8,
    /// A comma as decimal sign instead of a point.
    pub comma: bool,
    /// The least value allowed.
    pub min: f64,
    /// The greatest value allowed.
    pub max: f64,
    /// What is said about text that is not allowed.
    pub invalid: &'a str,
}

/// What a number field did in this frame.
#[derive(Debug)]
pub struct NumberResponse {
    /// The new value, once; `Some(None)` when the field was emptied.
    pub changed: Option<Option<f64>>,
    /// The text field under it.
    pub field: FieldResponse,
}

impl NumberFormat<'_> {
    /// Reads what a person typed. Blank is no number and no error.
    ///
    /// # Errors
    /// With nothing more to say when the text is no number or one that is not allowed.
    #[expect(
        clippy::result_unit_err,
        reason = "the caller has the one message there is, in its own language"
    )]
    pub fn parse(&self, text: &str) -> Result<Option<f64>, ()> {
        let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        if digits.is_empty() {
            return Ok(None);
        }
        let plain = digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '−' | ',' | '.'));
        let number: f64 =
            digits.replace(',', ".").replace('−', "-").parse().ok().filter(|_| plain).ok_or(())?;
        let whole = self.decimals > 0 || number.fract() == 0.0;
        if whole && (self.min..=self.max).contains(&number) { Ok(Some(number)) } else { Err(()) }
    }

    /// Writes a number: thousands apart, no decimals that say nothing.
    #[must_use]
    pub fn write(&self, number: f64) -> String {
        let text = format!("{number:.*}", usize::from(self.decimals));
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let fraction = fraction.trim_end_matches('0');
        let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("−", digits));
        let mut grouped = sign.to_owned();
        for (i, digit) in digits.chars().enumerate() {
            // Four digits stay together: 1200 and years are easier to read so.
            if i > 0 && digits.len() > 4 && (digits.len() - i).is_multiple_of(3) {
                grouped.push('\u{a0}');
            }
            grouped.push(digit);
        }
        if !fraction.is_empty() {
            grouped.push(if self.comma { ',' } else { '.' });
            grouped.push_str(fraction);
        }
        grouped
    }
}

impl Field<'_> {
    /// A number, or none.
    pub fn number<K: DraftKey>(
        &self,
        ui: &mut Ui,
        drafts: &mut Drafts<K>,
        key: &K,
        value: Option<f64>,
        format: &NumberFormat<'_>,
    ) -> NumberResponse {
        let value = value.map(|number| format.write(number)).unwrap_or_default();
        let valid = |text: &str| format.parse(text).is_ok();
        let held = drafts.is_held(key).then_some(format.invalid);
        let mut row: Field<'_> = *self;
        row.error_unless_set(held);
        let shown = row.show(ui, |ui, label| {
            let width = self.width.unwrap_or(120.0);
            let editing = TextEditing { edit: Edit::Line, hint: self.hint, width, valid: &valid };
            let mut edited = editing.show(ui, drafts, key, &value);
            edited.response = edited.response.labelled_by(label);
            edited
        });
        row.describe(&shown.inner.response);
        let field = FieldResponse::new(shown.inner, drafts.is_edited(key), shown.conflict_clicked);
        let changed = field.committed.as_ref().and_then(|commit| format.parse(&commit.text).ok());
        NumberResponse { changed, field }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANY: NumberFormat<'_> =
        NumberFormat { decimals: 2, comma: true, min: -1e9, max: 1e9, invalid: "Inte ett tal" };

    #[test]
    fn reads_what_people_type() {
        assert_eq!(ANY.parse("1 200,5"), Ok(Some(1200.5)));
        assert_eq!(ANY.parse("1\u{a0}200.5"), Ok(Some(1200.5)));
        assert_eq!(ANY.parse("−3"), Ok(Some(-3.0)));
        assert_eq!(ANY.parse("  "), Ok(None));
        for wrong in ["12x", "1,2,3", "inf", "NaN", "1e5"] {
            assert_eq!(ANY.parse(wrong), Err(()), "{wrong}");
        }
    }

    #[test]
    fn bounds_and_whole_numbers() {
        let seats = NumberFormat { decimals: 0, min: 0.0, max: 10_000.0, ..ANY };
        assert_eq!(seats.parse("3000"), Ok(Some(3000.0)));
        assert_eq!(seats.parse("-1"), Err(()));
        assert_eq!(seats.parse("2,5"), Err(()));
        assert_eq!(seats.parse("10001"), Err(()));
    }

    #[test]
    fn writes_what_it_reads() {
        assert_eq!(ANY.write(1_234_567.5), "1\u{a0}234\u{a0}567,5");
        assert_eq!(ANY.write(1200.0), "1200");
        assert_eq!(ANY.write(-12_000.0), "−12\u{a0}000");
        assert_eq!(NumberFormat { comma: false, ..ANY }.write(0.25), "0.25");
        for number in [0.0, -0.5, 999.0, 123_456.78] {
            assert_eq!(ANY.parse(&ANY.write(number)), Ok(Some(number)));
        }
    }
}
