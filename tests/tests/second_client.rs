//! A client in another language, written from `docs/protocol.md` alone, beside a real relay and the real command line: what
//! the one writes the other finds, and neither has to be trusted by the other.

use std::fs;
use std::path::Path;
use std::process::Command;

use samsyn_tests::javascript::{Scripted, Town, assert_same, folder};
use samsyn_tests::planted;
use samsyn_tests::process::complaint;
use serde_json::{Value as Json, json};

fn text(value: &Json) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

/// The fields of a record as the second client has them, in the form of the command line.
fn fields(record: &Json) -> Json {
    let all = record.as_object().unwrap().iter().filter(|(name, _)| !name.starts_with('_'));
    all.map(|(name, value)| (name.clone(), value.clone())).collect()
}

#[test]
fn it_writes_and_reads_the_examples_of_the_page() {
    let tests =
        Command::new("node").args(["--test", "test/vectors.test.js"]).current_dir(folder()).output().unwrap();
    let said = String::from_utf8_lossy(&tests.stdout).into_owned();
    assert!(tests.status.success(), "{said}\n{}", complaint(&tests));
    assert!(said.contains("pass 10") && said.contains("skipped 0"), "{said}");
}

/// Nothing committed may depend on where one machine takes its packages from, and what is fetched is just what was looked at.
#[test]
fn its_packages_are_named_with_their_hashes_and_without_a_host() {
    let lock: Json = serde_json::from_slice(&fs::read(folder().join("package-lock.json")).unwrap()).unwrap();
    let packages = lock["packages"].as_object().unwrap().iter().filter(|(name, _)| !name.is_empty());
    let packages: Vec<_> = packages.collect();
    assert_eq!(packages.len(), 4, "few");
    for (name, package) in packages {
        assert!(package.get("resolved").is_none(), "{name} names a host");
        assert!(text(&package["integrity"]).starts_with("sha512-"), "{name}");
    }
}

#[test]
fn what_one_client_writes_the_other_finds_and_works_on() {
    let town = Town::create();
    let jill = town.scripted("Jill", &["ambassador"]);
    let area = jill.json(&["add", "focus_area", "name=Vintersport", "status=proposed"]);
    let areas = format!("focus_areas={}", text(&area["id"]));
    let eva = jill.json(&["add", "contact", "given=Eva", "family=Ek", "notes=Hon vill veta mer.", &areas]);
    let eva = text(&eva["id"]);
    let row = jill.json(&["row", eva, "emails", "address=eva.ek@example.se", "type=work"]);
    jill.json(&["sync"]);

    // It opens, is listed and is found.
    let asa = town.desk("Åsa", "coordinator");
    assert!(asa.must(&["list", "contact"]).contains("Eva Ek"));
    assert!(asa.must(&["search", "ek@example"]).contains(eva));
    let shown = asa.json(&["show", eva]);
    assert_eq!(shown["fields"], fields(&jill.json(&["show", eva])));
    assert!(asa.must(&["show", eva, "--history"]).contains("Jill"), "who wrote it");
    jill.json(&["sync"]);
    assert_same(&asa, &jill);

    // Both write in it without knowing of each other: prose by the character, lists row by row, a field twice.
    asa.must(&["set", eva, "notes=Hon vill veta mycket mer.", "language=Engelska", "--language", "sv"]);
    asa.must(&["add", "--to", eva, "phones", "number=+46 63-14 30 00"]);
    jill.json(&[
        "set",
        eva,
        "notes=Hon vill veta mer. Ring på måndag.",
        "language=nb",
        "--why",
        "hon ringde",
    ]);
    jill.json(&["cell", eva, "emails", text(&row["row"]), "primary=true"]);
    jill.json(&["set", eva, "ambassador_bid=2"]);
    asa.must(&["sync"]);
    let synced = jill.json(&["sync"]);
    assert_eq!((&synced["began"], &synced["received"]), (&json!("log"), &json!(2)), "from its cursor");
    asa.must(&["sync"]);
    assert_same(&asa, &jill);
    let merged = jill.json(&["show", eva]);
    assert_eq!(merged["notes"], "Hon vill veta mycket mer. Ring på måndag.");
    assert_eq!(merged["phones"][0]["number"], "+46 63-14 30 00");
    assert_eq!(merged["emails"][0]["primary"], json!(true));
    let mut both: Vec<&str> =
        merged["_contradict"]["language"].as_array().unwrap().iter().map(text).collect();
    both.sort_unstable();
    assert_eq!(both, ["en", "nb"]);
    assert_eq!(asa.json(&["list", "contact"])[0]["conflicts"], 1);
    assert_eq!(asa.json(&["show", eva])["fields"], fields(&merged));
    assert!(asa.must(&["show", eva, "--history"]).contains("hon ringde"), "why");

    // A choice ends the contradiction, in both.
    jill.json(&["set", eva, "language=en"]);
    jill.json(&["sync"]);
    asa.must(&["sync"]);
    assert_eq!(asa.json(&["list", "contact"])[0]["conflicts"], 0);
    // What is removed is not listed, and can be brought back.
    jill.json(&["remove", eva]);
    jill.json(&["sync"]);
    asa.must(&["sync"]);
    assert!(!asa.must(&["list", "contact"]).contains("Eva"));
    asa.must(&["remove", eva, "--restore"]);
    asa.must(&["sync"]);
    jill.json(&["sync"]);
    assert_eq!(jill.json(&["list", "contact"]).as_array().unwrap().len(), 1);
    assert_same(&asa, &jill);
    assert!(town.operate("verify", &[]).contains("right"), "{}", town.operate("verify", &[]));
}

