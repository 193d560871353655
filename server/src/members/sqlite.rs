//! Who belongs, in the file of the log.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::{
    AUDIT_ENTRIES, AuditEntry, Device, DeviceId, Grant, Invitation, LONGEST_INVITATION, LONGEST_LABEL,
    Management, ManagementError, Member, MemberId, OpenInvitation, PublicKey, Role, Roster, WorkspaceSecret,
};

use super::{Entering, Members};
use crate::log::{self, LogError, Result, SqliteLog};

/// So many invitations may be open at a time.
const MOST_INVITATIONS: u64 = 100;

/// Who belongs to a workspace, in the file of its log.
#[derive(Debug)]
pub struct SqliteMembers {
    connection: Mutex<Connection>,
}

impl SqliteMembers {
    /// Opens who belongs, beside a log that was opened or made before.
    ///
    /// # Errors
    /// Where there is none, or one that this version cannot use.
    pub fn open(path: &Path) -> Result<SqliteMembers> {
        Ok(SqliteMembers { connection: Mutex::new(SqliteLog::connect(path)?) })
    }

    /// The same, only to read: also on a full disk, or where nothing may be written.
    ///
    /// # Errors
    /// Where there is none, or one that this version cannot use.
    pub fn open_to_read(path: &Path) -> Result<SqliteMembers> {
        Ok(SqliteMembers { connection: Mutex::new(SqliteLog::connect_to_read(path)?) })
    }

    /// The same, of a log that is open in this process.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(crate) fn beside(log: &SqliteLog) -> Result<SqliteMembers> {
        Ok(SqliteMembers { connection: Mutex::new(log.connect_beside()?) })
    }

    /// The workspace's secret opens nothing any more: from now on it has members. The actors that have written so far are
    /// bound to the devices that they said they were. The log has a new life, so that a relay that has let somebody in by the
    /// secret takes nothing from them any more, and ends their connections.
    ///
    /// # Errors
    /// Where it cannot be stored.
    pub fn replace_secret(&self) -> Result<()> {
        let mut connection = self.lock();
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(LogError::from_sqlite)?;
        log::bind_actors(&transaction)?;
        let hash = WorkspaceSecret::random();
        let replaced = transaction
            .execute("UPDATE meta SET has_members = 1, secret_hash = ?", [hash.as_bytes()])
            .and_then(|_| make_meeting_key(&transaction))
            .and_then(|()| log::bump_epoch(&transaction));
        replaced.and_then(|()| transaction.commit()).map_err(LogError::from_sqlite)
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        // A panic while the lock was held has rolled its transaction back.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write<T>(&self, write: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> Result<T> {
        let mut connection = self.lock();
        let write = || {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = write(&transaction)?;
            transaction.commit()?;
            Ok(done)
        };
        write().map_err(LogError::from_sqlite)
    }

    fn read<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        read(&self.lock()).map_err(LogError::from_sqlite)
    }
}

impl Members for SqliteMembers {
    fn enter(&self, entering: &Entering<'_>, now: i64) -> Result<Option<Grant>> {
        match entering.invited {
            None => {
                let known = self.read(|connection| key_of(connection, entering.device))?;
                if known != Some(entering.key) {
                    return Ok(None);
                }
                self.grant(entering.device)
            }
            Some((invitation, label)) => {
                self.write(|transaction| join(transaction, entering, (&invitation, label), now))?;
                let known = self.read(|connection| key_of(connection, entering.device))?;
                if known == Some(entering.key) { self.grant(entering.device) } else { Ok(None) }
            }
        }
    }

    fn may_found(&self, entering: &Entering<'_>, now: i64) -> Result<Option<bool>> {
        let Some((invitation, _)) = entering.invited else { return Ok(None) };
        self.read(|connection| match open(connection, &invitation, now)? {
            Some(open) => is_first(connection, entering, &open).map(Some),
            None => Ok(None),
        })
    }

    fn grant(&self, device: DeviceId) -> Result<Option<Grant>> {
        self.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT member, role, organisation FROM devices JOIN members USING (member)
                     WHERE device = ? AND revoked_at IS NULL AND removed_at IS NULL",
                )?
                .query_row([device.as_bytes()], |row| {
                    Ok(Grant { member: id(row, 0)?, role: role(row, 1)?, organisation: optional_id(row, 2)? })
                })
                .optional()
        })
    }

    fn change(&self, by: Option<DeviceId>, management: &Management, now: i64) -> Result<Done> {
        self.write(|transaction| change(transaction, by, management, now))
    }

    fn roster(&self, now: i64) -> Result<Roster> {
        self.read(|connection| roster(connection, now))
    }

    fn meeting_key(&self) -> Result<WorkspaceSecret> {
        self.read(|connection| {
            connection.query_row("SELECT meeting_key FROM meta", [], |row| {
                row.get(0).map(WorkspaceSecret::from_bytes)
            })
        })
    }

    fn stamp(&self) -> Result<u64> {
        self.read(|connection| {
            connection
                .prepare_cached("SELECT coalesce(max(number), 0) FROM happenings")?
                .query_row([], |row| row.get(0))
        })
    }
}

