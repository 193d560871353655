-- Format 2: which record stands how, so that a client can compare what it holds, and be sent whole records.

-- A record's heads, and where its first and its last change stand. Follows from the entries.
CREATE TABLE records (
    record      BLOB PRIMARY KEY CHECK (length(record) = 16),
    heads       BLOB NOT NULL CHECK (length(heads) % 32 = 0),
    first       INTEGER NOT NULL,
    last        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The records in the order of their last change.
CREATE INDEX records_by_last ON records (last);