/// Section 13 of the page, field by field.
#[test]
fn every_field_of_every_kind_says_the_same_in_both() {
    let town = Town::create();
    let jill = town.scripted("Jill", &["coordinator"]);
    let asa = town.desk("Åsa", "coordinator");
    let kinds = ["meeting", "contact", "organisation", "venue", "plan", "focus_area"];
    let filled: Vec<(&str, Json)> = kinds.iter().map(|kind| (*kind, jill.json(&["fill", kind]))).collect();
    assert_eq!(jill.json(&["sync"])["refused"], 0);
    asa.must(&["sync"]);
    for (kind, record) in &filled {
        let shown = asa.json(&["show", text(&record["_id"])]);
        assert_eq!((&shown["kind"], &shown["fields"]), (&json!(kind), &fields(record)));
    }
    assert_same(&asa, &jill);
    // And back: the command line writes what the second client made.
    let (_, plan) = filled.iter().find(|(kind, _)| *kind == "plan").unwrap();
    let id = text(&plan["_id"]);
    asa.must(&["set", id, "budget=2,5 mkr", "dates=12–14 maj 2029", "--language", "sv"]);
    asa.must(&["sync"]);
    jill.json(&["sync"]);
    let plan = jill.json(&["show", id]);
    assert_eq!(
        (&plan["budget"], &plan["dates"]),
        (&json!("2500000.00 SEK"), &json!("2029-05-12/2029-05-14"))
    );
    // Places in a list: its second task goes before the first.
    let [first, second] = [0, 1].map(|place| text(&plan["tasks"][place]["id"]).to_owned());
    jill.json(&["move", id, "tasks", &second, "", &first]);
    jill.json(&["sync"]);
    asa.must(&["sync"]);
    assert_eq!(asa.json(&["show", id])["fields"]["tasks"][0]["id"], json!(second));
    assert_same(&asa, &jill);
}

