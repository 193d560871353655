//! A certificate by ACME (RFC 8555): the relay asks an authority for one, and renews it by itself.
//!
//! ```text
//!  kept certificate ─▶ shown at once      two thirds of its time over, or none, or other names
//!                                              │
//!        ┌────── again: minutes, then hours ◀──┤ what goes wrong is told to the log; what was shown stays
//!        ▼                                     │
//!  account (kept) ─▶ order ─▶ for each name: a certificate that proves it, over the port that clients come by
//!                                  (TLS-ALPN-01, RFC 8737) ─▶ key and certificate ─▶ kept ─▶ shown from now on
//! ```
//!
//! The library (`instant-acme`) speaks the protocol and nothing more: when to ask, for how long, what to show meanwhile and what to
//! say of it is decided here. Nothing here keeps a relay from serving: with no certificate yet it listens, and handshakes fail until there is one.

mod kept;
mod order;
pub(crate) mod settings;
mod shown;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::{sleep, timeout};

use crate::error::RelayError;
use crate::folder::Folder;
use crate::validity::Standing;
use kept::{Account, Kept};
use shown::Certificate;

pub use settings::{Acme, AcmeSettingsError};
pub(crate) use shown::{PROOF_PROTOCOL, Shown};

/// It is looked so often whether it is time to renew: a computer that slept, or whose clock was set, does not miss it.
const LOOK_EVERY: Duration = Duration::from_secs(60 * 60);

/// An order takes seconds; one that takes longer is given up, and another is begun. There is time for asking again for the certificate of
/// one that is proven.
const WITHIN: Duration = Duration::from_secs(15 * 60);

/// The first pause after an order that failed. Each further one is four times as long: authorities allow a few failures in an hour.
const FIRST_PAUSE: Duration = Duration::from_secs(60);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(6 * 60 * 60);

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AcmeError {
    #[error(
        "this computer trusts no authority, so none can be asked: install its certificates (ca-certificates), or name a file with them in SSL_CERT_FILE"
    )]
    NoRoots,
    #[error("the ACME directory cannot be asked, or refuses: {0}")]
    Directory(String),
    #[error("the directory does not know the account any more: another is opened with the next try")]
    NoAccount,
    #[error(
        "the authority could not see that this relay answers for {name} ({why}): port 443 of {name} has to lead here, with nothing between that ends TLS"
    )]
    NotProven { name: String, why: String },
    #[error("the authority does not let {0} be proven over TLS (TLS-ALPN-01)")]
    NotOffered(String),
    #[error("the authority did not finish it within {} minutes", WITHIN.as_secs() / 60)]
    TooSlow,
    #[error("the authority does not answer")]
    NoAnswer,
    #[error("what it gave cannot be used as a certificate for these names: {0}")]
    Unusable(String),
    #[error(
        "the account cannot be kept or read, so nothing is asked for ({0}): look whether the data folder has room, and whose it is"
    )]
    NotKept(std::io::Error),
}

/// What keeps a relay's certificate good.
#[derive(Debug)]
pub(crate) struct Keeper {
    settings: Acme,
    kept: Kept,
    shown: Arc<Shown>,
    unkept: Option<Unkept>,
}

/// A certificate with its key, in PEM, that is shown and could not be written to the disk yet.
struct Unkept(String);

impl fmt::Debug for Unkept {
    /// Nothing of the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Unkept")
    }
}

