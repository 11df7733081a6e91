/**
 * The schema of the SQLite store, as numbered steps. A database remembers in `user_version` how many it has taken. A
 * step that was released is never changed; a new one is added to the end.
 */

/** Step n brings a database from version n to n + 1. */
export const MIGRATIONS: readonly string[] = [
  `
  -- One row. line, outbox: the highest numbers ever given out, so that none is used twice after rows were deleted.
  CREATE TABLE counters (id INTEGER PRIMARY KEY CHECK (id = 1), epoch TEXT NOT NULL, line INTEGER NOT NULL, outbox INTEGER NOT NULL);

  CREATE TABLE state (tbl TEXT NOT NULL, id TEXT NOT NULL, value TEXT NOT NULL, UNIQUE (tbl, id));

  -- network, person, desk: where the author wrote from, and to; foreign_id: the id their network gave the line.
  CREATE TABLE lines (
    line INTEGER PRIMARY KEY, conversation TEXT NOT NULL, at INTEGER NOT NULL, author INTEGER, network TEXT, person TEXT,
    desk TEXT, foreign_id TEXT, viewers TEXT NOT NULL, nick TEXT, kind TEXT NOT NULL, refers INTEGER, content TEXT NOT NULL
  );
  CREATE INDEX lines_conversation ON lines (conversation, line);
  CREATE INDEX lines_foreign ON lines (network, person, foreign_id, line) WHERE foreign_id IS NOT NULL;
  CREATE INDEX lines_refers ON lines (refers) WHERE refers IS NOT NULL;

  -- Who was sent which line: kept as long as the line. The payload is in outbox until the send is confirmed.
  CREATE TABLE copies (
    line INTEGER NOT NULL, leg INTEGER NOT NULL, part INTEGER NOT NULL, network TEXT NOT NULL, person TEXT NOT NULL,
    foreign_id TEXT, PRIMARY KEY (line, leg, part)
  ) WITHOUT ROWID;
  CREATE INDEX copies_foreign ON copies (network, person, foreign_id) WHERE foreign_id IS NOT NULL;

  CREATE TABLE outbox (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, outbound TEXT NOT NULL);
  CREATE TABLE inbox (seq INTEGER PRIMARY KEY, network TEXT NOT NULL, redelivery TEXT NOT NULL, at INTEGER NOT NULL, UNIQUE (network, redelivery));
  CREATE TABLE timers (id TEXT PRIMARY KEY, at INTEGER NOT NULL, generation INTEGER NOT NULL, conversation TEXT, name TEXT NOT NULL) WITHOUT ROWID;

  CREATE TABLE facts (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, conversation TEXT, csr TEXT, event TEXT NOT NULL, detail TEXT NOT NULL);
  CREATE INDEX facts_conversation ON facts (conversation);

  CREATE TABLE quarantine (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, event TEXT NOT NULL, error TEXT NOT NULL);
  CREATE TABLE adapter_state (network TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (network, key)) WITHOUT ROWID;
  `,
  `
  -- Several CSRs may be asked at once: a list of offers in place of the one leg that had one.
  UPDATE state SET value = json_remove(json_set(value, '$.offers',
    CASE WHEN json_extract(value, '$.offered') IS NULL THEN json('[]') ELSE json_array(json_object(
      'leg', json_extract(value, '$.offered'), 'generation', json_extract(value, '$.generation'),
      'line', NULL, 'announced', json('false'))) END), '$.offered')
  WHERE tbl = 'conversation';
  `,
  `
  -- The audit log: append-only, see store/audit-rows.ts. What is old is forgotten from the oldest on, and nothing else is.
  CREATE TABLE audit (
    seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, action TEXT NOT NULL, actor TEXT NOT NULL, origin TEXT, subject TEXT,
    outcome TEXT NOT NULL, detail TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL
  );
  CREATE INDEX audit_subject ON audit (subject, seq) WHERE subject IS NOT NULL;
  CREATE INDEX audit_actor ON audit (actor, seq);
  CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit BEGIN
    SELECT RAISE(ABORT, 'an entry of the audit log is never changed');
  END;
  CREATE TRIGGER audit_whole BEFORE DELETE ON audit WHEN OLD.seq > (SELECT min(seq) FROM audit) BEGIN
    SELECT RAISE(ABORT, 'of the audit log only the oldest entry can be forgotten');
  END;
  `,
  `
  -- The keys with which records may be sealed, by their ids ('': not sealed at all), and how far sealing anew by that key has come. From
  -- here on a step that reads a column of sqlite-sealing.ts must open it.
  CREATE TABLE sealing (key TEXT PRIMARY KEY, tables INTEGER NOT NULL DEFAULT 0, after TEXT NOT NULL DEFAULT '[]') WITHOUT ROWID;
  INSERT INTO sealing (key) VALUES ('');
  `,
  `
  -- In place of two indexes: tables that are written behind the commits, see sqlite-line-places.ts. Of lines up to \`placed\` they know.
  ALTER TABLE counters ADD COLUMN placed INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE conversation_lines (conversation TEXT NOT NULL, line INTEGER NOT NULL, PRIMARY KEY (conversation, line)) WITHOUT ROWID;
  CREATE TABLE foreign_lines (
    network TEXT NOT NULL, person TEXT NOT NULL, foreign_id TEXT NOT NULL, line INTEGER NOT NULL,
    PRIMARY KEY (network, person, foreign_id, line)
  ) WITHOUT ROWID;
  CREATE TRIGGER lines_gone AFTER DELETE ON lines BEGIN
    DELETE FROM conversation_lines WHERE conversation = OLD.conversation AND line = OLD.line;
    DELETE FROM foreign_lines
      WHERE network = OLD.network AND person = OLD.person AND foreign_id = OLD.foreign_id AND line = OLD.line;
  END;
  INSERT INTO conversation_lines SELECT conversation, line FROM lines ORDER BY conversation, line;
  INSERT INTO foreign_lines SELECT network, person, foreign_id, line FROM lines
    WHERE network IS NOT NULL AND person IS NOT NULL AND foreign_id IS NOT NULL ORDER BY network, person, foreign_id, line;
  UPDATE counters SET placed = (SELECT coalesce(max(line), 0) FROM lines);
  DROP INDEX lines_conversation;
  DROP INDEX lines_foreign;
  `,
  `
  -- In place of those tables: the places of lines by short names, a row for each part of a segment, see sqlite-place-segments.ts; of lines up to
  -- \`placed\`. A start makes those of the lines that are there, segment by segment (sqlite-line-places.ts).
  DROP TRIGGER lines_gone;
  DROP TABLE conversation_lines;
  DROP TABLE foreign_lines;
  CREATE TABLE line_places (part INTEGER PRIMARY KEY, places BLOB NOT NULL);
  ALTER TABLE counters ADD COLUMN place_key TEXT NOT NULL DEFAULT '';
  UPDATE counters SET placed = 0;
  `,
  `
  -- A line carries one of its copies itself, and most pending sends name the line in which stands what they say (sqlite-sends.ts): \`outbound\` is
  -- for the others. Rows of before stay as they are.
  ALTER TABLE lines ADD COLUMN copy_leg INTEGER;
  ALTER TABLE lines ADD COLUMN copy_network TEXT;
  ALTER TABLE lines ADD COLUMN copy_person TEXT;
  CREATE TABLE sends (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, line INTEGER, sender TEXT, outbound TEXT);
  INSERT INTO sends (id, at, outbound) SELECT id, at, outbound FROM outbox ORDER BY id;
  DROP TABLE outbox;
  ALTER TABLE sends RENAME TO outbox;
  `,
];
