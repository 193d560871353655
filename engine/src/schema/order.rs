//! Fractional order keys: a place between any two places, so that moving one row never renumbers the others.
//!
//! A key is a text over the digits 0-9 A-Z a-z that compares byte by byte and is read as the fraction `0.key`. Keys
//! never end in `0`, so there is always room before one. Two people who insert at the same place at the same time
//! make the same key; the rows' own ids then decide, the same everywhere.
//!
//! Source: David Greenspan, "Implementing Fractional Indexing" (2020), without its integer part: lists here are short.

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A key that sorts after `before` and ahead of `after`; an absent end is the end of the list.
///
/// Where the two are not in order (equal keys, or keys from elsewhere that are no keys), it sorts after `before`.
pub fn between(before: Option<&str>, after: Option<&str>) -> String {
    let before = before.unwrap_or("");
    let after = after.filter(|after| before < *after && is_key(after));
    let mut key = String::new();
    let mut bounded = after.is_some();
    for place in 0.. {
        let low = before.as_bytes().get(place).map_or(0, |digit| digit_value(*digit));
        let high = match (bounded, after) {
            (true, Some(after)) => after.as_bytes().get(place).map_or(0, |digit| digit_value(*digit)),
            _ => DIGITS.len(),
        };
        if high > low + 1 {
            key.push(char::from(DIGITS[usize::midpoint(low, high)]));
            return key;
        }
        key.push(char::from(DIGITS[low]));
        // Once below `after` in some digit, what follows is free of it.
        bounded &= high == low;
    }
    key
}

/// `count` keys in order for a list that is made in one go, evenly spread and short.
pub fn spread(count: usize) -> Vec<String> {
    let mut keys = Vec::with_capacity(count);
    let mut last: Option<String> = None;
    for _ in 0..count {
        let key = next(last.as_deref());
        keys.push(key.clone());
        last = Some(key);
    }
    keys
}

/// The key after `last` that leaves the most room behind it: one up in its last digit, or one digit longer.
fn next(last: Option<&str>) -> String {
    let Some(last) = last else { return "1".to_owned() };
    let mut bytes = last.as_bytes().to_vec();
    match bytes.last_mut().map(|digit| digit_value(*digit)) {
        Some(value) if value + 1 < DIGITS.len() => {
            let end = bytes.len() - 1;
            bytes[end] = DIGITS[value + 1];
        }
        _ => bytes.push(DIGITS[1]),
    }
    bytes.into_iter().map(char::from).collect()
}

fn is_key(text: &str) -> bool {
    !text.is_empty() && !text.ends_with('0') && text.bytes().all(|byte| DIGITS.contains(&byte))
}

/// The digit's value; a byte that is no digit counts as the nearest below it, so that foreign keys still sort.
fn digit_value(digit: u8) -> usize {
    DIGITS.partition_point(|known| *known <= digit).saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn there_is_always_room_between_two_neighbours(places in proptest::collection::vec(0usize..50, 1..200)) {
            let mut keys: Vec<String> = Vec::new();
            for place in places {
                let place = place.min(keys.len());
                let before = place.checked_sub(1).map(|before| keys[before].as_str());
                let key = between(before, keys.get(place).map(String::as_str));
                keys.insert(place, key);
            }
            prop_assert!(keys.windows(2).all(|pair| pair[0] < pair[1]), "{keys:?}");
            prop_assert!(keys.iter().all(|key| !key.ends_with('0')));
        }
    }

    #[test]
    fn a_list_made_in_one_go_is_in_order() {
        let keys = spread(500);
        assert!(keys.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(between(keys.last().map(String::as_str), None) > keys[499]);
    }

    #[test]
    fn foreign_keys_do_no_harm() {
        assert!(between(Some("b"), Some("a")).as_str() > "b");
        assert!(between(Some("a"), Some("a")).as_str() > "a");
        assert!(!between(None, Some("")).is_empty());
        assert!(!between(None, Some("å0")).is_empty());
    }
}
