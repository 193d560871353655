//! A small ACME authority on loopback (RFC 8555, RFC 8737): HTTPS with a certificate of its own root, one account after the
//! other, orders that it proves over TLS for real. Signatures of requests are not looked at; nonces, addresses and proofs are.

use std::collections::{HashMap, HashSet};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use data_encoding::BASE64URL_NOPAD as BASE64;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, SerialNumber};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::{
    CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime,
};
use tokio_rustls::rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, Error, ServerConfig, ServerConnection,
    SignatureScheme, StreamOwned,
};

use crate::support::PATIENCE;

const DAY: u64 = 24 * 60 * 60;

/// An authority that runs until the test ends.
pub struct Authority {
    pub address: SocketAddr,
    pub root: String,
    state: Arc<Mutex<State>>,
}

/// What it has seen, and how it behaves.
pub struct State {
    /// Where the names lead; it waits until it knows.
    pub relay: Option<SocketAddr>,
    /// Answers everything with a failure of its own.
    pub fails: bool,
    /// Gives the next certificate, and says that it has failed.
    pub loses: bool,
    /// Certificates are good from so many days ago for so many days from now.
    pub days: (u64, u64),
    pub accounts: Vec<String>,
    pub contact: Json,
    pub requests: usize,
    pub certificates: u8,
    nonces: HashSet<String>,
    given: u64,
    /// Names of the order, and for each how it stands: its error once there is one, and whether it is proven.
    order: Vec<(String, bool, Option<String>)>,
    chain: Option<String>,
}

type Issuing = CertifiedIssuer<'static, KeyPair>;

impl Authority {
    pub fn start() -> Authority {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = Arc::new(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap());
        let key = KeyPair::generate().unwrap();
        let own =
            CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let tls =
            ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions().unwrap();
        let tls = tls.with_no_client_auth().with_single_cert(vec![own.der().clone()], key).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, tls, root) = (listener.local_addr().unwrap(), Arc::new(tls), issuer.pem());
        let state = Arc::new(Mutex::new(State {
            relay: None,
            fails: false,
            loses: false,
            days: (0, 90),
            accounts: Vec::new(),
            contact: Json::Null,
            requests: 0,
            certificates: 0,
            nonces: HashSet::new(),
            given: 0,
            order: Vec::new(),
            chain: None,
        }));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (tls, state, issuer) = (Arc::clone(&tls), Arc::clone(&shared), Arc::clone(&issuer));
                std::thread::spawn(move || {
                    let connection = ServerConnection::new(tls).unwrap();
                    // Whoever does not trust it leaves in the midst of the handshake.
                    let _ = answer(StreamOwned::new(connection, stream), (&state, address, &issuer));
                });
            }
        });
        Authority { address, root, state }
    }

    pub fn directory(&self) -> String {
        format!("https://{}/directory", self.address)
    }

    pub fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

type Place<'a> = (&'a Mutex<State>, SocketAddr, &'a Issuing);

