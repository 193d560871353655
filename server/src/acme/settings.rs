//! For which names a certificate is asked for, and of whom.

use instant_acme::LetsEncrypt;
use samsyn_engine::address::{AddressError, Encryption, RelayAddress};

/// The longest name (RFC 1035), and the longest part of one.
const NAME_BYTES: usize = 253;
const LABEL_BYTES: usize = 63;

/// A certificate by ACME: for these names, from that directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acme {
    names: Vec<String>,
    contact: Option<String>,
    directory: String,
}

/// Why no certificate can be asked for like that.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AcmeSettingsError {
    /// For no name.
    #[error("ACME needs the names that people reach this relay by: --acme-domains relay.example.se")]
    NoNames,
    /// Not the name of a host that can be proven over TLS.
    #[error(
        "\"{0}\" cannot be given a certificate by ACME here: say a host's whole name such as relay.example.se, in ASCII (xn--…), no address and no *"
    )]
    Name(String),
    /// Not the address of a directory.
    #[error("that is no ACME directory ({0}): say its address, https://…")]
    Directory(AddressError),
    /// Nobody can be reached there.
    #[error("\"{0}\" is no contact for the authority: say an e-mail address")]
    Contact(String),
}

impl Acme {
    /// For these names, at least one; the authority may write to that e-mail address; Let's Encrypt where no directory is named.
    ///
    /// # Errors
    /// Where one of them is not what it should be.
    pub fn new(
        names: Vec<String>,
        contact: Option<String>,
        directory: Option<String>,
    ) -> Result<Acme, AcmeSettingsError> {
        if names.is_empty() {
            return Err(AcmeSettingsError::NoNames);
        }
        let names = names.into_iter().map(host_name).collect::<Result<_, _>>()?;
        let contact = contact.map(mail_address).transpose()?;
        let directory = directory.unwrap_or_else(|| LetsEncrypt::Production.url().to_owned());
        check_directory(&directory).map_err(AcmeSettingsError::Directory)?;
        Ok(Acme { names, contact, directory })
    }

    /// The names, in lower case.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Where the authority may write to, as a `mailto:` address.
    pub fn contact(&self) -> Option<&str> {
        self.contact.as_deref()
    }

    /// The directory's address.
    pub fn directory(&self) -> &str {
        &self.directory
    }
}

/// Its host and port are those of any address; what stands behind them is the authority's business.
fn check_directory(directory: &str) -> Result<(), AddressError> {
    let rest = directory.strip_prefix("https://").ok_or(AddressError::NoScheme)?;
    if directory.contains(|character: char| character.is_whitespace() || character.is_control()) {
        return Err(AddressError::Blank);
    }
    let host = &rest[..rest.find(['/', '?']).unwrap_or(rest.len())];
    RelayAddress::read(host, Some(Encryption::Encrypted)).map(drop)
}

fn host_name(name: String) -> Result<String, AcmeSettingsError> {
    let lower = name.trim().trim_end_matches('.').to_ascii_lowercase();
    let label = |label: &str| {
        let inside = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        inside && (1..=LABEL_BYTES).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
    };
    // The last part of an IPv4 address is a number; of a host it never is.
    let is_address =
        lower.rsplit('.').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    match lower.len() <= NAME_BYTES && lower.split('.').all(label) && !is_address {
        true => Ok(lower),
        false => Err(AcmeSettingsError::Name(cut(&name))),
    }
}

fn mail_address(contact: String) -> Result<String, AcmeSettingsError> {
    let address = contact.trim().trim_start_matches("mailto:");
    let plain =
        address.chars().all(|character| character.is_ascii_graphic() && !"?,<>\"".contains(character));
    match address.split_once('@') {
        Some((person, host)) if plain && !person.is_empty() && host_name(host.to_owned()).is_ok() => {
            Ok(format!("mailto:{address}"))
        }
        _ => Err(AcmeSettingsError::Contact(cut(&contact))),
    }
}

fn cut(text: &str) -> String {
    text.escape_debug().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_hosts() {
        let name =
            |name: &str| Acme::new(vec![name.to_owned()], None, None).map(|acme| acme.names()[0].clone());
        for (written, read) in [
            ("relay.example.se", "relay.example.se"),
            ("Relay.Example.SE.", "relay.example.se"),
            ("xn--stersund-p4a.se", "xn--stersund-p4a.se"),
            ("relay", "relay"),
        ] {
            assert_eq!(name(written).as_deref(), Ok(read));
        }
        let (long, longer) = (format!("{}.se", "a".repeat(64)), "a.".repeat(130) + "se");
        for wrong in [
            "",
            ".",
            "*.example.se",
            "192.0.2.1",
            "::1",
            "a b.se",
            "östersund.se",
            "-a.se",
            "a-.se",
            "a..se",
            "https://a.se",
            "a.se:443",
            &long,
            &longer,
        ] {
            assert!(matches!(name(wrong), Err(AcmeSettingsError::Name(_))), "{wrong}");
        }
        assert_eq!(Acme::new(Vec::new(), None, None), Err(AcmeSettingsError::NoNames));
    }

    #[test]
    fn the_directory_is_lets_encrypts_where_none_is_named_and_is_asked_over_tls() {
        let directory = |directory: Option<&str>| {
            let acme = Acme::new(vec!["a.se".to_owned()], None, directory.map(str::to_owned));
            acme.map(|acme| acme.directory().to_owned())
        };
        assert_eq!(directory(None).unwrap(), "https://acme-v02.api.letsencrypt.org/directory");
        assert!(directory(Some("https://127.0.0.1:14000/dir")).is_ok());
        let wrong = [
            "",
            "http://ca.example/",
            "ca.example",
            "/directory",
            "https://",
            "https://ca.example:99999/dir",
            "https://bo:hemligt@ca.example/dir",
            "https://ca example/dir",
        ];
        for wrong in wrong {
            assert!(matches!(directory(Some(wrong)), Err(AcmeSettingsError::Directory(_))), "{wrong}");
        }
    }

    #[test]
    fn a_contact_is_an_address_that_can_be_written_to() {
        let contact = |contact: &str| {
            let acme = Acme::new(vec!["a.se".to_owned()], Some(contact.to_owned()), None);
            acme.map(|acme| acme.contact().unwrap().to_owned())
        };
        for written in ["drift@example.se", "mailto:drift@example.se", " drift@example.se"] {
            assert_eq!(contact(written).as_deref(), Ok("mailto:drift@example.se"));
        }
        for wrong in
            ["", "drift", "@example.se", "a@", "a@b.se,c@d.se", "a@b.se?subject=x", "a b@c.se", "+46 63"]
        {
            assert!(matches!(contact(wrong), Err(AcmeSettingsError::Contact(_))), "{wrong}");
        }
    }
}
