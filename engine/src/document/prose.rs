//! Prose that somebody edited as a whole while others changed it.
//!
//! A person opens a text, types for a while and leaves the field; in the meantime the document may have received other
//! people's words. Writing the person's text over the document's would delete those words. So the edit is taken as the
//! *difference* between the text the person began with (`base`) and the text they left (`mine`), and that difference is
//! carried over to the text as it is now (`current`):
//!
//! - what they typed is inserted behind the character it was typed behind, or the nearest before it that still exists;
//! - what they deleted is deleted where it still exists;
//! - what others wrote meanwhile stays.
//!
//! Positions are counted in characters (Unicode scalar values), as Automerge's texts are in Rust.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// One change of a text: at `position`, delete so many characters, then insert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Splice {
    /// Where, in characters of the text before this splice.
    pub position: usize,
    /// How many characters to delete there.
    pub delete: usize,
    /// What to insert there.
    pub insert: String,
}

/// The splices that carry the edit from `base` to `mine` over to `current`, from the end to the beginning, so that
/// each can be applied without moving the next.
pub fn rebase(base: &str, mine: &str, current: &str) -> Vec<Splice> {
    let base: Vec<char> = base.chars().collect();
    let mine: Vec<char> = mine.chars().collect();
    let current: Vec<char> = current.chars().collect();
    let survivors = survivors(&base, &current);
    let mut splices = Vec::new();
    for edit in edits(&base, &mine).into_iter().rev() {
        let deleted = survivors[edit.old.clone()].iter().rev().flatten();
        let (mut groups, mut insert) =
            (grouped(deleted.copied()), mine[edit.new.clone()].iter().collect::<String>());
        let place = behind(&survivors, edit.old.start);
        // The insertion goes with the deletion that starts at the same place, if there is one.
        match groups.last_mut() {
            Some(first) if first.position == place => first.insert = std::mem::take(&mut insert),
            _ => {}
        }
        splices.append(&mut groups);
        if !insert.is_empty() {
            splices.push(Splice { position: place, delete: 0, insert });
        }
    }
    splices
}

/// The text after these splices.
#[cfg(test)]
fn apply(text: &str, splices: &[Splice]) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for splice in splices {
        chars.splice(splice.position..splice.position + splice.delete, splice.insert.chars());
    }
    chars.into_iter().collect()
}

/// A stretch of the old text and the stretch of the new one that stands for it.
#[derive(Debug, Clone)]
struct Replaced {
    old: Range<usize>,
    new: Range<usize>,
}

/// For each character of `base` its place in `current`, if it is still there.
fn survivors(base: &[char], current: &[char]) -> Vec<Option<usize>> {
    let mut places = vec![None; base.len()];
    let (mut old, mut new) = (0, 0);
    for edit in edits(base, current) {
        while old < edit.old.start {
            places[old] = Some(new);
            (old, new) = (old + 1, new + 1);
        }
        (old, new) = (edit.old.end, new + edit.new.len());
    }
    while old < base.len() {
        places[old] = Some(new);
        (old, new) = (old + 1, new + 1);
    }
    places
}

/// Behind the nearest surviving character before `old`.
fn behind(survivors: &[Option<usize>], old: usize) -> usize {
    survivors[..old].iter().rev().flatten().next().map_or(0, |place| place + 1)
}

/// Deletions of neighbouring characters in one splice. `places` come from the last to the first.
fn grouped(places: impl Iterator<Item = usize>) -> Vec<Splice> {
    let mut groups: Vec<Splice> = Vec::new();
    for position in places {
        match groups.last_mut() {
            Some(group) if group.position == position + 1 => {
                group.position = position;
                group.delete += 1;
            }
            _ => groups.push(Splice { position, delete: 1, insert: String::new() }),
        }
    }
    groups
}

/// The stretches in which two texts differ, in order.
fn edits(old: &[char], new: &[char]) -> Vec<Replaced> {
    let prefix = old.iter().zip(new).take_while(|(one, other)| one == other).count();
    let suffix =
        old[prefix..].iter().rev().zip(new[prefix..].iter().rev()).take_while(|(a, b)| a == b).count();
    let middle = Replaced { old: prefix..old.len() - suffix, new: prefix..new.len() - suffix };
    let mut edits = split(old, new, middle);
    let mut end = 0;
    for edit in &mut edits {
        align(edit, end, old, new);
        end = edit.old.end;
    }
    edits
}