#[test]
fn a_push_that_is_refused_says_why_and_is_kept() {
    let town = Town::create();
    let asa = town.desk("Åsa", "coordinator");
    let jill = town.scripted("Jill", &["reader"]);
    // It knows its role before the relay tells it, as the page says.
    assert!(jill.fails(&["add", "contact", "family=Ek"]).contains("reader may not write"));
    let refused = jill.json(&["add", "contact", "family=Ek", "--unchecked"]);
    let id = text(&refused["id"]);
    assert_eq!(jill.json(&["sync"])["refused"], 2, "its seed and what was written");
    let status = jill.json(&["status"]);
    for change in status["refused"].as_array().unwrap() {
        assert_eq!(change["code"], "forbidden");
        assert_eq!(change["words"], "a reader may not write records of the kind contact");
    }
    asa.must(&["sync"]);
    assert!(!asa.must(&["list", "contact"]).contains("Ek"));

    // With another role the same is taken.
    let jills = text(&status["device"]).to_owned();
    asa.must(&["member", "role", &jills, "ambassador"]);
    assert_eq!(jill.json(&["sync"])["refused"], 0);
    asa.must(&["sync"]);
    assert!(asa.must(&["list", "contact"]).contains("Ek"));
    assert_same(&asa, &jill);

    // What does not fit its kind, and what is no change at all.
    jill.json(&["set", id, "follow_up=på måndag", "--unchecked"]);
    jill.json(&["sync"]);
    let reason = jill.json(&["status"])["refused"][0].clone();
    assert_eq!(reason["code"], "schema");
    assert!(text(&reason["words"]).contains("follow_up does not hold a value of its type"), "{reason}");
    let other = town.scripted("Jim", &["ambassador"]);
    let answer = |bytes: &str| other.json(&["chunk", id, bytes])["answer"].clone();
    assert_eq!(answer("856f4a8300000000")["code"], "malformed");
    let seed = seed();
    assert_eq!(answer(&format!("{seed}00"))["words"], "it is not well-formed: something stands behind it");
    assert_eq!(
        answer(&seed.replace("87dc9285", "00000000"))["words"],
        "its checksum is wrong: it was damaged on the way"
    );
    assert_eq!(answer(&seed)["code"], "schema", "the seed of another record");
    // Nobody else was touched by it.
    asa.must(&["set", id, "given=Eva"]);
    asa.must(&["sync"]);
    assert!(asa.must(&["status"]).contains("Everything is sent"));
}

#[test]
fn whoever_has_no_place_in_the_log_compares_and_both_get_what_they_lack() {
    let town = Town::create();
    let asa = town.desk("Åsa", "coordinator");
    let jill = town.scripted("Jill", &["coordinator"]);
    // More than fit in one range, so that ranges are divided.
    jill.json(&["add", "organisation", "name=Förening", "type=association", "--times", "70"]);
    jill.json(&["sync"]);
    asa.must(&["sync"]);
    assert_same(&asa, &jill);
    let status = jill.json(&["status"]);
    let ids: Vec<String> = status["heads"].as_object().unwrap().keys().cloned().collect();
    let organisations: Vec<_> = asa.json(&["list", "organisation"]).as_array().unwrap().clone();
    let [hers, mine, both] = [0, 30, 60].map(|place| text(&organisations[place]["id"]).to_owned());
    assert!(ids.contains(&both));
    asa.must(&["set", &hers, "name=Åsas"]);
    asa.must(&["set", &both, "email=asa@example.se"]);
    let new = asa.must(&["add", "contact", "family=Ny"]);
    asa.must(&["sync"]);
    jill.json(&["set", &mine, "name=Jills"]);
    jill.json(&["set", &both, "notes=Jills anteckning"]);
    jill.json(&["add", "contact", "family=Också ny"]);
    let compared = jill.json(&["compare"]);
    assert_eq!(compared["began"], "comparison");
    // Two that she wrote in, two that Åsa wrote in of which one is the same, and a new one each.
    assert_eq!((&compared["differed"], &compared["sent"]), (&json!(5), &json!(4)), "{compared}");
    assert_eq!(jill.json(&["show", &new])["family"], "Ny");
    asa.must(&["sync"]);
    assert_same(&asa, &jill);
    // The second time there is nothing to say.
    let compared = jill.json(&["compare"]);
    assert_eq!(
        (&compared["differed"], &compared["received"], &compared["sent"]),
        (&json!(0), &json!(0), &json!(0))
    );
    // And whoever has nothing gets all records whole.
    let jim = town.scripted("Jim", &["reader"]);
    asa.must(&["sync"]);
    jim.json(&["sync"]);
    assert_same(&asa, &jim);
}

