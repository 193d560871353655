-- What the log holds gives way to what the attached copy holds. Who belongs stays, and which devices have confirmed what was erased:
-- that counts as long as its number stands for the same erasures. In the order that their references ask for.

DELETE FROM main.missing;
DELETE FROM main.documents;
DELETE FROM main.records;
DELETE FROM main.entries;
DELETE FROM main.erased;

INSERT INTO main.entries (position, record, hash, bytes, device, received_at, rolling, sum)
    SELECT position, record, hash, bytes, device, received_at, rolling, sum FROM copy.entries ORDER BY position;
INSERT INTO main.missing (hash, record, device, bytes, received_at)
    SELECT hash, record, device, bytes, received_at FROM copy.missing;
INSERT INTO main.records (record, heads, first, last, folded, kind)
    SELECT record, heads, first, last, folded, kind FROM copy.records;
INSERT INTO main.documents (record, kind, snapshot, heads, folded_at)
    SELECT record, kind, snapshot, heads, folded_at FROM copy.documents;
INSERT INTO main.erased (number, record, at, rolling)
    SELECT number, record, at, rolling FROM copy.erased ORDER BY number;

-- An actor stays the device's that it is: what the log holds now may have been written by one that it did not know.
INSERT OR IGNORE INTO main.actors (actor, device) SELECT actor, device FROM copy.actors;

UPDATE main.meta SET looked_at = (SELECT looked_at FROM copy.meta);
