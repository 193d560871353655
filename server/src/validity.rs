//! From when until when a certificate is good, and how that stands now.
//!
//! A certificate that has run out, or is not good yet, is as if there were none: nobody connects. The relay goes on serving all the
//! same, since the next one may come at any moment; so it has to be said where the operator looks: in the log at start and whenever
//! it changes, in `config check`, and in the metrics.
//!
//! ```text
//!  tls (files), acme ──Validity──▶ at start, at each look ──▶ the log
//!                             └──▶ config check             └──▶ metrics
//! ```

use std::fmt;

use samsyn_engine::clock::wall_clock;
use tokio_rustls::rustls::pki_types::CertificateDer;
use x509_parser::parse_x509_certificate;
use x509_parser::time::ASN1Time;

use crate::meters;

/// A certificate that has so many days left is said to run out soon: time to see why it was not renewed. Those of ninety days are
/// renewed with thirty left.
const SOON_DAYS: i64 = 14;

const DAY: i64 = 24 * 60 * 60;

/// From when until when a certificate is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Validity {
    /// In seconds since 1970-01-01 UTC.
    pub(crate) from: i64,
    /// In seconds since 1970-01-01 UTC.
    pub(crate) until: i64,
}

/// How a certificate stands at some time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It will be good, from then on.
    NotYet(Validity),
    /// It is good.
    Good(Validity),
    /// It is good, for so many more days.
    Soon(Validity, i64),
    /// It was good, until then.
    Over(Validity),
}

impl Validity {
    /// Of the first certificate of a chain: the one that is shown for the relay.
    ///
    /// # Errors
    /// Where it is none.
    pub(crate) fn of(chain: &[CertificateDer<'_>]) -> Result<Validity, String> {
        let first = chain.first().ok_or_else(|| "there is no certificate in it".to_owned())?;
        let (_, parsed) = parse_x509_certificate(first).map_err(|error| error.to_string())?;
        let validity = parsed.validity();
        Ok(Validity { from: validity.not_before.timestamp(), until: validity.not_after.timestamp() })
    }

    /// How it stands now.
    pub(crate) fn now(self) -> Standing {
        self.at(wall_clock())
    }

    fn at(self, now: i64) -> Standing {
        if now < self.from {
            return Standing::NotYet(self);
        }
        // X.509 counts the last second in (RFC 5280, 4.1.2.5).
        if now > self.until {
            return Standing::Over(self);
        }
        match (self.until - now) / DAY {
            days if days < SOON_DAYS => Standing::Soon(self, days),
            _ => Standing::Good(self),
        }
    }

    /// Has it counted among the relay's numbers as the one that is shown.
    pub(crate) fn count(self) {
        metrics::gauge!(meters::CERTIFICATE_FROM).set(self.from as f64);
        metrics::gauge!(meters::CERTIFICATE_UNTIL).set(self.until as f64);
    }
}

impl Standing {
    /// Whether clients take it.
    pub(crate) fn is_good(self) -> bool {
        matches!(self, Standing::Good(_) | Standing::Soon(..))
    }

    /// Whether it is another kind of standing than that one.
    pub(crate) fn differs_from(self, other: Standing) -> bool {
        std::mem::discriminant(&self) != std::mem::discriminant(&other)
    }

    /// Tells the log, where there is something to do.
    pub(crate) fn tell(self) {
        match self {
            Standing::Good(_) => {}
            Standing::Soon(..) => tracing::warn!("the certificate {self}"),
            Standing::NotYet(_) | Standing::Over(_) => {
                tracing::error!("the certificate {self}: nobody can connect until there is another");
            }
        }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let now = moment(wall_clock());
        match self {
            Standing::Good(validity) => write!(f, "is good until {}", moment(validity.until)),
            Standing::Soon(validity, days) => {
                let unit = if *days == 1 { "day" } else { "days" };
                write!(f, "runs out in {days} {unit}, on {}", moment(validity.until))
            }
            Standing::NotYet(validity) => {
                write!(f, "is not good before {} (this computer's clock says {now})", moment(validity.from))
            }
            Standing::Over(validity) => {
                write!(f, "ran out on {} (this computer's clock says {now})", moment(validity.until))
            }
        }
    }
}

fn moment(second: i64) -> String {
    ASN1Time::from_timestamp(second).map_or_else(|_| second.to_string(), |time| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_good_from_its_first_second_to_its_last() {
        let validity = Validity { from: 100 * DAY, until: 190 * DAY };
        assert_eq!(validity.at(100 * DAY - 1), Standing::NotYet(validity));
        assert_eq!(validity.at(100 * DAY), Standing::Good(validity));
        assert_eq!(validity.at(176 * DAY), Standing::Good(validity));
        assert_eq!(validity.at(176 * DAY + 1), Standing::Soon(validity, 13));
        assert_eq!(validity.at(190 * DAY), Standing::Soon(validity, 0));
        assert_eq!(validity.at(190 * DAY + 1), Standing::Over(validity));
        assert!(validity.at(190 * DAY).is_good() && !validity.at(190 * DAY + 1).is_good());
    }

    #[test]
    fn what_is_wrong_is_said_with_the_day_and_the_clock() {
        let validity = Validity { from: 0, until: 1_000_000_000 };
        let said = validity.now().to_string();
        assert!(said.starts_with("ran out on") && said.contains("2001") && said.contains("clock"), "{said}");
        let later = Validity { from: 4_000_000_000, until: 5_000_000_000 };
        assert!(later.now().to_string().contains("2096"), "{}", later.now());
    }
}
