-- Format 4: a workspace has members with roles and devices with keys; what a record is; which device writes as which actor.

-- A workspace with members has no secret: what stands in secret_hash then is the hash of nothing that anybody knows.
ALTER TABLE meta ADD COLUMN has_members INTEGER NOT NULL DEFAULT 0;

-- By what the places of this log are sealed for those who may not see all of it.
ALTER TABLE meta ADD COLUMN seal BLOB NOT NULL DEFAULT x'';

-- By what the workspace's devices know each other without a relay. Another one after each removal.
ALTER TABLE meta ADD COLUMN meeting_key BLOB NOT NULL DEFAULT x'';

-- The name of the record's kind.
ALTER TABLE records ADD COLUMN kind TEXT NOT NULL DEFAULT '';

-- The device that writes as an actor: the first that did.
CREATE TABLE actors (
    actor       BLOB PRIMARY KEY,
    device      BLOB NOT NULL CHECK (length(device) = 16)
) STRICT, WITHOUT ROWID;

CREATE TABLE members (
    member      BLOB PRIMARY KEY CHECK (length(member) = 16),
    label       TEXT NOT NULL,
    role        TEXT NOT NULL,
    organisation BLOB CHECK (length(organisation) = 16),
    number      INTEGER NOT NULL,
    removed_at  INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE devices (
    device      BLOB PRIMARY KEY CHECK (length(device) = 16),
    member      BLOB NOT NULL REFERENCES members (member),
    key         BLOB NOT NULL UNIQUE CHECK (length(key) = 32),
    joined_at   INTEGER NOT NULL,
    revoked_at  INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX devices_by_member ON devices (member);

-- An invitation is known by its public key; the code was never here.
CREATE TABLE invitations (
    key         BLOB PRIMARY KEY CHECK (length(key) = 32),
    role        TEXT NOT NULL,
    organisation BLOB CHECK (length(organisation) = 16),
    member      BLOB REFERENCES members (member),
    expires_at  INTEGER NOT NULL,
    used_by     BLOB CHECK (length(used_by) = 16)
) STRICT, WITHOUT ROWID;

-- What was changed of who belongs, by whom (nobody: on the relay itself) and when.
CREATE TABLE happenings (
    number      INTEGER PRIMARY KEY,
    at          INTEGER NOT NULL,
    by_device   BLOB,
    what        TEXT NOT NULL,
    whom        BLOB,
    role        TEXT
) STRICT;
