//! TLS of the relay's own, by rustls: a certificate and a key in files, or by ACME (`acme`).
//!
//! Certificates are renewed every few weeks, by another program. The files are looked at again from time to time, and what is
//! new there is used from the next connection on; nobody has to be cut off for it. Where what is there cannot be used, has run out or
//! is not good yet, the last good one stays, and the log says so. One that is not good yet is shown once it is.

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
use crate::validity::{Standing, Validity};

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

    /// Has it counted among the relay's numbers until when what is shown is good.
    pub(crate) fn count(&self) {
        match self {
            Source::Files(shown) => {
                shown.current.read().unwrap_or_else(PoisonError::into_inner).loaded.validity.count();
            }
            Source::Acme(keeper) => keeper.shown().count(),
        }
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

/// A certificate that was read from files.
#[derive(Clone)]
struct Loaded {
    key: Arc<CertifiedKey>,
    validity: Validity,
    /// When the files were changed that it was read from.
    changed: Option<SystemTime>,
}

/// What is shown now, and what was last told to the log.
struct Current {
    loaded: Loaded,
    told: Standing,
    /// When the files were changed that are not used, and of which that was told.
    refused: Option<SystemTime>,
}

/// The certificate in files that is shown now.
pub(crate) struct Shown {
    files: TlsFiles,
    provider: CryptoProvider,
    current: RwLock<Current>,
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shown").field("files", &self.files).finish_non_exhaustive()
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(&current.loaded.key))
    }
}

impl Shown {
    /// Reads the files, and tells the log where nobody could connect with what is in them.
    ///
    /// # Errors
    /// Where they cannot be read or do not belong together.
    pub(crate) fn read(files: TlsFiles) -> Result<Arc<Shown>, RelayError> {
        let provider = ring::default_provider();
        let loaded = load(&files, &provider)?;
        let told = loaded.validity.now();
        told.tell();
        let current = RwLock::new(Current { loaded, told, refused: None });
        Ok(Arc::new(Shown { files, provider, current }))
    }

    /// Reads the files again where they have changed, and looks whether what is shown is still good.
    pub(crate) fn look_again(&self) {
        self.take_what_changed();
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        let standing = current.loaded.validity.now();
        if standing.differs_from(current.told) {
            standing.tell();
            current.told = standing;
        }
    }

    fn take_what_changed(&self) {
        let changed = changed_at(&self.files);
        let (shown, refused) = {
            let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
            (current.loaded.clone(), current.refused)
        };
        if changed == shown.changed {
            return;
        }
        let is_news = refused != changed;
        match load(&self.files, &self.provider) {
            Ok(loaded) if loaded.validity.now().is_good() || !shown.validity.now().is_good() => {
                self.show(loaded)
            }
            Ok(loaded) if is_news => tracing::error!(
                "the certificate has changed, and the new one {}: the last one stays",
                loaded.validity.now()
            ),
            Err(error) if is_news => {
                tracing::error!(%error, "the certificate has changed and cannot be used: the last one stays");
            }
            Ok(_) | Err(_) => {}
        }
        self.current.write().unwrap_or_else(PoisonError::into_inner).refused = changed;
    }

    fn show(&self, loaded: Loaded) {
        loaded.validity.count();
        let told = loaded.validity.now();
        tracing::info!("another certificate is shown from now on: it {told}");
        told.tell();
        *self.current.write().unwrap_or_else(PoisonError::into_inner) =
            Current { loaded, told, refused: None };
    }
}

/// Whether clients would take what is in these files: how it stands, if they would.
///
/// # Errors
/// Why not.
pub(crate) fn check(files: &TlsFiles) -> Result<Standing, RelayError> {
    let standing = load(files, &ring::default_provider())?.validity.now();
    if standing.is_good() {
        return Ok(standing);
    }
    Err(RelayError::NotGood { path: files.certificate.clone(), standing: standing.to_string() })
}

fn changed_at(files: &TlsFiles) -> Option<SystemTime> {
    let changed = |path: &Path| path.metadata().and_then(|found| found.modified()).ok();
    changed(&files.certificate).max(changed(&files.key))
}

fn load(files: &TlsFiles, provider: &CryptoProvider) -> Result<Loaded, RelayError> {
    // Before they are read: what is written meanwhile is looked at again.
    let changed = changed_at(files);
    let wrong = |path: &Path, reason: String| RelayError::Certificate { path: path.to_owned(), reason };
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect)
        .map_err(|error| wrong(&files.certificate, error.to_string()))?;
    let validity = Validity::of(&chain).map_err(|reason| wrong(&files.certificate, reason))?;
    let key =
        PrivateKeyDer::from_pem_file(&files.key).map_err(|error| wrong(&files.key, error.to_string()))?;
    let key = CertifiedKey::from_der(chain, key, provider);
    let key = key.map_err(|error: rustls::Error| wrong(&files.key, error.to_string()))?;
    Ok(Loaded { key: Arc::new(key), validity, changed })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Writes a certificate that is good from the first of January of one year to that of another.
    fn write(files: &TlsFiles, (from, until): (i32, i32), age: u64) {
        let mut params = rcgen::CertificateParams::new(vec!["relay.example.se".to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(from, 1, 1);
        params.not_after = rcgen::date_time_ymd(until, 1, 1);
        let key = rcgen::KeyPair::generate().unwrap();
        std::fs::write(&files.certificate, params.self_signed(&key).unwrap().pem()).unwrap();
        std::fs::write(&files.key, key.serialize_pem()).unwrap();
        // Each is another than the one before, however fast they follow.
        let changed = SystemTime::now() - Duration::from_secs(age);
        for path in [&files.certificate, &files.key] {
            std::fs::File::options().append(true).open(path).unwrap().set_modified(changed).unwrap();
        }
    }

    fn until(shown: &Shown) -> i64 {
        shown.current.read().unwrap().loaded.validity.until
    }

    #[test]
    fn a_good_certificate_gives_way_to_a_good_one_only_and_a_bad_one_to_any() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let files = TlsFiles { certificate: at("a.pem"), key: at("a.key") };
        write(&files, (2020, 2200), 100);
        let shown = Shown::read(files.clone()).unwrap();
        let good = until(&shown);
        for (number, years) in [(1, (2001, 2002)), (2, (2190, 2199))] {
            write(&files, years, 100 - number);
            shown.look_again();
            shown.look_again();
            assert_eq!(until(&shown), good, "{years:?}: one that has run out, one that is not good yet");
        }
        write(&files, (2020, 2201), 90);
        shown.look_again();
        assert_ne!(until(&shown), good, "what is good is taken, also after what was not");

        write(&files, (2001, 2002), 80);
        let shown = Shown::read(files.clone()).unwrap();
        write(&files, (2001, 2003), 70);
        shown.look_again();
        assert!(matches!(shown.current.read().unwrap().told, Standing::Over(_)));
        write(&files, (2020, 2200), 60);
        shown.look_again();
        assert_eq!(until(&shown), good);
    }

    #[test]
    fn what_nobody_could_connect_with_does_not_pass_the_check() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let files = TlsFiles { certificate: at("a.pem"), key: at("a.key") };
        write(&files, (2001, 2002), 0);
        let over = check(&files).unwrap_err().to_string();
        assert!(over.contains("a.pem ran out on") && over.contains("2002"), "{over}");
        write(&files, (2190, 2200), 0);
        let not_yet = check(&files).unwrap_err().to_string();
        assert!(not_yet.contains("is not good before") && not_yet.contains("2190"), "{not_yet}");
        write(&files, (2020, 2200), 0);
        assert!(check(&files).unwrap().is_good());
    }
}
