//! Why a value does not fit its field, in words of both languages.
//!
//! An error is data; [`ValueError::words`] makes the sentence. Where a text can mean two things it is a *question*: the
//! error carries each of them, and a window can offer them to choose from.

use std::fmt::Display;

use super::text::plain_number;
use super::{Caption, Enumeration, FieldType, Language, Unit, Value};
use crate::text::one_line;

/// Why a value does not fit its field.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{}", self.words(Language::English))]
pub enum ValueError {
    /// It has not the form of the field's type.
    Form {
        /// What was given, shortened.
        found: String,
        /// What would have been right.
        expected: Caption,
    },
    /// It can mean more than one thing, and nobody guesses.
    Question(Question),
    /// It is a number outside of what the field takes.
    Range {
        /// What was given, in plain digits.
        found: String,
        /// The smallest that is allowed, likewise.
        lowest: String,
        /// The largest that is allowed, likewise.
        highest: String,
    },
    /// It is finer than the field keeps.
    Decimals {
        /// What was given.
        found: String,
        /// How many digits after the decimal sign there may be.
        most: u8,
    },
    /// It is counted in something else than the field.
    Unit {
        /// What was given.
        found: String,
        /// What the field is counted in.
        unit: Unit,
    },
    /// It names no currency.
    Currency {
        /// What was given.
        found: String,
    },
    /// It is a day so far away that it is a slip of the finger.
    Year {
        /// What was given.
        found: String,
    },
    /// It is a moment, and the field takes a day.
    TimeOfDay {
        /// What was given.
        found: String,
    },
    /// It is not one of the field's enumeration.
    Choice {
        /// What was given.
        found: String,
        /// All that are.
        list: &'static Enumeration,
    },
    /// It is longer than a field may be.
    TooLong {
        /// How long it is, in characters (Unicode scalar values).
        length: usize,
        /// How long it may be.
        most: usize,
    },
    /// It has a character that is no text: an order to a terminal, say.
    Character {
        /// What was given, shortened and fit to be shown.
        found: String,
        /// That character.
        character: char,
    },
    /// It is of another type altogether.
    Type,
}

/// A text that can mean more than one thing.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// What was given.
    pub found: String,
    /// The type of the field that it was given for.
    pub field_type: FieldType,
    /// What it can mean: at least one value that fits the field. One alone where the other that comes to mind does not.
    pub readings: Vec<Value>,
}

impl Question {
    /// The readings in words. Each of these, typed in the same language, is certain.
    pub fn words(&self, language: Language) -> Vec<String> {
        let words = |value| self.field_type.words(value, language, &|link| link.to_string());
        self.readings.iter().map(words).collect()
    }
}

impl ValueError {
    pub(crate) fn form(found: &str, expected: Caption) -> ValueError {
        ValueError::Form { found: shortened(found), expected }
    }

    /// What is wrong, and what would be right, for a person.
    pub fn words(&self, language: Language) -> String {
        format!("{}.", self.sentence(language))
    }

    fn sentence(&self, language: Language) -> String {
        let filled = |caption: Caption, parts: &[&dyn Display]| caption.fill(language, parts);
        match self {
            ValueError::Form { found, expected } => filled(FORM, &[found, &expected.get(language)]),
            ValueError::Question(question) => {
                let caption = if question.readings.len() == 1 { QUESTION_OF_ONE } else { QUESTION };
                let either = Caption::new(" eller ", " or ").get(language);
                let readings: Vec<String> =
                    question.words(language).iter().map(|words| quoted(words, language)).collect();
                filled(caption, &[&question.found, &readings.join(either)])
            }
            ValueError::Range { found, lowest, highest } => {
                let digits = [found, lowest, highest].map(|digits| plain_number(digits, language));
                filled(RANGE, &digits.each_ref().map(|digits| digits as &dyn Display))
            }
            ValueError::Decimals { found, most: 0 } => filled(WHOLE, &[found]),
            ValueError::Decimals { found, most } => filled(DECIMALS, &[found, most]),
            ValueError::Unit { found, unit } => match unit.symbol(language) {
                "" => filled(NO_UNIT, &[found]),
                symbol => filled(UNIT, &[found, &symbol]),
            },
            ValueError::Currency { found } => filled(CURRENCY, &[found]),
            ValueError::Year { found } => filled(YEAR, &[found]),
            ValueError::TimeOfDay { found } => filled(TIME_OF_DAY, &[found]),
            ValueError::Choice { found, list } => {
                let captions: Vec<&str> =
                    list.choices.iter().map(|choice| choice.caption.get(language)).collect();
                filled(CHOICE, &[found, &captions.join(", ")])
            }
            ValueError::TooLong { length, most } => {
                let count = |count: &usize| plain_number(&count.to_string(), language);
                filled(TOO_LONG, &[&count(length), &count(most)])
            }
            ValueError::Character { found, character } => {
                filled(CHARACTER, &[found, &format_args!("U+{:04X}", u32::from(*character))])
            }
            ValueError::Type => TYPE.get(language).to_owned(),
        }
    }
}

