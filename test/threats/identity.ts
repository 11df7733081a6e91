/** Attacks by those who pretend, guess, and listen in. */
import type { Threat } from "./threat.ts";

const INBOUND = "adapters/xmpp/codec-inbound.ts";
const INBOUND_TEST = "test/unit/xmpp-inbound.test.ts";
const TRANSLATION = "src/core/translation.ts";
const FETCH = "adapters/xmpp/file-fetch.ts";
const FETCH_TEST = "test/unit/xmpp-file-fetch.test.ts";
const MATRIX_OUT = "adapters/matrix/codec-outbound.ts";
const LEAKS = "test/leaks/leaks.test.ts";
const MATRIX_TEST = "test/unit/matrix-codec.test.ts";
const APPSERVICE = "test/networks/matrix-appservice.test.ts";
const CSR_WORDS = "test/scenarios/csr-words.test.ts";

export const IDENTITY: readonly Threat[] = [
  {
    number: 23,
    title: "A message that claims to be a copy of somebody else's",
    seen: "CVE-2017-5589 to CVE-2017-5605",
    defences: [
      {
        what: "reads the outer stanza alone: what is forwarded inside it is nobody's words",
        file: "adapters/xmpp/message-text.ts",
        text: '  const bodies = childElements(stanza).filter((child) => child.getName() === "body" && child.getNS() === namespace);\n',
        replacement:
          '  const within = (parent: Element): Element[] => childElements(parent).flatMap((child) => [child, ...within(child)]);\n  const bodies = within(stanza).filter((child) => child.getName() === "body" && namespace !== null);\n',
        shownBy: [[INBOUND_TEST, "a forged carbon copy"]],
      },
    ],
  },
  {
    number: 24,
    title: "A stanza id that its sender wrote in our name",
    seen: "XEP-0359 §5",
    defences: [
      {
        what: "believes only its own archive",
        file: INBOUND,
        text: '(child) => parseJid(attribute(child, "by") ?? "")?.full === frame.archive,',
        replacement: "(child) => frame.archive !== null && child !== null,",
        shownBy: [[INBOUND_TEST, "nothing a stranger wrote"]],
      },
      {
        what: "binds it to its sender, so that it can hide nobody else's message",
        file: INBOUND,
        // biome-ignore lint/suspicious/noTemplateCurlyInString: a piece of source.
        text: "redelivery = given === null ? null : `${frame.from.bare} ${given}`;",
        replacement: "redelivery = given;",
        shownBy: [[INBOUND_TEST, "that id and its sender"]],
      },
    ],
  },
  {
    number: 25,
    title: "Somebody writes to an alias of another conversation, or guesses one",
    defences: [
      {
        what: "knows an alias for its viewer alone",
        file: TRANSLATION,
        text: " || !sameAddress(alias.viewer, from)) return NOBODY;",
        replacement: ") return NOBODY;",
        shownBy: [[CSR_WORDS, "writing to somebody else's alias is refused"]],
      },
      {
        what: "makes names that cannot be guessed",
        file: TRANSLATION,
        text: 'turn.world.token()].join(".");',
        replacement: 'String(turn.tables.alias.size)].join(".");',
        shownBy: [["test/unit/core-steps.test.ts", "ends with what nobody can guess"]],
      },
      {
        what: "answers what is not theirs as what is not there",
        file: "src/core/signals.ts",
        text: '  if (!wellKnown && (state === "subscribe" || state === "subscribed")) return nobody(turn, inbound);',
        replacement: "",
        shownBy: [["test/networks/desk-bad-input.test.ts", "contact requests to it are answered alike"]],
      },
    ],
  },
  {
    number: 26,
    title: "An address shows through: in ids, errors, quotes, files, links, names",
    defences: [
      {
        what: "passes no link to an upload on, for it names its sender's server",
        file: "adapters/xmpp/message-text.ts",
        text: '  return link === "" ? null : link;',
        replacement: '  return link === "" || link !== "" ? null : link;',
        shownBy: [[INBOUND_TEST, "and its address in no event"]],
      },
      {
        what: "quotes nobody's address from the part that clients put before a reply",
        file: "adapters/matrix/codec-inbound.ts",
        text: '  return withoutSpeakers(said.trim() === "" ? text : said);',
        replacement: "  return text;",
        shownBy: [[MATRIX_TEST, "Matrix events, inbound"]],
      },
      {
        what: "keeps a quote that cannot be told from what is said without whom it quotes",
        file: "adapters/xmpp/message-text.ts",
        text: '  return rest === "" ? withoutSpeaker(text) : rest;',
        replacement: '  return rest === "" ? text : rest;',
        shownBy: [[LEAKS, "a CSR on any network"]],
      },
      {
        what: "passes on no address as a reaction",
        file: "src/core/hearing.ts",
        text: "inbound.reactions.filter((reaction) => !ADDRESS.test(reaction))",
        replacement: "inbound.reactions.filter((reaction) => !ADDRESS.test(reaction) || reaction !== null)",
        shownBy: [
          [LEAKS, "a CSR on any network"],
          ["test/scenarios/content.test.ts", "passes on no address as a reaction"],
        ],
      },
      {
        what: "makes what people type unreadable before it is recorded, where a rule says so",
        file: "src/core/content-rule.ts",
        text: "  if (masked.length === 0) return whole;",
        replacement: "  if (masked.length >= 0) return whole;",
        shownBy: [["test/scenarios/content-rule.test.ts", "is made unreadable before anybody has it"]],
      },
      {
        what: "tells an action without its nick, which is an address",
        file: "adapters/irc/reception.ts",
        text: 'this.#take(said, readCodes(request.rest, "* "), message);',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: a piece of source.
        replacement: "this.#take(said, readCodes(request.rest, `* ${said.nick} `), message);",
        shownBy: [["test/unit/irc-reception.test.ts", "an action is told without the nick"]],
      },
      {
        what: "takes pictures without what was written about them",
        file: "src/files/jpeg.ts",
        text: "  if (marker < APP0 || marker > APP15) return true;\n",
        replacement: "  if (marker <= APP15) return true;\n",
        shownBy: [["test/unit/files.test.ts", "is a JPEG without Exif"]],
      },
    ],
  },
  {
    number: 27,
    title: "A reply quotes what its reader was never shown",
    seen: "CVE-2024-32000",
    defences: [
      {
        what: "quotes no line that its reader was not to see",
        file: "src/core/rendering.ts",
        text: '  if (!own && !reference.viewers.includes(leg.index)) return { id: null, quote: "" };\n',
        replacement: "",
        shownBy: [["test/scenarios/privacy.test.ts", "are not taken up by a reply either"]],
      },
    ],
  },
  {
    number: 28,
    title: "A room is taken over: by its successor, by a third person, by being named",
    seen: "CVE-2021-32659",
    defences: [
      {
        what: "never follows a tombstone",
        file: "adapters/matrix/reception.ts",
        text: '    if (event.type === "m.room.tombstone" && event.state_key === "") {',
        replacement: '    if (event.type === "m.room.tombstone" && event.state_key === "never") {',
        shownBy: [[APPSERVICE, "never follows a tombstone to another room"]],
      },
      {
        what: "leaves when a third person comes in",
        file: "adapters/matrix/membership.ts",
        text: "        await this.#thirdPerson(event, room);\n      }\n    } else if",
        replacement: "      }\n    } else if",
        shownBy: [[APPSERVICE, "says why and leaves when a third person comes in"]],
      },
    ],
  },
  {
    number: 29,
    title: "A customer's @room, mentions, colours and commands",
    defences: [
      {
        what: "mentions nobody",
        file: MATRIX_OUT,
        text: 'const NOBODY_IS_MENTIONED = { "m.mentions": {} };',
        replacement: "const NOBODY_IS_MENTIONED = {};",
        shownBy: [[MATRIX_TEST, "rings nobody's bell"]],
      },
      {
        what: "takes words with a slash for words of a CSR alone",
        file: "src/core/hearing.ts",
        text: '      return party.leg.role === "customer"\n        ? customerSays',
        replacement:
          '      return party.leg.role === "customer" && lineOf(turn, inbound.text).kind === "text"\n        ? customerSays',
        shownBy: [["test/scenarios/csr-words.test.ts", "a customer's slash is a text"]],
      },
    ],
  },
  {
    number: 30,
    title: "Letters that look alike, cannot be seen, or turn the line around; a name such as System",
    defences: [
      {
        what: "has one address for each person: case, dots, Unicode",
        file: "adapters/xmpp/jid.ts",
        text: 'text.normalize("NFC").toLowerCase().normalize("NFC")',
        replacement: 'text.normalize("NFC")',
        shownBy: [["test/unit/xmpp-jid.test.ts", "prepares "]],
      },
      {
        what: "refuses addresses with what cannot be seen",
        file: "adapters/xmpp/jid.ts",
        text: String.raw`const FORBIDDEN_IN_LOCAL = /["&'/:<>@\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Z}]/u;`,
        replacement: `const FORBIDDEN_IN_LOCAL = /["&'/:<>@]/u;`,
        shownBy: [["test/unit/xmpp-jid.test.ts", "refuses "]],
      },
      {
        what: "lets nobody call themselves as the desk",
        file: "src/core/dialog/names.ts",
        text: '  return bare === "" || [...RESERVED, ...reserved].some((each) => skeleton(each) === bare);',
        replacement: '  return bare === "" || (reserved.length > 1e9 && RESERVED.length > 0);',
        shownBy: [["test/unit/dialog-answers.test.ts", "s.y.s.t.e.m"]],
      },
      {
        what: "takes out of a claimed name what turns the line around",
        file: INBOUND,
        text: '?.replace(NOT_IN_NAMES, " ").trim()',
        replacement: "?.trim()",
        shownBy: [[INBOUND_TEST, "reads"]],
      },
    ],
  },
  {
    number: 31,
    title: "A link or file that makes the desk fetch from inside, for ever, or under a stranger's name",
    seen: "CVE-2022-41952, CVE-2024-37303, CVE-2024-50336, PYSEC-2021-25, PYSEC-2021-132",
    defences: [
      {
        what: "fetches from the sender's own server alone",
        file: FETCH,
        text: 'return url.protocol === "https:" && PORTS.has(url.port) && isTheirs && isName',
        replacement: 'return url.protocol === "https:" && PORTS.has(url.port) && isName',
        shownBy: [[FETCH_TEST, "does not go to"]],
      },
      {
        what: "connects to no address that is not public",
        file: FETCH,
        text: "if (first === undefined || !found.every(({ address }) => isPublic(address))) {",
        replacement: "if (first === undefined) {",
        shownBy: [[FETCH_TEST, "connects to no name that leads inside"]],
      },
      {
        what: "counts IPv6 addresses that hold private IPv4 ones as private",
        file: FETCH,
        text: '  ["2002::", 16],\n',
        replacement: "",
        shownBy: [[FETCH_TEST, "does not count"]],
      },
      {
        what: "follows no redirect",
        file: FETCH,
        text: "  if (answer.statusCode !== 200) {",
        replacement: "  if (answer.statusCode === 404) {",
        shownBy: [[FETCH_TEST, "follows no redirect"]],
      },
      {
        what: "stops where a file is larger than it may be",
        file: "src/files.ts",
        text: "    const bytes = await gather(chunks, maxBytes);\n",
        replacement: "    const bytes = await gather(chunks, maxBytes * 1_000);\n",
        shownBy: [["test/unit/files.test.ts", "are refused in words when too large"]],
      },
      {
        what: "believes no content address that leads elsewhere (mxc)",
        file: "adapters/matrix/codec-file.ts",
        text: String.raw`/^mxc:\/\/([A-Za-z0-9[][A-Za-z0-9.:[\]-]{0,229})\/([A-Za-z0-9_-]{1,255})$/u`,
        replacement: String.raw`/^mxc:\/\/(.{1,230}?)\/(.{1,255})$/u`,
        shownBy: [[MATRIX_TEST, "Matrix events, inbound"]],
      },
      {
        what: "takes no text that a browser could take for a page or a picture (SVG)",
        file: "src/files/examine.ts",
        text: " && !MARKUP.test(text);",
        replacement: " && MARKUP !== null;",
        shownBy: [["test/unit/files.test.ts", "SVG"]],
      },
      {
        what: "hands files out to be saved, not to be shown or run",
        file: "src/files/hand-out.ts",
        text: "attachment; filename*",
        replacement: "inline; filename*",
        shownBy: [["test/unit/files.test.ts", "are handed out to be saved"]],
      },
    ],
  },
  {
    number: 32,
    title: "A receipt for somebody else's message",
    seen: "CVE-2023-42453",
    defences: [
      {
        what: "finds a copy for the one it was sent to alone",
        file: "src/store/sqlite-database.ts",
        text: "    WHERE c.line = ? AND c.leg = ? AND c.part = ? AND c.network = ? AND c.person = ?`,",
        replacement: "    WHERE c.line = ? AND c.leg = ? AND c.part = ? AND ? <> '' AND ? <> ''`,",
        shownBy: [["test/conformance/store.test.ts", "never finds somebody else's copy"]],
      },
      {
        what: "believes nobody that somebody else's message came back",
        file: "adapters/xmpp/fence.ts",
        text: "    if (waiting === undefined || waiting.isOver || waiting.to !== from) {",
        replacement: "    if (waiting === undefined || waiting.isOver || from === '') {",
        shownBy: [["test/unit/xmpp-parts.test.ts", "lets nobody send back what was sent to somebody else"]],
      },
    ],
  },
  {
    number: 33,
    title: "Answers that answer each other: two desks, two automatic repliers, questions without end",
    defences: [
      {
        what: "comes to an end with whoever writes too much, staff too",
        file: "src/core/limits.ts",
        text: '  if (known.count <= limits.floodMessages * (csrOf.has(key) ? limitOf(turn, "staffFloodFactor") : 1)) return null;',
        replacement:
          '  if (csrOf.has(key) || known.count <= limits.floodMessages * limitOf(turn, "staffFloodFactor")) return null;',
        shownBy: [["test/scenarios/steadiness.test.ts", "a CSR's autoresponder too"]],
      },
      {
        what: "lets the addresses of one network, however many, open only so many conversations in a minute",
        file: "src/core/newcomers.ts",
        text: '  if (known.count <= limitOf(turn, "newConversationsPerMinute")) return true;',
        replacement: '  if (known.count <= 1_000 * limitOf(turn, "newConversationsPerMinute")) return true;',
        shownBy: [["test/scenarios/steadiness.test.ts", "very many addresses on one network"]],
      },
      {
        what: "answers no notice on IRC",
        file: "adapters/irc/reception.ts",
        text: '      context.count("irc.ignored", answer === null ? "notice" : "CTCP answer", said.nick);',
        replacement: "      this.#take(said, readCodes(text), message);",
        shownBy: [["test/unit/irc-reception.test.ts", "a notice is nobody's message"]],
      },
    ],
  },
  {
    number: 34,
    title: "The homeserver's token in an address or a log, a wrong one, or somebody who speaks as one of the desk's",
    defences: [
      {
        what: "takes no token from the address",
        file: "adapters/matrix/routes.ts",
        text: '  if (Object.hasOwn(query, "access_token")) {',
        replacement: '  if (Object.hasOwn(query, "never")) {',
        shownBy: [[APPSERVICE, "takes the hs_token from the header"]],
      },
      {
        what: "refuses another token",
        file: "adapters/matrix/routes.ts",
        text: "  if (!timingSafeEqual(digest(token), expected)) {",
        replacement: "  if (digest(token).length !== expected.length) {",
        shownBy: [[APPSERVICE, "takes the hs_token from the header"]],
      },
      {
        what: "takes what is said in a room for its one person's alone, whoever else speaks there, in the desk's names too",
        file: "adapters/matrix/reception.ts",
        text: `    if (namespace.local(event.sender) !== null) {
      if (room !== null && event.sender === ghosts.id(room.local)) {
        ledger.follow(event.room_id, event.event_id, event.type === "m.room.message");
      }
      return;
    }
    if (room === null || event.sender !== room.person) {`,
        replacement: "    if (room === null || ghosts === null) {",
        shownBy: [["test/unit/matrix-away.test.ts", "is no party"]],
      },
      {
        what: "writes the route into the log and never the address asked for",
        file: "src/http/server.ts",
        text: '    const route = request.routeOptions.url ?? "unknown";\n',
        replacement: "    const route = request.url;\n",
        shownBy: [["test/unit/http-server.test.ts", "logs the route and never the URL"]],
      },
    ],
  },
];