type Done = std::result::Result<(), ManagementError>;

fn id(row: &Row<'_>, column: usize) -> rusqlite::Result<RecordId> {
    Ok(RecordId::from_bytes(row.get(column)?))
}

fn optional_id(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<RecordId>> {
    Ok(row.get::<_, Option<[u8; 16]>>(column)?.map(RecordId::from_bytes))
}

fn key(row: &Row<'_>, column: usize) -> rusqlite::Result<PublicKey> {
    Ok(PublicKey::from_bytes(row.get(column)?))
}

fn role(row: &Row<'_>, column: usize) -> rusqlite::Result<Role> {
    row.get::<_, String>(column)?.parse().map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
    })
}

fn key_of(connection: &Connection, device: DeviceId) -> rusqlite::Result<Option<PublicKey>> {
    connection
        .prepare_cached("SELECT key FROM devices WHERE device = ?")?
        .query_row([device.as_bytes()], |row| key(row, 0))
        .optional()
}

fn note(
    connection: &Connection,
    (at, by): (i64, Option<DeviceId>),
    (what, whom, role): (&str, Option<RecordId>, Option<Role>),
) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT INTO happenings (at, by_device, what, whom, role) VALUES (?, ?, ?, ?, ?)")?
        .execute(params![
            at,
            by.map(|id| *id.as_bytes()),
            what,
            whom.map(|id| *id.as_bytes()),
            role.map(Role::name)
        ])
        .map(drop)
}

/// What an invitation says, as long as it can be used.
struct Open {
    role: Role,
    organisation: Option<RecordId>,
    member: Option<MemberId>,
}

fn open(connection: &Connection, invitation: &PublicKey, now: i64) -> rusqlite::Result<Option<Open>> {
    connection
        .prepare_cached(
            "SELECT role, organisation, member FROM invitations
             WHERE key = ? AND used_by IS NULL AND expires_at > ?",
        )?
        .query_row(params![invitation.as_bytes(), now], |row| {
            Ok(Open { role: role(row, 0)?, organisation: optional_id(row, 1)?, member: optional_id(row, 2)? })
        })
        .optional()
}

/// Whether a device could be the first that belongs, and would be a coordinator's.
fn is_first(connection: &Connection, entering: &Entering<'_>, open: &Open) -> rusqlite::Result<bool> {
    let others: bool = connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM devices WHERE device <> ?)",
        [entering.device.as_bytes()],
        |row| row.get(0),
    )?;
    Ok(!others && open.role == Role::Coordinator)
}

/// Makes a device with an open invitation a member's. Whether it may enter afterwards shows by whether its key is known: a
/// device that never heard that it was let in comes with the same invitation again.
fn join(
    transaction: &Transaction<'_>,
    entering: &Entering<'_>,
    (invitation, label): (&PublicKey, &str),
    now: i64,
) -> rusqlite::Result<()> {
    let Some(open) = open(transaction, invitation, now)? else { return Ok(()) };
    // Two that bring a workspace at the same moment must not both be the first.
    if entering.founds && !is_first(transaction, entering, &open)? {
        return Ok(());
    }
    let device = entering.device;
    let known: Option<(MemberId, PublicKey)> = transaction
        .query_row("SELECT member, key FROM devices WHERE device = ?", [device.as_bytes()], |row| {
            Ok((id(row, 0)?, key(row, 1)?))
        })
        .optional()?;
    let taken: bool = transaction.query_row(
        "SELECT EXISTS (SELECT 1 FROM devices WHERE key = ? AND device <> ?)",
        params![entering.key.as_bytes(), device.as_bytes()],
        |row| row.get(0),
    )?;
    // A device of somebody comes again with another key only where it was invited as just that somebody's.
    let replaces = known.is_none_or(|(member, _)| open.member == Some(member));
    if taken || !replaces {
        return Ok(());
    }
    let member = open.member.unwrap_or(device);
    let label: String = label.chars().filter(|letter| !letter.is_control()).take(LONGEST_LABEL).collect();
    transaction.execute(
        "INSERT INTO members (member, label, role, organisation, number)
         VALUES (?, ?, ?, ?, (SELECT count(*) FROM members))
         ON CONFLICT (member) DO UPDATE SET role = excluded.role, organisation = excluded.organisation,
             removed_at = NULL WHERE removed_at IS NOT NULL",
        params![member.as_bytes(), label, open.role.name(), open.organisation.map(|id| *id.as_bytes())],
    )?;
    transaction.execute(
        "INSERT INTO devices (device, member, key, joined_at) VALUES (?, ?, ?, ?)
         ON CONFLICT (device) DO UPDATE SET key = excluded.key, joined_at = excluded.joined_at, revoked_at = NULL",
        params![device.as_bytes(), member.as_bytes(), entering.key.as_bytes(), now],
    )?;
    transaction.execute(
        "UPDATE invitations SET used_by = ? WHERE key = ?",
        params![device.as_bytes(), invitation.as_bytes()],
    )?;
    note(transaction, (now, Some(device)), ("joined", Some(member), Some(open.role)))
}

