//! What everything that the program is asked to do needs to know, and how it says that it could not.

use std::path::PathBuf;

use samsyn_engine::replica::Replica;
use samsyn_engine::schema::Language;

use crate::keys;

/// What every command needs to know.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    /// The replica's file.
    pub(crate) path: PathBuf,
    /// The language of field names and values.
    pub(crate) language: Language,
}

impl Context {
    /// Opens the replica.
    pub(crate) fn open(&self) -> Result<Replica, Failure> {
        Ok(keys::open(&self.path)?)
    }
}

/// What a command says when it did not do what it was asked to: one sentence.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;
