-- Records that were erased: they never come back. What was deleted before this format may still stand in free pages, so the file
-- is written anew after this, and with it rows get other numbers: lists and search are made anew, too.
CREATE TABLE erased (
    record BLOB PRIMARY KEY CHECK (length(record) = 16),
    at     INTEGER NOT NULL
) WITHOUT ROWID;

DELETE FROM meta WHERE key = 'projection';
INSERT INTO search (search) VALUES ('delete-all');
