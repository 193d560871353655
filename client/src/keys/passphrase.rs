//! What somebody typed, as a passphrase: the same characters from every keyboard, file and system.
//!
//! One and the same "ä" is one character from one keyboard and two from another (composed, and decomposed as on macOS). So a
//! passphrase is prepared by the profile OpaqueString of RFC 8265 before it is stretched: every kind of space is a plain one, and
//! letters are composed (NFC). Case and width stay what they are. A byte order mark at the beginning is no part of it: editors put one
//! into files.
//!
//! ```text
//!  typed ──choose──▶ prepared ──▶ sealed with          characters that nobody sees are refused here
//!  typed ──tries───▶ prepared; for older seals also: as it was typed, decomposed, with what an editor put around it
//! ```
//!
//! Two rules of the profile are not applied. What is composed before it is looked at may contain decomposed Hangul; and characters that
//! are not assigned yet are taken, for which these are depends on the version of Unicode, and a passphrase must not.

use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

/// What some editors and shells put at the beginning of a text.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Why something typed is no passphrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unfit {
    /// It has too few characters.
    Short,
    /// It has a character that nobody sees.
    Unseen(char),
}

/// A new passphrase, prepared.
pub(super) fn choose(typed: &str, shortest: usize) -> Result<Zeroizing<String>, Unfit> {
    let prepared = prepare(typed);
    if let Some(unseen) = prepared.chars().find(|character| is_unseen(*character)) {
        return Err(Unfit::Unseen(unseen));
    }
    if prepared.chars().count() < shortest {
        return Err(Unfit::Short);
    }
    Ok(prepared)
}

/// How many characters something typed has, as a passphrase.
pub(super) fn length(typed: &str) -> usize {
    prepare(typed).chars().count()
}

/// Whether two typed texts are the same passphrase.
pub(super) fn are_same(one: &str, other: &str) -> bool {
    prepare(one) == prepare(other)
}

/// What something typed may have been sealed as, the likeliest first; only as it is prepared now, where the seal says so.
pub(super) fn tries(typed: &str, is_prepared: bool) -> Vec<Zeroizing<String>> {
    let prepared = prepare(typed);
    if is_prepared {
        return vec![prepared];
    }
    let plain = without_mark(typed);
    let decomposed = Zeroizing::new(plain.nfd().collect::<String>());
    let marked = Zeroizing::new(format!("{BYTE_ORDER_MARK}{plain}"));
    let returned = Zeroizing::new(format!("{plain}\r"));
    let as_typed = [plain, typed].map(|typed| Zeroizing::new(typed.to_owned()));
    let mut tries = vec![prepared];
    for candidate in as_typed.into_iter().chain([decomposed, marked, returned]) {
        if !tries.contains(&candidate) {
            tries.push(candidate);
        }
    }
    tries
}

fn prepare(typed: &str) -> Zeroizing<String> {
    let spaced =
        without_mark(typed).chars().map(|character| if is_space(character) { ' ' } else { character });
    Zeroizing::new(spaced.nfc().collect())
}

fn without_mark(typed: &str) -> &str {
    typed.strip_prefix(BYTE_ORDER_MARK).unwrap_or(typed)
}

/// Unicode's category Zs.
fn is_space(character: char) -> bool {
    matches!(
        character,
        ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    )
}

/// Control characters, and Unicode's `Default_Ignorable_Code_Point`.
fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// "älg under bordet 7", the ä as one character and as two.
    const COMPOSED: &str = "\u{e4}lg under bordet 7";
    const DECOMPOSED: &str = "a\u{308}lg under bordet 7";

    #[test]
    fn the_same_passphrase_is_the_same_from_everywhere() {
        let marked = format!("\u{feff}{COMPOSED}");
        let wide_spaces = COMPOSED.replace(' ', "\u{a0}").replacen('\u{a0}', "\u{3000}", 1);
        for typed in [COMPOSED, DECOMPOSED, &marked, &wide_spaces] {
            assert_eq!(choose(typed, 12).unwrap().as_str(), COMPOSED, "{typed:?}");
            assert!(are_same(typed, COMPOSED));
            assert_eq!(tries(typed, true).len(), 1);
            assert_eq!(tries(typed, true)[0].as_str(), COMPOSED);
        }
        assert_eq!(length(DECOMPOSED), 18);
    }

    #[test]
    fn what_looks_alike_and_is_not_the_same_stays_apart() {
        // RFC 8265, 4.3: neither case nor width is mapped.
        for other in ["\u{c4}lg under bordet 7", "\u{e4}lg under bordet \u{ff17}", "alg under bordet 7"] {
            assert!(!are_same(other, COMPOSED), "{other:?}");
        }
        assert!(!are_same("\u{e4}lg under bordet 7 ", COMPOSED), "blanks at the end count");
    }

    #[test]
    fn what_nobody_sees_is_not_chosen() {
        for unseen in ['\u{ad}', '\u{200b}', '\u{202e}', '\t', '\u{7}', '\u{9b}', '\u{feff}'] {
            let typed = format!("\u{e4}lg under{unseen} bordet");
            assert_eq!(choose(&typed, 12), Err(Unfit::Unseen(unseen)));
        }
        assert_eq!(choose("elva tecken", 12), Err(Unfit::Short));
        // Eleven characters in twenty-two bytes, or typed as two each.
        assert_eq!(choose(&"\u{e4}".repeat(11), 12), Err(Unfit::Short));
        assert_eq!(choose(&"a\u{308}".repeat(11), 12), Err(Unfit::Short));
        assert!(choose("한국어 비밀번호 입니다 정말", 12).is_ok(), "decomposed or not, Hangul is composed");
    }

    #[test]
    fn an_older_seal_is_tried_with_all_that_may_have_been_typed_then() {
        let all = tries(COMPOSED, false);
        for older in [COMPOSED, DECOMPOSED, &format!("\u{feff}{COMPOSED}")] {
            assert!(all.iter().any(|typed| typed.as_str() == older), "{older:?}");
        }
        let spaced = "fyra\u{a0}ord som ingen";
        assert!(tries(spaced, false).iter().any(|typed| typed.as_str() == spaced));
        assert_eq!(tries("four plain words", false).len(), 3, "each costs a moment: none is tried twice");
    }
}
