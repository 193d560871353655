//! The words of a date.

use jiff::civil::Weekday;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A part of a date as it was written. Words are in lower case and without marks above or below their letters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Token<'a> {
    /// Digits.
    Number(&'a str),
    /// What stands between digits: `-`, `/` or `.`.
    Mark(char),
    /// A month, 1 to 12.
    Month(i8),
    /// A day of the week.
    Weekday(Weekday),
    /// The sign of a week's number: `v`, `w`.
    Week,
    /// A stretch of time; `week` also stands before a week's number.
    Period(Period),
    /// A number in words.
    Count(i32),
    /// `next`, `nästa`.
    Next,
    /// `this`, `kommande`, `nu på`.
    This,
    /// `in`, `om`: so long from today.
    In,
    /// `ago`, `sedan`.
    Ago,
}

/// A stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Period {
    Day,
    Week,
    Month,
    Year,
}

/// Lower case, one blank between words, and no marks on letters: å and ä are a, ö is o.
pub(super) fn fold(text: &str) -> String {
    let plain: String = text
        .nfkd()
        .filter(|c| !is_combining_mark(*c) && !crate::typed::is_unseen(*c))
        .flat_map(char::to_lowercase)
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether there is a time of day in a text that may be a date.
pub(super) fn has_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digit = |place: usize| bytes.get(place).is_some_and(u8::is_ascii_digit);
    let clock = (1..bytes.len()).any(|place| bytes[place] == b':' && digit(place - 1) && digit(place + 1));
    let folded = fold(text);
    let word = folded
        .split(' ')
        .any(|word| matches!(word, "kl" | "kl." | "klockan" | "am" | "pm" | "at" | "o'clock"));
    let letter = text
        .char_indices()
        .any(|(place, c)| matches!(c, 'T' | 't') && place > 0 && digit(place - 1) && digit(place + 1));
    clock || word || letter
}

/// The tokens of a folded text, if all of it is such.
pub(super) fn tokens(text: &str) -> Option<Vec<Token<'_>>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c.is_ascii_digit() {
            let (digits, after) = taken(rest, |c| c.is_ascii_digit());
            tokens.push(Token::Number(digits));
            rest = without_ordinal(after);
        } else if c.is_alphabetic() {
            let (word, after) = taken(rest, char::is_alphabetic);
            rest = after;
            if !is_filler(word) {
                tokens.push(word_token(word)?);
            }
        } else {
            rest = &rest[c.len_utf8()..];
            tokens.extend(mark(c, text, rest)?);
        }
    }
    Some(tokens)
}

/// What a character between words says, if it may stand in a date.
fn mark<'a>(c: char, text: &str, rest: &str) -> Option<Option<Token<'a>>> {
    let before = text[..text.len() - rest.len() - c.len_utf8()].chars().next_back();
    let between_digits =
        before.is_some_and(|c| c.is_ascii_digit()) && rest.starts_with(|c: char| c.is_ascii_digit());
    match c {
        '-' | '/' => Some(Some(Token::Mark(c))),
        '\u{2212}' | '\u{2013}' | '\u{2010}' | '\u{2011}' => Some(Some(Token::Mark('-'))),
        '.' if between_digits => Some(Some(Token::Mark(c))),
        ' ' | '.' | ',' | '\'' | '\u{2019}' => Some(None),
        _ => None,
    }
}

fn taken(text: &str, wanted: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !wanted(c)).unwrap_or(text.len()))
}

/// What stands behind digits, without the ending of an ordinal: `12th`, `12:e`, `1a`.
fn without_ordinal(after: &str) -> &str {
    let bare = after.strip_prefix(':').unwrap_or(after);
    let (word, rest) = taken(bare, char::is_alphabetic);
    if matches!(word, "st" | "nd" | "rd" | "th" | "e" | "a") { rest } else { after }
}

fn is_filler(word: &str) -> bool {
    matches!(word, "den" | "det" | "de" | "the" | "of" | "pa" | "on" | "i" | "nu" | "for")
}

fn word_token<'a>(word: &str) -> Option<Token<'a>> {
    let fixed = match word {
        "v" | "w" | "wk" => Token::Week,
        "vecka" | "veckan" | "veckor" | "week" | "weeks" => Token::Period(Period::Week),
        "dag" | "dagen" | "dagar" | "dygn" | "day" | "days" => Token::Period(Period::Day),
        "manad" | "manaden" | "manader" | "month" | "months" => Token::Period(Period::Month),
        "ar" | "aret" | "year" | "years" => Token::Period(Period::Year),
        "nasta" | "next" => Token::Next,
        "this" | "denna" | "kommande" | "coming" => Token::This,
        "in" | "om" => Token::In,
        "ago" | "sedan" => Token::Ago,
        _ => return counted(word).or_else(|| named(word)),
    };
    Some(fixed)
}

fn counted<'a>(word: &str) -> Option<Token<'a>> {
    const WORDS: [&[&str]; 21] = [
        &[],
        &["en", "ett", "a", "an", "one"],
        &["tva", "two"],
        &["tre", "three"],
        &["fyra", "four"],
        &["fem", "five"],
        &["sex", "six"],
        &["sju", "seven"],
        &["atta", "eight"],
        &["nio", "nine"],
        &["tio", "ten"],
        &["elva", "eleven"],
        &["tolv", "twelve"],
        &["tretton", "thirteen"],
        &["fjorton", "fourteen"],
        &["femton", "fifteen"],
        &["sexton", "sixteen"],
        &["sjutton", "seventeen"],
        &["arton", "eighteen"],
        &["nitton", "nineteen"],
        &["tjugo", "twenty"],
    ];
    let count = WORDS.iter().position(|words| words.contains(&word))?;
    i32::try_from(count).ok().map(Token::Count)
}

/// A month or a weekday by its name in either language, or by the first three letters of it or more.
fn named<'a>(word: &str) -> Option<Token<'a>> {
    const MONTHS: [[&str; 2]; 12] = [
        ["januari", "january"],
        ["februari", "february"],
        ["mars", "march"],
        ["april", "april"],
        ["maj", "may"],
        ["juni", "june"],
        ["juli", "july"],
        ["augusti", "august"],
        ["september", "september"],
        ["oktober", "october"],
        ["november", "november"],
        ["december", "december"],
    ];
    const WEEKDAYS: [[&str; 2]; 7] = [
        ["mandag", "monday"],
        ["tisdag", "tuesday"],
        ["onsdag", "wednesday"],
        ["torsdag", "thursday"],
        ["fredag", "friday"],
        ["lordag", "saturday"],
        ["sondag", "sunday"],
    ];
    if word.len() < 3 {
        return None;
    }
    let means = |names: &[&str; 2]| names.iter().any(|name| name.starts_with(word));
    if let Some(month) = MONTHS.iter().position(means) {
        return i8::try_from(month + 1).ok().map(Token::Month);
    }
    // "på fredagen" is as good as "på fredag".
    let day = word.strip_suffix("en").filter(|day| day.ends_with("dag")).unwrap_or(word);
    let weekday = WEEKDAYS.iter().position(|names| names.iter().any(|name| name.starts_with(day)))?;
    Weekday::from_monday_zero_offset(i8::try_from(weekday).ok()?).ok().map(Token::Weekday)
}
