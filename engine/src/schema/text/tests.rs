use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::id::{RecordId, RowId};
use crate::schema::{Coordinates, DateRange, Field, KINDS, Money};

pub(super) const TODAY: Date = date(2026, 11, 28);

pub(super) fn read(field_type: FieldType, text: &str, language: Language) -> Result<Value, ValueError> {
    field_type.parse(text, Reading::new(language, TODAY))
}

fn both(field_type: FieldType, text: &str) -> Result<Value, ValueError> {
    let [swedish, english] = Language::ALL.map(|language| read(field_type, text, language));
    assert_eq!(swedish, english, "{text}");
    swedish
}

fn words(field_type: &FieldType, value: &Value, language: Language) -> String {
    field_type.words(value, language, &|link| link.to_string())
}

#[test]
fn people_write_numbers_in_many_ways() {
    let metres = FieldType::measure(Unit::Metres);
    for text in
        ["1250,5", "1 250.5", "1\u{a0}250,50 m", "1,250.5 metres", "1.250,5 meter", "1,2505 km", "125 050 cm"]
    {
        assert_eq!(both(metres, text), Ok(Value::Number(1250.5)), "{text}");
    }
    assert_eq!(both(FieldType::measure(Unit::Kilometres), "1250 m"), Ok(Value::Number(1.25)));
    assert_eq!(both(FieldType::measure(Unit::Kilometres), "3,5 mil"), Ok(Value::Number(35.0)));
    assert_eq!(both(FieldType::percent(), "40 procent"), Ok(Value::Number(40.0)));
    assert_eq!(both(FieldType::count(Unit::Persons), "3 tusen personer"), Ok(Value::Number(3000.0)));
    for text in ["1,5 h", "90 min", "1:30", "1 h 30 min", "1h30", "1 tim 30 min"] {
        assert_eq!(both(FieldType::measure(Unit::Hours), text), Ok(Value::Number(1.5)), "{text}");
    }
    assert_eq!(words(&metres, &Value::Number(1250.5), Language::Swedish), "1\u{a0}250,5\u{a0}m");
    assert_eq!(words(&metres, &Value::Number(1250.5), Language::English), "1,250.5\u{a0}m");
}

#[test]
fn a_unit_is_never_passed_over() {
    let wrong = [
        (FieldType::measure(Unit::Metres), "3 h"),
        (FieldType::measure(Unit::Metres), "20 ft"),
        (FieldType::measure(Unit::Hours), "2 dagar"),
        (FieldType::measure(Unit::Hours), "20 min"),
        (FieldType::percent(), "5 kr"),
        (FieldType::count(Unit::None), "5 m"),
        (FieldType::year(), "2029 m"),
    ];
    for (field_type, text) in wrong {
        assert!(
            matches!(both(field_type, text), Err(ValueError::Unit { .. })),
            "{text}: {:?}",
            both(field_type, text)
        );
    }
    for text in ["１２５０，５ m", "1\u{200b}250,5\u{feff}", "1\u{2006}250,5 m²".trim_end_matches('²')]
    {
        assert_eq!(both(FieldType::measure(Unit::Metres), text), Ok(Value::Number(1250.5)), "{text:?}");
    }
    for text in ["many", "1e3", "inf", "NaN", "1e309", "5 - 3", "~500", "1 2 3"] {
        assert!(both(FieldType::measure(Unit::Metres), text).is_err(), "{text}");
    }
}

#[test]
fn finer_than_the_field_is_refused_and_not_rounded() {
    let found = both(FieldType::measure(Unit::Metres), "12,3456");
    assert!(matches!(found, Err(ValueError::Decimals { most: 2, .. })), "{found:?}");
    assert!(matches!(both(FieldType::Counter, "1,5"), Err(ValueError::Form { .. })));
    assert!(matches!(both(FieldType::count(Unit::None), "1,5"), Err(ValueError::Decimals { most: 0, .. })));
    // What another program wrote is shown as it is.
    assert_eq!(
        words(&FieldType::measure(Unit::Metres), &Value::Number(1.23456), Language::English),
        "1.23456\u{a0}m"
    );
}

