-- Format 3: history is folded. Of an entry whose bytes are empty the snapshot of its record holds them (it is bare).

-- Up to where the entries were looked at for what can be bare.
ALTER TABLE meta ADD COLUMN looked_at INTEGER NOT NULL DEFAULT 0;

-- Where the record's last change stood when it was last folded; 0 where it never was.
ALTER TABLE records ADD COLUMN folded INTEGER NOT NULL DEFAULT 0;

-- The records that have changes behind their snapshots, those that have rested longest first.
CREATE INDEX records_unfolded ON records (last) WHERE folded < last;

-- So that an entry can be taken out and put in again without looking through all snapshots for one that refers to it.
CREATE INDEX documents_by_fold ON documents (folded_at);
