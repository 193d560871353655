//! TLS of the relay's own, with real processes: who trusts its certificate gets in, who does not says nothing to it.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use samsyn_tests::process::{Relay, Workspace, complaint, program, run};

struct Certificates {
    certificate: PathBuf,
    key: PathBuf,
}

/// A certificate for these names that nobody has signed but itself.
fn certificates(folder: &Path, name: &str, names: &[&str]) -> Certificates {
    let names = names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    let paths = Certificates {
        certificate: folder.join(format!("{name}.pem")),
        key: folder.join(format!("{name}.key")),
    };
    std::fs::write(&paths.certificate, made.cert.pem()).unwrap();
    std::fs::write(&paths.key, made.signing_key.serialize_pem()).unwrap();
    paths
}

fn start(folder: &Path, shown: &Certificates) -> Relay {
    let (certificate, key) = (shown.certificate.to_str().unwrap(), shown.key.to_str().unwrap());
    Relay::start_with(&folder.join("relay"), 0, &["--tls-cert", certificate, "--tls-key", key])
}

/// `samsyn` on a computer that trusts just that certificate.
fn samsyn(trusted: &Path, arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(program("samsyn"));
    command.env("SAMSYN_LANGUAGE", "en").env("SSL_CERT_FILE", trusted).env_remove("SSL_CERT_DIR");
    command.env("SAMSYN_KEYS", trusted.with_file_name("keys"));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let _ = writeln!(child.stdin.take().unwrap(), "{input}");
    child.wait_with_output().unwrap()
}

fn join(workspace: &Workspace, trusted: &Path, path: &Path) -> Output {
    let code = workspace.invite(&["--role", "coordinator"]);
    let path = path.to_str().unwrap();
    samsyn(trusted, &["join", &workspace.address, "--name", "Åsa", "--replica", path], &code)
}

#[test]
fn who_trusts_the_certificate_gets_in_and_who_does_not_says_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let shown = certificates(folder.path(), "shown", &["127.0.0.1", "localhost"]);
    let other = certificates(folder.path(), "other", &["127.0.0.1"]);
    let relay = start(folder.path(), &shown);
    assert!(relay.address.starts_with("wss://"), "{}", relay.address);
    let workspace = relay.create_workspace("Byrån");
    let joined = join(&workspace, &shown.certificate, &at("asa.samsyn"));
    assert!(joined.status.success(), "{}", complaint(&joined));
    let asa = at("asa.samsyn");
    let asa = asa.to_str().unwrap();
    assert!(
        samsyn(&shown.certificate, &["add", "contact", "family=Ek", "--replica", asa], "").status.success()
    );
    let sent = samsyn(&shown.certificate, &["sync", "--replica", asa], "");
    assert!(sent.status.success(), "{}", complaint(&sent));

    let distrusted = join(&workspace, &other.certificate, &at("eve.samsyn"));
    assert!(complaint(&distrusted).contains("does not prove to be that relay"), "{}", complaint(&distrusted));
    assert!(!at("eve.samsyn").exists());
    // Without TLS nothing is understood, and nothing answered.
    let plain = Workspace { address: workspace.address.replace("wss://", "ws://"), ..workspace.clone() };
    let refused = join(&plain, &shown.certificate, &at("bo.samsyn"));
    assert!(!refused.status.success());
    assert!(complaint(&refused).contains("TLS"), "{}", complaint(&refused));
    // TLS where none is spoken.
    let other_relay = Relay::start(&at("plain"), 0);
    let workspace = other_relay.create_workspace("Annan");
    let wrong = Workspace { address: workspace.address.replace("ws://", "wss://"), ..workspace };
    let refused = join(&wrong, &shown.certificate, &at("dag.samsyn"));
    assert!(complaint(&refused).contains("does not prove"), "{}", complaint(&refused));
}

#[test]
fn a_certificate_for_another_name_is_not_that_relays() {
    let folder = tempfile::tempdir().unwrap();
    let shown = certificates(folder.path(), "shown", &["relay.example.se"]);
    let relay = start(folder.path(), &shown);
    let workspace = relay.create_workspace("Byrån");
    let joined = join(&workspace, &shown.certificate, &folder.path().join("asa.samsyn"));
    assert!(complaint(&joined).contains("does not prove to be that relay"), "{}", complaint(&joined));
}

#[test]
fn who_is_slow_at_the_handshake_keeps_nobody_from_the_door() {
    let folder = tempfile::tempdir().unwrap();
    let shown = certificates(folder.path(), "shown", &["127.0.0.1"]);
    let relay = start(folder.path(), &shown);
    let address = relay.address.strip_prefix("wss://").unwrap().to_owned();
    let mut slow: Vec<TcpStream> = (0..40).map(|_| TcpStream::connect(&address).unwrap()).collect();
    for stream in &mut slow {
        stream.write_all(&[0x16, 0x03]).unwrap();
    }
    let workspace = relay.create_workspace("Byrån");
    let joined = join(&workspace, &shown.certificate, &folder.path().join("asa.samsyn"));
    assert!(joined.status.success(), "{}", complaint(&joined));
    // And is shown out itself in the end.
    let first = &mut slow[0];
    first.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut rest = Vec::new();
    assert!(matches!(first.read_to_end(&mut rest), Ok(_) | Err(_)));
    assert!(rest.len() < 100);
}

#[test]
fn beyond_loopback_nothing_is_said_without_tls_unless_somebody_wants_that() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let refused = run("samsyn-relay", ["serve", "--listen", "0.0.0.0:0", "--data", data]);
    assert!(complaint(&refused).contains("--tls-cert"), "{}", complaint(&refused));
    let missing = [
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--data",
        data,
        "--tls-cert",
        "none.pem",
        "--tls-key",
        "none.key",
    ];
    let missing = run("samsyn-relay", missing);
    assert!(complaint(&missing).contains("none.pem cannot be used for TLS"), "{}", complaint(&missing));
    let one = certificates(folder.path(), "one", &["localhost"]);
    let two = certificates(folder.path(), "two", &["localhost"]);
    let (certificate, key) = (one.certificate.to_str().unwrap(), two.key.to_str().unwrap());
    let mixed =
        ["serve", "--listen", "127.0.0.1:0", "--data", data, "--tls-cert", certificate, "--tls-key", key];
    let mixed = run("samsyn-relay", mixed);
    assert!(complaint(&mixed).contains("cannot be used for TLS"), "{}", complaint(&mixed));
}
