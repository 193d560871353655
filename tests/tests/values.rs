//! What people write on the command line, and what it gives back: each thing that it prints is understood again.

use samsyn_tests::process::{Desk, complaint};
use serde_json::Value as Json;

struct Office {
    _folder: tempfile::TempDir,
    desk: Desk,
}

impl Office {
    fn new() -> Office {
        let folder = tempfile::tempdir().unwrap();
        let desk = Desk { path: folder.path().join("a.samsyn") };
        desk.must(&["new", "Byrån", "--name", "Åsa", "--no-encryption"]);
        Office { _folder: folder, desk }
    }

    fn said(&self, language: &str, arguments: &[&str]) -> Result<String, String> {
        let output = self.desk.command(arguments).env("SAMSYN_LANGUAGE", language).output().unwrap();
        match output.status.success() {
            true => Ok(String::from_utf8(output.stdout).unwrap()),
            false => Err(complaint(&output)),
        }
    }

    fn field(&self, id: &str, name: &str) -> Json {
        self.desk.json(&["show", id])["fields"][name].clone()
    }
}

/// `Caption [name]: words` of what `show` prints, as name and words.
fn shown(text: &str) -> Vec<(String, String)> {
    let parts = text.lines().filter_map(|line| {
        let (before, words) = line.split_once("]: ")?;
        Some((before.split_once('[')?.1.to_owned(), words.to_owned()))
    });
    parts.collect()
}

#[test]
fn what_show_prints_is_what_set_takes() {
    let office = Office::new();
    let meeting = office.desk.must(&[
        "add",
        "meeting",
        "name=Kongressen",
        "status=definite",
        "dates=12–14 maj 2029",
        "decision_due=2028-01-31",
        "delegates=9165",
        "flexible=ja",
        "budget=2,5 mkr",
        "expected_value=1250000,50 EUR",
        "frequency=annual",
    ]);
    let venue = office.desk.must(&[
        "add",
        "venue",
        "name=Hallen",
        "type=arena",
        "distance_station=1250,5",
        "coordinates=63,1792; 14,6357",
        "facilities=wifi, stage",
    ]);
    for (kind, id) in [("meeting", meeting), ("venue", venue)] {
        let before = office.desk.json(&["show", &id])["fields"].clone();
        for language in ["sv", "en"] {
            let fields = shown(&office.said(language, &["show", &id]).unwrap());
            assert!(fields.len() >= 5, "{fields:?}");
            for (name, words) in fields {
                let assignment = format!("{name}={words}");
                office
                    .said(language, &["set", &id, &assignment])
                    .unwrap_or_else(|why| panic!("{assignment}: {why}"));
                assert_eq!(office.field(&id, &name), before[&name], "{assignment} in {language}");
                let listed = office.said(language, &["list", kind, "--where", &assignment]).unwrap();
                assert!(listed.starts_with(&id), "list --where {assignment} in {language}: {listed}");
            }
        }
    }
}

#[test]
fn rows_are_named_as_they_are_shown() {
    let office = Office::new();
    let plan = office.desk.must(&["add", "plan", "name=Planen"]);
    let task = |values: &[&str]| {
        let output = office.desk.run(&[&["add", "--to", &plan, "tasks"], values].concat());
        assert!(output.status.success(), "{}", complaint(&output));
    };
    task(&["title=Boka lokal, stor"]);
    task(&["title=Bud"]);
    task(&["title=Besök", "depends_on=boka lokal, stor; Bud"]);
    let tasks = office.field(&plan, "tasks");
    let (ids, last) = ((tasks[0]["id"].clone(), tasks[1]["id"].clone()), &tasks[2]["depends_on"]);
    assert!(
        last.as_array().unwrap().contains(&ids.0) && last.as_array().unwrap().contains(&ids.1),
        "{tasks}"
    );
    let path = format!("tasks.{}.depends_on", tasks[2]["id"].as_str().unwrap());
    office.desk.must(&["set", &plan, &format!("{path}=")]);
    let shown = "Boka lokal, stor, Bud";
    office.desk.must(&["set", &plan, &format!("{path}={shown}")]);
    assert_eq!(office.field(&plan, "tasks")[2]["depends_on"].as_array().unwrap().len(), 2);
    let why = office.said("sv", &["set", &plan, &format!("{path}=Bid")]).unwrap_err();
    assert!(why.contains("Ingen rad heter ”Bid”"), "{why}");
}

