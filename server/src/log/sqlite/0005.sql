-- Format 5: people can be erased. What was deleted before this format may still stand in free pages, so the file is written anew
-- after this.

-- What was erased: it never comes back. Its name says nothing of whose it was.
CREATE TABLE erased (
    number      INTEGER PRIMARY KEY CHECK (number > 0),
    record      BLOB NOT NULL UNIQUE CHECK (length(record) = 16),
    at          INTEGER NOT NULL
) STRICT;

-- Up to which erasure nothing at all is left on the device.
ALTER TABLE devices ADD COLUMN scrubbed INTEGER NOT NULL DEFAULT 0;

-- The record that an entry belongs to is looked for when it is erased; a snapshot, by when it was made.
CREATE INDEX records_by_kind ON records (kind);
