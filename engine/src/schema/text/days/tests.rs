use jiff::civil::date;

use super::super::tests::read;
use super::*;

/// A Saturday.
const TODAY: Date = super::super::tests::TODAY;

fn day(text: &str) -> Result<Value, ValueError> {
    read(FieldType::Date, text, Language::Swedish)
}

fn on(year: i16, month: i8, day: i8) -> Result<Value, ValueError> {
    Ok(Value::Date(date(year, month, day)))
}

fn stretch(first: Date, last: Date) -> Result<Value, ValueError> {
    Ok(Value::DateRange(DateRange::new(first, last)))
}

#[test]
fn people_write_days_in_many_ways() {
    let same = [
        "2029-05-12",
        "20290512",
        "290512",
        "2029/05/12",
        "2029.5.12",
        "2029 05 12",
        "12 maj 2029",
        "12 May 2029",
        "den 12 maj 2029",
        "12:e maj 2029",
        "12e maj -29",
        "12 maj '29",
        "May 12, 2029",
        "May 12th, 2029",
        "the 12th of May 2029",
        "12 MAJ 2029",
        "lördag 12 maj 2029",
        "Saturday, 12 May 2029",
        "12/5 2029",
        "12.5.2029",
        "12/5-29",
        "12-maj-2029",
        "2029 maj 12",
        "2029-W19-6",
        "lördag v 19 2029",
        "12–5–2029",
    ];
    for text in same {
        assert_eq!(day(text), on(2029, 5, 12), "{text}");
    }
    for text in [
        "2029-05-12",
        "12 maj 2029",
        "May 12, 2029",
        "12.5.2029",
        "the 12th of may 2029",
        "lördag v. 19 2029",
    ] {
        assert_eq!(read(FieldType::Date, text, Language::English), on(2029, 5, 12), "{text}");
    }
    for text in
        ["2029\u{2011}05\u{2011}12", "12\u{a0}maj\u{202f}2029", "２０２９-05-12", "12\u{ad} maj 2029\u{200e}"]
    {
        assert_eq!(day(text), on(2029, 5, 12), "{text:?}");
    }
    assert_eq!(day("o\u{308}vermorgon"), on(2026, 11, 30), "letters taken apart are the same letters");
}

#[test]
fn a_day_without_a_year_is_the_next_one() {
    for (text, expected) in [
        ("14/5", on(2027, 5, 14)),
        ("28/11", on(2026, 11, 28)),
        ("27/11", on(2027, 11, 27)),
        ("24 dec", on(2026, 12, 24)),
        ("29 februari", on(2028, 2, 29)),
        ("7", on(2026, 12, 7)),
        ("den 30:e", on(2026, 11, 30)),
        ("fredag", on(2026, 12, 4)),
        ("på lördag", on(2026, 12, 5)),
        ("v 20", on(2027, 5, 17)),
        ("v. 20 2029", on(2029, 5, 14)),
        ("vecka 20 fredag", on(2027, 5, 21)),
        ("w20", on(2027, 5, 17)),
        ("week 20", on(2027, 5, 17)),
    ] {
        assert_eq!(day(text), expected, "{text}");
    }
}

#[test]
fn words_count_from_today() {
    for (text, expected) in [
        ("idag", on(2026, 11, 28)),
        ("i morgon", on(2026, 11, 29)),
        ("I övermorgon", on(2026, 11, 30)),
        ("i går", on(2026, 11, 27)),
        ("om två veckor", on(2026, 12, 12)),
        ("om 2 veckor", on(2026, 12, 12)),
        ("om fjorton dagar", on(2026, 12, 12)),
        ("om en månad", on(2026, 12, 28)),
        ("om ett år", on(2027, 11, 28)),
        ("för två veckor sedan", on(2026, 11, 14)),
        ("in two weeks", on(2026, 12, 12)),
        ("two weeks from now", on(2026, 12, 12)),
        ("in a week", on(2026, 12, 5)),
        ("3 days ago", on(2026, 11, 25)),
        ("tomorrow", on(2026, 11, 29)),
        ("nästa vecka", on(2026, 11, 30)),
        ("fredag nästa vecka", on(2026, 12, 4)),
        ("friday next week", on(2026, 12, 4)),
        ("kommande fredag", on(2026, 12, 4)),
        // From a Saturday, the coming Friday is that of next week.
        ("nästa fredag", on(2026, 12, 4)),
    ] {
        assert_eq!(day(text), expected, "{text}");
    }
}

#[test]
fn what_can_be_two_days_is_a_question() {
    let asked = |text: &str, reading: Reading| {
        let Err(ValueError::Question(question)) = FieldType::Date.parse(text, reading) else {
            panic!("{text}")
        };
        question.words(reading.language)
    };
    let (swedish, english) = (Reading::new(Language::Swedish, TODAY), Reading::new(Language::English, TODAY));
    assert_eq!(asked("3/4", english), ["2027-04-03", "2027-03-04"]);
    assert_eq!(asked("3/4/2029", english), ["2029-04-03", "2029-03-04"]);
    assert_eq!(asked("26-04-03", swedish), ["2003-04-26", "2026-04-03"]);
    let monday = Reading { today: date(2026, 11, 23), ..swedish };
    assert_eq!(asked("nästa fredag", monday), ["2026-11-27", "2026-12-04"]);
    assert_eq!(FieldType::Date.parse("3/4", swedish), on(2027, 4, 3));
    assert_eq!(FieldType::Date.parse("14/5", english), on(2027, 5, 14));
    assert_eq!(FieldType::Date.parse("3.4.2029", english), on(2029, 4, 3));
    // What an English hand wrote and no Swedish one would.
    assert_eq!(FieldType::Date.parse("5/14/2029", swedish), on(2029, 5, 14));
}