#[test]
fn an_ambiguous_number_is_asked_about_and_changes_nothing() {
    let office = Office::new();
    let meeting = office.desk.must(&["add", "meeting", "name=Kongressen", "budget=1 kr"]);
    for (language, text, readings) in [
        ("sv", "125,000 SEK", ["125\u{a0}000\u{a0}SEK", "125\u{a0}SEK"]),
        ("sv", "125.000 kr", ["125\u{a0}000\u{a0}SEK", "125\u{a0}SEK"]),
        ("en", "125.000 kr", ["125,000\u{a0}SEK", "125\u{a0}SEK"]),
    ] {
        let why = office.said(language, &["set", &meeting, &format!("budget={text}")]).unwrap_err();
        assert!(readings.iter().all(|reading| why.contains(reading)), "{why}");
        assert_eq!(office.field(&meeting, "budget"), "1.00 SEK");
        for (reading, stored) in readings.iter().zip(["125000.00 SEK", "125.00 SEK"]) {
            office.said(language, &["set", &meeting, &format!("budget={reading}")]).unwrap();
            assert_eq!(office.field(&meeting, "budget"), stored);
        }
        office.desk.must(&["set", &meeting, "budget=1 kr"]);
    }
    office.said("en", &["set", &meeting, "budget=125,000 SEK"]).unwrap();
    assert_eq!(office.field(&meeting, "budget"), "125000.00 SEK");
    let why = office.said("sv", &["set", &meeting, "budget=5 MKX"]).unwrap_err();
    assert!(why.contains("”mkx” är ingen valuta"), "{why}");
}

#[test]
fn days_are_read_beside_what_stands_there() {
    let office = Office::new();
    let plan = office.desk.must(&["add", "plan", "name=Planen"]);
    office.desk.must(&["add", "--to", &plan, "tasks", "title=Bud", "start=2029-05-12", "end=14/5"]);
    let task = &office.desk.json(&["show", &plan])["fields"]["tasks"][0];
    assert_eq!((&task["start"], &task["end"]), (&"2029-05-12".into(), &"2029-05-14".into()));
    let path = format!("tasks.{}", task["id"].as_str().unwrap());
    office.desk.must(&["set", &plan, &format!("{path}.start=1 June 2030"), &format!("{path}.end=3 June")]);
    let task = &office.desk.json(&["show", &plan])["fields"]["tasks"][0];
    assert_eq!((&task["start"], &task["end"]), (&"2030-06-01".into(), &"2030-06-03".into()));
    for (text, why) in [
        ("2027-05-12T10:00+99:00", "klockslag"),
        ("1066-10-14", "mellan 1800 och 2200"),
        ("snart", "är inte en dag som"),
    ] {
        let said = office.said("sv", &["set", &plan, &format!("{path}.end={text}")]).unwrap_err();
        assert!(said.contains(why), "{said}");
    }
    // What was understood is said, beside the identifier that scripts read.
    let output = office.desk.run(&["add", "meeting", "name=Mötet", "decision_due=12 maj 2029"]);
    assert!(
        complaint(&output).contains("decision_due: “12 maj 2029” is 2029-05-12"),
        "{}",
        complaint(&output)
    );
}

#[test]
fn lists_are_narrowed_down_by_what_set_takes() {
    let office = Office::new();
    let ek = office.desk.must(&[
        "add",
        "contact",
        "family=Ek",
        "legal_basis=Samtycke",
        "retention_hold=ja",
        "follow_up=12 maj 2029",
    ]);
    office.desk.must(&["add", "contact", "family=Alm", "legal_basis=contract", "retention_hold=nej"]);
    let venue = office.desk.must(&["add", "venue", "name=Hallen", "capacity=9165", "facilities=wifi, stage"]);
    let found = |language: &str, kind: &str, conditions: &[&str]| -> Vec<Json> {
        let mut arguments = vec!["list", kind, "--json"];
        conditions.iter().for_each(|condition| arguments.extend(["--where", condition]));
        let list = office.said(language, &arguments).unwrap_or_else(|why| panic!("{conditions:?}: {why}"));
        let list: Vec<Json> = serde_json::from_str(&list).unwrap();
        list.into_iter().map(|row| row["id"].clone()).collect()
    };
    for condition in [
        "legal_basis=Samtycke",
        "legal_basis=consent",
        "legal_basis=CONSENT",
        "retention_hold=ja",
        "retention_hold=Yes",
        "follow_up=12 maj 2029",
        "follow_up=12 May 2029",
    ] {
        assert_eq!(found("sv", "contact", &[condition]), [Json::from(ek.as_str())], "{condition}");
        assert_eq!(found("en", "contact", &[condition]), [Json::from(ek.as_str())], "{condition}");
    }
    for condition in [
        "capacity=9 165",
        "capacity=9165 pers.",
        "facilities=Scen",
        "facilities=Wi-Fi, Scen",
        "facilities=stage",
    ] {
        assert_eq!(found("sv", "venue", &[condition]), [Json::from(venue.as_str())], "{condition}");
    }
    assert_eq!(found("en", "venue", &["capacity=9,165 people"]).len(), 1);
    assert!(found("sv", "venue", &["facilities=Scen, Bastu"]).is_empty());
    assert_eq!(found("sv", "contact", &["follow_up="]).len(), 1);
    for (condition, why) in
        [("legal_basis=nej", "finns inte i listan"), ("notes=cello", "--search"), ("capacity=9.165", "Menas")]
    {
        let kind = if condition.starts_with("cap") { "venue" } else { "contact" };
        let said = office.said("sv", &["list", kind, "--where", condition]).unwrap_err();
        assert!(said.contains(why), "{said}");
    }
}

