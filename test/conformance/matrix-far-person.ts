/** A person with matrix-js-sdk, for the conformance suite: what their client shows, in the words of the model. */
import {
  decryptAttachment,
  type Encryption,
  encryptAttachment,
  encryption,
} from "../../adapters/matrix/attachments.ts";
import type { Choice, PresenceState, ReceiptState, TypingState } from "../../src/core/model.ts";
import type { ClientEvent, MatrixTestClient } from "../support/matrix-client.ts";
import { picture } from "../support/pictures.ts";
import { Arrivals, beats } from "../support/wait.ts";
import type { FarEvent, FarPerson, FarRoom } from "./far-end.ts";

type Content = Readonly<Record<string, unknown>>;
export interface MatrixTestFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}
const HTML = "org.matrix.custom.html";
interface Relation {
  readonly rel_type?: string;
  readonly event_id?: string;
  readonly key?: string;
  readonly "m.in_reply_to"?: { readonly event_id: string };
}
/** Single reactions make a set; a client draws it anew when no more come. */
const SETTLED_MS = 300;
const TO_MATRIX: Readonly<Record<PresenceState, string>> = {
  chat: "online",
  available: "online",
  away: "unavailable",
  xa: "unavailable",
  dnd: "org.matrix.msc3026.busy",
  offline: "offline",
};
const TO_SYNC: Readonly<Partial<Record<PresenceState, string>>> = {
  away: "unavailable",
  xa: "unavailable",
  offline: "offline",
};
const FROM_MATRIX: Readonly<Record<string, PresenceState>> = {
  online: "available",
  unavailable: "away",
  offline: "offline",
};

export class MatrixFarPerson implements FarPerson {
  readonly address;
  readonly software;
  readonly received = new Arrivals<FarEvent>((event) => JSON.stringify(event));
  readonly client: MatrixTestClient;
  /** Set where the desk makes rooms. */
  enter?: (token: string) => Promise<FarRoom>;
  readonly #prefix: string;
  readonly #server: string;
  /** Reactions of the desk by their event: what they belong to. */
  readonly #reactions = new Map<string, { readonly of: string; readonly key: string; readonly from: string }>();
  /** Names of the desk to whom words are being typed. */
  readonly #typing = new Set<string>();
  /** How files were encrypted that were shown, by their address. */
  readonly #keys = new Map<string, Encryption>();
  /** Own reactions by their event. */
  readonly #own = new Map<string, { readonly of: string; readonly key: string }>();