#[test]
fn three_digits_behind_a_lone_separator_are_a_question_for_every_type() {
    for field_type in [
        FieldType::measure(Unit::Kilometres),
        FieldType::Money,
        FieldType::count(Unit::Persons),
        FieldType::Counter,
    ] {
        for text in ["1,250", "1.250"] {
            let found = read(field_type, text, Language::Swedish);
            assert!(matches!(found, Err(ValueError::Question(_))), "{field_type:?} {text}: {found:?}");
        }
        assert!(matches!(read(field_type, "1.250", Language::English), Err(ValueError::Question(_))));
        assert!(read(field_type, "1,250", Language::English).is_ok(), "as it is shown");
    }
    let Err(ValueError::Question(question)) =
        read(FieldType::measure(Unit::Kilometres), "1,250 km", Language::Swedish)
    else {
        panic!("not asked")
    };
    assert_eq!(question.words(Language::Swedish), ["1\u{a0}250\u{a0}km", "1,25\u{a0}km"]);
    assert_eq!(
        ValueError::Question(question).words(Language::Swedish),
        "”1,250 km” kan läsas på flera sätt. Skriv det som ”1\u{a0}250\u{a0}km” eller ”1,25\u{a0}km”."
    );
    let Err(error) = read(FieldType::count(Unit::Persons), "9.165", Language::English) else {
        panic!("not asked")
    };
    assert_eq!(
        error.words(Language::English),
        "“9.165” cannot be read for certain. Is “9,165\u{a0}people” meant? Write it so."
    );
}

#[test]
fn blanks_clear_a_field() {
    assert_eq!(both(FieldType::Date, "  "), Ok(Value::Empty));
    assert_eq!(both(FieldType::Prose, ""), Ok(Value::Text(String::new())));
}

#[test]
fn an_address_is_taken_out_of_what_mail_programs_write() {
    for text in
        ["Anna Berg <anna@example.se>", "<anna@example.se>", "mailto:anna@example.se", " anna@example.se "]
    {
        assert_eq!(both(FieldType::Email, text), Ok(Value::Text("anna@example.se".into())), "{text}");
    }
}

#[test]
fn numbers_of_telephones_have_extensions_and_addresses_of_pages_ports() {
    for text in [
        "063-14 30 00 ankn 12",
        "+46 63 14 30 00 ext. 7",
        "063-14 30 00, vx",
        "063-143000 x12",
        "063-14 30 00#5",
    ] {
        assert_eq!(both(FieldType::Phone, text), Ok(Value::Text(text.into())), "{text}");
    }
    for text in ["Anna 063", "ankn", "12", "063-14 30 00 hemma"] {
        assert!(both(FieldType::Phone, text).is_err(), "{text}");
    }
    let pages = [
        ("example.se:8080/karta", "https://example.se:8080/karta"),
        ("räksmörgås.se", "https://räksmörgås.se"),
        ("HTTPS://Example.se/A", "https://Example.se/A"),
        ("http://example.se", "http://example.se"),
    ];
    for (text, page) in pages {
        assert_eq!(both(FieldType::Url, text), Ok(Value::Text(page.into())), "{text}");
    }
    for text in
        ["mailto:anna@example.se", "javascript:alert(1)", "file:///etc/passwd", "https://", "två ord.se"]
    {
        assert!(both(FieldType::Url, text).is_err(), "{text}");
    }
}

#[test]
fn every_error_is_in_both_languages() {
    let wrong = [
        (FieldType::Email, "x"),
        (FieldType::Phone, "x"),
        (FieldType::Url, "x:y"),
        (FieldType::measure(Unit::Metres), "x"),
        (FieldType::measure(Unit::Metres), "1,250"),
        (FieldType::measure(Unit::Metres), "5 h"),
        (FieldType::count(Unit::None), "5 h"),
        (FieldType::count(Unit::None), "1,5"),
        (FieldType::measure(Unit::Metres), "1,23456"),
        (FieldType::percent(), "101"),
        (FieldType::Counter, "x"),
        (FieldType::Money, "x"),
        (FieldType::Money, "5 ABC"),
        (FieldType::Date, "x"),
        (FieldType::Date, "1066-10-14"),
        (FieldType::Date, "2029-05-12T10:00"),
        (FieldType::DateRange, "x"),
        (FieldType::Coordinates, "x"),
        (FieldType::YesNo, "maybe"),
        (FieldType::Line, "a\nb"),
        (FieldType::Rows(&[]), "x"),
    ];
    for (field_type, text) in wrong {
        let error = read(field_type, text, Language::Swedish).unwrap_err();
        let [swedish, english] = Language::ALL.map(|language| error.words(language));
        assert_ne!(swedish, english, "{text}");
        assert!(!swedish.contains("{}") && !english.contains("{}"), "{swedish} {english}");
        assert_eq!(error.to_string(), english);
    }
    let long = "ö".repeat(2_001);
    let error = read(FieldType::Line, &long, Language::Swedish).unwrap_err();
    assert_eq!(
        error.words(Language::Swedish),
        "texten är för lång: 2\u{a0}001 tecken, och högst 2\u{a0}000 får plats."
    );
    assert!(read(FieldType::Line, &long[2..], Language::Swedish).is_ok(), "characters, not bytes");
}