#[test]
fn who_belongs_is_asked_and_told() {
    let town = Town::create();
    let jill = town.scripted("Jill", &["coordinator"]);
    let code = "0123-4567-89AB-CDEF";
    let invite = json!({ "t": "invite", "i": { "k": code, "r": "ambassador", "s": 3600 } }).to_string();
    let managed = |who: &Scripted, wish: &Json| who.json(&["manage", &wish.to_string()])["managed"].clone();
    assert_eq!(jill.json(&["manage", &invite])["managed"], json!({ "t": "done" }));
    assert_eq!(jill.json(&["manage", &invite])["managed"], json!({ "t": "refused", "w": "already" }));
    let roster = managed(&jill, &json!({ "t": "roster" }))["r"].clone();
    assert_eq!((&roster["i"][0]["r"], &roster["h"][0]["w"]), (&json!("ambassador"), &json!("invited")));
    // The command line comes in with a code that the second client made.
    let bo = town.desk_with("Bo", code);
    let roster = managed(&jill, &json!({ "t": "roster" }))["r"].clone();
    let members = roster["m"].as_array().unwrap();
    assert_eq!(members.iter().map(|member| text(&member["l"])).collect::<Vec<_>>(), ["Jill", "Bo"]);
    assert_eq!((&members[1]["r"], &roster["h"][0]["w"]), (&json!("ambassador"), &json!("joined")));
    // That of whoever made the workspace is not used yet.
    assert_eq!(roster["i"].as_array().unwrap().len(), 1);
    assert!(bo.must(&["status"]).contains("Ambassador"));

    let jim = town.scripted("Jim", &["ambassador"]);
    assert_eq!(managed(&jim, &json!({ "t": "roster" })), json!({ "t": "refused", "w": "not-allowed" }));
    let device = text(&jill.json(&["status"])["device"]).to_owned();
    let role = json!({ "t": "set-role", "m": device, "r": "reader" });
    assert_eq!(managed(&jill, &role), json!({ "t": "refused", "w": "last-coordinator" }));
    let wrong = json!({ "t": "set-role", "m": device, "r": "partner" });
    assert_eq!(managed(&jill, &wrong), json!({ "t": "refused", "w": "organisation" }));

    // Whoever does not belong any more is not let in, and told no more than that.
    let jims = text(&jim.json(&["status"])["device"]).to_owned();
    assert_eq!(managed(&jill, &json!({ "t": "revoke", "d": jims })), json!({ "t": "done" }));
    assert!(jim.fails(&["sync"]).starts_with("access: "));
    assert_eq!(
        managed(&jill, &json!({ "t": "revoke", "d": jims })),
        json!({ "t": "refused", "w": "unknown" })
    );
}

/// What nobody else is called.
const PLANTED: [&str; 2] = ["Xylofonsson", "Zebrafiskarnas hemlighet"];