  /** `prefix`: what the desk's user ids begin with. */
  constructor(network: string, client: MatrixTestClient, prefix: string, software: FarPerson["software"] = null) {
    this.address = { network, id: client.userId };
    this.client = client;
    this.software = software;
    this.#prefix = prefix;
    this.#server = client.userId.slice(client.userId.indexOf(":"));
    client.events.listen((event) => this.#take(event));
    client.onTyping((userId, isTyping) => {
      const from = this.#local(userId);
      if (from !== null) {
        this.received.push({ kind: "typing", from, state: isTyping ? "composing" : "paused" });
      }
    });
  }

  async say(to: string, text: string): Promise<string> {
    if (!text.isWellFormed()) {
      throw new Error("Canonical JSON cannot carry this text.");
    }
    const id = await this.#send(to, "m.room.message", { msgtype: "m.text", body: text });
    // As clients do: whoever has sent it types no more.
    if (this.#typing.delete(to)) await this.typing(to, "paused");
    return id;
  }
  async choose(_to: string, _of: string, _choice: Choice): Promise<void> {
    throw new Error("Matrix has no word for a choice.");
  }
  async edit(to: string, of: string, text: string): Promise<void> {
    const newer = { msgtype: "m.text", body: text };
    const relation = { rel_type: "m.replace", event_id: of };
    await this.#send(to, "m.room.message", {
      ...newer,
      body: `* ${text}`,
      "m.new_content": newer,
      "m.relates_to": relation,
    });
  }
  async retract(to: string, of: string): Promise<void> {
    await this.client.sdk.redactEvent(await this.#room(to), of);
  }
  async react(to: string, of: string, reactions: readonly string[]): Promise<void> {
    const shown = [...this.#own].filter(([, own]) => own.of === of);
    for (const [event, { key }] of shown) {
      if (!reactions.includes(key)) {
        this.#own.delete(event);
        await this.client.sdk.redactEvent(await this.#room(to), event);
      }
    }
    for (const key of reactions.filter((one) => !shown.some(([, own]) => own.key === one))) {
      const relation = { rel_type: "m.annotation", event_id: of, key };
      this.#own.set(await this.#send(to, "m.reaction", { "m.relates_to": relation }), { of, key });
    }
  }
  /** As clients do that still quote: in the body and in the HTML, each in its own way ("Fallbacks for rich replies"). */
  async reply(to: string, of: string, quoted: string, text: string): Promise<string> {
    const other = `@${this.#prefix}${to}${this.#server}`;
    return await this.#send(to, "m.room.message", {
      msgtype: "m.text",
      body: `> <${other}> ${quoted}\n\n${text}`,
      format: HTML,
      formatted_body: `<mx-reply><blockquote>${other}<br>${quoted}</blockquote></mx-reply>${text}`,
      "m.relates_to": { "m.in_reply_to": { event_id: of } },
    });
  }
  async format(to: string, text: string, html: string): Promise<string> {
    return await this.#send(to, "m.room.message", {
      msgtype: "m.text",
      body: text,
      format: HTML,
      formatted_body: html,
    });
  }
  async offerFile(to: string): Promise<void> {
    await this.sendFile(to, { name: "photo.png", type: "image/png", bytes: picture() });
  }
  /** Uploads it and sends it, as the kind of message it is and encrypted where the room is; `more` is for its event. */
  async sendFile(to: string, file: MatrixTestFile, more: Content = {}): Promise<string> {
    const place = await this.#upload(await this.#room(to), file);
    const kind = /^(?:image|audio|video)(?=\/)/u.exec(file.type)?.[0] ?? "file";
    const info = { mimetype: file.type, size: file.bytes.length };
    const content = { msgtype: `m.${kind}`, body: file.name, ...place, info, ...more };
    return await this.#send(to, "m.room.message", content);
  }
  /** The bytes of what was shown, as a client of this homeserver fetches and decrypts them. */
  async fetchFile(uri: string): Promise<Uint8Array> {
    const [kept, key] = [await this.download(uri), this.#keys.get(uri)];
    if (key === undefined) return kept;
    const bytes = decryptAttachment(key, kept);
    if (bytes === null) throw new Error(`${uri} is not what was encrypted.`);
    return bytes;
  }
  /** The bytes as the homeserver keeps them. */
  async download(uri: string): Promise<Uint8Array> {
    const url = this.client.sdk.mxcUrlToHttp(uri, undefined, undefined, undefined, false, false, true) ?? "";
    const answer = await fetch(url, { headers: { authorization: `Bearer ${this.client.sdk.getAccessToken()}` } });
    if (!answer.ok) throw new Error(`The homeserver does not give ${uri}: HTTP ${answer.status}.`);
    return answer.bytes();
  }
  async typing(to: string, state: TypingState): Promise<void> {
    if (state === "composing") this.#typing.add(to);
    await this.client.sdk.sendTyping(await this.#room(to), state === "composing", 30_000);
  }
  async receipt(to: string, of: string, _state: ReceiptState): Promise<void> {
    const path = `/rooms/${encodeURIComponent(await this.#room(to))}/receipt/m.read/${encodeURIComponent(of)}`;
    await this.client.request("POST", path, {});
  }
  /** Only those who share a room are told, so the first handle is made a contact. */
  async presence(state: PresenceState): Promise<void> {
    await this.#room("support");
    // Every request of the SDK for news says a state too; with this one it says the same.
    await this.client.sdk.setSyncPresence(TO_SYNC[state] as never);
    const path = `/presence/${encodeURIComponent(this.client.userId)}/status`;
    await this.client.request("PUT", path, { presence: TO_MATRIX[state] });
  }
  async subscribe(to: string, state: "subscribe" | "unsubscribe"): Promise<void> {
    if (state === "subscribe") {
      await this.#room(to);
    } else {
      await this.client.sdk.leave(await this.#room(to));
    }
  }

  /** The keys of its event that say where it is. */
  async #upload(room: string, { name, type, bytes }: MatrixTestFile): Promise<Content> {
    const { sdk } = this.client;
    if ((await sdk.getCrypto()?.isEncryptionEnabledInRoom(room)) !== true) {
      const { content_uri } = await sdk.uploadContent(new Blob([bytes]), { name, type, includeFilename: true });
      return { url: content_uri };
    }
    const sealed = encryptAttachment(bytes);
    const blob = new Blob([new Uint8Array(sealed.kept)]);
    const { content_uri } = await sdk.uploadContent(blob, { type: "application/octet-stream", includeFilename: false });
    return { file: { ...sealed.encryption, url: content_uri } };
  }
  async #room(to: string): Promise<string> {
    return await this.client.chatWith(`@${this.#prefix}${to}${this.#server}`);
  }
  async #send(to: string, type: string, content: Content): Promise<string> {
    return await this.client.send(await this.#room(to), type, content);
  }
  #local(userId: string | null): string | null {
    const start = `@${this.#prefix}`;
    return userId?.startsWith(start) ? userId.slice(start.length, -this.#server.length) : null;
  }

  #take(event: ClientEvent): void {
    if (event.type === "m.receipt") {
      this.#takeReceipts(event.content);
    }
    const from = this.#local(event.sender);
    // A room with an alias is none of the chats: the desk introduces this person to another there.
    if (from === null || event.stateKey !== null || this.client.sdk.getRoom(event.room ?? "")?.getCanonicalAlias()) {
      return;
    }
    switch (event.type) {
      case "m.presence":
        this.#takePresence(from, event.content);
        return;
      case "m.room.redaction":
        this.#takeRedaction(from, event.redacts ?? "");
        return;
      case "m.reaction":
        this.#takeReaction(from, event);
        return;
      case "m.room.message":
        this.#takeKey(event.content);
        this.received.push(toMessage(from, event));
        return;
    }
  }

  #takeKey({ file }: Content): void {
    const sealed = encryption.safeParse(file).data;
    if (sealed !== undefined) this.#keys.set((file as { readonly url: string }).url, sealed);
  }
  #takeReceipts(content: Content): void {
    for (const [of, kinds] of Object.entries(content)) {
      const readers = (kinds as { "m.read"?: Content })["m.read"] ?? {};
      for (const from of Object.keys(readers).flatMap((user) => this.#local(user) ?? [])) {
        this.received.push({ kind: "receipt", from, of, state: "read" });
      }
    }
  }
  #takePresence(from: string, content: Content): void {
    const state = FROM_MATRIX[String(content.presence)] ?? "available";
    this.received.push({ kind: "presence", from, state, text: (content.status_msg as string | undefined) ?? null });
  }
  #takeRedaction(from: string, of: string): void {
    const reaction = this.#reactions.get(of);
    if (reaction === undefined) {
      this.received.push({ kind: "retraction", from, of });
      return;
    }
    this.#reactions.delete(of);
    void this.#redraw(from, reaction.of);
  }
  #takeReaction(from: string, { id, content }: ClientEvent): void {
    const { event_id: of, key } = (content["m.relates_to"] ?? {}) as Relation;
    if (id !== null && of !== undefined && key !== undefined) {
      this.#reactions.set(id, { of, key, from });
      void this.#redraw(from, of);
    }
  }

  readonly #drawing = new Map<string, number>();
  /** Once no more reactions to that message have come for a while. */
  async #redraw(from: string, of: string): Promise<void> {
    const drawing = (this.#drawing.get(of) ?? 0) + 1;
    this.#drawing.set(of, drawing);
    for await (const beat of beats(SETTLED_MS)) {
      if (beat > 1) {
        break;
      }
    }
    if (this.#drawing.get(of) === drawing) {
      const reactions = [...this.#reactions.values()].filter((one) => one.of === of).map(({ key }) => key);
      this.received.push({ kind: "reaction", from, of, reactions });
    }
  }
}

function toMessage(from: string, { id, senderName, content }: ClientEvent): FarEvent {
  const relation = (content["m.relates_to"] ?? {}) as Relation;
  if (relation.rel_type === "m.replace") {
    const newer = content["m.new_content"] as { readonly body: string };
    return { kind: "edit", from, of: relation.event_id ?? "", text: newer.body };
  }
  const replyTo = relation["m.in_reply_to"]?.event_id ?? null;
  const text = String(content.body);
  const formatted = content.format === HTML ? String(content.formatted_body) : null;
  const sealed = content.file as { readonly url: string } | undefined;
  const place = sealed?.url ?? String(content.url);
  const file = content.msgtype === "m.text" || content.msgtype === "m.notice" ? null : place;
  return { kind: "message", from, id, text, formatted, file, nick: senderName, choices: [], replyTo };
}
