/**
 * Where the lines of a conversation are, and the one with a foreign id. A line goes to the end of its own table, but its place in an index
 * would be another page for each conversation and each id, and those pages were half of what a commit under load cost. So the places of the
 * newest lines are in memory alone, read from their lines after a start, and those of 65,536 lines are written at once (sqlite-place-segments.ts). What
 * is found is where to look: names are short and may be shared, so whoever asks reads the line. Runs in the worker.
 */
import { randomBytes } from "node:crypto";
import { createKeyedHash, HASH_KEY_DIGITS, type KeyedHash } from "./keyed-hash.ts";
import { idOfPerson } from "./line-index.ts";
import type { Connection } from "./sqlite-open.ts";
import {
  createPlaceSegments,
  endOf,
  GatheredPlaces,
  type Place,
  type PlaceSegments,
  segmentOf,
} from "./sqlite-place-segments.ts";
import { type Cell, text, WRITTEN_LINE_WIDTH } from "./sqlite-wire.ts";

/** What of a line says how it is found; `line` is its number. */
export type PlacedLine = readonly [
  line: number,
  conversation: string,
  network: string | null,
  person: string | null,
  foreign: string | null,
];

/** The columns of PlacedLine. */
export const PLACED_COLUMNS = "line, conversation, network, person, foreign_id";

export interface LinePlaces {
  /** Numbers of lines that may be of that conversation, and all that are; newest first. */
  ofConversation(conversation: string): Iterable<number>;
  /** Numbers of lines that may have that id of that person, and all that have; newest first. */
  named(network: string, person: string, foreign: string): Iterable<number>;
  /** To be called within the transaction that writes these lines (cells of WRITTEN_LINE_COLUMNS): for those that come late, or again. */
  late(cells: readonly Cell[]): void;
  /** To be called after it, when nothing takes the lines back any more. */
  written(cells: readonly Cell[]): void;
  /**
   * To be called within the transaction that removes these lines. What it gives is to be called after that. Places that are on the disk may
   * stay there until all lines of their segment are gone; with `atOnce` they do not.
   */
  remove(lines: readonly PlacedLine[], atOnce: boolean): () => void;
  /** Writes segments that are full. To be called outside of transactions; returns how many rows of the database that took. */
  catchUp(): number;
}

/** `onProgress` is told while the places of many lines are made at a start: how much of it is done, from 0 to 1. */
export function createLinePlaces(connection: Connection, onProgress: (share: number) => void): LinePlaces {
  const hash = createKeyedHash(takeKey(connection));
  const segments = createPlaceSegments(connection);
  const writeSegment = prepareWriting(connection, segments);
  const gathered = new Gathered();
  const unread = createUnread(connection, (line) => gathered.add(toPlace(hash, line)));
  /** Lines up to it are in segments on the disk. */
  let placed = Number(connection.prepare("SELECT placed FROM counters").pluck().get());

  function write(places: GatheredPlaces): number {
    const rows = writeSegment(places);
    placed = endOf(places.segment);
    gathered.drop(places);
    return rows;
  }

  function* find(name: number): Iterable<number> {
    unread.read();
    yield* gathered.find(name);
    yield* segments.find(name);
  }

  for (const [ofSegment, share] of linesAfter(connection, placed)) {
    unread.put(ofSegment);
    if (share === 1) break;
    unread.read();
    for (const places of gathered.rising) write(places);
    onProgress(share);
  }
  return {
    ofConversation: (conversation) => find(hash(conversation)),
    named: (network, person, foreign) => find(hash(idOfPerson(network, person, foreign))),
    late(cells) {
      for (let start = 0; start < cells.length; start += WRITTEN_LINE_WIDTH) {
        if (Number(cells[start]) <= placed) segments.add(toPlace(hash, toPlacedLine(cells, start)));
      }
    },
    written(cells) {
      for (let start = 0; start < cells.length; start += WRITTEN_LINE_WIDTH) {
        if (Number(cells[start]) > placed) gathered.add(toPlace(hash, toPlacedLine(cells, start)));
      }
    },
    remove(lines, atOnce) {
      const places = lines.map((line) => toPlace(hash, line));
      const written = places.filter(({ line }) => line <= placed);
      if (atOnce) segments.remove(written);
      segments.removeEmpty(new Set(written.map(({ line }) => segmentOf(line))));
      return () => gathered.remove(places);
    },
    catchUp() {
      if (gathered.rising.length < 2) return 0;
      unread.read();
      const [full] = gathered.rising;
      return full === undefined ? 0 : write(full);
    },
  };
}