#[test]
fn what_stands_beside_a_day_says_its_year() {
    let near = |near| Reading::new(Language::Swedish, TODAY).near(near);
    let start = date(2029, 5, 12);
    assert_eq!(FieldType::Date.parse("14/5", near(Near::After(start))), on(2029, 5, 14));
    assert_eq!(FieldType::Date.parse("3/1", near(Near::After(start))), on(2030, 1, 3));
    assert_eq!(
        FieldType::Date.parse("v 20", near(Near::After(start))),
        on(2029, 5, 20),
        "the last day of the week"
    );
    assert_eq!(FieldType::Date.parse("25/5", near(Near::Around(start))), on(2029, 5, 25));
    assert_eq!(FieldType::Date.parse("3/1", near(Near::Around(date(2026, 12, 28)))), on(2027, 1, 3));
    assert_eq!(
        FieldType::Date.parse("14/5", near(Near::Around(date(2020, 5, 1)))),
        on(2027, 5, 14),
        "what is over says nothing"
    );
    assert_eq!(FieldType::Date.parse("14/5 2031", near(Near::After(start))), on(2031, 5, 14));
}

#[test]
fn no_day_is_made_of_what_is_none() {
    for text in [
        "2027-02-30",
        "32",
        "1/2/3/4",
        "2026",
        "12-x",
        "300/1",
        "29 februari 2027",
        "v 54",
        "v 0",
        "söndag 12 maj 2029",
        "maj 2029",
        "12 maj 20291",
        "0",
        "-5",
        "om två",
        "två veckor",
        "12 13 maj",
    ] {
        assert!(matches!(day(text), Err(ValueError::Form { .. })), "{text}: {:?}", day(text));
    }
    for text in [
        "2027-05-12T10:00+99:00",
        "2027-05-12T10:00:00Z",
        "2027-05-12 10:00",
        "12 maj 2029 kl 10",
        "2027-05-12T10:00[Europe/Stockholm]",
    ] {
        assert!(matches!(day(text), Err(ValueError::TimeOfDay { .. })), "{text}: {:?}", day(text));
    }
    for text in ["1066-10-14", "0001-01-01", "1799-12-31", "2201-01-01", "12 maj 9999", "om 500 år"] {
        assert!(matches!(day(text), Err(ValueError::Year { .. })), "{text}: {:?}", day(text));
    }
    assert_eq!(day("1800-01-01"), on(1800, 1, 1));
}

#[test]
fn people_write_stretches_in_many_ways() {
    let (first, last) = (date(2029, 5, 12), date(2029, 5, 14));
    for text in [
        "2029-05-12/2029-05-14",
        "2029-05-12 – 2029-05-14",
        "2029-05-12 - 2029-05-14",
        "2029-05-12--2029-05-14",
        "2029-05-14 2029-05-12",
        "2029-05-12–14",
        "2029-05-12-2029-05-14",
        "12–14 maj 2029",
        "12-14 maj 2029",
        "12 – 14 maj 2029",
        "12 maj – 14 maj 2029",
        "12 maj till 14 maj 2029",
        "från 12 maj till 14 maj 2029",
        "from 12 May to 14 May 2029",
        "May 12–14, 2029",
        "12 maj 2029 – 14 maj",
        "12/5–14/5 2029",
        "12–14/5 2029",
        "mellan 12 maj och 14 maj 2029",
        "12 maj 2029 t.o.m. 14 maj 2029",
    ] {
        assert_eq!(read(FieldType::DateRange, text, Language::Swedish), stretch(first, last), "{text}");
    }
    for (text, first, last) in [
        ("2029-05-12", date(2029, 5, 12), date(2029, 5, 12)),
        ("v 20 2029", date(2029, 5, 14), date(2029, 5, 20)),
        ("v 20–22 2029", date(2029, 5, 14), date(2029, 6, 3)),
        ("v. 20-22", date(2027, 5, 17), date(2027, 6, 6)),
        ("maj 2029", date(2029, 5, 1), date(2029, 5, 31)),
        ("maj–juni 2029", date(2029, 5, 1), date(2029, 6, 30)),
        ("12–14 maj", date(2027, 5, 12), date(2027, 5, 14)),
        ("28 april – 3 maj", date(2027, 4, 28), date(2027, 5, 3)),
        ("28–3 maj", date(2027, 4, 28), date(2027, 5, 3)),
        ("28 december – 3 januari", date(2026, 12, 28), date(2027, 1, 3)),
        ("28 dec – 3 jan 2030", date(2029, 12, 28), date(2030, 1, 3)),
        ("fredag – söndag", date(2026, 12, 4), date(2026, 12, 6)),
        ("12-14", date(2026, 12, 12), date(2026, 12, 14)),
        ("nästa vecka", date(2026, 11, 30), date(2026, 12, 6)),
        ("i morgon – om två veckor", date(2026, 11, 29), date(2026, 12, 12)),
    ] {
        assert_eq!(read(FieldType::DateRange, text, Language::Swedish), stretch(first, last), "{text}");
    }
    for (text, count) in [("3-5", 2), ("12 maj-29", 2)] {
        match read(FieldType::DateRange, text, Language::Swedish) {
            Err(ValueError::Question(question)) => assert_eq!(question.readings.len(), count, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
    for text in ["x – y", "12 maj – ", "– 12 maj", "2029", "1066-01-01 – 1066-02-01"] {
        assert!(read(FieldType::DateRange, text, Language::Swedish).is_err(), "{text}");
    }
}
