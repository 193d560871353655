//! Why the relay cannot do what it was asked to: one sentence that says what, and what next.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use samsyn_engine::address::{AddressError, Endpoint};
use samsyn_engine::files::{OutputError, room};
use samsyn_engine::id::{NotOne, RecordId};
use samsyn_engine::identity::{ManagementError, WorkspaceId};

use crate::acme::settings::AcmeSettingsError;
use crate::log::LogError;

/// What a workspace takes that has nothing in it, with SQLite's own files, in bytes.
pub(crate) const ROOM: u64 = 2_000_000;

/// Why a relay does not start, or a command fails.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// There is no such folder.
    #[error(
        "there is no data folder {0}: make a workspace in it first with `samsyn-relay workspace create NAME --data {0}`"
    )]
    NoFolder(PathBuf),
    /// It is something else than a folder.
    #[error("{0} is not a folder: choose another place with --data")]
    NotAFolder(PathBuf),
    /// Nothing can be written there.
    #[error("the data folder {path} cannot be written to ({reason}): make room or set its owner right")]
    NotWritable {
        /// Which folder.
        path: PathBuf,
        /// Why, in the operating system's words.
        reason: io::Error,
    },
    /// Two relays in one folder would write over each other.
    #[error(
        "another relay already serves the data folder {0}: stop it first, or choose another folder with --data"
    )]
    Taken(PathBuf),
    /// No answer could say when it was given: HTTP's dates begin in 1970.
    #[error("this computer's clock is before the year 1970: set it, and start the relay again")]
    Clock,
    /// The address is none.
    #[error("{what} cannot be {text}: {why}")]
    Address {
        /// Of what.
        what: &'static str,
        /// What was said.
        text: String,
        /// What is wrong with it.
        why: AddressError,
    },
    /// The host has no address.
    #[error("{what} cannot be {address}: its host is not known here ({reason})")]
    NoSuchHost {
        /// Of what.
        what: &'static str,
        /// What was said.
        address: Endpoint,
        /// Why, in the operating system's words.
        reason: String,
    },
    /// The address belongs to another program.
    #[error("{0} is already in use by another program: choose another port with --listen, 0 for any")]
    AddressInUse(SocketAddr),
    /// Nothing would be encrypted on the way.
    #[error(
        "{0} can be reached from other machines, and nothing would be encrypted on the way: give a certificate with --tls-cert and --tls-key, have one by ACME with --acme-domains, take 127.0.0.1 for --listen, name the proxies that have TLS and come from elsewhere with --proxies, or say --insecure"
    )]
    NotLoopback(SocketAddr),
    /// A certificate or its key cannot be used.
    #[error(
        "{path} cannot be used for TLS ({reason}): both have to be in PEM, the key that of the certificate"
    )]
    Certificate {
        /// Which file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Nobody would connect with it.
    #[error(
        "the certificate in {path} {standing}: nobody could connect; renew it, or set this computer's clock right"
    )]
    NotGood {
        /// Which file.
        path: PathBuf,
        /// How it stands, in words.
        standing: String,
    },
    /// The address is not allowed.
    #[error("cannot listen on {address} ({reason}): choose another address with --listen")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why, in the operating system's words.
        reason: io::Error,
    },
    /// A workspace needs a name that people can read.
    #[error("\"{0}\" cannot be a workspace's name: give one of 1 to 200 characters on one line")]
    Name(String),
    /// There is no such workspace.
    #[error(
        "there is no workspace {workspace} in {path}: `samsyn-relay workspace list` shows those that are there"
    )]
    NoWorkspace {
        /// Which.
        workspace: String,
        /// The data folder.
        path: PathBuf,
    },
    /// What was typed for an identifier is not that of one.
    #[error("nothing was done: {0}")]
    NotOne(#[from] NotOne<RecordId>),
    /// Nobody said where the data is.
    #[error(
        "say where the workspaces are: --data DIR, the variable SAMSYN_RELAY_DATA, or data = \"DIR\" in the file of --config"
    )]
    NoData,
    /// A certificate without its key, or the other way round.
    #[error("TLS needs both, a certificate (--tls-cert) and its key (--tls-key)")]
    HalfOfTls,
    /// Two ways to a certificate at once.
    #[error(
        "a certificate comes from files (--tls-cert, --tls-key) or by ACME (--acme-domains): say one of them, also in the file of --config"
    )]
    TwoCertificates,
    /// No certificate can be asked for like that.
    #[error(transparent)]
    Acme(#[from] AcmeSettingsError),
    /// The file with settings cannot be used.
    #[error("the settings in {path} cannot be used: {reason}")]
    Settings {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it, and where.
        reason: String,
    },
    /// There is a workspace of that name already.
    #[error("workspace {0} is there already: nothing was made, and it stays as it is")]
    Exists(WorkspaceId),
    /// There is such a workspace already.
    #[error(
        "workspace {0} is there already: say --replace to put the backup in its place; what is there is kept"
    )]
    IsThere(WorkspaceId),
    /// Two that put something back at once would do it with each other's files.
    #[error(
        "another command puts a workspace of {0} back just now: wait until it has ended, and say it again"
    )]
    Restoring(PathBuf),
    /// Who belongs was not changed.
    #[error("not done: {0}")]
    NotManaged(#[from] ManagementError),
    /// What cannot be undone has to be confirmed.
    #[error(
        "record {0} would be erased, here and on every device, and cannot be brought back: say --yes to do it"
    )]
    NotConfirmed(samsyn_engine::id::RecordId),
    /// The disk is full.
    #[error(
        "the disk with {path} is full{}: nothing was changed; make room for {} MB there, or choose another disk",
        free.map_or(String::new(), |free| format!(" ({} kB are free)", free / 1_000)),
        room::megabytes(*needed)
    )]
    NoRoom {
        /// What is on that disk.
        path: PathBuf,
        /// How much is free, in bytes, where the system says.
        free: Option<u64>,
        /// About how much it takes, in bytes.
        needed: u64,
    },
    /// A file that was named cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// A log cannot be used.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The system refused something else.
    #[error("the relay cannot run here: {0}")]
    System(#[from] io::Error),
}

impl RelayError {
    /// Why nothing can be written to the folder.
    pub(crate) fn not_writable(path: &Path) -> impl FnOnce(io::Error) -> RelayError + use<> {
        let path = path.to_owned();
        move |reason| RelayError::NotWritable { path: path.clone(), reason }.with_room(&path, ROOM)
    }

    /// The same error; where it comes of a full disk, with how much room it takes there.
    pub(crate) fn with_room(self, path: &Path, needed: u64) -> RelayError {
        let is_full = match &self {
            RelayError::Log(LogError::Full) => true,
            RelayError::NotWritable { reason, .. } | RelayError::System(reason) => room::says_full(reason),
            RelayError::Output(OutputError::Full { .. }) => true,
            // SQLite says of some of its files only that they cannot be used.
            RelayError::Log(LogError::Database(_) | LogError::Unusable { .. }) => room::is_full(path),
            _ => false,
        };
        if is_full {
            RelayError::NoRoom { path: path.to_owned(), free: room::free(path), needed }
        } else {
            self
        }
    }

    /// Why the relay does not listen there.
    pub(crate) fn listen(address: SocketAddr, reason: io::Error) -> RelayError {
        match reason.kind() {
            io::ErrorKind::AddrInUse => RelayError::AddressInUse(address),
            _ => RelayError::Listen { address, reason },
        }
    }
}
