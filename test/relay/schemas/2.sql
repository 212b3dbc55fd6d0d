  CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
  CREATE TABLE channel (
    ref INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    first_seq INTEGER NOT NULL DEFAULT 1,
    base BLOB NOT NULL DEFAULT (zeroblob(32)),
    last_seq INTEGER NOT NULL DEFAULT 0,
    head BLOB NOT NULL DEFAULT (zeroblob(32)),
    next_position INTEGER NOT NULL DEFAULT 0,
    weight INTEGER NOT NULL DEFAULT 0
  );
  CREATE TABLE entry (
    ref INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    time INTEGER NOT NULL,
    position INTEGER NOT NULL,
    weight INTEGER NOT NULL,
    blob_hash BLOB,
    eid BLOB NOT NULL,
    before BLOB NOT NULL,
    check_sum BLOB NOT NULL,
    bytes BLOB NOT NULL
  );
  CREATE UNIQUE INDEX entry_seq ON entry (ref, seq);
  CREATE UNIQUE INDEX entry_eid ON entry (ref, eid);
  CREATE TABLE token (ref INTEGER NOT NULL, position INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (ref, position))
    WITHOUT ROWID;
  CREATE TABLE header (
    id BLOB PRIMARY KEY, ref INTEGER NOT NULL, position INTEGER NOT NULL, blob_hash BLOB, inline BLOB NOT NULL
  );
  CREATE INDEX header_ref ON header (ref);
  CREATE TABLE blob (hash BLOB PRIMARY KEY, total INTEGER NOT NULL, pins INTEGER NOT NULL, loose_since INTEGER NOT NULL);
  CREATE TABLE blob_piece (hash BLOB NOT NULL, at INTEGER NOT NULL, bytes BLOB NOT NULL);
  CREATE UNIQUE INDEX blob_piece_at ON blob_piece (hash, at);
  CREATE TABLE directory (entry_index INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
  CREATE TABLE package (id INTEGER PRIMARY KEY AUTOINCREMENT, owner BLOB NOT NULL, last_resort INTEGER NOT NULL, bytes BLOB NOT NULL);
  CREATE INDEX package_owner ON package (owner, last_resort, id);
  CREATE TABLE generation (owner BLOB PRIMARY KEY, record BLOB NOT NULL) WITHOUT ROWID;