fn change(
    transaction: &Transaction<'_>,
    by: Option<DeviceId>,
    management: &Management,
    now: i64,
) -> rusqlite::Result<Done> {
    let when = (now, by);
    match management {
        Management::Roster | Management::Erase { .. } => Ok(Ok(())),
        Management::Invite { invitation } => invite(transaction, when, invitation),
        Management::Withdraw { key } => {
            let gone = transaction
                .execute("DELETE FROM invitations WHERE key = ? AND used_by IS NULL", [key.as_bytes()])?;
            if gone == 0 {
                return Ok(Err(ManagementError::Unknown));
            }
            note(transaction, when, ("withdrew", None, None)).map(Ok)
        }
        Management::SetRole { member, role, organisation } => {
            set_role(transaction, when, *member, (*role, *organisation))
        }
        Management::Remove { member } => remove(transaction, when, *member),
        Management::Revoke { device } => revoke(transaction, when, *device),
    }
}

/// Whether an organisation is given just where a role has one.
fn fits(role: Role, organisation: Option<RecordId>) -> bool {
    (role == Role::Partner) == organisation.is_some()
}

/// Whether somebody is a member now; none where they never were.
fn is_member(connection: &Connection, member: MemberId) -> rusqlite::Result<Option<bool>> {
    connection
        .query_row("SELECT removed_at IS NULL FROM members WHERE member = ?", [member.as_bytes()], |row| {
            row.get(0)
        })
        .optional()
}

fn invite(
    transaction: &Transaction<'_>,
    when: (i64, Option<DeviceId>),
    invitation: &Invitation,
) -> rusqlite::Result<Done> {
    let Invitation { key, role, organisation, member, seconds } = *invitation;
    if seconds == 0 || seconds > LONGEST_INVITATION {
        return Ok(Err(ManagementError::Duration));
    }
    // Who is a member already stays what they are; who was removed comes back as what the invitation says.
    let is_member = match member {
        None => false,
        Some(member) => match is_member(transaction, member)? {
            Some(is_member) => is_member,
            None => return Ok(Err(ManagementError::Unknown)),
        },
    };
    if !fits(role, organisation) && !is_member {
        return Ok(Err(ManagementError::Organisation));
    }
    transaction.execute("DELETE FROM invitations WHERE expires_at <= ?", [when.0])?;
    let open: u64 =
        transaction
            .query_row("SELECT count(*) FROM invitations WHERE used_by IS NULL", [], |row| row.get(0))?;
    if open >= MOST_INVITATIONS {
        return Ok(Err(ManagementError::TooMany));
    }
    let made = transaction.execute(
        "INSERT INTO invitations (key, role, organisation, member, expires_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT DO NOTHING",
        params![
            key.as_bytes(),
            role.name(),
            organisation.map(|id| *id.as_bytes()),
            member.map(|id| *id.as_bytes()),
            when.0 + i64::from(seconds)
        ],
    )?;
    if made == 0 {
        return Ok(Err(ManagementError::Already));
    }
    note(transaction, when, ("invited", member, Some(role))).map(Ok)
}

fn set_role(
    transaction: &Transaction<'_>,
    when: (i64, Option<DeviceId>),
    member: MemberId,
    (role, organisation): (Role, Option<RecordId>),
) -> rusqlite::Result<Done> {
    if !fits(role, organisation) {
        return Ok(Err(ManagementError::Organisation));
    }
    if role != Role::Coordinator && locks_out(transaction, when, (Some(member), None))? {
        return Ok(Err(ManagementError::LastCoordinator));
    }
    let set = transaction.execute(
        "UPDATE members SET role = ?, organisation = ? WHERE member = ? AND removed_at IS NULL",
        params![role.name(), organisation.map(|id| *id.as_bytes()), member.as_bytes()],
    )?;
    if set == 0 {
        return Ok(Err(ManagementError::Unknown));
    }
    make_meeting_key(transaction)?;
    note(transaction, when, ("role", Some(member), Some(role))).map(Ok)
}

