//! What is shown in the handshake: the certificate to clients, and to the authority what proves a name.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use x509_parser::extensions::GeneralName;
use x509_parser::parse_x509_certificate;

use super::AcmeError;
use crate::validity::Validity;

/// The protocol of TLS-ALPN-01: who asks for it is the authority, and wants to see the proof.
pub(crate) const PROOF_PROTOCOL: &[u8] = b"acme-tls/1";

/// A certificate with its key.
#[derive(Debug)]
pub(super) struct Certificate {
    key: Arc<CertifiedKey>,
    validity: Validity,
    until_words: String,
    names: Vec<String>,
}

/// What is shown now.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    current: RwLock<Option<Arc<Certificate>>>,
    proofs: RwLock<HashMap<String, Arc<CertifiedKey>>>,
}

impl Certificate {
    /// Reads a key and the certificates behind it, in PEM.
    ///
    /// # Errors
    /// Where they are none, or do not belong together.
    pub(super) fn read(pem: &str) -> Result<Certificate, AcmeError> {
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(pem.as_bytes())
            .collect::<Result<_, _>>()
            .map_err(|error| AcmeError::Unusable(error.to_string()))?;
        let key = PrivateKeyDer::from_pem_slice(pem.as_bytes())
            .map_err(|error| AcmeError::Unusable(error.to_string()))?;
        let validity = Validity::of(&chain).map_err(AcmeError::Unusable)?;
        let first =
            chain.first().ok_or_else(|| AcmeError::Unusable("there is none in it".to_owned()))?.clone();
        let key = CertifiedKey::from_der(chain, key, &ring::default_provider())
            .map_err(|error| AcmeError::Unusable(error.to_string()))?;
        let (_, parsed) =
            parse_x509_certificate(&first).map_err(|error| AcmeError::Unusable(error.to_string()))?;
        let names = parsed.subject_alternative_name().ok().flatten();
        let names = names.into_iter().flat_map(|names| &names.value.general_names);
        let names = names.filter_map(|name| match name {
            GeneralName::DNSName(name) => Some(name.to_ascii_lowercase()),
            _ => None,
        });
        let until_words = parsed.validity().not_after.to_string();
        Ok(Certificate { key: Arc::new(key), validity, until_words, names: names.collect() })
    }

    /// Whether it is good for all of these names.
    pub(super) fn is_for(&self, names: &[String]) -> bool {
        names.iter().all(|name| self.names.contains(name))
    }

    /// How long until it is to be renewed: when two thirds of its time are over.
    pub(super) fn until_renewal(&self, now: u64) -> Duration {
        let second = |time: i64| u64::try_from(time).unwrap_or(0);
        let (from, until) = (second(self.validity.from), second(self.validity.until));
        let renewal = until.saturating_sub(until.saturating_sub(from) / 3);
        Duration::from_secs(renewal.saturating_sub(now))
    }

    /// From when until when it is good.
    pub(super) fn validity(&self) -> Validity {
        self.validity
    }

    /// Until when it is good, as people write it.
    pub(super) fn until_words(&self) -> String {
        self.until_words.clone()
    }
}

impl Shown {
    /// Shows this one from the next connection on.
    pub(super) fn show(&self, certificate: Certificate) {
        certificate.validity.count();
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(certificate));
    }

    /// The certificate that clients see now.
    pub(super) fn current(&self) -> Option<Arc<Certificate>> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Has it counted until when the certificate is good that clients see, where there is one.
    pub(crate) fn count(&self) {
        if let Some(certificate) = self.current() {
            certificate.validity.count();
        }
    }

    /// Lets the authority see that this relay answers for a name (RFC 8737, section 3): `digest` is what it expects.
    ///
    /// # Errors
    /// Where the name cannot stand in a certificate.
    pub(super) fn prove(&self, name: &str, digest: &[u8]) -> Result<(), AcmeError> {
        let proof = proof(name, digest).map_err(|error| AcmeError::Unusable(error.to_string()))?;
        let mut proofs = self.proofs.write().unwrap_or_else(PoisonError::into_inner);
        proofs.insert(name.to_ascii_lowercase(), Arc::new(proof));
        Ok(())
    }

    /// Nothing is to be proven any more.
    pub(super) fn forget_proofs(&self) {
        self.proofs.write().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

fn proof(name: &str, digest: &[u8]) -> Result<CertifiedKey, Box<dyn std::error::Error + Send + Sync>> {
    let mut params = rcgen::CertificateParams::new(vec![name.to_owned()])?;
    params.custom_extensions = vec![rcgen::CustomExtension::new_acme_identifier(digest)];
    let key = rcgen::KeyPair::generate()?;
    let certificate = params.self_signed(&key)?;
    let der = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let signing = ring::default_provider().key_provider.load_private_key(der)?;
    Ok(CertifiedKey::new(vec![certificate.der().clone()], signing))
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let proves = hello.alpn().is_some_and(|mut protocols| {
            protocols.next() == Some(PROOF_PROTOCOL) && protocols.next().is_none()
        });
        if proves {
            let proofs = self.proofs.read().unwrap_or_else(PoisonError::into_inner);
            return proofs.get(&hello.server_name()?.to_ascii_lowercase()).cloned();
        }
        self.current().map(|certificate| Arc::clone(&certificate.key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate(names: &[&str]) -> Certificate {
        let names = names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let made = rcgen::generate_simple_self_signed(names).unwrap();
        Certificate::read(&format!("{}{}", made.signing_key.serialize_pem(), made.cert.pem())).unwrap()
    }

    #[test]
    fn it_is_renewed_when_two_thirds_of_its_time_are_over() {
        let mut certificate = certificate(&["relay.example.se"]);
        certificate.validity = Validity { from: 1_000, until: 10_000 };
        let left = |now| certificate.until_renewal(now).as_secs();
        assert_eq!((left(0), left(1_000), left(6_999), left(7_000)), (7_000, 6_000, 1, 0));
        assert_eq!((left(10_000), left(u64::MAX)), (0, 0));
        certificate.validity = Validity { from: 10_000, until: 1_000 };
        assert_eq!(certificate.until_renewal(5_000), Duration::ZERO);
    }

    #[test]
    fn it_is_for_the_names_that_stand_in_it() {
        let certificate = certificate(&["relay.example.se", "A.example.se"]);
        let is_for = |names: &[&str]| {
            certificate.is_for(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
        };
        assert!(is_for(&["relay.example.se"]) && is_for(&["a.example.se", "relay.example.se"]));
        assert!(!is_for(&["b.example.se"]) && !is_for(&["relay.example.se", "b.example.se"]));
        assert!(Certificate::read("").is_err() && Certificate::read("-----BEGIN").is_err());
    }
}