/// The types of all fields that there are.
fn all_types() -> Vec<FieldType> {
    fn collect(fields: &'static [Field], types: &mut Vec<FieldType>) {
        for field in fields {
            match field.field_type {
                FieldType::Rows(fields) => collect(fields, types),
                field_type if !types.contains(&field_type) => types.push(field_type),
                _ => {}
            }
        }
    }
    let mut types = Vec::new();
    KINDS.iter().for_each(|kind| collect(kind.fields, &mut types));
    types
}

#[test]
fn no_word_names_two_choices() {
    for field_type in all_types() {
        let (FieldType::Enumeration(list) | FieldType::EnumerationSet(list)) = field_type else { continue };
        for choice in list.choices {
            for word in [choice.value, choice.caption.sv, choice.caption.en] {
                assert_eq!(list.find_by_words(word).map(|found| found.value), Some(choice.value), "{word}");
            }
        }
    }
}

fn day() -> impl Strategy<Value = Date> {
    (1800_i16..=2200, 1_i8..=12, 1_i8..=28).prop_map(|(year, month, day)| date(year, month, day))
}

/// A line whose characters all are shown as they are: what nobody sees is shown by pictures, which are other characters.
fn line() -> impl Strategy<Value = Value> {
    "[\\PC&&[^\\s]][\\PC]{0,20}[\\PC&&[^\\s]]"
        .prop_filter("seen as it is", |text| crate::text::one_line(text) == text.as_str())
        .prop_map(Value::Text)
}

/// Any value that may be written into a field of this type.
fn value(field_type: FieldType) -> BoxedStrategy<Value> {
    let pick = |list: &'static Enumeration| {
        (0..list.choices.len()).prop_map(|place| list.choices[place].value.to_owned())
    };
    match field_type {
        FieldType::Line | FieldType::Prose => line().boxed(),
        FieldType::Email => "[a-zåäö.]{1,8}(\\+[a-z0-9]{1,4})?@[a-zåø-]{1,8}\\.se".prop_map(Value::Text).boxed(),
        FieldType::Phone => {
            "(\\+46 |0)[0-9]{2}[ –-][0-9]{3} [0-9]{2}( (ext\\. |x|ankn\\. |anknytning |vx )[0-9]{1,4}|#[0-9]{1,3})?"
                .prop_map(Value::Text)
                .boxed()
        }
        FieldType::Url => {
            "https?://[a-zö中]{1,8}\\.se(:[1-9][0-9]{0,3})?(/[a-zå%+?=,:&;~'()#-]{0,9})?".prop_map(Value::Text).boxed()
        }
        FieldType::Number { decimals, range: (lowest, highest), .. } => {
            let places = 10_f64.powi(i32::from(decimals));
            ((lowest * places) as i64..=(highest * places) as i64)
                .prop_map(move |number| Value::Number(number as f64 / places))
                .boxed()
        }
        FieldType::Counter => any::<i64>().prop_map(Value::Counter).boxed(),
        FieldType::Money => {
            let small = -2_000_000_i64..2_000_000;
            (prop_oneof![small, i64::MIN + 100..i64::MAX], proptest::sample::select(currency::all()))
                .prop_map(|(hundredths, currency)| {
                    // One without decimals has none.
                    let whole = currency::kept_decimals(currency) == 0;
                    let hundredths = if whole { hundredths / 100 * 100 } else { hundredths };
                    Value::Money(Money { hundredths, currency })
                })
                .boxed()
        }
        FieldType::Date => day().prop_map(Value::Date).boxed(),
        FieldType::DateRange => {
            (day(), day()).prop_map(|(one, other)| Value::DateRange(DateRange::new(one, other))).boxed()
        }
        FieldType::Enumeration(list) => pick(list).prop_map(Value::Choice).boxed(),
        FieldType::EnumerationSet(list) => {
            proptest::collection::btree_set(pick(list), 0..6).prop_map(Value::Choices).boxed()
        }
        FieldType::Reference(_) => prop_oneof![
            any::<[u8; 16]>().prop_map(|id| Value::Link(Link::Record(RecordId::from_bytes(id)))),
            Just(()).prop_map(|()| Value::Link(Link::Row(RowId::random()))),
        ]
        .boxed(),
        FieldType::ReferenceSet(_) => proptest::collection::btree_set(any::<[u8; 16]>(), 0..4)
            .prop_map(|ids| {
                Value::Links(ids.into_iter().map(|id| Link::Record(RecordId::from_bytes(id))).collect())
            })
            .boxed(),
        FieldType::Coordinates => (-90_f64..=90.0, -180_f64..=180.0)
            .prop_map(|(latitude, longitude)| {
                Value::Coordinates(Coordinates::new(latitude, longitude).unwrap())
            })
            .boxed(),
        FieldType::YesNo => any::<bool>().prop_map(Value::YesNo).boxed(),
        FieldType::Rows(_) => Just(Value::Empty).boxed(),
    }
}