impl Keeper {
    /// Begins with what is kept in the data folder.
    ///
    /// # Errors
    /// Where nothing can be kept there.
    pub(crate) fn open(settings: Acme, folder: &Folder) -> Result<Keeper, RelayError> {
        let kept = Kept::open(folder, settings.directory())?;
        let shown = Arc::new(Shown::default());
        match kept.certificate().map(|pem| pem.map(|pem| Certificate::read(&pem))) {
            Ok(Some(Ok(certificate))) => {
                certificate.validity().now().tell();
                shown.show(certificate);
            }
            Ok(Some(Err(error))) => {
                tracing::error!(%error, "the certificate that is kept is asked for anew");
            }
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "the certificate that is kept cannot be read"),
        }
        Ok(Keeper { settings, kept, shown, unkept: None })
    }

    /// What is shown to clients, and to the authority.
    pub(crate) fn shown(&self) -> &Arc<Shown> {
        &self.shown
    }

    fn good_until(&self) -> Option<String> {
        self.shown.current().map(|certificate| certificate.until_words())
    }

    /// Obtains a certificate where there is none, and renews it in time, for ever.
    pub(crate) async fn keep(mut self) {
        let mut failures = 0;
        loop {
            self.keep_on_disk();
            let left = self.time_left();
            if !left.is_zero() {
                sleep(left.min(LOOK_EVERY)).await;
                continue;
            }
            let obtained = timeout(WITHIN, self.obtain()).await.unwrap_or(Err(AcmeError::TooSlow));
            self.shown.forget_proofs();
            if matches!(obtained, Err(AcmeError::NoAccount)) {
                // Where it cannot be removed it is asked with again, and the log says so again.
                let _ = self.kept.forget_account();
            }
            let pause = match obtained {
                Ok(()) => {
                    failures = 0;
                    self.after_success()
                }
                Err(error) => self.tell(&error, pause_after(&mut failures)),
            };
            sleep(pause).await;
        }
    }

    /// How long to wait once a certificate came. One that has to be renewed at once costs one of the few that an authority gives
    /// in a week, and the next would be no better.
    fn after_success(&self) -> Duration {
        if !self.time_left().is_zero() {
            return LOOK_EVERY;
        }
        let (until, hours) = (self.good_until(), LONGEST_PAUSE.as_secs() / 3600);
        tracing::error!(
            until,
            hours,
            "the new certificate would have to be renewed at once, by this computer's clock: is the clock right? The next is asked for after a pause"
        );
        LONGEST_PAUSE
    }

    /// Writes down what could not be written before.
    fn keep_on_disk(&mut self) {
        let Some(Unkept(pem)) = &self.unkept else { return };
        match self.kept.keep_certificate(pem) {
            Ok(()) => {
                tracing::info!("the certificate is kept");
                self.unkept = None;
            }
            Err(error) => tracing::error!(
                %error,
                "the certificate that is shown cannot be kept: it is tried again; after a restart another would be asked for"
            ),
        }
    }

    /// How long until the certificate has to be renewed; nothing where there is none that is good for all names.
    fn time_left(&self) -> Duration {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let good = self.shown.current().filter(|certificate| certificate.is_for(self.settings.names()));
        good.map_or(Duration::ZERO, |certificate| certificate.until_renewal(now))
    }

    async fn obtain(&mut self) -> Result<(), AcmeError> {
        let account = self.account().await?;
        let pem = order::order(&account, self.settings.names(), &self.shown).await?;
        let certificate = Certificate::read(&pem)?;
        if !certificate.is_for(self.settings.names()) {
            return Err(AcmeError::Unusable("it is not for all of them".to_owned()));
        }
        let (until, standing) = (certificate.until_words(), certificate.validity().now());
        self.shown.show(certificate);
        tracing::info!(until, "a new certificate is shown from now on");
        standing.tell();
        self.unkept = Some(Unkept(pem));
        self.keep_on_disk();
        Ok(())
    }

    /// The account at the directory: the one that is kept, or a new one that is kept before anything is asked with it.
    async fn account(&self) -> Result<instant_acme::Account, AcmeError> {
        let contact = self.settings.contact();
        if let Some(kept) = self.kept.account().map_err(AcmeError::NotKept)? {
            let account = order::enter(kept.credentials).await?;
            if kept.contact.as_deref() != contact {
                order::change_contact(&account, contact).await?;
                self.kept.keep_contact(contact).map_err(AcmeError::NotKept)?;
            }
            return Ok(account);
        }
        // Whoever cannot keep one would open another with each try.
        self.kept.probe().map_err(AcmeError::NotKept)?;
        let (account, credentials) = order::register(self.settings.directory(), contact).await?;
        let kept = Account { contact: contact.map(str::to_owned), credentials };
        self.kept.keep_account(&kept).map_err(AcmeError::NotKept)?;
        tracing::info!(directory = self.settings.directory(), "an account was opened at the ACME directory");
        Ok(account)
    }

    fn tell(&self, error: &AcmeError, again: Duration) -> Duration {
        let minutes = again.as_secs() / 60;
        let standing = self.shown.current().map(|certificate| certificate.validity().now());
        match standing {
            Some(standing) => tracing::error!(
                %error, until = self.good_until(), minutes,
                "the certificate was not renewed: the one from before is shown, which {standing}; it is tried again"
            ),
            None => tracing::error!(
                %error, minutes, "there is no certificate yet, so nobody can connect: it is tried again"
            ),
        }
        again
    }
}

