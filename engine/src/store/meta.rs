//! Who and where a replica is.

use rusqlite::{Connection, OptionalExtension, params};

use super::{Result, StoreError};
use crate::identity::{DeviceId, Grant, InvitationCode, PublicKey, WorkspaceId, WorkspaceSecret};
use crate::sync::{Cursor, Epoch, ErasurePlace, FirstSync, RollingHash};
use crate::text::one_line;

/// What a replica is made with.
#[derive(Debug, Clone)]
pub struct NewReplica {
    /// The workspace whose copy it is.
    pub workspace: WorkspaceId,
    /// What people call the workspace, until the relay says otherwise.
    pub workspace_name: String,
    /// The relay's address and how to get in; none for a workspace that is only here.
    pub relay: Option<(String, WayIn)>,
}

/// How a replica gets in at its relay.
#[derive(Debug, Clone)]
pub enum WayIn {
    /// By the secret of a workspace that has no members.
    Secret(WorkspaceSecret),
    /// By this device's key, whose public half this is, and the first time by an invitation.
    Invited {
        /// The public half of the key.
        key: PublicKey,
        /// The code that was given to the person.
        code: InvitationCode,
    },
}

impl From<WorkspaceSecret> for WayIn {
    fn from(secret: WorkspaceSecret) -> WayIn {
        WayIn::Secret(secret)
    }
}

/// Who and where a replica is.
#[derive(Debug, Clone)]
pub struct Meta {
    /// The workspace whose copy it is.
    pub workspace: WorkspaceId,
    /// What people call it.
    pub workspace_name: String,
    /// The device.
    pub device: DeviceId,
    /// The relay's address, such as `ws://127.0.0.1:7400`; none for a workspace that is only here.
    pub relay: Option<String>,
    /// The secret that the workspace's devices share: by which they know each other without a relay, and in a workspace
    /// without members get in at the relay.
    pub secret: Option<WorkspaceSecret>,
    /// The public half of the key by which this device gets in at the relay, in a workspace with members.
    pub key: Option<PublicKey>,
    /// The invitation, until the relay has let us in with it.
    pub invitation: Option<InvitationCode>,
    /// What the workspace was called while it was only here, until the relay that it is taken to has let us in.
    pub was_alone_as: Option<WorkspaceId>,
    /// How far this replica has come with what the relay says is erased.
    pub erased: ErasedUpTo,
    /// What this device may do, as the relay said when it was last met; none where nothing was said.
    pub grant: Option<Grant>,
    /// The last place in the relay's log that this replica has.
    pub cursor: Option<Cursor>,
    /// When this replica last had all that the relay had, by this device's clock (seconds since 1970-01-01 UTC).
    pub last_contact: Option<i64>,
    /// How far the first sync has come, as long as it has not ended.
    pub first_sync: Option<FirstSync>,
    /// Whether it is being found out how this replica and the relay's log differ.
    pub reconciling: bool,
}

/// How far a replica has come with what the relay says is erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ErasedUpTo {
    /// Up to here it has erased.
    pub up_to: ErasurePlace,
    /// Up to here nothing at all is left of it, in free pages and write-ahead logs either.
    pub nothing_left: ErasurePlace,
}

impl ErasedUpTo {
    /// The number up to which nothing is left: what a relay counts.
    pub fn scrubbed(&self) -> u64 {
        self.nothing_left.number.min(self.up_to.number)
    }
}