#[test]
fn fields_says_what_can_be_written() {
    let office = Office::new();
    let kinds = office.said("sv", &["fields"]).unwrap();
    assert!(
        kinds.contains("venue") && kinds.contains("Anläggningar") && !kinds.contains("member "),
        "{kinds}"
    );
    let venue = office.said("sv", &["fields", "anläggning"]).unwrap();
    for words in
        ["capacity", "Kapacitet", "pers.", "congress_centre", "Kongresscenter", "spaces", "capacity_theatre"]
    {
        assert!(venue.contains(words), "{words}: {venue}");
    }
    let described = office.desk.json(&["fields", "venue"]);
    let field = |name: &str| {
        described["fields"].as_array().unwrap().iter().find(|field| field["name"] == name).unwrap().clone()
    };
    assert_eq!(field("capacity")["type"], "number");
    assert_eq!(field("capacity")["unit"]["en"], "people");
    assert_eq!(field("name")["required"], true);
    assert_eq!(field("type")["values"][0]["value"], "congress_centre");
    assert_eq!(field("organisation")["kinds"][0], "organisation");
    assert!(field("spaces")["fields"].as_array().unwrap().iter().any(|field| field["name"] == "width"));
    let why = office.said("sv", &["fields", "flygplan"]).unwrap_err();
    assert!(why.contains("meeting"), "{why}");
}

#[test]
fn where_compares_letters_as_people_do_and_says_what_it_does_not_know() {
    let office = Office::new();
    let id = office.desk.must(&["add", "organisation", "name=Östersunds kommun", "phone=063-14 30 00"]);
    for condition in ["name=ÖSTERSUNDS  kommun", "name=O\u{308}stersunds kommun", "phone=+46 63 14 30 00"] {
        let listed = office.said("sv", &["list", "organisation", "--where", condition]).unwrap();
        assert!(listed.starts_with(&id), "{condition}: {listed}");
    }
    let why = office.said("sv", &["list", "organisation", "--where", "nmae=x"]).unwrap_err();
    assert!(why.contains("Menade du name (Namn)?"), "{why}");
    let why = office.said("en", &["list", "organisaton"]).unwrap_err();
    assert!(why.contains("Did you mean organisation?"), "{why}");
    let why = office.said("sv", &["list", "contact", "--where", "legal_basis=Samtykce"]).unwrap_err();
    assert!(why.contains("Samtycke"), "{why}");
}

#[test]
fn a_list_that_is_cut_short_says_so() {
    let office = Office::new();
    for name in ["Berg", "Dal", "Ek"] {
        office.desk.must(&["add", "contact", &format!("family={name}")]);
    }
    let id = office.desk.json(&["list", "contact"])[0]["id"].as_str().unwrap().to_owned();
    office.desk.must(&["set", &id, "given=Anna"]);
    for arguments in
        [&["list", "contact"][..], &["show", &id, "--history"], &["findings"], &["search", "berg dal"]]
    {
        let cut = [arguments, &["--most", "1"]].concat();
        let output = office.desk.command(&cut).env("SAMSYN_LANGUAGE", "sv").output().unwrap();
        assert!(output.status.success(), "{cut:?}");
        if arguments[0] != "search" {
            assert!(complaint(&output).contains("1 av "), "{cut:?}: {}", complaint(&output));
        }
    }
    let whole = office.desk.command(&["list", "contact"]).output().unwrap();
    assert_eq!(complaint(&whole), "");
}
