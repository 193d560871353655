-- What the log holds gives way to what the attached copy holds. Who belongs, and which devices have confirmed what was erased,
-- stays. In the order that their references ask for.

DELETE FROM main.documents;
DELETE FROM main.records;
DELETE FROM main.entries;
DELETE FROM main.erased;

INSERT INTO main.entries (position, record, hash, bytes, device, received_at, rolling)
    SELECT position, record, hash, bytes, device, received_at, rolling FROM copy.entries ORDER BY position;
INSERT INTO main.records (record, heads, first, last, folded, kind)
    SELECT record, heads, first, last, folded, kind FROM copy.records;
INSERT INTO main.documents (record, kind, snapshot, heads, folded_at)
    SELECT record, kind, snapshot, heads, folded_at FROM copy.documents;
INSERT INTO main.erased (number, record, at)
    SELECT number, record, at FROM copy.erased ORDER BY number;

-- An actor stays the device's that it is: what the log holds now may have been written by one that it did not know.
INSERT OR IGNORE INTO main.actors (actor, device) SELECT actor, device FROM copy.actors;

UPDATE main.meta SET looked_at = (SELECT looked_at FROM copy.meta);