pub(super) const WORKSPACE: &str = "workspace";
pub(super) const WORKSPACE_NAME: &str = "workspace_name";
pub(super) const DEVICE: &str = "device";
pub(super) const RELAY: &str = "relay";
pub(super) const SECRET: &str = "secret";
pub(super) const KEY: &str = "key";
pub(super) const INVITATION: &str = "invitation";
pub(super) const WAS_ALONE_AS: &str = "was_alone_as";
pub(super) const GRANT: &str = "grant";
// Earlier versions noted a number under `erased_up_to`, which says nothing of which records were meant: all is told once more.
pub(super) const ERASED_UP_TO: &str = "erased_place";
pub(super) const SCRUBBED_UP_TO: &str = "scrubbed_place";
pub(super) const MISFIT: &str = "misfit";
pub(super) const DAMAGED: &str = "damaged";
pub(super) const LOOKED_UP_TO: &str = "looked_up_to";
pub(super) const UNSCRUBBED: &str = "unscrubbed";
pub(super) const CURSOR: &str = "cursor";
pub(super) const FIRST_SYNC: &str = "first_sync";
pub(super) const LAST_CONTACT: &str = "last_contact";
pub(super) const FIRST_CATCH_UP: &str = "first_catch_up";
pub(super) const RECONCILING: &str = "reconciling";
pub(super) const PROJECTION: &str = "projection";
pub(super) const ACTOR: &str = "actor";
pub(super) const NONCE: &str = "nonce";
pub(super) const STAMP: &str = "stamp";
pub(super) const TRIED: &str = "tried";
pub(super) const BEFORE_STAMP: &str = "before_stamp";

pub(super) fn write_new(connection: &Connection, new: &NewReplica) -> Result<()> {
    put(connection, WORKSPACE, new.workspace.as_bytes())?;
    put(connection, WORKSPACE_NAME, new.workspace_name.as_bytes())?;
    put(connection, DEVICE, DeviceId::random().as_bytes())?;
    if let Some((address, way)) = &new.relay {
        put_relay(connection, address, way)?;
    }
    Ok(())
}

pub(super) fn put_relay(connection: &Connection, address: &str, way: &WayIn) -> Result<()> {
    put(connection, RELAY, address.as_bytes())?;
    match way {
        WayIn::Secret(secret) => {
            put_secret(connection, secret)?;
            [KEY, INVITATION, GRANT].iter().try_for_each(|key| remove(connection, key))
        }
        WayIn::Invited { key, code } => {
            put(connection, KEY, key.as_bytes())?;
            put(connection, INVITATION, code.reveal().as_bytes())
        }
    }
}

pub(super) fn put_secret(connection: &Connection, secret: &WorkspaceSecret) -> Result<()> {
    put(connection, SECRET, secret.reveal().as_bytes())
}

/// Notes what the relay lets this device do; the invitation is used up.
pub(super) fn put_grant(connection: &Connection, grant: &Grant) -> Result<()> {
    let text = serde_json::to_vec(grant).unwrap_or_default();
    put(connection, GRANT, &text)?;
    [INVITATION, WAS_ALONE_AS].iter().try_for_each(|key| remove(connection, key))
}

/// Notes that the workspace, which was only here so far, is on its way to a relay, where it is called `workspace`.
pub(super) fn begin_sharing(
    connection: &Connection,
    workspace: WorkspaceId,
    (relay, way): (&str, &WayIn),
) -> Result<()> {
    // Where that was begun before, with another address or code, it still was called what it was.
    if get(connection, WAS_ALONE_AS)?.is_none() {
        let before = get(connection, WORKSPACE)?.unwrap_or_default();
        put(connection, WAS_ALONE_AS, &before)?;
    }
    put(connection, WORKSPACE, workspace.as_bytes())?;
    put_relay(connection, relay, way)
}

/// Notes that it stays only here after all.
pub(super) fn end_sharing(connection: &Connection) -> Result<()> {
    let Some(before) = get(connection, WAS_ALONE_AS)? else { return Ok(()) };
    put(connection, WORKSPACE, &before)?;
    [WAS_ALONE_AS, RELAY, KEY, INVITATION].iter().try_for_each(|key| remove(connection, key))
}

