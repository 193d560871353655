//! What everything that the program is asked to do needs to know, and how it says that it could not.

use std::path::PathBuf;

use samsyn_engine::replica::Replica;
use samsyn_engine::schema::{Language, Reading};

use crate::cli::render::complain;
use crate::explain;
pub(crate) use crate::failure::{Failure, Said};
use crate::keys;
use crate::words::today;

/// What every command needs to know.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    /// The replica's file.
    pub(crate) path: PathBuf,
    /// The language of field names and values.
    pub(crate) language: Language,
}

impl Context {
    /// How what the person writes is read.
    pub(crate) fn reading(&self) -> Reading {
        Reading::new(self.language, today())
    }

    /// Opens the replica to work in it.
    pub(crate) fn open(&self) -> Result<Replica, Failure> {
        Ok(self.tell_of(keys::open(&self.path)?))
    }

    /// Opens the replica only to read it: also where it cannot be written.
    pub(crate) fn read(&self) -> Result<Replica, Failure> {
        Ok(self.tell_of(keys::open_to_read(&self.path)?))
    }

    /// Opens the replica only to ask its relay something: also where it cannot be written.
    pub(crate) fn ask(&self) -> Result<Replica, Failure> {
        Ok(self.tell_of(keys::open_to_ask(&self.path)?))
    }

    /// Says what was found beside the file, before anything else is said.
    fn tell_of(&self, replica: Replica) -> Replica {
        if let Some(log) = replica.store().set_aside() {
            complain(format_args!("samsyn: {}", explain::set_aside(log, self.language)));
        }
        replica
    }
}
