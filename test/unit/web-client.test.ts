/** The pages' client without a browser: what it keeps, for how long, and what it must not lose. */
import { expect } from "chai";
import { ChatClient } from "../../adapters/web/pages/client.ts";
import { PENDING_FRAMES, type Socket } from "../../adapters/web/pages/link.ts";
import { type Contact, PROTOCOL_VERSION, type ServerFrame } from "../../adapters/web/pages/protocol.ts";
import { load, type Memory } from "../../adapters/web/pages/saved.ts";

describe("web client", () => {
  let client: ChatClient;
  let socket: Socket;
  afterEach(() => client.stop());

  function make(memory: Memory | null = null): void {
    socket = { onopen: null, onmessage: null, onclose: null, onerror: null, send: () => {}, close: () => {} };
    client = new ChatClient({ connect: () => socket, desk: null, language: null, onChange: () => {}, memory });
    client.wake();
  }
  const tell = (frame: ServerFrame): void => socket.onmessage?.({ data: JSON.stringify(frame) } as never);
  const contact = (desk: string): Contact => ({ desk, name: desk, kind: "alias", state: "available", text: null });
  const welcome = (): void =>
    tell({
      kind: "welcome",
      version: PROTOCOL_VERSION,
      role: "csr",
      self: "ada",
      desk: "desk",
      token: null,
      textBytes: 1_000,
      silenceMs: 60_000,
      fileBytes: 1_000,
      fileTypes: ["image/png"],
      at: null,
      contacts: [],
    });
  const line = (desk: string, n: number): ServerFrame => ({
    kind: "line",
    key: `k-${n}`,
    desk,
    text: "hello",
    choices: [],
    file: null,
    nick: null,
    notice: false,
    at: n,
  });

  it("keeps of the conversations that are over the latest, however long the tab is open", () => {
    make();
    welcome();
    for (let n = 0; n < 200; n += 1) {
      tell({ kind: "contacts", contacts: [contact("long"), contact(`alias-${n}`)] });
      tell(line(n === 0 ? "long" : `alias-${n}`, n));
    }
    tell({ kind: "contacts", contacts: [contact("long")] });
    expect(client.threads.size).to.be.at.most(51);
    expect([...client.threads.keys()])
      .to.include.members(["long", "alias-199"])
      .and.to.not.include("alias-1");
  });

  it("keeps a refused line when there is no room to send it again", () => {
    make();
    welcome();
    client.say("support", "precious");
    const [refused] = client.thread("support").lines;
    tell({ kind: "refused", id: refused?.id ?? "", reason: "policy-violation", text: "Too many." });
    for (let n = 0; n < PENDING_FRAMES; n += 1) {
      client.say("billing", `line ${n}`);
    }
    client.retry("support", refused?.id ?? "");
    expect(client.thread("support").lines.map(({ text }) => text)).to.include("precious");
  });

  it("keeps what is unsent when the tab's memory is too small for all", () => {
    let kept = "";
    const small: Memory = {
      load: () => null,
      save: (text) => {
        kept = text.length <= 2_000 ? text : "";
        return text.length <= 2_000;
      },
    };
    make(small);
    client.say("support", "unsent");
    for (let n = 0; n < 100; n += 1) {
      tell(line("support", n));
    }
    client.save();
    const saved = load({ load: () => kept, save: () => true });
    expect(saved.pending.map((frame) => (frame.kind === "line" ? frame.text : frame.kind))).to.deep.equal(["unsent"]);
  });
});
