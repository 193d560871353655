//! What is said to a directory: opening an account, and one order from its beginning to the certificate.

use std::error::Error as StdError;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Method, Request};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use instant_acme::{
    Account, AccountBuilder, AccountCredentials, AuthorizationStatus, BodyWrapper, BytesResponse,
    ChallengeType, HttpClient, Identifier, NewAccount, NewOrder, Order, OrderState, OrderStatus, Problem,
    RetryPolicy,
};
use rcgen::{CertificateParams, DistinguishedName, KeyPair};
use tokio::time::{sleep, timeout};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::{AcmeError, Shown};

/// The authority is asked so long how far it is, ever more rarely.
const PATIENCE: RetryPolicy =
    RetryPolicy::new().initial_delay(Duration::from_millis(500)).timeout(Duration::from_secs(120));

/// The same while the certificate is made, in one try.
const COLLECT_PATIENCE: RetryPolicy =
    RetryPolicy::new().initial_delay(Duration::from_millis(500)).timeout(Duration::from_secs(60));

/// One try takes no longer, also where nobody answers.
const COLLECT_WITHIN: Duration = Duration::from_secs(75);

/// So long it is waited before each further try. With the tries themselves that is less than ten minutes.
const COLLECT_PAUSES: [Duration; 4] =
    [Duration::from_secs(2), Duration::from_secs(10), Duration::from_secs(40), Duration::from_secs(120)];

/// The longest answer of a directory that is read: a chain of certificates is some kilobytes.
const ANSWER_BYTES: usize = 256 * 1024;

/// What a directory says that does not know an account (RFC 8555, section 6.7).
const NO_ACCOUNT: &str = "urn:ietf:params:acme:error:accountDoesNotExist";

impl From<instant_acme::Error> for AcmeError {
    fn from(error: instant_acme::Error) -> Self {
        match &error {
            instant_acme::Error::Api(problem) if problem.r#type.as_deref() == Some(NO_ACCOUNT) => {
                AcmeError::NoAccount
            }
            _ => AcmeError::Directory(words(&error)),
        }
    }
}

/// An error with what lies behind it: the libraries say "client error" and keep why to themselves.
fn words(error: &dyn StdError) -> String {
    let mut words = error.to_string();
    let mut behind = error.source();
    while let Some(error) = behind {
        let more = error.to_string();
        if !words.contains(&more) {
            words = format!("{words}: {more}");
        }
        behind = error.source();
    }
    words
}

/// Speaks to directories over TLS, by the same library as the relay's own TLS, and trusts whom the computer trusts.
fn builder() -> Result<AccountBuilder, AcmeError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err(AcmeError::NoRoots);
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| AcmeError::Directory(words(&error)))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = HttpsConnectorBuilder::new().with_tls_config(config).https_only().enable_http1().build();
    let client = Client::builder(TokioExecutor::new()).build(connector);
    Ok(Account::builder_with_http(Box::new(Speaker(client))))
}

/// How directories are asked.
struct Speaker(Client<HttpsConnector<HttpConnector>, BodyWrapper<Bytes>>);

impl HttpClient for Speaker {
    fn request(&self, request: Request<BodyWrapper<Bytes>>) -> Answering {
        let posts = request.method() == Method::POST;
        let asked = self.0.request(request);
        Box::pin(async move {
            let (parts, body) = asked.await.map_err(other)?.into_parts();
            let body = axum::body::to_bytes(Body::new(body), ANSWER_BYTES).await.map_err(other)?;
            if !parts.status.is_success() {
                // The library reads problems as an answer to what it posts, and nothing else.
                let problem = serde_json::from_slice::<Problem>(&body);
                match problem {
                    Ok(_) if posts => {}
                    Ok(problem) => return Err(problem.into()),
                    Err(_) => return Err(other(io::Error::other(format!("HTTP {}", parts.status)))),
                }
            }
            Ok(BytesResponse { parts, body: Box::new(body) })
        })
    }
}

type Answering = Pin<Box<dyn Future<Output = Result<BytesResponse, instant_acme::Error>> + Send>>;

fn other(error: impl StdError + Send + Sync + 'static) -> instant_acme::Error {
    instant_acme::Error::Other(Box::new(error))
}

/// Opens an account. The operator has agreed to the authority's terms by naming it.
pub(super) async fn register(
    directory: &str,
    contact: Option<&str>,
) -> Result<(Account, AccountCredentials), AcmeError> {
    let contact: Vec<&str> = contact.into_iter().collect();
    let new = NewAccount { contact: &contact, terms_of_service_agreed: true, only_return_existing: false };
    Ok(builder()?.create(&new, directory.to_owned(), None).await?)
}

/// Goes on with an account.
pub(super) async fn enter(credentials: AccountCredentials) -> Result<Account, AcmeError> {
    Ok(builder()?.from_credentials(credentials).await?)
}

/// Tells the authority where it may write to from now on.
pub(super) async fn change_contact(account: &Account, contact: Option<&str>) -> Result<(), AcmeError> {
    let contact: Vec<&str> = contact.into_iter().collect();
    Ok(account.update_contacts(&contact).await?)
}