#[test]
fn who_is_erased_leaves_the_second_client_too() {
    let town = Town::create();
    let asa = town.desk("Åsa", "coordinator");
    let jill = town.scripted("Jill", &["coordinator"]);
    let person =
        jill.json(&["add", "contact", &format!("family={}", PLANTED[0]), &format!("notes={}", PLANTED[1])]);
    let other = jill.json(&["add", "contact", "family=Ek"]);
    let (person, other) = (text(&person["id"]), text(&other["id"]));
    jill.json(&["sync"]);
    asa.must(&["sync"]);
    // She writes in both while the one is erased.
    jill.json(&["set", person, "given=Ej skickat"]);
    jill.json(&["set", other, "given=Eva"]);
    asa.must(&["erase", person, "--yes"]);
    asa.must(&["sync"]);
    let synced = jill.json(&["sync"]);
    assert_eq!(
        (&synced["began"], &synced["sent"], &synced["refused"]),
        (&json!("comparison"), &json!(1), &json!(0))
    );
    assert!(jill.fails(&["show", person]).contains("no record"));
    let status = jill.json(&["status"]);
    assert_eq!((&status["erased"], &status["refused"]), (&json!(1), &json!([])));
    assert_eq!(planted::found(jill.state.parent().unwrap(), &PLANTED), Vec::<String>::new());
    // It says so, and the relay counts it.
    jill.json(&["sync"]);
    let roster = jill.json(&["manage", &json!({ "t": "roster" }).to_string()])["managed"]["r"].clone();
    assert_eq!(roster["e"][0]["e"], person);
    let waiting = roster["e"][0]["w"].as_array().unwrap();
    assert!(!waiting.contains(&status["device"]), "{roster}");
    asa.must(&["sync"]);
    assert_same(&asa, &jill);

    // The second client erases, too; what is offered to who was erased is refused.
    let jim = town.scripted("Jim", &["ambassador"]);
    let erase = json!({ "t": "erase", "e": other });
    assert_eq!(jill.json(&["manage", &erase.to_string()])["managed"], json!({ "t": "done" }));
    assert_eq!(
        jill.json(&["manage", &erase.to_string()])["managed"],
        json!({ "t": "refused", "w": "already" })
    );
    jim.json(&["sync"]);
    assert!(jim.fails(&["show", other]).contains("no record"));
    asa.must(&["sync"]);
    assert!(!asa.must(&["list", "contact"]).contains("Ek"));
    assert_eq!(jim.json(&["chunk", other, &seed()])["answer"]["code"], "erased");
    assert!(town.operate("verify", &[]).contains("right"));
}

/// The seed that the page shows: a well-formed change of the `member` record 11…11.
fn seed() -> String {
    let page = fs::read_to_string(samsyn_tests::documented::top().join("docs/protocol.md")).unwrap();
    let (_, behind) = page.split_once("```hex seed\n").unwrap();
    behind.split_once("```").unwrap().0.split_whitespace().collect()
}

/// From a partner some of the log is kept: positions have gaps, and places are sealed.
#[test]
fn a_partner_sees_and_writes_what_is_theirs() {
    let town = Town::create();
    let asa = town.desk("Åsa", "coordinator");
    let hotel = asa.must(&["add", "organisation", "name=Hotell Jämteborg", "type=hotel"]);
    let contact = asa.must(&["add", "contact", "family=Ek"]);
    asa.must(&["sync"]);
    let jill = town.scripted("Jill", &["partner", "--organisation", &hotel]);
    assert_eq!(jill.json(&["show", &hotel])["name"], "Hotell Jämteborg");
    assert!(jill.fails(&["show", &contact]).contains("no record"));
    let own = format!("organisation={hotel}");
    let venue = jill.json(&["add", "venue", "name=Storsjöteatern", "type=theatre", &own]);
    assert!(jill.fails(&["add", "venue", "name=En annans", "type=other"]).contains("partner"));
    asa.must(&["add", "contact", "family=Alm"]);
    asa.must(&["sync"]);
    assert_eq!(jill.json(&["sync"])["refused"], 0);
    asa.must(&["sync"]);
    assert!(asa.must(&["list", "venue"]).contains("Storsjöteatern"));
    asa.must(&["set", text(&venue["id"]), "capacity=400"]);
    asa.must(&["sync"]);
    let synced = jill.json(&["sync"]);
    assert_eq!(
        (&synced["began"], &synced["received"]),
        (&json!("log"), &json!(1)),
        "its sealed place is known"
    );
    assert_eq!(jill.json(&["show", text(&venue["id"])])["capacity"], 400);
    // It compares what it may see.
    assert_eq!(jill.json(&["compare"])["differed"], 0);
}

/// No file of the second client says more than it must: its own packages are looked for in its own folder.
#[test]
fn what_is_fetched_stays_out_of_the_source() {
    let ignored = fs::read_to_string(samsyn_tests::documented::top().join(".gitignore")).unwrap();
    assert!(ignored.lines().any(|line| line == "/tests/javascript/node_modules"));
    assert!(Path::new(folder()).join("package.json").exists());
}