/// How the certificate stands that is kept in a data folder. Changes nothing there.
pub(crate) fn kept(settings: &Acme, folder: &Folder) -> Option<Standing> {
    let pem = Kept::at(folder, settings.directory()).certificate().ok().flatten()?;
    Certificate::read(&pem).ok().map(|certificate| certificate.validity().now())
}

fn pause_after(failures: &mut u32) -> Duration {
    let pause = FIRST_PAUSE.saturating_mul(4_u32.saturating_pow(*failures)).min(LONGEST_PAUSE);
    *failures = failures.saturating_add(1);
    pause
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    fn keeper(data: &Path) -> Keeper {
        let settings = Acme::new(vec!["relay.example.se".to_owned()], None, None).unwrap();
        Keeper::open(settings, &Folder::open(data).unwrap()).unwrap()
    }

    #[test]
    fn a_certificate_that_could_not_be_kept_is_kept_once_it_can_be() {
        let data = tempfile::tempdir().unwrap();
        let mut keeper = keeper(data.path());
        let place = fs::read_dir(data.path().join("acme")).unwrap().next().unwrap().unwrap().path();
        // In the way of whatever is written.
        let obstacle = place.join(".certificate.pem");
        fs::create_dir(&obstacle).unwrap();
        keeper.unkept = Some(Unkept("the key and the chain".to_owned()));
        keeper.keep_on_disk();
        assert!(keeper.unkept.is_some() && keeper.kept.certificate().unwrap().is_none());
        assert!(!format!("{keeper:?}").contains("the key"), "nothing of it in a log");
        fs::remove_dir(obstacle).unwrap();
        keeper.keep_on_disk();
        assert!(keeper.unkept.is_none());
        assert_eq!(keeper.kept.certificate().unwrap().as_deref(), Some("the key and the chain"));
    }

    #[test]
    fn one_that_has_to_be_renewed_at_once_is_not_asked_for_every_hour() {
        let data = tempfile::tempdir().unwrap();
        let keeper = keeper(data.path());
        assert_eq!(keeper.after_success(), LONGEST_PAUSE, "there is none that is good");
        // A library's certificate is good for thousands of years.
        let made = rcgen::generate_simple_self_signed(["relay.example.se".to_owned()]).unwrap();
        let pem = format!("{}{}", made.signing_key.serialize_pem(), made.cert.pem());
        keeper.shown.show(Certificate::read(&pem).unwrap());
        assert_eq!(keeper.after_success(), LOOK_EVERY);
    }

    #[test]
    fn who_fails_is_tried_again_ever_more_rarely_and_for_ever() {
        let mut failures = 0;
        let pauses: Vec<_> = (0..100).map(|_| pause_after(&mut failures).as_secs() / 60).collect();
        assert_eq!(pauses[..6], [1, 4, 16, 64, 256, 360]);
        assert!(pauses[6..].iter().all(|minutes| *minutes == 360));
    }
}
