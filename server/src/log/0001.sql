CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE entries (
    position INTEGER PRIMARY KEY,
    record   BLOB NOT NULL,
    hash     BLOB NOT NULL UNIQUE,
    device   BLOB NOT NULL,
    received INTEGER NOT NULL,
    rolling  BLOB NOT NULL,
    bytes    BLOB NOT NULL
);
CREATE INDEX entries_of_record ON entries (record, position);

-- A record's document is its snapshot and the entries behind `folded`.
CREATE TABLE documents (
    record   BLOB PRIMARY KEY,
    folded   INTEGER NOT NULL,
    snapshot BLOB NOT NULL
);
