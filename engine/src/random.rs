//! Where ids, actors and nonces come from: the system's randomness, unless a simulation has asked for another.
//!
//! A simulation has to take the same way again from the same seed, and an id decides more than a name: Automerge orders
//! concurrent values by their actors. So a thread can be given a seed. Nothing but a simulation should: ids made from a
//! seed are neither unique nor secret.

use std::cell::RefCell;

use rand::Rng;
use rand::rngs::StdRng;

thread_local! {
    static SEEDED: RefCell<Option<StdRng>> = const { RefCell::new(None) };
}

/// Bytes that nobody can guess.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SEEDED.with_borrow_mut(|seeded| match seeded {
        Some(generator) => generator.fill_bytes(&mut bytes),
        None => rand::rng().fill_bytes(&mut bytes),
    });
    bytes
}

/// The revision of a document that is new in a file: large, so that it never is one that another document under the same name had
/// before, and always of the same size.
pub(crate) fn revision() -> i64 {
    i64::from_be_bytes(bytes()) & ((1 << 61) - 1) | 1 << 61
}

/// Does something with randomness that follows from a seed, on this thread.
#[cfg(feature = "testing")]
pub fn seeded<T>(seed: u64, work: impl FnOnce() -> T) -> T {
    use rand::SeedableRng;

    /// Puts the system's randomness back, also where the work panics.
    struct Restore;
    impl Drop for Restore {
        fn drop(&mut self) {
            SEEDED.set(None);
        }
    }
    SEEDED.set(Some(StdRng::seed_from_u64(seed)));
    let _restore = Restore;
    work()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_and_nothing_else_does() {
        let draw = || (bytes::<16>(), bytes::<16>());
        assert_eq!(seeded(7, draw), seeded(7, draw));
        assert_ne!(seeded(7, draw), seeded(8, draw));
        assert_ne!(draw(), draw());
    }
}