fn typed_value() -> impl Strategy<Value = (FieldType, Value)> {
    let mut types = all_types();
    types.extend([Unit::Days, Unit::Hours, Unit::RoomNights].map(FieldType::count));
    types.push(FieldType::Number { unit: Unit::None, decimals: 5, range: (-1e9, 1e9) });
    proptest::sample::select(types).prop_flat_map(|field_type| (Just(field_type), value(field_type)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    /// Each type, each language: what is shown, with and without its unit, is read as the value that it was.
    #[test]
    fn what_is_shown_is_read_as_what_it_is((field_type, value) in typed_value()) {
        for language in Language::ALL {
            let shown = words(&field_type, &value, language);
            let bare = field_type.bare_words(&value, language, &|link| link.to_string());
            for text in [shown, bare] {
                prop_assert_eq!(read(field_type, &text, language), Ok(value.clone()), "{} in {:?}", text, language);
            }
        }
    }

    /// What was shown in one language and is typed in the other is the same value, or a question that has it among its readings.
    #[test]
    fn what_is_shown_in_another_language_is_never_another_value((field_type, value) in typed_value()) {
        for (shown, typed) in [(Language::Swedish, Language::English), (Language::English, Language::Swedish)] {
            let text = words(&field_type, &value, shown);
            match read(field_type, &text, typed) {
                Ok(read) => prop_assert_eq!(read, value.clone(), "{}", text),
                Err(ValueError::Question(question)) => {
                    prop_assert!(question.readings.contains(&value), "{} {:?}", text, question);
                }
                Err(error) => prop_assert!(false, "{}: {}", text, error),
            }
        }
    }

    /// Each way out that a question offers is certain.
    #[test]
    fn the_readings_of_a_question_are_certain(text in "[0-9]{1,3}[,.][0-9]{3}( km| mkr| kr|)|[0-3]?[0-9][-/][0-1]?[0-9]([-/][0-9]{2})?") {
        for (field_type, language) in all_types().into_iter().flat_map(|t| Language::ALL.map(|language| (t, language))) {
            let Err(ValueError::Question(question)) = read(field_type, &text, language) else { continue };
            for (value, words) in question.readings.iter().zip(question.words(language)) {
                prop_assert_eq!(read(field_type, &words, language), Ok(value.clone()), "{}", words);
            }
        }
    }

    /// Whatever is typed: an error, a question, or a value that fits.
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,24}", place in 0_usize..64) {
        let types = all_types();
        let field_type = types[place % types.len()];
        for language in Language::ALL {
            if let Ok(value) = read(field_type, &text, language) {
                prop_assert!(value.is_empty() || field_type.check(&value).is_ok());
            }
        }
    }
}