/// The beginning of what was given, fit to be shown: enough to know it again.
pub(super) fn shortened(found: &str) -> String {
    one_line(&found.chars().take(80).collect::<String>()).into_owned()
}

fn quoted(text: &str, language: Language) -> String {
    match language {
        Language::Swedish => format!("”{text}”"),
        Language::English => format!("“{text}”"),
    }
}

const FORM: Caption = Caption::new("”{}” är inte {}", "“{}” is not {}");
const QUESTION: Caption = Caption::new(
    "”{}” kan läsas på flera sätt. Skriv det som {}",
    "“{}” can be read in more than one way. Write it as {}",
);
const QUESTION_OF_ONE: Caption = Caption::new(
    "”{}” går inte att läsa säkert. Menas {}? Skriv det så",
    "“{}” cannot be read for certain. Is {} meant? Write it so",
);
const RANGE: Caption = Caption::new("{} är inte mellan {} och {}", "{} is not between {} and {}");
const WHOLE: Caption = Caption::new("”{}” är inte ett heltal", "“{}” is not a whole number");
const DECIMALS: Caption =
    Caption::new("”{}” har för många decimaler: högst {}", "“{}” has too many decimals: the most is {}");
const UNIT: Caption = Caption::new(
    "”{}” kan inte räknas om säkert: fältet anges i {}",
    "“{}” cannot be converted for certain: the field is in {}",
);
const NO_UNIT: Caption = Caption::new(
    "”{}”: fältet är ett tal utan enhet. Skriv bara talet",
    "“{}”: the field is a number without a unit. Write the number alone",
);
const CURRENCY: Caption = Caption::new(
    "”{}” är ingen valuta. Skriv den med tre bokstäver, till exempel SEK, EUR eller USD",
    "“{}” is no currency. Write its three letters, for example SEK, EUR or USD",
);
const YEAR: Caption = Caption::new(
    "”{}” ligger för långt bort: året ska vara mellan 1800 och 2200",
    "“{}” is too far away: the year must be between 1800 and 2200",
);
const TIME_OF_DAY: Caption = Caption::new(
    "”{}” har ett klockslag, men fältet tar bara en dag. Skriv den som 2029-05-12",
    "“{}” has a time of day, but the field takes a day alone. Write it as 2029-05-12",
);
const CHOICE: Caption =
    Caption::new("”{}” finns inte i listan. Välj bland: {}", "“{}” is not in the list. Choose among: {}");
const TOO_LONG: Caption = Caption::new(
    "texten är för lång: {} tecken, och högst {} får plats",
    "the text is too long: {} characters, and the most is {}",
);
const CHARACTER: Caption = Caption::new(
    "”{}” innehåller ett tecken som inte är text ({}). Ta bort det",
    "“{}” has a character in it that is no text ({}). Take it out",
);
const TYPE: Caption =
    Caption::new("värdet är av fel slag för fältet", "the value is of another type than the field");

/// What was expected, in words.
pub(super) mod expected {
    use super::Caption;

    pub(crate) const ONE_LINE: Caption = Caption::new("en enda rad", "one line");
    pub(crate) const EMAIL: Caption =
        Caption::new("en e-postadress som namn@example.se", "an e-mail address such as namn@example.se");
    pub(crate) const PHONE: Caption =
        Caption::new("ett telefonnummer som 063-14 30 00", "a telephone number such as +46 63 14 30 00");
    pub(crate) const URL: Caption =
        Caption::new("en webbadress som https://example.se", "a web address such as https://example.se");
    pub(crate) const NUMBER: Caption =
        Caption::new("ett tal som 1\u{a0}250 eller 12,5", "a number such as 1,250 or 12.5");
    pub(crate) const WHOLE: Caption = Caption::new("ett heltal", "a whole number");
    pub(crate) const MONEY: Caption =
        Caption::new("ett belopp som 125\u{a0}000 kr", "an amount such as 125,000 SEK");
    pub(crate) const DAY: Caption = Caption::new(
        "en dag som 2029-05-12, 12 maj 2029 eller ”om två veckor”",
        "a day such as 2029-05-12, 12 May 2029 or “in two weeks”",
    );
    pub(crate) const DAYS: Caption = Caption::new(
        "en tid som 2029-05-12 – 2029-05-14, 12–14 maj 2029 eller v. 20",
        "days such as 2029-05-12 – 2029-05-14, 12–14 May 2029 or week 20",
    );
    pub(crate) const RECORD: Caption = Caption::new("en posts beteckning", "the identifier of a record");
    pub(crate) const POINT: Caption =
        Caption::new("en punkt som 63.1792, 14.6357", "a point such as 63.1792, 14.6357");
    pub(crate) const YES_NO: Caption = Caption::new("ja eller nej", "yes or no");
}
