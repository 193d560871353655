//! Invitations: how somebody comes in who is not known yet.
//!
//! A coordinator's device makes up a code of 80 random bits and a key pair that follows from it. The relay gets the public
//! half, with what whoever comes with it will be and until when; it never sees the code. Who has the code signs the entrance
//! with the private half, once: then the invitation is used, and the code is worth nothing any more. A copy of the
//! relay's disk lets nobody in, and neither does what is overheard on the way.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use super::entrance::Entrance;
use super::key::{DeviceKey, PublicKey, Signature};
use super::{MemberId, Role, WorkspaceId};
use crate::id::{self, RecordId};
use crate::typed;

/// What a person is given to join with: 16 letters and digits in groups of four.
#[derive(Clone, PartialEq, Eq)]
pub struct InvitationCode([u8; 10]);

impl InvitationCode {
    /// A new one, at random.
    pub fn random() -> Self {
        InvitationCode(crate::random::bytes())
    }

    /// The key pair that follows from it, in a workspace.
    fn key(&self, workspace: WorkspaceId) -> DeviceKey {
        let seed = Sha256::new()
            .chain_update(b"samsyn invitation 1\0")
            .chain_update(workspace.as_bytes())
            .chain_update(self.0)
            .finalize();
        DeviceKey::from_bytes(&seed.into())
    }

    /// What the relay knows the invitation by.
    pub fn public(&self, workspace: WorkspaceId) -> PublicKey {
        self.key(workspace).public()
    }

    /// Shows that whoever enters has the code.
    pub fn sign(&self, entrance: &Entrance<'_>) -> Signature {
        entrance.sign_with_invitation(&self.key(entrance.workspace))
    }

    /// The code written out, for the person who is invited.
    pub fn reveal(&self) -> String {
        let text = id::base32(&self.0).to_uppercase();
        let groups = text.as_bytes().chunks(4).map(String::from_utf8_lossy);
        groups.collect::<Vec<_>>().join("-")
    }
}

impl fmt::Debug for InvitationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InvitationCode(hidden)")
    }
}

/// A text that is no invitation code. It does not repeat the text: it may be nearly right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("that is no invitation code: expected 16 letters and digits, such as AB12-CD34-EF56-GH78")]
pub struct CodeError;

impl FromStr for InvitationCode {
    type Err = CodeError;

    /// Reads a code as people write, read out and paste it: in either case, with or without dashes of whatever kind, with blanks
    /// and marks around it, O for 0, I and L for 1, U for V.
    fn from_str(text: &str) -> Result<Self, CodeError> {
        let plain = typed::plain(text);
        let letters = plain.trim_matches(|character: char| !character.is_alphanumeric());
        let letters: String = letters.chars().filter(|letter| !" -_.".contains(*letter)).collect();
        let bytes = id::from_base32(&id::unmistakable(&letters)).ok_or(CodeError)?;
        bytes.try_into().map(InvitationCode).map_err(|_| CodeError)
    }
}

/// What a relay is told of an invitation.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Invitation {
    /// Its public key.
    #[serde(rename = "k")]
    pub key: PublicKey,
    /// What whoever comes with it will be.
    #[serde(rename = "r")]
    pub role: Role,
    /// For whom a partner works.
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<RecordId>,
    /// Whose further device it is for, where it is for a member who is known already.
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberId>,
    /// For how long it is good, in seconds.
    #[serde(rename = "s")]
    pub seconds: u32,
}

/// For how many seconds an invitation is good, as people write it: `48h`, `7d`, `30m`.
///
/// # Errors
/// Where it is no duration, or not between a second and [`LONGEST_INVITATION`].
pub fn validity(text: &str) -> Result<u32, ValidityError> {
    let wrong = || ValidityError(text.chars().take(40).collect());
    let span: jiff::Span = text.trim().parse().map_err(|_| wrong())?;
    let duration = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())?;
    let seconds = u32::try_from(duration.as_secs()).map_err(|_| wrong())?;
    if (1..=LONGEST_INVITATION).contains(&seconds) { Ok(seconds) } else { Err(wrong()) }
}

/// A text that is no time for which an invitation can be good.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is not how long an invitation can be good: expected, for instance, 30m, 48h or 7d, and 14d at most"
)]
pub struct ValidityError(String);

/// The longest that an invitation is good, in seconds: two weeks.
pub const LONGEST_INVITATION: u32 = 14 * 24 * 60 * 60;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::{Challenge, DeviceId};

    #[test]
    fn a_code_survives_paper_and_sloppy_hands() {
        let code = InvitationCode::random();
        let written = code.reveal();
        assert_eq!(written.len(), 19);
        for text in
            [written.clone(), written.to_lowercase(), written.replace('-', " "), written.replace('0', "O")]
        {
            assert_eq!(text.parse(), Ok(code.clone()), "{text}");
        }
        let code: InvitationCode = "0V1A-0V1A-0V1A-0V1A".parse().unwrap();
        for text in [
            "OUlA–ouIa—0viA−0v1a",
            "0v1a\u{2011}0v1a\u{a0}0v1a\u{202f}0v1a",
            "\u{feff}0v1a0v1a\u{200b}0v1a0v1a\r\n",
            "０Ｖ１Ａ－０ｖ１ａ－０Ｖ１Ａ－０Ｖ１Ａ",
            "”0V1A-0V1A-0V1A-0V1A”.",
            "(0V1A 0V1A\t0V1A  0V1A),",
            "0V1A.0V1A.0V1A.0V1A",
        ] {
            assert_eq!(text.parse(), Ok(code.clone()), "{text}");
        }
        for wrong in ["", "ABCD", &written[1..], "AAAA-AAAA-AAAA-AAA!", &format!("{written}A")] {
            assert!(wrong.parse::<InvitationCode>().is_err(), "{wrong}");
        }
        assert_eq!(format!("{code:?}"), "InvitationCode(hidden)");
    }

    #[test]
    fn how_long_it_is_good() {
        assert_eq!(
            (validity("48h"), validity("7d"), validity("30 m")),
            (Ok(172_800), Ok(604_800), Ok(1_800))
        );
        for wrong in ["", "48", "0s", "-3h", "15d", "1 month", "soon"] {
            assert!(validity(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_the_code_opens_and_only_in_its_workspace() {
        let (code, other) = (InvitationCode::random(), InvitationCode::random());
        let (workspace, challenge) = (WorkspaceId::random(), Challenge::of(RecordId::random()));
        let key = DeviceKey::random().public();
        let (device, nonce) = (DeviceId::random(), [3; 32]);
        let entrance = Entrance { workspace, device, key, challenge: &challenge, nonce };
        let invitation = code.public(workspace);
        assert!(entrance.is_invited(&invitation, &code.sign(&entrance)));
        assert!(!entrance.is_invited(&invitation, &other.sign(&entrance)));
        assert_ne!(invitation, code.public(WorkspaceId::random()));
        // Whoever overhears it cannot put a device of their own in its place.
        let theirs = Entrance { key: DeviceKey::random().public(), ..entrance };
        assert!(!theirs.is_invited(&invitation, &code.sign(&entrance)));
    }
}
