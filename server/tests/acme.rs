//! A certificate by ACME, with a relay process and an authority on loopback: obtained, kept, renewed, and what is said when it
//! cannot be.

mod authority;

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::support::{PATIENCE, Process, complaint};
use authority::{Authority, prove, provider};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

const NAMES: [&str; 2] = ["relay.example.se", "samsyn.example.se"];

/// A relay's data, what it is told, and its log.
struct Place {
    folder: tempfile::TempDir,
    authority: Authority,
}

impl Place {
    fn new() -> Place {
        let (folder, authority) = (tempfile::tempdir().unwrap(), Authority::start());
        fs::write(folder.path().join("root.pem"), &authority.root).unwrap();
        fs::create_dir(folder.path().join("data")).unwrap();
        Place { folder, authority }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn command(&self, command: &[&str], arguments: &[&str]) -> Command {
        let mut relay = crate::support::command();
        relay.env("SSL_CERT_FILE", self.folder.path().join("root.pem")).env_remove("SSL_CERT_DIR");
        relay
            .args(command)
            .args(["--listen", "127.0.0.1:0", "--log-format", "json", "--data"])
            .arg(self.data());
        relay.args(["--acme-domains", &NAMES.join(",")]).args(arguments);
        relay.args(["--acme-directory", &self.authority.directory()]);
        relay
    }

    /// Starts a relay that writes its log anew.
    fn start(&self, arguments: &[&str]) -> (Process, SocketAddr) {
        let mut command = self.command(&["serve"], arguments);
        command.stderr(fs::File::create(self.log()).unwrap());
        let relay = Process::spawn(command, &self.data());
        let address = relay.address.strip_prefix("wss://").unwrap().parse().unwrap();
        (relay, address)
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// Waits until that stands in the log.
    fn until_it_says(&self, words: &str) -> String {
        until(|| {
            fs::read_to_string(self.log())
                .unwrap()
                .lines()
                .find(|line| line.contains(words))
                .map(str::to_owned)
        })
    }

    /// Waits until a client that trusts the authority is answered; says by the certificate of which number.
    fn until_served(&self, relay: SocketAddr, number: u8) {
        until(|| (self.served(relay, NAMES[0]).ok()? == number).then_some(()));
        assert_eq!(self.served(relay, NAMES[1]), Ok(number));
    }

    fn served(&self, relay: SocketAddr, name: &str) -> Result<u8, String> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(self.authority.root.as_bytes()).unwrap()).unwrap();
        let config =
            ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions().unwrap();
        let config = config.with_root_certificates(roots).with_no_client_auth();
        let server = ServerName::try_from(name.to_owned()).unwrap();
        let connection = ClientConnection::new(Arc::new(config), server).unwrap();
        let mut stream = StreamOwned::new(connection, TcpStream::connect(relay).unwrap());
        let request = format!("GET /healthz HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).map_err(|error| error.to_string())?;
        let mut answer = String::new();
        // Without a close_notify the end is an error, and all has come.
        let _ = stream.read_to_string(&mut answer);
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        let shown = &stream.conn.peer_certificates().unwrap()[0];
        let (_, certificate) = x509_parser::parse_x509_certificate(shown).unwrap();
        Ok(*certificate.raw_serial().last().unwrap())
    }
}

fn until<T>(found: impl Fn() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(Instant::now() < end, "waited too long");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn stop(mut relay: Process) {
    relay.ask_to_stop();
    assert_eq!(relay.code(), Some(0));
}

#[test]
fn a_certificate_is_obtained_kept_over_restarts_and_renewed_when_its_time_comes() {
    let place = Place::new();
    let said = String::from_utf8(place.command(&["config", "check"], &[]).output().unwrap().stdout).unwrap();
    assert!(
        said.contains("wss://") && said.contains("by ACME for relay.example.se, samsyn.example.se"),
        "{said}"
    );
    assert!(said.contains("none is kept yet"), "{said}");

    assert!(!place.data().join("acme").exists(), "who only looks leaves nothing behind");

    // One whose time has come the moment it is given.
    place.authority.state().days = (10, 1);
    let (relay, address) = place.start(&[]);
    place.authority.state().relay = Some(address);
    place.until_served(address, 1);
    assert!(place.served(address, "other.example.se").is_err(), "it is for its names");
    assert!(prove(&address, NAMES[0], &[0; 32]).is_err(), "nothing is to be proven any more");
    stop(relay);
    private(&place.data());
    let said = String::from_utf8(place.command(&["config", "check"], &[]).output().unwrap().stdout).unwrap();
    assert!(said.contains("the one that is kept runs out in "), "{said}");

    // The authority is away: what is kept is shown, and what is wrong is said.
    place.authority.state().fails = true;
    let (relay, address) = place.start(&[]);
    assert_eq!(place.served(address, NAMES[0]), Ok(1), "at once");
    let said = place.until_it_says("the certificate was not renewed");
    assert!(said.contains("\"minutes\":1") && said.contains("\"until\":"), "{said}");
    assert!(said.contains("out for lunch"), "{said}");
    place.until_served(address, 1);
    stop(relay);

    // It is back.
    (place.authority.state().fails, place.authority.state().days) = (false, (0, 90));
    let (relay, address) = place.start(&["--acme-contact", "drift@example.se"]);
    place.authority.state().relay = Some(address);
    place.until_served(address, 2);
    stop(relay);
    assert_eq!(place.authority.state().accounts.len(), 1, "the account is kept");
    assert_eq!(place.authority.state().contact, serde_json::json!(["mailto:drift@example.se"]));

    // There is time: nobody is asked.
    let before = place.authority.state().requests;
    let (relay, address) = place.start(&["--acme-contact", "drift@example.se"]);
    assert_eq!(place.served(address, NAMES[0]), Ok(2), "at once");
    stop(relay);
    assert_eq!(place.authority.state().requests, before);
    assert_eq!(place.authority.state().certificates, 2);
}

/// What is kept is nobody else's.
fn private(data: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        let acme = data.join("acme");
        assert_eq!(mode(&acme), 0o700);
        let directory = fs::read_dir(&acme).unwrap().next().unwrap().unwrap().path();
        assert_eq!(mode(&directory), 0o700);
        for name in ["account.json", "certificate.pem"] {
            assert_eq!(mode(&directory.join(name)), 0o600, "{name}");
        }
    }
}

#[test]
fn an_answer_that_is_lost_costs_no_other_certificate() {
    let place = Place::new();
    place.authority.state().loses = true;
    let (relay, address) = place.start(&[]);
    place.authority.state().relay = Some(address);
    place.until_served(address, 1);
    let said = place.until_it_says("it is asked for again");
    assert!(said.contains("out for lunch"), "{said}");
    assert_eq!(place.authority.state().certificates, 1);
    stop(relay);
}

#[test]
fn what_keeps_a_relay_from_its_certificate_is_said_and_it_goes_on() {
    let place = Place::new();
    // The names lead elsewhere.
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    place.authority.state().relay = Some(elsewhere);
    let (relay, address) = place.start(&[]);
    let said = place.until_it_says("there is no certificate yet");
    assert!(said.contains("answers for relay.example.se") && said.contains("port 443"), "{said}");
    assert!(said.contains("refused"), "the authority's words: {said}");
    assert!(place.served(address, NAMES[0]).is_err());
    stop(relay);

    place.authority.state().fails = true;
    let (relay, _) = place.start(&[]);
    let said = place.until_it_says("there is no certificate yet");
    assert!(said.contains("out for lunch"), "{said}");
    stop(relay);

    // Nobody whom this computer trusts.
    fs::write(place.folder.path().join("root.pem"), "").unwrap();
    let (relay, _) = place.start(&[]);
    let said = place.until_it_says("there is no certificate yet");
    assert!(said.contains("ca-certificates") && said.contains("SSL_CERT_FILE"), "{said}");
    stop(relay);
    let other = Authority::start();
    fs::write(place.folder.path().join("root.pem"), &other.root).unwrap();
    let (relay, _) = place.start(&[]);
    let said = place.until_it_says("there is no certificate yet");
    assert!(said.contains("cannot be asked") && said.contains("invalid peer certificate"), "{said}");
    stop(relay);
}

#[test]
fn what_cannot_be_asked_for_is_said_before_anything_is() {
    let place = Place::new();
    for (arguments, code, words) in [
        (&["--tls-cert", "a.pem", "--tls-key", "a.key"][..], 2, "say one of them"),
        (&["--acme-contact", "nobody"], 1, "e-mail address"),
    ] {
        let output = place.command(&["config", "check"], arguments).output().unwrap();
        assert!(complaint(&output).contains(words), "{}", complaint(&output));
        assert_eq!(output.status.code(), Some(code));
    }
    let mut command = crate::support::command();
    command.args(["config", "check", "--acme-contact", "drift@example.se", "--data"]).arg(place.data());
    assert!(complaint(&command.output().unwrap()).contains("--acme-domains"));
    let mut command = crate::support::command();
    command.args(["config", "check", "--acme-domains", "*.example.se", "--data"]).arg(place.data());
    assert!(complaint(&command.output().unwrap()).contains("no address and no *"));
    assert_eq!(place.authority.state().requests, 0);
}
