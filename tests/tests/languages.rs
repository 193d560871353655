//! In which language the programs speak: one rule for both. What somebody has said, else what is chosen for Samsyn, else the system's;
//! where that has another language, or none, English.

use std::process::{Command, Stdio};

use samsyn_tests::process::program;

/// The variables that are set, and what is said then.
struct Case {
    set: &'static [(&'static str, &'static str)],
    swedish: bool,
}

const CASES: &[Case] = &[
    Case { set: &[], swedish: false },
    Case { set: &[("LANG", "C")], swedish: false },
    Case { set: &[("LANG", "C.UTF-8")], swedish: false },
    Case { set: &[("LANG", "POSIX")], swedish: false },
    Case { set: &[("LANG", "de_DE.UTF-8")], swedish: false },
    Case { set: &[("LANG", "en_US.UTF-8")], swedish: false },
    Case { set: &[("LANG", "sv_SE.UTF-8")], swedish: true },
    Case { set: &[("LANG", "sv_FI@euro")], swedish: true },
    Case { set: &[("LANG", "en_US.UTF-8"), ("LC_MESSAGES", "sv_SE.UTF-8")], swedish: true },
    // The first that is set decides, also where it has no language.
    Case { set: &[("LANG", "sv_SE.UTF-8"), ("LC_ALL", "C")], swedish: false },
    Case { set: &[("LANG", "sv_SE.UTF-8"), ("LC_MESSAGES", "de_DE")], swedish: false },
    Case { set: &[("LANG", "sv_SE.UTF-8"), ("LC_ALL", "")], swedish: true },
    Case { set: &[("LANG", "C"), ("SAMSYN_LANGUAGE", "sv")], swedish: true },
    Case { set: &[("LANG", "sv_SE.UTF-8"), ("SAMSYN_LANGUAGE", "en")], swedish: false },
    // What names no language of ours says nothing.
    Case { set: &[("LANG", "sv_SE.UTF-8"), ("SAMSYN_LANGUAGE", "")], swedish: true },
    Case { set: &[("LANG", "sv_SE.UTF-8"), ("SAMSYN_LANGUAGE", "klingon")], swedish: true },
    Case { set: &[("SAMSYN_LANGUAGE", "klingon")], swedish: false },
];

fn said(name: &str, case: &Case, arguments: &[&str]) -> String {
    let mut command = Command::new(program(name));
    for variable in ["LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE", "SAMSYN_LANGUAGE"] {
        command.env_remove(variable);
    }
    let output =
        command.args(arguments).envs(case.set.iter().copied()).stdin(Stdio::null()).output().unwrap();
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn both_programs_speak_the_language_that_is_chosen_else_the_systems_else_english() {
    let folder = tempfile::tempdir().unwrap();
    let gone = folder.path().join("gone").display().to_string();
    let asked: [(&str, &[&str], [&str; 2]); 6] = [
        ("samsyn", &["--help"], ["Användning:", "Usage:"]),
        ("samsyn-relay", &["--help"], ["Användning:", "Usage:"]),
        ("samsyn", &["--replica", &gone, "list", "contact"], ["Det finns ingen", "there is no"]),
        ("samsyn-relay", &["workspace", "list", "--data", &gone], ["Det finns ingen", "there is no"]),
        ("samsyn", &["list"], ["Mer hjälp", "Usage:"]),
        ("samsyn-relay", &["workspace", "list", "--data"], ["Mer hjälp", "--help"]),
    ];
    for case in CASES {
        for (name, arguments, words) in asked {
            let said = said(name, case, arguments);
            let [swedish, english] = words.map(|words| said.contains(words));
            let speaks =
                if name == "samsyn-relay" && arguments.len() == 3 { swedish } else { swedish && !english };
            assert_eq!(speaks, case.swedish, "{name} {arguments:?} with {:?}: {said}", case.set);
            assert!(swedish || english, "{name} {arguments:?} with {:?}: {said}", case.set);
        }
    }
}

#[test]
fn what_is_said_on_the_command_line_comes_first() {
    let folder = tempfile::tempdir().unwrap();
    let gone = folder.path().join("gone").display().to_string();
    for (case, language, words) in [
        (
            Case { set: &[("SAMSYN_LANGUAGE", "en"), ("LANG", "en_GB")], swedish: true },
            "sv",
            "Det finns ingen",
        ),
        (Case { set: &[("SAMSYN_LANGUAGE", "sv"), ("LANG", "sv_SE")], swedish: false }, "en", "there is no"),
    ] {
        let said = said("samsyn", &case, &["--language", language, "--replica", &gone, "list", "contact"]);
        assert!(said.contains(words), "{said}");
    }
}
