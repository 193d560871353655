//! What somebody may see of a log, and what they are told of their place in it.
//!
//! Who sees everything gets the log as it is, and can check with its rolling hash that nothing is missing. From others some
//! entries are kept. The rolling hash would be a way to find out about them: whoever guesses a name and a telephone number
//! well could try whether the guess has the right hash. So they are told another value in its place, that only this relay can
//! make: SHA-256 over a key of this log, the position and the true hash.

use samsyn_engine::identity::Grant;
use samsyn_engine::sync::{Cursor, RollingHash};
use sha2::{Digest, Sha256};

use crate::log::{Log, LogError, ReadScope};

/// What somebody may see of a log.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View {
    scope: ReadScope,
    seal: [u8; 32],
}

impl View {
    /// Everything.
    pub(crate) const ALL: View = View { scope: ReadScope::ALL, seal: [0; 32] };

    /// What a device may see with that grant; everything where a workspace has a secret instead of members.
    ///
    /// # Errors
    /// Where the log cannot be read.
    pub(crate) fn of(grant: Option<&Grant>, log: &dyn Log) -> Result<View, LogError> {
        let scope = grant.map_or(ReadScope::ALL, |grant| ReadScope::of(grant.role));
        if scope.is_all() { Ok(View::ALL) } else { Ok(View { scope, seal: log.seal()? }) }
    }

    /// The records that are in it.
    pub(crate) fn scope(&self) -> ReadScope {
        self.scope
    }

    /// Whether some of the log is kept back, and places in it are sealed.
    pub(crate) fn is_sealed(&self) -> bool {
        !self.scope.is_all()
    }

    /// A place in the log as it is told.
    pub(crate) fn told(&self, cursor: Cursor) -> Cursor {
        if !self.is_sealed() {
            return cursor;
        }
        let digest = Sha256::new()
            .chain_update(b"samsyn place 1\0\0")
            .chain_update(self.seal)
            .chain_update(cursor.position.to_be_bytes())
            .chain_update(cursor.hash.as_bytes())
            .finalize();
        let mut hash = [0; 16];
        hash.copy_from_slice(&digest[..16]);
        Cursor { hash: RollingHash::from_bytes(hash), ..cursor }
    }
}

#[cfg(test)]
mod tests {
    use samsyn_engine::sync::Epoch;

    use super::*;

    #[test]
    fn a_sealed_place_tells_nothing_of_the_true_one_and_is_the_same_each_time() {
        let place =
            Cursor { position: 7, hash: RollingHash::from_bytes([1; 16]), ..Cursor::start(Epoch::random()) };
        assert_eq!(View::ALL.told(place), place);
        let role = samsyn_engine::identity::Role::Partner;
        let view = |seal| View { scope: ReadScope::of(role), seal };
        let sealed = view([1; 32]).told(place);
        assert_eq!(view([1; 32]).told(place), sealed);
        assert_eq!((sealed.epoch, sealed.position), (place.epoch, 7));
        assert_ne!(sealed.hash, place.hash);
        assert_ne!(view([2; 32]).told(place), sealed, "another log");
    }
}