pub(super) fn read(connection: &Connection) -> Result<Meta> {
    let text = |key| get(connection, key).map(|value| value.and_then(|bytes| String::from_utf8(bytes).ok()));
    let id = |key| {
        let id = get(connection, key)?.and_then(|bytes| WorkspaceId::from_slice(&bytes));
        id.ok_or(StoreError::Database(rusqlite::Error::QueryReturnedNoRows))
    };
    Ok(Meta {
        erased: ErasedUpTo {
            up_to: erasure_place(connection, ERASED_UP_TO)?,
            nothing_left: erasure_place(connection, SCRUBBED_UP_TO)?,
        },
        workspace: id(WORKSPACE)?,
        workspace_name: one_line(&text(WORKSPACE_NAME)?.unwrap_or_default()).into_owned(),
        device: id(DEVICE)?,
        relay: text(RELAY)?,
        secret: text(SECRET)?.and_then(|text| text.parse().ok()),
        key: get(connection, KEY)?.and_then(|bytes| bytes.try_into().ok()).map(PublicKey::from_bytes),
        invitation: text(INVITATION)?.and_then(|text| text.parse().ok()),
        was_alone_as: get(connection, WAS_ALONE_AS)?.and_then(|bytes| WorkspaceId::from_slice(&bytes)),
        grant: get(connection, GRANT)?.and_then(|bytes| serde_json::from_slice(&bytes).ok()),
        cursor: get(connection, CURSOR)?.and_then(|bytes| cursor_from_bytes(&bytes)),
        first_sync: get(connection, FIRST_SYNC)?.and_then(|bytes| first_sync_from_bytes(&bytes)),
        last_contact: text(LAST_CONTACT)?.and_then(|text| text.parse().ok()),
        reconciling: get(connection, RECONCILING)?.is_some(),
    })
}

/// A place among the relay's erasures.
pub(super) fn erasure_place(connection: &Connection, key: &str) -> Result<ErasurePlace> {
    let bytes = get(connection, key)?;
    let read = bytes.as_deref().and_then(|bytes| {
        let (number, hash) = bytes.split_first_chunk::<8>()?;
        let hash = RollingHash::from_bytes(hash.try_into().ok()?);
        Some(ErasurePlace { number: u64::from_be_bytes(*number), hash })
    });
    Ok(read.unwrap_or_default())
}

pub(super) fn put_erasure_place(connection: &Connection, key: &str, place: ErasurePlace) -> Result<()> {
    put(connection, key, &[&place.number.to_be_bytes()[..], place.hash.as_bytes()].concat())
}

pub(super) fn get(connection: &Connection, key: &str) -> Result<Option<Vec<u8>>> {
    let mut statement = connection.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
    Ok(statement.query_row(params![key], |row| row.get(0)).optional()?)
}

pub(super) fn put(connection: &Connection, key: &str, value: &[u8]) -> Result<()> {
    connection
        .prepare_cached("INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2")?
        .execute(params![key, value])?;
    Ok(())
}

pub(super) fn remove(connection: &Connection, key: &str) -> Result<()> {
    connection.prepare_cached("DELETE FROM meta WHERE key = ?1")?.execute(params![key])?;
    Ok(())
}

pub(super) fn cursor_to_bytes(cursor: &Cursor) -> Vec<u8> {
    let mut bytes = cursor.epoch.as_bytes().to_vec();
    bytes.extend(cursor.position.to_be_bytes());
    bytes.extend(cursor.hash.as_bytes());
    bytes
}

pub(super) fn first_sync_to_bytes(first: &FirstSync) -> Vec<u8> {
    [&first.below.to_be_bytes()[..], &cursor_to_bytes(&first.cursor)].concat()
}

fn first_sync_from_bytes(bytes: &[u8]) -> Option<FirstSync> {
    let (below, cursor) = bytes.split_first_chunk::<8>()?;
    Some(FirstSync { cursor: cursor_from_bytes(cursor)?, below: u64::from_be_bytes(*below) })
}

pub(super) fn cursor_from_bytes(bytes: &[u8]) -> Option<Cursor> {
    let (epoch, rest) = bytes.split_first_chunk::<16>()?;
    let (position, rest) = rest.split_first_chunk::<8>()?;
    let hash: [u8; 16] = rest.try_into().ok()?;
    Some(Cursor {
        epoch: Epoch::from_bytes(*epoch),
        position: u64::from_be_bytes(*position),
        hash: RollingHash::from_bytes(hash),
    })
}
