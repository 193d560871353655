-- The log of one workspace, format 1.

-- One row: which workspace this is, and the life of its log.
CREATE TABLE meta (
    only_row    INTEGER PRIMARY KEY CHECK (only_row = 1),
    workspace   BLOB NOT NULL CHECK (length(workspace) = 16),
    name        TEXT NOT NULL,
    secret_hash BLOB NOT NULL CHECK (length(secret_hash) = 32),
    epoch       BLOB NOT NULL CHECK (length(epoch) = 16),
    created_at  INTEGER NOT NULL
) STRICT;

-- The log. Positions have no gaps; rolling is the hash over all changes up to and with this one.
CREATE TABLE entries (
    position    INTEGER PRIMARY KEY CHECK (position > 0),
    record      BLOB NOT NULL CHECK (length(record) = 16),
    hash        BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    bytes       BLOB NOT NULL,
    device      BLOB NOT NULL CHECK (length(device) = 16),
    received_at INTEGER NOT NULL,
    rolling     BLOB NOT NULL CHECK (length(rolling) = 16)
) STRICT;

-- A record's changes since its snapshot; a record's changes when it is erased.
CREATE INDEX entries_by_record ON entries (record, position);

-- Snapshots of documents with a long history. They hold nothing that does not follow from the entries.
CREATE TABLE documents (
    record      BLOB PRIMARY KEY CHECK (length(record) = 16),
    kind        TEXT NOT NULL,
    snapshot    BLOB NOT NULL,
    heads       BLOB NOT NULL,
    folded_at   INTEGER NOT NULL REFERENCES entries (position)
) STRICT;
