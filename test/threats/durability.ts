/** Faults of disks, links, clocks and people who disappear. */
import type { Threat } from "./threat.ts";

const ENGINE = "test/unit/engine.test.ts";
const OUTBOX = "test/unit/outbox.test.ts";

export const DURABILITY: readonly Threat[] = [
  {
    number: 1,
    title: "The process is killed between taking a message, recording it, sending it and marking it sent",
    defences: [
      {
        what: "records before it acknowledges",
        file: "src/engine/batches.ts",
        text: "      const fault = await batch.fault;\n",
        replacement: "      const fault: unknown = null;\n",
        shownBy: [[ENGINE, "answers the adapter and sends only after the commit"]],
      },
      {
        what: "repeats what was not confirmed, under the same key",
        file: "src/outbox.ts",
        text: "    this.add(loaded);\n",
        replacement: "    this.add([]);\n",
        shownBy: [["test/unit/engine-faults.test.ts", "sends again under the same key what was not confirmed"]],
      },
      {
        what: "tells nobody of an error for what is on disk, when the desk ends while the store writes",
        file: "src/engine/batches.ts",
        text: "        if (isRecorded) arrival.resolve(verdicts[index] ?? ACCEPTED);\n        else arrival.reject(error);",
        replacement: "        if (index >= 0) arrival.reject(error);",
        shownBy: [["test/unit/engine-end.test.ts", "handed ahead when the store has written it"]],
      },
    ],
  },
  {
    number: 2,
    title: "Power is lost: what was written and not synced is gone, the log's end is torn",
    defences: [
      {
        what: "syncs with every commit",
        file: "src/store/sqlite-open.ts",
        text: 'database.pragma("synchronous = FULL");',
        replacement: 'database.pragma("synchronous = NORMAL");',
        shownBy: [["test/durability/disk-faults.test.ts", "a sync that fails"]],
      },
      {
        what: "takes all of a batch or nothing of it",
        file: "src/store/sqlite-database.ts",
        text: "  const write = connection.transaction((rows: CommitRows): number => {",
        replacement:
          "  const alone = (immediate: (rows: CommitRows) => number) => ({ immediate });\n  const write = alone((rows: CommitRows): number => {",
        shownBy: [["test/conformance/store.test.ts", "records all of a batch or nothing of it"]],
      },
    ],
  },
  {
    number: 3,
    title: "The disk is full, read-only or failing, or a sync fails once",
    defences: [
      {
        what: "says what is wrong with the disk, confirms nothing more and ends",
        file: "src/store/sqlite-faults.ts",
        text: '  ["SQLITE_IOERR", ',
        replacement: '  ["SQLITE_NEVER", ',
        shownBy: [["test/durability/disk-faults.test.ts", "says so, confirms nothing more"]],
      },
    ],
  },
  {
    number: 4,
    title: "The link is cut in the middle of a stanza, the server restarts, and the desk logs in anew",
    defences: [
      {
        what: "defers what was not fenced",
        file: "adapters/xmpp/fence.ts",
        text: "      this.#settle(waiting, CUT);\n    }\n    return unconfirmed;",
        replacement: "      this.#settle(waiting, ACCEPTED);\n    }\n    return unconfirmed;",
        shownBy: [["test/unit/xmpp-parts.test.ts", "defers all when the link is cut"]],
      },
      {
        what: "goes back to the first unconfirmed send, never around it",
        file: "src/outbox.ts",
        text: "      lane.holding = true;\n",
        replacement: "",
        shownBy: [[OUTBOX, "goes back to the first unconfirmed row when one is deferred"]],
      },
    ],
  },
  {
    number: 5,
    title: "A storm of bounces, and errors that answer errors",
    seen: "RFC 6120 §8.3.1",
    defences: [
      {
        what: "never answers an error or a result",
        file: "adapters/xmpp/conditions.ts",
        text: 'if (type === "error" || type === "result" || typeof from !== "string") {',
        replacement: 'if (typeof from !== "string") {',
        shownBy: [["test/unit/xmpp-parts.test.ts", "never answer an error or a result"]],
      },
      {
        what: "tells the author of a text once, in however many parts it comes back",
        file: "src/core/undelivered.ts",
        text: "  if (turn.memory.undelivered.has(copy)) return;\n",
        replacement: "",
        shownBy: [["test/scenarios/content.test.ts", "comes back in parts once"]],
      },
    ],
  },
  {
    number: 6,
    title: "A Matrix transaction comes twice, in another order, with other content, or half an hour later",
    seen: "Application Service API; matrix-org/synapse#14535",
    defences: [
      {
        what: "knows an event by its own id, for as long as ids are kept",
        file: "adapters/matrix/reception.ts",
        text: "const place: Place = { redelivery: event.event_id, from, device: null, to: room.local };",
        replacement: "const place: Place = { redelivery: null, from, device: null, to: room.local };",
        shownBy: [["test/networks/matrix-desk.test.ts", "takes an event once"]],
      },
      {
        what: "takes what a network delivers again once",
        file: "src/engine/stepper.ts",
        text: "    if (redelivery !== null && arrival.needs !== null) {",
        replacement: "    if (redelivery !== null && arrival.needs === null) {",
        shownBy: [[ENGINE, "takes what a network delivers again once"]],
      },
    ],
  },
  {
    number: 7,
    title: "Ids are missing, doubled, or used again by their sender",
    seen: "XEP-0359, business rules",
    defences: [
      {
        what: "never lets a client's own id stand for a repeat",
        file: "adapters/xmpp/codec-inbound.ts",
        text: "    redelivery: redelivery ?? frame.delivery,",
        replacement: "    redelivery: redelivery ?? frame.delivery ?? idOf(stanza),",
        shownBy: [["test/unit/xmpp-inbound.test.ts", "nothing a stranger wrote"]],
      },
      {
        what: "forgets no send when two bear one key",
        file: "adapters/xmpp/fence.ts",
        text: "    return [...(this.#asked?.covers ?? []), ...this.#next].filter(({ isOver }) => !isOver);",
        replacement: "    return [...new Map(this.#next.map((waiting) => [waiting.key, waiting])).values()];",
        shownBy: [["test/unit/xmpp-parts.test.ts", "forgets no send when two bear one key"]],
      },
      {
        what: "asks the store only so often for what somebody made up",
        file: "src/engine/arrival.ts",
        text: "isOpen && (byDesk || unknown.mayAsk({ network, id: person }))",
        replacement: "isOpen",
        shownBy: [["test/unit/unknown-ids.test.ts", "so many times of one person, of others as ever"]],
      },
      {
        what: "goes through no thousands of ids that were chosen alike",
        file: "src/engine/recent-lines.ts",
        text: "      if (looks === LONGEST_CHAIN && this.#keyed === null) {",
        replacement: "      if (looks < 0) {",
        shownBy: [["test/unit/recent-lines.test.ts", "though they say the same id over and over"]],
      },
    ],
  },
  {
    number: 8,
    title: "A character is split at each of its bytes, a stanza at each of its characters, or two come at once",
    defences: [
      {
        what: "puts characters together that a segment splits (XMPP)",
        file: "adapters/xmpp/socket.ts",
        text: "this.#decoder.decode(bytes, { stream: true })",
        replacement: "this.#decoder.decode(bytes)",
        shownBy: [["test/unit/xmpp-socket.test.ts", "gives text whole, wherever its bytes are cut"]],
      },
      {
        what: "keeps half a line until its end comes (IRC)",
        file: "adapters/irc/decoder.ts",
        text: "    this.#rest = Buffer.concat([this.#rest, rest]);\n",
        replacement: "    this.#rest = rest;\n",
        shownBy: [["test/unit/irc-text.test.ts", "are the same lines wherever the network splits them"]],
      },
    ],
  },
  {
    number: 9,
    title: "Small writes wait 40 ms for the acknowledgement of the one before",
    defences: [
      {
        what: "switches Nagle's algorithm off",
        file: "adapters/xmpp/socket.ts",
        text: "    socket.setNoDelay(true);\n",
        replacement: "",
        shownBy: [["test/unit/xmpp-socket.test.ts", "waits for no acknowledgement"]],
      },
    ],
  },
  {
    number: 10,
    title: "The clock jumps, forward or back",
    defences: [
      {
        what: "never goes back",
        file: "src/clock.ts",
        text: "      told = Math.max(sources.wall(), told + (at - toldAt) * CATCHING_UP);",
        replacement: "      told = sources.wall();",
        shownBy: [["test/unit/timers.test.ts", "never goes back"]],
      },
      {
        what: "gives nobody credit for it",
        file: "src/http/rate-limit.ts",
        text: "const elapsed = Math.max(0, now - this.#at);",
        replacement: "const elapsed = Math.abs(now - this.#at);",
        shownBy: [["test/unit/web-parts.test.ts", "give nothing for a clock that jumps back"]],
      },
    ],
  },
  {
    number: 11,
    title: "Somebody stops reading: what is meant for them grows, and others wait",
    defences: [
      {
        what: "cuts whoever reads nothing of what they are sent (web)",
        file: "adapters/web/wire.ts",
        text: "if (this.#socket.bufferedAmount > this.#bufferedBytes) {",
        replacement: "if (this.#socket.bufferedAmount > Number.POSITIVE_INFINITY) {",
        shownBy: [["test/unit/web-visitors.test.ts", "shut on who reads nothing of what they are sent"]],
      },
      {
        what: "keeps only the first of a long lane in memory",
        file: "src/outbox/lane.ts",
        text: " || this.#slots.length - this.#head >= LANE_ROWS",
        replacement: "",
        shownBy: [[OUTBOX, "keeps only the first rows of a long lane in memory"]],
      },
      {
        what: "keeps a bounded number of sends of one network unanswered",
        file: "src/outbox/network-lanes.ts",
        text: "    return this.inFlight >= NETWORK_SENDS;",
        replacement: "    return this.inFlight >= NETWORK_SENDS * 1_000;",
        shownBy: [["test/unit/outbox-crowd.test.ts", "keeps a bounded number of sends of one network unanswered"]],
      },
    ],
  },
  {
    number: 12,
    title: "An IRC network splits, a nick is taken or changed by force, a text meets 512 bytes",
    defences: [
      {
        what: "expects back who was there",
        file: "adapters/irc/returns.ts",
        text: "const isExpected = isOutage || (known !== undefined && now - since < forMs);",
        replacement: "const isExpected = isOutage;",
        shownBy: [["test/unit/irc-people.test.ts", "whoever was there is, for a while"]],
      },
      {
        what: "slows down where the network calls it a flood",
        file: "adapters/irc/pacer.ts",
        text: "  return { burst: LINES_EACH, lineMs: Math.max(lineMs, slowed), waitMs };",
        replacement: "  return { burst: LINES_EACH, lineMs, waitMs };",
        shownBy: [["test/unit/irc-pace.test.ts", "is halved by a network that calls it a flood"]],
      },
      {
        what: "goes by another nick while the wanted one is taken, and has it back as soon as it is free",
        file: "adapters/irc/own-nick.ts",
        text: "      this.#cancelRegain = null;\n      this.#check();\n",
        replacement: "      this.#cancelRegain = null;\n",
        shownBy: [["test/networks/irc-nicks.test.ts", "is another one while it is taken"]],
      },
      {
        what: "cuts a text between graphemes only",
        file: "src/core/parts.ts",
        text: '{ granularity: "grapheme" }',
        replacement: '{ granularity: "word" }',
        shownBy: [["test/unit/core-rendering.test.ts", "end between graphemes"]],
      },
    ],
  },
  {
    number: 13,
    title: "The desk is restarted with very many conversations open",
    defences: [
      {
        what: "keeps only numbers of what is far behind in a lane, and reads it again when its turn comes",
        file: "src/outbox/lane.ts",
        text: "      this.#rest.push(row.id);\n",
        replacement: "      void row;\n",
        shownBy: [[OUTBOX, "keeps only the first rows of a long lane in memory"]],
      },
    ],
  },
  {
    number: 14,
    title: "A CSR disappears in the middle of an assignment, or two accept at the same moment",
    defences: [
      {
        what: "takes the offer back from whoever is gone",
        file: "src/core/assignment.ts",
        text: '    if (leg.state === "invited" && goneFrom(turn, leg.address)) refuse(turn, held, leg, "revoked");\n',
        replacement: "",
        shownBy: [["test/scenarios/offers.test.ts", "is withdrawn when the CSR goes offline"]],
      },
      {
        what: "gives a customer back to the queue whose CSR is gone for long",
        file: "src/core/assignment.ts",
        text: '  requeue(turn, row, leg, { queue: row.queue, only: null }, "absent");\n',
        replacement: "",
        shownBy: [["test/scenarios/steadiness.test.ts", "loses the customer when offline for long"]],
      },
      {
        what: "gives a conversation to one alone",
        file: "src/core/offering.ts",
        text: "  const only = endOffers(turn, row, leg);\n",
        replacement: "  const only = row;\n",
        shownBy: [["test/unit/offer-races.test.ts", "have one winner each"]],
      },
    ],
  },
];
