//! Amounts: a numeral, how much it is times (`tkr`, `mkr`, `miljoner`, `M`), and of which currency.

use super::currency::{kept_decimals, named};
use super::numeral::{self, Decimal};
use super::{Reading, one_of};
use crate::schema::error::{expected, shortened};
use crate::schema::{Currency, FieldType, Language, Money, Value, ValueError};

/// Words for powers of ten.
const POWERS: &[(&str, i128)] = &[
    ("k", 1_000),
    ("t", 1_000),
    ("tusen", 1_000),
    ("thousand", 1_000),
    ("m", 1_000_000),
    ("mn", 1_000_000),
    ("mio", 1_000_000),
    ("milj", 1_000_000),
    ("miljon", 1_000_000),
    ("miljoner", 1_000_000),
    ("million", 1_000_000),
    ("millions", 1_000_000),
    ("md", 1_000_000_000),
    ("mdr", 1_000_000_000),
    ("miljard", 1_000_000_000),
    ("miljarder", 1_000_000_000),
    ("bn", 1_000_000_000),
    ("billion", 1_000_000_000),
];

/// The amount that a person means. Without a currency it is in Swedish crowns.
pub(super) fn money(text: &str, reading: Reading) -> Result<Value, ValueError> {
    let wrong = || ValueError::form(text, expected::MONEY);
    let parts = Parts::of(text).ok_or_else(wrong)?;
    let meaning = Meaning::of(&parts.words, text)?;
    // Nobody is shown "1,250 million": what is read so was written by whoever writes decimals so.
    let language = if meaning.power > 1 { Language::Swedish } else { reading.language };
    let numbers = numeral::read(&parts.numeral, language);
    if numbers.is_empty() {
        return Err(wrong());
    }
    let amounts = numbers.into_iter().flat_map(|number| meaning.currencies.iter().map(move |c| (number, *c)));
    let values =
        amounts.map(|(number, currency)| amount(number, meaning.power, currency, text).map(Value::Money));
    one_of(&FieldType::Money, text, values)
}

fn amount(number: Decimal, power: i128, currency: Currency, text: &str) -> Result<Money, ValueError> {
    let amount = number.scaled(power, 1).ok_or_else(|| ValueError::form(text, expected::MONEY))?;
    let most = kept_decimals(currency);
    if amount.places() > u32::from(most) {
        return Err(ValueError::Decimals { found: shortened(text), most });
    }
    let hundredths = amount.in_units_of(2).ok_or_else(|| ValueError::form(text, expected::MONEY))?;
    Ok(Money { hundredths, currency })
}

/// An amount taken apart: `−€2,5 mkr` has the numeral `-2,5` and the words `€` and `mkr`.
struct Parts {
    numeral: String,
    words: Vec<String>,
}

impl Parts {
    fn of(text: &str) -> Option<Parts> {
        let first = text.find(|c: char| c.is_ascii_digit())?;
        // A decimal sign may come first: ",50".
        let start = text[..first].strip_suffix([',', '.']).map_or(first, str::len);
        let (before, rest) = text.split_at(start);
        let end = rest.find(|c| !numeral::is_inside(c)).unwrap_or(rest.len());
        let (mut digits, mut after) = rest.split_at(end);
        // ":-" and ",-" say that there are no öre.
        after = after.trim_end();
        if let Some(none) = after.strip_suffix(":-") {
            after = none;
        } else if after == "-" {
            digits = digits.strip_suffix([',', '.'])?;
            after = "";
        }
        let sign = |c: char| numeral::is_minus(c) || c == '+';
        let before = before.trim();
        let (before, minus) = match before.strip_prefix(sign).or_else(|| before.strip_suffix(sign)) {
            Some(rest) => (rest, before.contains(numeral::is_minus)),
            None => (before, false),
        };
        let words = words(before).chain(words(after)).collect();
        Some(Parts { numeral: format!("{}{}", if minus { "-" } else { "" }, digits.trim()), words })
    }
}

/// Words in lower case; a sign for a currency is a word of its own.
fn words(text: &str) -> impl Iterator<Item = String> {
    let mut apart = text.to_lowercase();
    for sign in ["€", "£", "¥"] {
        apart = apart.replace(sign, &format!(" {sign} "));
    }
    let words: Vec<String> =
        apart.split_whitespace().map(|word| word.trim_end_matches('.').to_owned()).collect();
    words.into_iter()
}

/// What the words around a numeral say.
struct Meaning {
    power: i128,
    currencies: Vec<Currency>,
}

impl Meaning {
    fn of(words: &[String], text: &str) -> Result<Meaning, ValueError> {
        let (mut power, mut currencies) = (None, None);
        for word in words {
            let (times, money) = Meaning::of_word(word);
            if times.is_none() && money.is_empty() {
                return Err(ValueError::Currency { found: shortened(word) });
            }
            let twice = times.is_some() && power.is_some() || !money.is_empty() && currencies.is_some();
            if twice {
                return Err(ValueError::form(text, expected::MONEY));
            }
            power = power.or(times);
            currencies = currencies.or(Some(money).filter(|money| !money.is_empty()));
        }
        Ok(Meaning {
            power: power.unwrap_or(1),
            currencies: currencies.unwrap_or_else(|| vec![Currency::SEK]),
        })
    }

