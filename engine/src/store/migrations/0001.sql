CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE documents (
    record   BLOB NOT NULL UNIQUE,
    kind     TEXT NOT NULL,
    heads    BLOB NOT NULL,
    revision INTEGER NOT NULL,
    snapshot BLOB NOT NULL
);

CREATE TABLE changes (
    number  INTEGER PRIMARY KEY,
    hash    BLOB NOT NULL UNIQUE,
    record  BLOB NOT NULL REFERENCES documents (record),
    actor   BLOB NOT NULL,
    seq     INTEGER NOT NULL,
    device  BLOB,
    time    INTEGER NOT NULL,
    own     INTEGER NOT NULL,
    logged  INTEGER NOT NULL,
    folded  INTEGER NOT NULL,
    refused TEXT,
    reason  TEXT,
    bytes   BLOB,
    CHECK (bytes IS NOT NULL OR (folded AND logged))
);
CREATE INDEX changes_tail ON changes (record, number) WHERE NOT folded;
CREATE INDEX changes_outbox ON changes (number) WHERE NOT logged;
CREATE INDEX changes_by_record ON changes (record, number);

CREATE TABLE rows (
    record     BLOB NOT NULL UNIQUE REFERENCES documents (record),
    kind       TEXT NOT NULL,
    title      TEXT NOT NULL,
    sort_key   BLOB NOT NULL,
    removed    INTEGER NOT NULL,
    conflicts  INTEGER NOT NULL,
    created    INTEGER NOT NULL,
    changed    INTEGER NOT NULL,
    changed_by BLOB,
    cells      TEXT NOT NULL
);
CREATE INDEX rows_in_order ON rows (kind, removed, sort_key, record);
CREATE INDEX rows_with_conflicts ON rows (record) WHERE conflicts > 0;

CREATE TABLE links (
    record BLOB NOT NULL REFERENCES documents (record),
    field  TEXT NOT NULL,
    target BLOB NOT NULL,
    PRIMARY KEY (record, field, target)
) WITHOUT ROWID;
CREATE INDEX links_back ON links (target);

CREATE VIRTUAL TABLE search USING fts5 (
    title, body,
    content = '', contentless_delete = 1,
    tokenize = 'unicode61 remove_diacritics 0',
    prefix = '2 3'
);

CREATE TABLE reviewed (
    record BLOB PRIMARY KEY REFERENCES documents (record),
    heads  BLOB NOT NULL,
    at     INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE quarantine (
    number INTEGER PRIMARY KEY,
    record BLOB NOT NULL,
    code   TEXT NOT NULL,
    reason TEXT NOT NULL,
    at     INTEGER NOT NULL,
    bytes  BLOB NOT NULL
);
