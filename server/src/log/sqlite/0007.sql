-- Format 7: a number among what was erased can be checked, as a position in the log can: it goes with a hash over the records. And
-- whatever a disk does to an entry shows.

-- The hash over the records that were erased, up to and with this one.
ALTER TABLE erased ADD COLUMN rolling BLOB NOT NULL DEFAULT x'';

-- The same of what a device has confirmed: of another list nothing counts.
ALTER TABLE scrubbed ADD COLUMN rolling BLOB NOT NULL DEFAULT x'';

-- Over all of an entry but its place and its bytes: those have a name that is a hash.
ALTER TABLE entries ADD COLUMN sum BLOB NOT NULL DEFAULT x'';

-- What the log had and lost, as it was found damaged: by whom it was pushed, where that is known. What is whole and builds on it waits
-- here with its bytes. Nothing of it is in the log.
CREATE TABLE missing (
    hash        BLOB PRIMARY KEY CHECK (length(hash) = 32),
    record      BLOB NOT NULL CHECK (length(record) = 16),
    device      BLOB CHECK (length(device) = 16),
    bytes       BLOB,
    received_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
