//! Words that are nearly the same: a letter too many, too few, another one, or two in the wrong order.

/// How near two words are: the smaller the nearer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Nearness {
    /// So many mistakes turn one into the other.
    Whole(usize),
    /// So many turn what is typed into the beginning of the other.
    Begun(usize),
}

/// How many mistakes are forgiven in a word of so many letters: none in short ones, which are near to too many others.
fn forgiven(letters: usize) -> usize {
    match letters {
        0..4 => 0,
        4..8 => 1,
        _ => 2,
    }
}

/// How near a word of the index is to what is typed; `None` where it is another one.
pub(crate) fn prefix_nearness(typed: &[char], word: &str) -> Option<Nearness> {
    let most = forgiven(typed.len());
    // Letters are at least a byte each.
    if most == 0 || word.len() + most < typed.len() {
        return None;
    }
    let beginning = || word.chars().take(typed.len() + most + 1);
    // Each letter that is typed and not in the word is a mistake. That sorts out nearly all of them, at no cost.
    if (letters(typed.iter().copied()) & !letters(beginning())).count_ones() as usize > most {
        return None;
    }
    let word: Vec<char> = beginning().collect();
    let last = distances(typed, &word, most)?;
    let whole = (word.len() <= typed.len() + most).then(|| last[word.len()]);
    let begun = last.iter().min().copied().unwrap_or(usize::MAX);
    match whole {
        Some(mistakes) if mistakes <= most => Some(Nearness::Whole(mistakes)),
        _ => (begun <= most).then_some(Nearness::Begun(begun)),
    }
}

/// Which letters there are: a set, in which some stand for each other.
fn letters(word: impl Iterator<Item = char>) -> u64 {
    word.fold(0, |set, letter| set | 1 << (u32::from(letter) % 64))
}

/// The mistakes between what is typed and each beginning of the word (Damerau and Levenshtein, in its restricted form); `None` as
/// soon as it is clear that there are more than `most`.
fn distances(typed: &[char], word: &[char], most: usize) -> Option<Vec<usize>> {
    let mut before = Vec::new();
    let mut row: Vec<usize> = (0..=word.len()).collect();
    for (i, &letter) in typed.iter().enumerate() {
        let mut next = Vec::with_capacity(row.len());
        next.push(i + 1);
        for (j, &other) in word.iter().enumerate() {
            let replaced = row[j] + usize::from(letter != other);
            let mut least = replaced.min(row[j + 1] + 1).min(next[j] + 1);
            let is_swapped = i > 0 && j > 0 && letter == word[j - 1] && typed[i - 1] == other;
            if is_swapped {
                least = least.min(before_at(&before, j - 1) + 1);
            }
            next.push(least);
        }
        if next.iter().min().is_some_and(|least| *least > most) {
            return None;
        }
        before = std::mem::replace(&mut row, next);
    }
    Some(row)
}

fn before_at(before: &[usize], place: usize) -> usize {
    before.get(place).copied().unwrap_or(usize::MAX - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(typed: &str, word: &str) -> Option<Nearness> {
        prefix_nearness(&typed.chars().collect::<Vec<_>>(), word)
    }

    #[test]
    fn one_mistake_in_a_word_and_two_in_a_long_one() {
        assert_eq!(near("karn", "karin"), Some(Nearness::Whole(1)));
        assert_eq!(near("akerblm", "akerblom"), Some(Nearness::Whole(1)));
        assert_eq!(
            near("krain", "karin"),
            Some(Nearness::Whole(1)),
            "two in the wrong order are one mistake"
        );
        assert_eq!(near("östersnud", "östersund"), Some(Nearness::Whole(1)));
        assert_eq!(near("kongresbyrån", "kongressbyrån"), Some(Nearness::Whole(1)));
        assert_eq!(near("kongrsbyrån", "kongressbyrån"), Some(Nearness::Whole(2)));
        assert_eq!(near("karn", "karolina"), Some(Nearness::Begun(1)));
        assert_eq!(near("karn", "kristina"), None);
        assert_eq!(near("bo", "bio"), None, "short words are near to too many");
        assert_eq!(near("karlson", "berg"), None);
    }

    #[test]
    fn letters_that_are_sorted_out_by_never_hide_what_is_near() {
        // Each mistake there is, at each place, in words of both lengths.
        for word in ["karin", "åkerblom", "kongressbyrån", "østersund", "王小明李四"] {
            let letters: Vec<char> = word.chars().collect();
            for place in 0..letters.len() {
                for other in ['x', 'ö', '王'] {
                    let (mut replaced, mut added, mut left_out) =
                        (letters.clone(), letters.clone(), letters.clone());
                    replaced[place] = other;
                    added.insert(place, other);
                    left_out.remove(place);
                    for typed in [replaced, added, left_out] {
                        if forgiven(typed.len()) > 0 {
                            assert!(prefix_nearness(&typed, word).is_some(), "{typed:?} {word}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn the_beginning_of_a_word_is_forgiven_too_and_comes_after() {
        assert_eq!(near("kongerss", "kongresscentrum"), Some(Nearness::Begun(1)));
        assert!(Nearness::Whole(2) < Nearness::Begun(0));
    }
}