/// The differences inside of one stretch.
fn split(old: &[char], new: &[char], middle: Replaced) -> Vec<Replaced> {
    // A text that was replaced altogether would cost Myers' algorithm the product of both lengths.
    const MOST: usize = 20_000;
    match (middle.old.len(), middle.new.len()) {
        (0, 0) => Vec::new(),
        (0, _) | (_, 0) => vec![middle],
        (was, is) if was + is > MOST => vec![middle],
        _ => {
            let (was, is) = (&old[middle.old.clone()], &new[middle.new.clone()]);
            let operations = capture_diff_slices(Algorithm::Myers, was, is);
            let shift = |range: Range<usize>, by: usize| range.start + by..range.end + by;
            operations
                .into_iter()
                .filter(|operation| !matches!(operation, DiffOp::Equal { .. }))
                .map(|operation| Replaced {
                    old: shift(operation.old_range(), middle.old.start),
                    new: shift(operation.new_range(), middle.new.start),
                })
                .collect()
        }
    }
}

/// Moves a pure insertion or deletion to where a word begins, if the texts leave a choice.
///
/// From "one two three" to "one three", deleting "wo t" is as right as deleting "two "; only the second says what the
/// person did, and only with it do words that somebody else wrote between the two end up between words.
fn align(edit: &mut Replaced, from: usize, old: &[char], new: &[char]) {
    let begins_word = |text: &[char], at: usize| at == 0 || text[at - 1].is_whitespace();
    let mut moved = edit.clone();
    loop {
        let (text, range) = match (moved.old.len(), moved.new.len()) {
            (0, _) => (new, &moved.new),
            (_, 0) => (old, &moved.old),
            _ => return,
        };
        if begins_word(text, range.start) {
            *edit = moved;
            return;
        }
        // One to the left is the same edit if the character that comes in is the one that goes out.
        if moved.old.start <= from || moved.new.start == 0 || text[range.start - 1] != text[range.end - 1] {
            return;
        }
        moved.old = moved.old.start - 1..moved.old.end - 1;
        moved.new = moved.new.start - 1..moved.new.end - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn merged(base: &str, mine: &str, current: &str) -> String {
        apply(current, &rebase(base, mine, current))
    }

    #[test]
    fn both_peoples_words_stay() {
        let base = "The arena takes 3000 people.";
        let mine = "The arena in Östersund takes 3000 people.";
        let theirs = "The arena takes 3000 people. Ask Lena about prices.";
        let both = "The arena in Östersund takes 3000 people. Ask Lena about prices.";
        assert_eq!(merged(base, mine, theirs), both);
    }

    #[test]
    fn what_one_deleted_is_gone_and_what_the_other_wrote_in_it_stays() {
        assert_eq!(merged("one two three", "one three", "one two new three"), "one new three");
        assert_eq!(merged("abc", "", "abXc"), "X");
    }

    #[test]
    fn both_deleted_the_same() {
        assert_eq!(merged("one two three", "one three", "one three"), "one three");
    }

    #[test]
    fn words_typed_into_what_is_gone_are_not_lost() {
        assert_eq!(merged("one two three", "one two MINE three", "one three"), "one MINE three");
    }

    proptest! {
        #[test]
        fn without_others_it_is_what_was_typed(base in "[ab å\n]{0,30}", mine in "[ab å\n]{0,30}") {
            prop_assert_eq!(merged(&base, &mine, &base), mine);
        }

        #[test]
        fn without_an_edit_nothing_happens(base in "[abc]{0,20}", current in "[abc]{0,20}") {
            prop_assert_eq!(rebase(&base, &base, &current), vec![]);
        }

        #[test]
        fn every_typed_word_is_there_afterwards(
            base in "[a-d ]{0,30}", current in "[a-d ]{0,30}", at in 0usize..31,
        ) {
            let at = at.min(base.len());
            let mine = format!("{}XYZ{}", &base[..at], &base[at..]);
            prop_assert!(merged(&base, &mine, &current).contains("XYZ"));
        }
    }
}
