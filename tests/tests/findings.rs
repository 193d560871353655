//! What merges cleanly and is still wrong, told by the command line to whoever may know it.

use samsyn_tests::process::{Desk, Relay, Workspace, complaint};
use serde_json::{Value as Json, json};

fn join(workspace: &Workspace, folder: &std::path::Path, person: &str, invitation: &[&str]) -> Desk {
    let path = folder.join(format!("{person}.samsyn"));
    let output = workspace.join_with(&path, person, &workspace.invite(invitation));
    assert!(output.status.success(), "{}", complaint(&output));
    Desk { path }
}

fn rules(findings: &Json) -> Vec<(&str, &str)> {
    let all = findings.as_array().unwrap().iter();
    all.map(|one| (one["rule"].as_str().unwrap(), one["weight"].as_str().unwrap())).collect()
}

#[test]
fn a_day_that_has_passed_and_a_missing_basis_are_told_with_their_way_out_and_not_to_a_partner() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(&folder.path().join("relay"), 0);
    let workspace = relay.create_workspace("Byrån");
    let asa = join(&workspace, folder.path(), "Asa", &["--role", "coordinator"]);
    assert_eq!(asa.json(&["findings"]), json!([]));
    assert_eq!(asa.must(&["findings"]), "nothing has to be put right");
    let hotel = asa.must(&["add", "organisation", "name=Hotellet"]);
    let eva = asa.must(&["add", "contact", "family=Ek", "consent_at=2019-05-02", "review_by=2020-01-31"]);
    asa.must(&["add", "contact", "family=Alm", "legal_basis=contract", "review_by=2199-01-31"]);
    asa.must(&["sync"]);

    let partner = join(&workspace, folder.path(), "Pia", &["--role", "partner", "--organisation", &hotel]);
    let reader = join(&workspace, folder.path(), "Rut", &["--role", "reader"]);
    assert_eq!(partner.json(&["findings"]), json!([]), "who may not read contacts has none of them");
    let read = reader.json(&["findings"]);
    assert_eq!(read.as_array().unwrap().len(), 2);
    assert!(read.as_array().unwrap().iter().all(|one| one["way_out"].is_null()), "a reader writes nothing");

    let found = asa.json(&["findings"]);
    assert_eq!(rules(&found), [("review_by", "grave"), ("legal_basis", "grave")]);
    assert_eq!(found[0]["detail"], json!({ "by": "2020-01-31", "stand": "passed", "held": false }));
    assert_eq!((&found[0]["record"], &found[0]["title"]), (&json!(eva), &json!("Ek")));
    let words = asa.must(&["findings"]);
    assert!(words.contains("By 2020-01-31 you were to decide"), "{words}");
    assert!(
        words.contains(&format!("The consent is the basis: samsyn set {eva} legal_basis=consent")),
        "{words}"
    );
    let swedish = asa.must(&["findings", "--language", "sv"]);
    assert!(swedish.contains("Senast 2020-01-31 skulle ni ha avgjort"), "{swedish}");
    assert!(swedish.contains("Rättslig grund saknas."), "{swedish}");

    for one in found.as_array().unwrap() {
        let quick_fix = &one["way_out"];
        let (path, value) = (quick_fix["path"].as_str().unwrap(), quick_fix["value"].as_str().unwrap());
        asa.must(&["set", &eva, &format!("{path}={value}")]);
    }
    assert_eq!(asa.json(&["findings"]), json!([]), "each way out leads out");
    asa.must(&["sync"]);
    reader.must(&["sync"]);
    assert_eq!(reader.json(&["findings"]), json!([]));
}