fn remove(
    transaction: &Transaction<'_>,
    when: (i64, Option<DeviceId>),
    member: MemberId,
) -> rusqlite::Result<Done> {
    if locks_out(transaction, when, (Some(member), None))? {
        return Ok(Err(ManagementError::LastCoordinator));
    }
    let gone = transaction.execute(
        "UPDATE members SET removed_at = ? WHERE member = ? AND removed_at IS NULL",
        params![when.0, member.as_bytes()],
    )?;
    if gone == 0 {
        return Ok(Err(ManagementError::Unknown));
    }
    transaction.execute(
        "UPDATE devices SET revoked_at = coalesce(revoked_at, ?) WHERE member = ?",
        params![when.0, member.as_bytes()],
    )?;
    transaction.execute(
        "DELETE FROM invitations WHERE member = ? AND used_by IS NULL",
        params![member.as_bytes()],
    )?;
    make_meeting_key(transaction)?;
    note(transaction, when, ("removed", Some(member), None)).map(Ok)
}

fn revoke(
    transaction: &Transaction<'_>,
    when: (i64, Option<DeviceId>),
    device: DeviceId,
) -> rusqlite::Result<Done> {
    if locks_out(transaction, when, (None, Some(device)))? {
        return Ok(Err(ManagementError::LastCoordinator));
    }
    let gone = transaction.execute(
        "UPDATE devices SET revoked_at = ? WHERE device = ? AND revoked_at IS NULL",
        params![when.0, device.as_bytes()],
    )?;
    if gone == 0 {
        return Ok(Err(ManagementError::Unknown));
    }
    make_meeting_key(transaction)?;
    note(transaction, when, ("revoked", Some(device), None)).map(Ok)
}

/// Whether nobody could say any more who belongs, without this member or without this device. On the relay itself that is
/// allowed: from there a coordinator can always be invited.
fn locks_out(
    connection: &Connection,
    (_, by): (i64, Option<DeviceId>),
    (member, device): (Option<MemberId>, Option<DeviceId>),
) -> rusqlite::Result<bool> {
    if by.is_none() {
        return Ok(false);
    }
    connection.query_row(
        "SELECT NOT EXISTS (SELECT 1 FROM devices JOIN members USING (member)
             WHERE role = 'coordinator' AND removed_at IS NULL AND revoked_at IS NULL
                 AND member IS NOT ?1 AND device IS NOT ?2)",
        params![member.map(|id| *id.as_bytes()), device.map(|id| *id.as_bytes())],
        |row| row.get(0),
    )
}

/// Whoever left knows the last one.
fn make_meeting_key(connection: &Connection) -> rusqlite::Result<()> {
    let key = WorkspaceSecret::random();
    connection.execute("UPDATE meta SET meeting_key = ?", [key.as_bytes()]).map(drop)
}

fn roster(connection: &Connection, now: i64) -> rusqlite::Result<Roster> {
    let mut members = connection
        .prepare_cached("SELECT member, label, role, organisation, removed_at FROM members ORDER BY number")?
        .query_map([], |row| {
            Ok(Member {
                member: id(row, 0)?,
                label: row.get(1)?,
                role: role(row, 2)?,
                organisation: optional_id(row, 3)?,
                removed_at: row.get(4)?,
                devices: Vec::new(),
            })
        })?
        .collect::<rusqlite::Result<Vec<Member>>>()?;
    let mut devices = connection.prepare_cached(
        "SELECT device, key, joined_at, revoked_at FROM devices WHERE member = ? ORDER BY joined_at, device",
    )?;
    for member in &mut members {
        let device = |row: &Row<'_>| {
            Ok(Device {
                device: id(row, 0)?,
                key: key(row, 1)?,
                joined_at: row.get(2)?,
                revoked_at: row.get(3)?,
            })
        };
        member.devices =
            devices.query_map([member.member.as_bytes()], device)?.collect::<rusqlite::Result<_>>()?;
    }
    let invitations = connection
        .prepare_cached(
            "SELECT key, role, expires_at FROM invitations WHERE used_by IS NULL AND expires_at > ? ORDER BY expires_at",
        )?
        .query_map([now], |row| {
            Ok(OpenInvitation { key: key(row, 0)?, role: role(row, 1)?, expires_at: row.get(2)? })
        })?
        .collect::<rusqlite::Result<_>>()?;
    let history = connection
        .prepare_cached(
            "SELECT at, by_device, what, whom, role FROM happenings ORDER BY number DESC LIMIT ?",
        )?
        .query_map([AUDIT_ENTRIES], |row| {
            Ok(AuditEntry {
                at: row.get(0)?,
                by: optional_id(row, 1)?,
                what: row.get(2)?,
                whom: optional_id(row, 3)?,
                role: row.get::<_, Option<String>>(4)?.and_then(|role| role.parse().ok()),
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(Roster { members, invitations, history, erasures: Vec::new() })
}
