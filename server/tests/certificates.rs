//! A certificate that nobody could connect with is said where an operator looks: in the check, at start, in the numbers.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::Stdio;

use crate::support::{Process, complaint, run};

/// A certificate that is good from the first of January of one year to that of another, and its key.
fn certificate(folder: &Path, (from, until): (i32, i32)) -> [String; 4] {
    let mut params = rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    params.not_before = rcgen::date_time_ymd(from, 1, 1);
    params.not_after = rcgen::date_time_ymd(until, 1, 1);
    let key = rcgen::KeyPair::generate().unwrap();
    let (certificate, secret) = (folder.join("a.pem"), folder.join("a.key"));
    std::fs::write(&certificate, params.self_signed(&key).unwrap().pem()).unwrap();
    std::fs::write(&secret, key.serialize_pem()).unwrap();
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    ["--tls-cert".to_owned(), text(&certificate), "--tls-key".to_owned(), text(&secret)]
}

/// The numbers that a relay tells at that address.
fn numbers(line: &str) -> String {
    let address = line.trim().strip_prefix("numbers at http://").unwrap().strip_suffix("/metrics").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET /metrics HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_certificate_that_has_run_out_or_is_not_good_yet_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("relay");
    std::fs::create_dir(&data).unwrap();
    let check = |tls: &[String; 4]| {
        let arguments = ["config", "check", "--data", data.to_str().unwrap()];
        run(arguments.into_iter().chain(tls.iter().map(String::as_str)))
    };
    for (years, words) in [((2001, 2002), "ran out on"), ((2190, 2200), "is not good before")] {
        let tls = certificate(folder.path(), years);
        let checked = check(&tls);
        assert_eq!(checked.status.code(), Some(1));
        assert!(complaint(&checked).contains(words), "{}", complaint(&checked));

        let log = folder.path().join("log");
        let mut command = crate::support::command();
        command.args(["serve", "--listen", "127.0.0.1:0", "--metrics", "127.0.0.1:0", "--data"]).arg(&data);
        command.args(&tls).stderr(Stdio::from(std::fs::File::create(&log).unwrap()));
        command.env_remove("RUST_LOG");
        // It serves all the same: another may come at any moment.
        let mut relay = Process::spawn(command, &data);
        let told = std::fs::read_to_string(&log).unwrap();
        assert!(told.contains(words) && told.contains("nobody can connect"), "{told}");
        let numbers = numbers(&relay.line());
        for name in ["samsyn_certificate_not_before_seconds", "samsyn_certificate_not_after_seconds"] {
            assert!(numbers.lines().any(|line| line.starts_with(name)), "{name}: {numbers}");
        }
    }
    let checked = check(&certificate(folder.path(), (2020, 2200)));
    assert!(checked.status.success(), "{}", complaint(&checked));
    assert!(String::from_utf8_lossy(&checked.stdout).contains("it is good until"));
}