/** The segments that are not on the disk: one, or two for the moment until the first is written. */
class Gathered {
  #rising: readonly GatheredPlaces[] = [];

  get rising(): readonly GatheredPlaces[] {
    return this.#rising;
  }

  add({ line, names }: Place): void {
    const segment = segmentOf(line);
    let places = this.#rising.find((one) => one.segment === segment);
    if (places === undefined) {
      places = new GatheredPlaces(segment);
      this.#rising = [...this.#rising, places].sort((left, right) => left.segment - right.segment);
    }
    for (const name of names) places.add(line, name);
  }

  /** Newest first. */
  *find(name: number): Iterable<number> {
    for (const places of this.#rising.toReversed()) yield* places.find(name);
  }

  remove(removed: readonly Place[]): void {
    for (const places of this.#rising) places.remove(removed);
  }

  drop(written: GatheredPlaces): void {
    this.#rising = this.#rising.filter((places) => places !== written);
  }
}

/** Lines of before the start whose places nobody has needed yet: to read them takes a tenth of a second, which the first message would wait for. */
function createUnread(connection: Connection, take: (line: PlacedLine) => void) {
  const between = connection
    .prepare<[number, number], PlacedLine>(`SELECT ${PLACED_COLUMNS} FROM lines WHERE line BETWEEN ? AND ?`)
    .raw(true);
  let unread: Lines | null = null;
  return {
    put(lines: Lines): void {
      unread = lines;
    },
    read(): void {
      if (unread === null) return;
      const { from, to } = unread;
      unread = null;
      for (const line of between.iterate(from, to)) take(line);
    },
  };
}

/** Writes a segment in a transaction of its own; gives the number of rows. */
function prepareWriting(connection: Connection, segments: PlaceSegments): (places: GatheredPlaces) => number {
  const record = connection.prepare<[number]>("UPDATE counters SET placed = ?");
  const write = connection.transaction((places: GatheredPlaces): number => {
    record.run(endOf(places.segment));
    return segments.write(places);
  });
  return (places) => {
    // Nothing new is told here: what a power cut takes is written down again.
    connection.pragma("synchronous = NORMAL");
    try {
      return write.immediate(places);
    } finally {
      connection.pragma("synchronous = FULL");
    }
  };
}

function toPlace(hash: KeyedHash, [line, conversation, network, person, foreign]: PlacedLine): Place {
  const name = hash(conversation);
  const isNamed = network !== null && person !== null && foreign !== null;
  return { line, names: isNamed ? [name, hash(idOfPerson(network, person, foreign))] : [name] };
}

/** Those of these numbers, the last included. */
interface Lines {
  readonly from: number;
  readonly to: number;
}

/**
 * The lines above that number, those of one segment at a time, with how much of all is read then. In a store that was written by this version they are
 * those of the last segment.
 */
function* linesAfter(connection: Connection, placed: number): Generator<readonly [lines: Lines, share: number]> {
  const next = connection.prepare<[number], number | null>("SELECT min(line) FROM lines WHERE line > ?").pluck();
  const last = connection.prepare<[], number | null>("SELECT max(line) FROM lines").pluck().get() ?? 0;
  const first = next.get(placed) ?? last;
  for (let from = next.get(placed) ?? null; from !== null; ) {
    const end = endOf(segmentOf(from));
    yield [{ from, to: Math.min(end, last) }, end >= last ? 1 : (end - first) / (last - first)];
    from = next.get(end) ?? null;
  }
}

/** The key of the store's names, made once. */
function takeKey(connection: Connection): string {
  const key = randomBytes(HASH_KEY_DIGITS / 2).toString("hex");
  connection.prepare<[string]>("UPDATE counters SET place_key = ? WHERE place_key = ''").run(key);
  return String(connection.prepare("SELECT place_key FROM counters").pluck().get());
}

function toPlacedLine(cells: readonly Cell[], start: number): PlacedLine {
  return [
    Number(cells[start]),
    String(cells[start + 1]),
    text(cells[start + 4]),
    text(cells[start + 5]),
    text(cells[start + 7]),
  ];
}