/// Orders a certificate for these names. Answers its key and its chain, in PEM.
pub(super) async fn order(account: &Account, names: &[String], shown: &Shown) -> Result<String, AcmeError> {
    let identifiers: Vec<_> = names.iter().cloned().map(Identifier::Dns).collect();
    let mut order = account.new_order(&NewOrder::new(&identifiers)).await?;
    prove_all(&mut order, shown).await?;
    let ready = order.poll_ready(&PATIENCE).await;
    if !matches!(ready, Ok(OrderStatus::Ready)) {
        // Which name it was, and why, stands at its proof; the order only says that it came to nothing.
        let why = refused(&mut order).await;
        return Err(why.unwrap_or_else(|| match ready {
            Ok(status) => AcmeError::Directory(format!("the order is {status:?}").to_lowercase()),
            Err(error) => error.into(),
        }));
    }
    let (key, request) = key_and_request(names)?;
    let chain = collect(&mut order, &request).await?;
    Ok(format!("{key}\n{chain}"))
}

/// A new key, in PEM, and the request for a certificate of it, in DER. The key is ours and not the library's, so that it is still there
/// when the answer to the request is not.
fn key_and_request(names: &[String]) -> Result<(String, Vec<u8>), AcmeError> {
    let made = || {
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name = DistinguishedName::new();
        let key = KeyPair::generate()?;
        let request = params.serialize_request(&key)?;
        Ok::<_, rcgen::Error>((key.serialize_pem(), request.der().to_vec()))
    };
    made().map_err(|error| AcmeError::Unusable(words(&error)))
}

/// The certificate of an order whose names are proven. What fails in a way that may pass is tried again for this same order:
/// another one would be another of the few certificates that an authority gives in a week.
async fn collect(order: &mut Order, request: &[u8]) -> Result<String, AcmeError> {
    let mut pauses = COLLECT_PAUSES.into_iter();
    loop {
        let error = match timeout(COLLECT_WITHIN, try_to_collect(order, request)).await {
            Ok(Ok(chain)) => return Ok(chain),
            Ok(Err(error)) => AcmeError::from(error),
            Err(_) => AcmeError::NoAnswer,
        };
        match pauses.next() {
            Some(pause) if !is_over(order.state()) => {
                let seconds = pause.as_secs();
                tracing::warn!(%error, seconds, "the certificate did not come: it is asked for again");
                sleep(pause).await;
            }
            _ => return Err(error),
        }
    }
}

/// Begins with how the order stands: the answer to what was asked before may be lost, and what was asked done.
async fn try_to_collect(order: &mut Order, request: &[u8]) -> Result<String, instant_acme::Error> {
    if order.refresh().await?.status == OrderStatus::Ready {
        order.finalize_csr(request).await?;
    }
    order.poll_certificate(&COLLECT_PATIENCE).await
}

/// Whether nothing comes of an order any more, however often one asks.
fn is_over(order: &OrderState) -> bool {
    order.error.is_some() || order.status == OrderStatus::Invalid
}

/// Proves each name of an order that is not proven yet.
async fn prove_all(order: &mut Order, shown: &Shown) -> Result<(), AcmeError> {
    let mut authorizations = order.authorizations();
    while let Some(authorization) = authorizations.next().await {
        let mut authorization = authorization?;
        if authorization.status == AuthorizationStatus::Valid {
            continue;
        }
        let name = authorization.identifier().to_string();
        let challenge = authorization.challenge(ChallengeType::TlsAlpn01);
        let mut challenge = challenge.ok_or_else(|| AcmeError::NotOffered(name.clone()))?;
        shown.prove(&name, challenge.key_authorization().digest().as_ref())?;
        challenge.set_ready().await?;
    }
    Ok(())
}

/// The first name that the authority did not see proven, and its words for why.
async fn refused(order: &mut Order) -> Option<AcmeError> {
    let mut authorizations = order.authorizations();
    while let Some(authorization) = authorizations.next().await {
        let mut authorization = authorization.ok()?;
        let state = authorization.refresh().await.ok()?;
        let why = state.challenges.iter().find_map(|challenge| challenge.error.as_ref());
        if let Some(why) = why {
            let why = why.detail.clone().unwrap_or_else(|| why.to_string());
            return Some(AcmeError::NotProven { name: state.identifier().to_string(), why });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_over_once_it_has_failed_and_not_before() {
        let order = |status: &str, error: &str| -> OrderState {
            let rest = r#""authorizations": [], "finalize": """#;
            serde_json::from_str(&format!(r#"{{"status": "{status}", {rest}, "error": {error}}}"#)).unwrap()
        };
        for status in ["ready", "processing", "valid"] {
            assert!(!is_over(&order(status, "null")), "{status}");
        }
        assert!(is_over(&order("invalid", "null")));
        assert!(is_over(&order("processing", r#"{"type": "urn:ietf:params:acme:error:badCSR"}"#)));
    }

    #[test]
    fn the_key_is_that_of_the_request() {
        let (key, request) = key_and_request(&["relay.example.se".to_owned()]).unwrap();
        let key = KeyPair::from_pem(&key).unwrap();
        let public = key.public_key_raw();
        assert!(request.windows(public.len()).any(|part| part == public));
        assert!(request.windows(16).any(|part| part == b"relay.example.se"));
    }
}