fn answer(mut stream: StreamOwned<ServerConnection, TcpStream>, place: Place<'_>) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    let (head, length) = loop {
        let mut part = [0; 4096];
        let count = stream.read(&mut part)?;
        bytes.extend_from_slice(&part[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head
            .to_ascii_lowercase()
            .split("content-length: ")
            .nth(1)
            .map_or(0, |rest| rest.lines().next().unwrap().trim().parse().unwrap());
        if body.len() >= length {
            break (head.to_owned(), length);
        }
    };
    let body = &bytes[bytes.len() - length..];
    let mut words = head.split_whitespace();
    let (method, path) = (words.next().unwrap(), words.next().unwrap());
    let (status, location, said) = resource((method, path), body, place);
    let nonce = {
        let mut state = place.0.lock().unwrap();
        state.given += 1;
        let nonce = format!("nonce{}", state.given);
        state.nonces.insert(nonce.clone());
        nonce
    };
    let location = location.map_or(String::new(), |path| format!("Location: https://{}{path}\r\n", place.1));
    let length = said.len();
    let said = if method == "HEAD" { String::new() } else { said };
    write!(
        stream,
        "HTTP/1.1 {status} X\r\nReplay-Nonce: {nonce}\r\n{location}Content-Length: {length}\r\nConnection: close\r\n\r\n{said}"
    )?;
    stream.conn.send_close_notify();
    stream.flush()
}

fn resource((method, path): (&str, &str), body: &[u8], place: Place<'_>) -> (u16, Option<String>, String) {
    let (state, address, issuer) = place;
    let url = |path: &str| format!("https://{address}{path}");
    state.lock().unwrap().requests += 1;
    let problem = json!({"type": "urn:ietf:params:acme:error:serverInternal", "detail": "out for lunch"});
    if state.lock().unwrap().fails {
        return (503, None, problem.to_string());
    }
    if path == "/directory" {
        let directory = json!({
            "newNonce": url("/nonce"), "newAccount": url("/account"), "newOrder": url("/order"), "meta": {},
        });
        return (200, None, directory.to_string());
    }
    if method == "HEAD" {
        return (200, None, String::new());
    }
    let envelope: Json = serde_json::from_slice(body).unwrap();
    let part = |name: &str| BASE64.decode(envelope[name].as_str().unwrap().as_bytes()).unwrap();
    let protected: Json = serde_json::from_slice(&part("protected")).unwrap();
    let payload: Json = serde_json::from_slice(&part("payload")).unwrap_or(Json::Null);
    assert_eq!(protected["url"], url(path));
    assert!(
        state.lock().unwrap().nonces.remove(protected["nonce"].as_str().unwrap()),
        "a nonce is good once"
    );
    let number = || path.rsplit('/').next().unwrap().parse::<usize>().unwrap();
    match path {
        "/account" => account(&mut state.lock().unwrap(), &protected, &payload),
        "/order" => {
            let names = payload["identifiers"].as_array().unwrap().iter();
            let names = names.map(|name| (name["value"].as_str().unwrap().to_owned(), false, None));
            let mut state = state.lock().unwrap();
            (state.order, state.chain) = (names.collect(), None);
            (201, Some("/order/0".to_owned()), order(&state, url))
        }
        "/order/0" => (200, None, order(&state.lock().unwrap(), url)),
        "/finalize" => {
            let mut state = state.lock().unwrap();
            let csr = BASE64.decode(payload["csr"].as_str().unwrap().as_bytes()).unwrap();
            state.chain = Some(sign(&mut state, csr, issuer));
            match std::mem::take(&mut state.loses) {
                true => (503, None, problem.to_string()),
                false => (200, None, order(&state, url)),
            }
        }
        "/certificate" => (200, None, state.lock().unwrap().chain.clone().unwrap()),
        path if path.starts_with("/account/") => {
            state.lock().unwrap().contact = payload["contact"].clone();
            (200, None, json!({"status": "valid"}).to_string())
        }
        path if path.starts_with("/proof/") => (200, None, proof(place, (number(), url(path)), &protected)),
        path if path.starts_with("/name/") => {
            (200, None, name(&state.lock().unwrap(), number(), url).to_string())
        }
        path => panic!("{path}"),
    }
}

fn account(state: &mut State, protected: &Json, payload: &Json) -> (u16, Option<String>, String) {
    let key = &protected["jwk"];
    // RFC 7638: in this order, without spaces.
    let canonical =
        format!(r#"{{"crv":{},"kty":{},"x":{},"y":{}}}"#, key["crv"], key["kty"], key["x"], key["y"]);
    state.accounts.push(BASE64.encode(&Sha256::digest(canonical)));
    state.contact = payload["contact"].clone();
    let place = format!("/account/{}", state.accounts.len() - 1);
    (201, Some(place), json!({"status": "valid"}).to_string())
}

/// Looks whether the name of that number is whose it is said to be.
fn proof((state, ..): Place<'_>, (number, url): (usize, String), protected: &Json) -> String {
    let kid = protected["kid"].as_str().unwrap().rsplit('/').next().unwrap().parse::<usize>().unwrap();
    let (name, thumb) = {
        let state = state.lock().unwrap();
        (state.order[number].0.clone(), state.accounts[kid].clone())
    };
    let digest = Sha256::digest(format!("token{number}.{thumb}"));
    let proven = prove(&relay(state), &name, &digest);
    let mut state = state.lock().unwrap();
    (state.order[number].1, state.order[number].2) = (proven.is_ok(), proven.err());
    json!({"type": "tls-alpn-01", "url": url, "token": "", "status": "processing"}).to_string()
}

fn order(state: &State, url: impl Fn(&str) -> String) -> String {
    let status = match &state.chain {
        Some(_) => "valid",
        None if state.order.iter().any(|(_, _, error)| error.is_some()) => "invalid",
        None if state.order.iter().all(|(_, proven, _)| *proven) => "ready",
        None => "pending",
    };
    let names: Vec<_> = (0..state.order.len()).map(|number| url(&format!("/name/{number}"))).collect();
    let mut said = json!({"status": status, "authorizations": names, "finalize": url("/finalize")});
    if status == "valid" {
        said["certificate"] = url("/certificate").into();
    }
    said.to_string()
}

fn name(state: &State, number: usize, url: impl Fn(&str) -> String) -> Json {
    let (name, proven, error) = &state.order[number];
    let status = if *proven {
        "valid"
    } else if error.is_some() {
        "invalid"
    } else {
        "pending"
    };
    let mut proof = json!({
        "type": "tls-alpn-01", "url": url(&format!("/proof/{number}")), "token": format!("token{number}"),
        "status": status,
    });
    if let Some(error) = error {
        proof["error"] = json!({"type": "urn:ietf:params:acme:error:connection", "detail": error});
    }
    json!({"status": status, "identifier": {"type": "dns", "value": name}, "challenges": [proof]})
}

fn sign(state: &mut State, csr: Vec<u8>, issuer: &Issuing) -> String {
    let mut csr = rcgen::CertificateSigningRequestParams::from_der(&csr.into()).unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let moment = |seconds| rcgen::date_time_ymd(1970, 1, 1) + Duration::from_secs(seconds);
    csr.params.not_before = moment(now - state.days.0 * DAY);
    csr.params.not_after = moment(now + state.days.1 * DAY);
    state.certificates += 1;
    csr.params.serial_number = Some(SerialNumber::from_slice(&[state.certificates]));
    format!("{}{}", csr.signed_by(issuer).unwrap().pem(), issuer.pem())
}

/// Where the names lead.
fn relay(state: &Mutex<State>) -> SocketAddr {
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        if let Some(relay) = state.lock().unwrap().relay {
            return relay;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("nobody says where the relay is");
}

/// What an authority does to see that a relay answers for a name.
pub fn prove(relay: &SocketAddr, name: &str, digest: &[u8]) -> Result<(), String> {
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anybody(provider())))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"acme-tls/1".to_vec()];
    let server = ServerName::try_from(name.to_owned()).unwrap();
    let mut connection = ClientConnection::new(Arc::new(config), server).unwrap();
    let mut stream = TcpStream::connect(relay).map_err(|error| error.to_string())?;
    while connection.is_handshaking() {
        connection.complete_io(&mut stream).map_err(|error| error.to_string())?;
    }
    if connection.alpn_protocol() != Some(b"acme-tls/1") {
        return Err("another protocol was chosen".to_owned());
    }
    let shown = connection.peer_certificates().unwrap();
    let (_, certificate) = x509_parser::parse_x509_certificate(&shown[0]).unwrap();
    let names = certificate.subject_alternative_name().unwrap().unwrap().value.general_names.clone();
    let extensions: HashMap<_, _> =
        certificate.extensions().iter().map(|found| (found.oid.to_string(), found)).collect();
    let expected = [&[4, 32], digest].concat();
    match extensions.get("1.3.6.1.5.5.7.1.31") {
        Some(found) if found.critical && found.value == expected && names.len() == 1 => Ok(()),
        _ => Err("that is another proof".to_owned()),
    }
}

/// Whoever it is, as long as they have the key of what they show.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General("TLS 1.3 is spoken".to_owned()))
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        // The certificate is unusual on purpose, and the proof stands in it.
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