    /// A currency (`kr`), a power (`miljoner`), or both in one (`mkr`, `TSEK`, `k€`).
    fn of_word(word: &str) -> (Option<i128>, Vec<Currency>) {
        let currencies = named(word);
        if !currencies.is_empty() {
            return (None, currencies);
        }
        let times = |word: &str| POWERS.iter().find(|(known, _)| *known == word).map(|(_, power)| *power);
        if let Some(power) = times(word) {
            return (Some(power), Vec::new());
        }
        let cuts = word.char_indices().skip(1).map(|(place, _)| word.split_at(place));
        let both = cuts.filter_map(|(power, money)| Some((times(power)?, named(money))));
        let mut both = both.filter(|(_, money)| !money.is_empty());
        both.next().map_or((None, Vec::new()), |(power, money)| (Some(power), money))
    }
}

/// An amount as it is shown: `125 000 SEK`.
pub(super) fn words_of(money: Money, language: Language) -> String {
    let canonical = money.to_string();
    let amount = canonical.split(' ').next().unwrap_or_default();
    let short = amount.strip_suffix(".00").unwrap_or(amount);
    format!("{}\u{a0}{}", numeral::grouped(short, language), money.currency.code())
}

#[cfg(test)]
mod tests {
    use super::super::tests::read;
    use super::*;

    fn amount(text: &str, language: Language) -> Result<Value, ValueError> {
        read(FieldType::Money, text, language)
    }

    fn of(hundredths: i64, code: &str) -> Result<Value, ValueError> {
        Ok(Value::Money(Money { hundredths, currency: Currency::from_code(code).unwrap() }))
    }

    #[test]
    fn people_write_amounts_in_many_ways() {
        let crowns = [
            "125000",
            "125 000 kr",
            "SEK 125 000,00",
            "125000.00 SEK",
            "125 000:-",
            "125 000,-",
            "125 000 kr:-",
            "125 tkr",
            "125 kkr",
            "125 TSEK",
            "125k",
            "125 tusen kronor",
            "0,125 mkr",
            "0.125 MSEK",
            "125 000,00 kr.",
            "kr 125 000",
        ];
        for (text, language) in crowns.iter().flat_map(|text| Language::ALL.map(|language| (text, language)))
        {
            assert_eq!(amount(text, language), of(12_500_000, "SEK"), "{text} in {language:?}");
        }
        let others = [
            ("€0.50", 50, "EUR"),
            ("2,500,000 EUR", 250_000_000, "EUR"),
            ("2.500.000 €", 250_000_000, "EUR"),
            ("5 mkr", 500_000_000, "SEK"),
            ("5 Mkr", 500_000_000, "SEK"),
            ("2,5 miljoner kronor", 250_000_000, "SEK"),
            ("2.5 milj. kr", 250_000_000, "SEK"),
            ("1,5 mdr kr", 150_000_000_000, "SEK"),
            ("€2.5M", 250_000_000, "EUR"),
            ("3 MEUR", 300_000_000, "EUR"),
            ("$1,250.50", 125_050, "USD"),
            ("US$ 20", 2_000, "USD"),
            ("£ 20", 2_000, "GBP"),
            ("-5 kr", -500, "SEK"),
            ("−5 kr", -500, "SEK"),
            ("SEK -5", -500, "SEK"),
            ("-€5", -500, "EUR"),
            ("1.250,50 dkk", 125_050, "DKK"),
            ("500 JPY", 50_000, "JPY"),
            ("1,50 KWD", 150, "KWD"),
            (",50 kr", 50, "SEK"),
        ];
        for (text, hundredths, code) in others {
            for language in Language::ALL {
                assert_eq!(amount(text, language), of(hundredths, code), "{text} in {language:?}");
            }
        }
    }

    #[test]
    fn an_ambiguous_separator_is_a_question_with_both_amounts() {
        for (text, language) in [
            ("125,000", Language::Swedish),
            ("125,000 SEK", Language::Swedish),
            ("125.000 kr", Language::Swedish),
            ("125.000 kr", Language::English),
        ] {
            let Err(ValueError::Question(question)) = amount(text, language) else { panic!("{text}") };
            let readings: Vec<_> = question.readings.into_iter().map(Ok).collect();
            assert_eq!(readings, [of(12_500_000, "SEK"), of(12_500, "SEK")], "{text}");
        }
        assert_eq!(amount("125,000 SEK", Language::English), of(12_500_000, "SEK"));
        // "1,250 million" is shown in no language.
        assert!(matches!(amount("1,250 mkr", Language::English), Err(ValueError::Question(_))));
        assert!(matches!(amount("¥500", Language::Swedish), Err(ValueError::Question(_))));
    }

    #[test]
    fn what_is_no_amount_is_refused_with_words() {
        for text in
            ["kr", "12 kronor och 5", "5 kr kr", "5 tusen mkr", "1e3 kr", "NaN", "5 MKX", "kr5kr", "(5)"]
        {
            assert!(amount(text, Language::Swedish).is_err(), "{text}");
        }
        assert!(matches!(amount("5 ABC", Language::Swedish), Err(ValueError::Currency { .. })));
        let most = |text, most| {
            let error = amount(text, Language::Swedish).unwrap_err();
            assert!(
                matches!(error, ValueError::Decimals { most: found, .. } if found == most),
                "{text}: {error:?}"
            );
        };
        most("12,3456 kr", 2);
        most("500,5 JPY", 0);
        most("1,2345 KWD", 2);
        assert!(amount("99999999999999999999 kr", Language::Swedish).is_err());
    }
}
