//! TLS of the relay's own, by rustls: a certificate and a key in files, or by ACME (`acme`).
//!
//! Certificates are renewed every few weeks, by another program. The files are looked at again from time to time, and what is
//! new there is used from the next connection on; nobody has to be cut off for it. Where what is there cannot be used, the last good
//! one stays, and the log says so.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, ServerConfig};

use crate::acme::{self, Acme, PROOF_PROTOCOL};
use crate::error::RelayError;
use crate::folder::Folder;

/// Where a relay has its certificate from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tls {
    /// Another program puts it into files, and renews it there.
    Files(TlsFiles),
    /// The relay asks an authority for it, and renews it by itself.
    Acme(Acme),
}

/// Where the certificate and its key are, both in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, and those that lead from it to one that clients trust.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// How often it is looked whether there is another certificate in the files.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// What a relay shows, and what keeps it good.
#[derive(Debug)]
pub(crate) enum Source {
    Files(Arc<Shown>),
    Acme(acme::Keeper),
}

impl Source {
    /// Reads what there is.
    ///
    /// # Errors
    /// Where the files cannot be used, or nothing can be kept in the data folder.
    pub(crate) fn open(tls: Tls, folder: &Folder) -> Result<Source, RelayError> {
        Ok(match tls {
            Tls::Files(files) => Source::Files(Shown::read(files)?),
            Tls::Acme(settings) => Source::Acme(acme::Keeper::open(settings, folder)?),
        })
    }

    /// What makes TLS connections of TCP connections, with whatever certificate is shown then.
    ///
    /// # Errors
    /// Where the library does not know the protocol versions it has itself.
    pub(crate) fn acceptor(&self) -> Result<TlsAcceptor, RelayError> {
        let (resolver, protocols): (Arc<dyn ResolvesServerCert>, Vec<Vec<u8>>) = match self {
            Source::Files(shown) => (Arc::clone(shown) as _, Vec::new()),
            Source::Acme(keeper) => {
                (Arc::clone(keeper.shown()) as _, vec![b"http/1.1".to_vec(), PROOF_PROTOCOL.to_vec()])
            }
        };
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_cert_resolver(resolver);
        config.alpn_protocols = protocols;
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    /// Keeps it good, for ever.
    pub(crate) async fn keep(self) {
        match self {
            Source::Acme(keeper) => keeper.keep().await,
            Source::Files(shown) => loop {
                sleep(LOOK_EVERY).await;
                let shown = Arc::clone(&shown);
                let _ = tokio::task::spawn_blocking(move || shown.look_again()).await;
            },
        }
    }
}

/// The certificate in files that is shown now.
pub(crate) struct Shown {
    files: TlsFiles,
    provider: CryptoProvider,
    current: RwLock<(Arc<CertifiedKey>, Option<SystemTime>)>,
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shown").field("files", &self.files).finish_non_exhaustive()
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner).0))
    }
}

impl Shown {
    /// Reads the files.
    ///
    /// # Errors
    /// Where they cannot be read or do not belong together.
    pub(crate) fn read(files: TlsFiles) -> Result<Arc<Shown>, RelayError> {
        let provider = ring::default_provider();
        let current = RwLock::new((load(&files, &provider)?, changed_at(&files)));
        Ok(Arc::new(Shown { files, provider, current }))
    }

    /// Reads the files again where they have changed.
    pub(crate) fn look_again(&self) {
        let changed = changed_at(&self.files);
        if changed == self.current.read().unwrap_or_else(PoisonError::into_inner).1 {
            return;
        }
        match load(&self.files, &self.provider) {
            Ok(key) => {
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = (key, changed);
                tracing::info!("another certificate is shown from now on");
            }
            Err(error) => {
                tracing::error!(%error, "the certificate has changed and cannot be used: the last one stays")
            }
        }
    }
}

/// Whether these files can be used.
///
/// # Errors
/// Why not.
pub(crate) fn check(files: &TlsFiles) -> Result<(), RelayError> {
    load(files, &ring::default_provider()).map(drop)
}

fn changed_at(files: &TlsFiles) -> Option<SystemTime> {
    let changed = |path: &Path| path.metadata().and_then(|found| found.modified()).ok();
    changed(&files.certificate).max(changed(&files.key))
}

fn load(files: &TlsFiles, provider: &CryptoProvider) -> Result<Arc<CertifiedKey>, RelayError> {
    let wrong = |path: &Path, reason: String| RelayError::Certificate { path: path.to_owned(), reason };
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect)
        .map_err(|error| wrong(&files.certificate, error.to_string()))?;
    if chain.is_empty() {
        return Err(wrong(&files.certificate, "there is no certificate in it".to_owned()));
    }
    let key =
        PrivateKeyDer::from_pem_file(&files.key).map_err(|error| wrong(&files.key, error.to_string()))?;
    let key = CertifiedKey::from_der(chain, key, provider);
    let key = key.map_err(|error: rustls::Error| wrong(&files.key, error.to_string()))?;
    Ok(Arc::new(key))
}
