//! How everything that the program is asked to do says that it could not: one sentence, in the person's language.
//!
//! ```text
//!  typed errors of the engine, the link, the keys ─┐ Explain          ┌─▶ command line: standard error, exit 1
//!  Said: words that a command says itself ─────────┴──────▶ Failure ──┴─▶ window
//! ```
//!
//! A [`Failure`] is made of nothing but what explains itself in each language. A plain text is no failure: what would be said in
//! English only does not compile.

mod system;

use std::any::Any;
use std::error::Error;
use std::fmt::{Debug, Display};
use std::io;
use std::path::Path;

use samsyn_engine::exchange::ExchangeError;
use samsyn_engine::files::OutputError;
use samsyn_engine::identity::CodeError;
use samsyn_engine::replica::ReplicaError;
use samsyn_engine::schema::{Caption, Language, PathError, ValueError};
use samsyn_engine::store::StoreError;

use crate::belonging::backup::BackingUpError;
use crate::belonging::enter::EnterError;
use crate::belonging::join::JoinError;
use crate::belonging::moving::MoveError;
use crate::belonging::sharing::ShareError;
use crate::explain;
use crate::keys::KeyError;
use crate::keys::lock::LockError;
use crate::link::LinkError;
use crate::link::direct::DirectError;

pub(crate) use system::{full_words, system_words, without_numbers};

/// Something that went wrong and says so in each language.
pub(crate) trait Explain: Any + Debug + Send + Sync {
    /// What happened, to what, and what to do next.
    fn explain(&self, language: Language) -> String;

    /// The error that it is, with what it comes of; none where it is only words.
    fn as_error(&self) -> Option<&(dyn Error + 'static)> {
        None
    }
}

/// What a command says when it did not do what it was asked to.
#[derive(Debug)]
pub(crate) struct Failure(Box<dyn Explain>);

impl Failure {
    /// In the person's language.
    pub(crate) fn explain(&self, language: Language) -> String {
        without_numbers(&self.0.explain(language))
    }

    /// Whether what it is about is of that type.
    pub(crate) fn is<E: Explain>(&self, fits: impl FnOnce(&E) -> bool) -> bool {
        let error: &dyn Any = self.0.as_ref();
        error.downcast_ref::<E>().is_some_and(fits)
    }

    /// Whether it comes of that, whatever it was wrapped in on its way.
    pub(crate) fn comes_of<E: Error + 'static>(&self, fits: impl Fn(&E) -> bool) -> bool {
        std::iter::successors(self.0.as_error(), |&error| error.source())
            .any(|error| error.downcast_ref::<E>().is_some_and(&fits))
    }
}

impl<E: Explain> From<E> for Failure {
    fn from(error: E) -> Failure {
        Failure(Box::new(error))
    }
}

/// Words that a command says itself, in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    sv: String,
    en: String,
}

impl Said {
    /// A caption with its holes filled (see [`Caption::fill`]).
    pub(crate) fn new(caption: Caption, holes: &[&dyn Display]) -> Said {
        Said::each(|language| caption.fill(language, holes))
    }

    /// What is put together differently in each language.
    pub(crate) fn each(words: impl Fn(Language) -> String) -> Said {
        Said { sv: words(Language::Swedish), en: words(Language::English) }
    }

    /// Why a file or folder cannot be used, in the system's words.
    pub(crate) fn file(path: &Path, error: &io::Error) -> Said {
        const CANNOT: Caption = Caption::new("{} kan inte användas: {}", "{} cannot be used: {}");
        Said::each(|language| {
            CANNOT.fill(language, &[&path.display(), &system_words(&error.to_string(), language)])
        })
    }
}

impl Explain for Said {
    fn explain(&self, language: Language) -> String {
        match language {
            Language::Swedish => self.sv.clone(),
            Language::English => self.en.clone(),
        }
    }
}

/// Has errors explain themselves by functions of [`explain`].
macro_rules! explained {
    ($($error:ty: $by:path;)*) => {
        $(impl Explain for $error {
            fn explain(&self, language: Language) -> String {
                $by(self, language)
            }

            fn as_error(&self) -> Option<&(dyn Error + 'static)> {
                Some(self)
            }
        })*
    };
}

explained! {
    ReplicaError: explain::replica_error;
    StoreError: explain::store_error;
    ExchangeError: explain::exchange_error_in_terminal;
    OutputError: explain::output_error_in_terminal;
    LinkError: explain::link_error;
    DirectError: explain::direct_error;
    LockError: explain::lock_error;
    KeyError: explain::key_error;
    BackingUpError: explain::backing_up_error_in_terminal;
    EnterError: explain::enter_error;
    JoinError: explain::join_error_in_terminal;
    MoveError: explain::move_error_in_terminal;
    ShareError: explain::share_error_in_terminal;
    CodeError: explain::code_error;
    ValueError: value_error;
    PathError: path_error;
    io::Error: io_error;
}

fn value_error(error: &ValueError, language: Language) -> String {
    error.words(language)
}

fn path_error(error: &PathError, language: Language) -> String {
    const NO_FIELD: Caption = Caption::new(
        "”{}” är inget fält: skriv FÄLT, LISTA.RAD eller LISTA.RAD.FÄLT.",
        "“{}” is not a field: write FIELD, LIST.ROW or LIST.ROW.FIELD.",
    );
    NO_FIELD.fill(language, &[&error.found()])
}

fn io_error(error: &io::Error, language: Language) -> String {
    system_words(&error.to_string(), language)
}
