//! TLS of the relay's own, by rustls: a certificate and a key in files.
//!
//! Certificates are renewed every few weeks, by another program. The files are looked at again from time to time, and what is
//! new there is used from the next connection on; nobody has to be cut off for it. Where what is there cannot be used, the last good
//! one stays, and the log says so.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, ServerConfig};

use crate::error::RelayError;

/// Where the certificate and its key are, both in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, and those that lead from it to one that clients trust.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// The certificate that is shown now.
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

    /// What makes TLS connections of TCP connections, with whatever certificate is shown then.
    ///
    /// # Errors
    /// Where the library does not know the protocol versions it has itself.
    pub(crate) fn acceptor(self: &Arc<Self>) -> Result<TlsAcceptor, RelayError> {
        let config = ServerConfig::builder_with_provider(Arc::new(self.provider.clone()))
            .with_safe_default_protocol_versions()
            .map_err(|error| self.wrong(error.to_string()))?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(self) as Arc<dyn ResolvesServerCert>);
        Ok(TlsAcceptor::from(Arc::new(config)))
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

    fn wrong(&self, reason: String) -> RelayError {
        RelayError::Certificate { path: self.files.certificate.clone(), reason }
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
