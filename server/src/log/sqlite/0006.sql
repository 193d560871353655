-- Format 6: which devices have confirmed what was erased stands beside what was erased, not with who belongs.

-- Up to which erasure nothing at all is left on the device.
CREATE TABLE scrubbed (
    device      BLOB PRIMARY KEY CHECK (length(device) = 16),
    number      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO scrubbed (device, number) SELECT device, scrubbed FROM devices WHERE scrubbed > 0;

ALTER TABLE devices DROP COLUMN scrubbed;
