//! Finding: by search, however a name or a number is typed, and by title, where one record refers to another.

use samsyn_tests::process::{Desk, complaint};
use serde_json::Value as Json;

fn desk(folder: &std::path::Path) -> Desk {
    let desk = Desk { path: folder.join("a.samsyn") };
    desk.must(&["new", "Byrån", "--name", "Asa", "--no-encryption"]);
    desk
}

fn titles(found: &Json) -> Vec<&str> {
    found.as_array().unwrap().iter().map(|hit| hit["title"].as_str().unwrap()).collect()
}

#[test]
fn a_name_is_found_however_it_is_typed_and_what_is_typed_exactly_comes_first() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path());
    for (given, family) in [
        ("Sören", "Ek"),
        ("Soren", "Berg"),
        ("Łukasz", "Nowak"),
        ("Anna-Karin", "O’Brien"),
        ("Karin", "Åkerblom"),
    ] {
        desk.must(&["add", "contact", &format!("given={given}"), &format!("family={family}")]);
    }
    desk.must(&["add", "organisation", "name=Straße\u{ad}ngut ﬁnans"]);
    let hits = |text: &str| {
        let found = desk.json(&["search", text]);
        titles(&found["hits"]).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(hits("soren"), ["Soren Berg", "Sören Ek"]);
    assert_eq!(hits("sören"), ["Sören Ek"]);
    assert_eq!(hits("lukasz"), ["Łukasz Nowak"]);
    assert_eq!(hits("ŁUKASZ"), ["Łukasz Nowak"]);
    for text in ["strassengut", "STRASSE finans", "ｓｔｒａßｅ"] {
        assert_eq!(hits(text).len(), 1, "{text}");
    }
    for text in ["obrien", "o'brien", "O’Brien", "annakarin", "anna karin", "anna-karin"] {
        assert_eq!(hits(text), ["Anna-Karin O’Brien"], "{text}");
    }
    let forgiven = desk.json(&["search", "karn akerblm"]);
    assert_eq!((titles(&forgiven["hits"]).len(), forgiven["total"].as_u64()), (0, Some(0)));
    assert_eq!(titles(&forgiven["near"]), ["Karin Åkerblom"]);
    let words = desk.must(&["search", "karn akerblm"]);
    assert!(words.contains("Did you mean") && words.contains("Karin Åkerblom"), "{words}");
    assert!(desk.must(&["list", "contact", "--search", "akerblm"]).contains("Karin"));
}

#[test]
fn a_number_is_found_by_any_part_of_it_however_it_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path());
    let eva = desk.must(&["add", "contact", "family=Ek"]);
    desk.must(&["add", "phones", "--to", &eva, "number=070-123 45 67"]);
    for typed in [
        "0701234567",
        "+46701234567",
        "0046 70 123 45 67",
        "+46 (0)70-123 45 67",
        "123 45 67",
        "1234567",
        "4567",
        "070-123",
    ] {
        let found = desk.json(&["search", typed]);
        assert_eq!(titles(&found["hits"]), ["Ek"], "{typed}");
    }
    assert_eq!(titles(&desk.json(&["search", "0701234568"])["hits"]), Vec::<&str>::new());
}

#[test]
fn a_list_that_ends_says_how_many_there_are() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path());
    for number in 1..=5 {
        desk.must(&["add", "venue", &format!("name=Hallen {number}")]);
    }
    let output = desk.run(&["search", "hallen", "--most", "2"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 2);
    assert!(complaint(&output).contains("2 of 5"), "{}", complaint(&output));
    let found = desk.json(&["search", "hallen", "--most", "2"]);
    assert_eq!((titles(&found["hits"]).len(), found["total"].as_u64()), (2, Some(5)));
}

#[test]
fn a_reference_names_its_record_by_title_and_nothing_is_guessed() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path());
    let names = ["Östersunds kommun", "Jamtli", "Berg, Dal & Co", "Berg", "Tvilling", "Tvilling"];
    let ids: Vec<String> =
        names.iter().map(|name| desk.must(&["add", "organisation", &format!("name={name}")])).collect();
    let refers = |value: &str| {
        let output = desk.run(&["add", "meeting", "name=Möte", &format!("association={value}")]);
        match output.status.success() {
            true => {
                let id = String::from_utf8_lossy(&output.stdout).trim().to_owned();
                Ok(desk.json(&["show", &id])["fields"]["association"].as_str().unwrap().to_owned())
            }
            false => Err(complaint(&output)),
        }
    };
    for typed in
        ["östersunds kommun", " ÖSTERSUNDS  kommun", "O\u{308}stersunds kommun", &ids[0], &ids[0][..8]]
    {
        assert_eq!(refers(typed).as_ref(), Ok(&ids[0]), "{typed}");
    }
    assert_eq!(refers("berg, dal & co").as_ref(), Ok(&ids[2]));
    let several = refers("tvilling").unwrap_err();
    assert!(several.contains(&ids[4]) && several.contains(&ids[5]), "{several}");
    let nearest = refers("Jamtly museum").and(refers("Jamtly")).unwrap_err();
    assert!(nearest.contains(&ids[1]) || nearest.contains("No record is called"), "{nearest}");
}

#[test]
fn an_identifier_is_told_by_its_beginning_and_what_is_not_there_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path());
    let ids: Vec<String> =
        (0..40).map(|number| desk.must(&["add", "venue", &format!("name=Hall {number}")])).collect();
    let asked = |begin: &str| desk.run(&["show", begin]);
    for begin in (1..=3).map(|length| &ids[0][..length]) {
        let fits = ids.iter().filter(|id| id.starts_with(begin)).count();
        let output = asked(begin);
        // The member's own record has an identifier, too.
        match output.status.success() {
            true => assert_eq!(fits, 1),
            false => assert!(complaint(&output).contains(&ids[0]), "{}", complaint(&output)),
        }
    }
    for command in [["review", "qqqqqqq"], ["show", "qqqqqqq"], ["access", "qqqqqqq"], ["erase", "qqqqqqq"]] {
        let output = desk.run(&command);
        assert_eq!(output.status.code(), Some(1), "{command:?}");
        assert!(complaint(&output).contains("No record"), "{}", complaint(&output));
    }
    let unknown = samsyn_engine::id::RecordId::random().to_string();
    for command in [["review", unknown.as_str()], ["show", &unknown], ["remove", &unknown]] {
        let output = desk.run(&command);
        assert_eq!(output.status.code(), Some(1), "{command:?}");
        assert!(complaint(&output).contains("is not here"), "{}", complaint(&output));
    }
}
