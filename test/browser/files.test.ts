/** Files in a real browser: brought by button, drop and paste, on both pages; shown, heard, refused, cancelled. */
import { expect } from "chai";
import type { Locator } from "playwright-core";
import type { Address } from "../../src/core/model.ts";
import { wav } from "../support/media.ts";
import { picture } from "../support/pictures.ts";
import { requires } from "../support/requires.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/wait.ts";
import { expectAccessible, expectNoSideways, TestBrowser, type Window } from "./browser.ts";
import { ALIAS, EchoDesk } from "./echo-desk.ts";

const PICTURE = { name: "my bill.png", mimeType: "image/png", buffer: Buffer.from(picture()) };
const PHONE = { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true };

/** A function that runs in the page, written as text, since nothing else here knows a DOM. */
function inPage(code: string): (element: unknown, given?: unknown) => unknown {
  return new Function("element", "given", `return (${code})(element, given)`) as ReturnType<typeof inPage>;
}
/** A paste or a drop of one file, with what comes before it. */
const BRING = `(element, { kind, bytes, name }) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([Uint8Array.from(bytes)], name, { type: "image/png" }));
  const more = { bubbles: true, cancelable: true };
  if (kind === "drop") {
    element.dispatchEvent(new DragEvent("dragover", { ...more, dataTransfer: transfer }));
    element.dispatchEvent(new DragEvent("drop", { ...more, dataTransfer: transfer }));
  } else {
    element.dispatchEvent(new ClipboardEvent("paste", { ...more, clipboardData: transfer }));
  }
}`;
/** A tone and a moving picture of half a second, as the browser's own recorder writes them. */
const RECORD = `async () => {
  const record = async (stream, mimeType) => {
    const recorder = new MediaRecorder(stream, { mimeType });
    const parts = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    const stopped = new Promise((resolve) => recorder.addEventListener("stop", resolve));
    recorder.start();
    setTimeout(() => recorder.stop(), 600);
    await stopped;
    return [...new Uint8Array(await new Blob(parts).arrayBuffer())];
  };
  const sound = new AudioContext();
  const tone = sound.createOscillator();
  const out = sound.createMediaStreamDestination();
  tone.connect(out);
  tone.start();
  const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 48 });
  const drawing = canvas.getContext("2d");
  setInterval(() => drawing.fillRect(0, 0, 64 * Math.random(), 48), 30);
  return {
    voice: await record(out.stream, "audio/webm;codecs=opus"),
    film: await record(canvas.captureStream(20), "video/webm;codecs=vp8"),
  };
}`;
/** Plays it to its end; gives the seconds that were played. */
const PLAY = `async (player) => {
  player.muted = true;
  const ended = new Promise((resolve) => player.addEventListener("ended", resolve, { once: true }));
  await player.play();
  await ended;
  return player.currentTime;
}`;

describe("files in a browser", function () {
  requires("chromium");
  this.timeout(300_000);
  const browser = new TestBrowser();
  let desk: EchoDesk;
  let folder: TemporaryFolder;

  before(() => browser.start());
  after(() => browser.stop());
  beforeEach(async () => {
    folder = temporaryFolder("browser-files");
    desk = new EchoDesk({}, folder.path);
    desk.echoes = false;
    desk.context.passwords.set("ada", "correct-horse");
    await desk.start();
  });
  afterEach(async () => {
    try {
      await browser.tidy();
    } finally {
      await desk.stop();
      folder.remove();
    }
  });

  async function chat(options: Parameters<TestBrowser["window"]>[0] = {}): Promise<Window> {
    const window = await browser.window(options);
    await window.page.goto(`${desk.url}/chat`);
    await window.sees("What is it about?");
    return window;
  }
  async function visitor(): Promise<Address> {
    const arrival = await until("an arrival", () => desk.context.inbounds.all.find(({ kind }) => kind === "arrival"));
    return arrival.from;
  }
  const choose = (window: Window, ...files: readonly (typeof PICTURE)[]) =>
    window.page.locator("input[type=file]").setInputFiles([...files]);
  const uploads = (window: Window) => window.page.getByRole("list", { name: "Files being sent" }).getByRole("listitem");
  const pictures = (window: Window) => window.log.getByRole("img", { name: "Picture: my bill.png" });
  const isDrawn = (image: Locator) =>
    until("the picture to be drawn", () => image.evaluate(inPage("(one) => one.naturalWidth > 0")));
  /** Lets a paste or a drop happen on that element, with one file. */
  const bring = (element: Locator, kind: "paste" | "drop") =>
    element.evaluate(inPage(BRING), { kind, bytes: [...picture()], name: "my bill.png" });

  it("go by a button that the keyboard reaches, and are seen as pictures, also after a reload", async () => {
    const window = await chat();
    const focused = window.page.locator(":focus");
    await until("the composer to be ready", async () => (await window.composer.and(focused).count()) === 1);
    await window.page.keyboard.press("Shift+Tab");
    await window.page.getByRole("button", { name: "Send files" }).and(focused).waitFor();
    const chosen = window.page.waitForEvent("filechooser");
    await window.page.title(); // the browser has heard by then that its own dialog is not wanted
    await window.page.keyboard.press("Enter");
    const chooser = await chosen;
    expect(chooser.isMultiple()).to.equal(true);
    await chooser.setFiles(PICTURE);
    await isDrawn(pictures(window));
    await window.ticked("my bill.png", "Received");
    const [heard] = desk.heard;
    expect(heard?.file).to.include({ name: "my bill.png", kind: "image", width: 1 });
    expect(heard?.text).to.contain("my bill.png (69 bytes): http");
    await expectAccessible(window.page, "a chat with a picture");
    await window.page.reload();
    await isDrawn(pictures(window));
    // And in a tab that remembers nothing.
    const tab = await browser.tab(window.context);
    await tab.page.goto(`${desk.url}/chat`);
    await isDrawn(pictures(tab));
  });
  it("are dropped on the conversation, and pasted", async () => {
    const window = await chat();
    await bring(window.log, "drop");
    await pictures(window).first().waitFor();
    await bring(window.composer, "paste");
    await until("two pictures", async () => (await pictures(window).count()) === 2);
    expect(desk.heard.length).to.equal(2);
    expect(await window.page.locator(".drop-here").count()).to.equal(0);
  });
  it("are deleted again, when that is meant", async () => {
    const window = await chat();
    await choose(window, PICTURE);
    await pictures(window).waitFor();
    await window.ticked("my bill.png", "Received");
    await window.page.getByRole("button", { name: "Delete this file" }).click();
    await window.page.getByRole("button", { name: "Delete file" }).click();
    await window.log.getByText("This message was deleted.").waitFor();
    await desk.context.next("retraction");
  });
  it("show how far they are, wait for each other, and can be cancelled", async () => {
    const window = await chat();
    const held = Promise.withResolvers<void>();
    await window.page.route("**/upload", async (route) => {
      await held.promise;
      await route.continue().catch(() => undefined);
    });
    await choose(window, PICTURE, { ...PICTURE, name: "other.png" });
    await uploads(window).getByRole("progressbar", { name: "Sending my bill.png" }).waitFor();
    expect(await uploads(window).nth(1).textContent()).to.contain("Waiting");
    await expectAccessible(window.page, "files on their way");
    await window.page.getByRole("button", { name: "Cancel sending my bill.png" }).click();
    held.resolve();
    await window.sees("other.png");
    expect(desk.heard.map(({ file }) => file?.name)).to.deep.equal(["other.png"]);
    expect(await uploads(window).count()).to.equal(0);
  });
  it("are refused in words, and can be tried again when the server was away", async () => {
    const window = await chat();
    await choose(window, { name: "a.svg", mimeType: "image/svg+xml", buffer: Buffer.from("<svg/>") });
    await uploads(window).getByText("Not sent. Files of this kind are not taken here").waitFor();
    await window.page.getByRole("button", { name: "Dismiss a.svg" }).click();
    await choose(window, { ...PICTURE, name: "big.png", buffer: Buffer.alloc(1_000_001) });
    await uploads(window).getByText("This file is too large: at most 1.0 MB.").waitFor();
    await window.page.getByRole("button", { name: "Dismiss big.png" }).click();
    await window.page.route("**/upload", (route) => route.abort("connectionrefused"));
    await choose(window, PICTURE);
    await uploads(window).getByText("Not sent. The server cannot be reached.").waitFor();
    await window.page.unroute("**/upload");
    await window.page.getByRole("button", { name: "Try again" }).click();
    await isDrawn(pictures(window));
    expect(desk.heard.length).to.equal(1);
  });
  it("that were recorded in the browser are cleaned and can still be heard and seen", async () => {
    const window = await chat();
    const recorded = (await window.page.evaluate(inPage(RECORD))) as {
      readonly voice: number[];
      readonly film: number[];
    };
    const file = (name: string, bytes: readonly number[]) => ({ name, mimeType: "", buffer: Buffer.from(bytes) });
    await choose(
      window,
      file("voice.webm", recorded.voice),
      file("film.webm", recorded.film),
      file("beep.wav", [...wav()]),
    );
    await window.sees("beep.wav");
    expect(desk.heard.map(({ file: one }) => one?.type)).to.deep.equal(["audio/webm", "video/webm", "audio/wav"]);
    const players = window.log.locator("audio, video");
    for (let at = 0; at < 3; at += 1) {
      const played = await players.nth(at).evaluate(inPage(PLAY));
      expect(played, `seconds of player ${at}`).to.be.greaterThan(0.2);
    }
    await expectAccessible(window.page, "a chat with players");
  });
  it("come from the other side: pictures, sounds, documents, with words or alone", async () => {
    const window = await chat(PHONE);
    const to = await visitor();
    const take = async (name: string, bytes: Uint8Array, voice = false) => {
      const taken = await desk.files?.take(
        { name, voice },
        (async function* () {
          yield bytes;
        })(),
      );
      if (taken?.kind !== "taken") throw new Error(`${name} was not taken.`);
      return taken;
    };
    const image = await take("my bill.png", picture());
    desk.say(to, `Is it this one?\n${image.words}`, { nick: "Ada", file: image.file });
    const voice = await take("note.wav", wav(), true);
    desk.say(to, voice.words, { nick: "Ada", file: voice.file });
    const paper = await take("terms.txt", Buffer.from("many words"));
    desk.say(to, paper.words, { nick: "Ada", file: paper.file });
    await window.sees("Is it this one?");
    expect((await window.texts()).join("\n"), "the words for those who see no files").to.not.include("http");
    await isDrawn(pictures(window));
    await window.sees("Voice message");
    const link = window.log.getByRole("link", { name: "terms.txt" });
    const [download] = await Promise.all([window.page.waitForEvent("download"), link.click()]);
    expect(download.suggestedFilename()).to.equal("terms.txt");
    await expectNoSideways(window.page);
    await expectAccessible(window.page, "a phone with files");
  });
  it("are brought by a CSR in the console", async () => {
    desk.context.identities.delete(ALIAS);
    const window = await browser.window();
    await window.page.goto(`${desk.url}/csr`);
    await window.page.getByLabel("Login").fill("ada");
    await window.page.getByLabel("Password").fill("correct-horse");
    await window.page.getByRole("button", { name: "Sign in" }).click();
    desk.context.identities.set(ALIAS, { kind: "alias", name: "Maya", state: "available", text: null });
    desk.say({ network: "web", id: "ada" }, "hello", { from: ALIAS, nick: "Maya" });
    await window.page
      .getByRole("navigation", { name: "Conversations" })
      .getByRole("button")
      .filter({ hasText: "Maya" })
      .click();
    await window.sees("hello");
    await bring(window.log, "drop");
    await isDrawn(pictures(window));
    expect(desk.heard.map(({ to, file }) => `${to} ${file?.name}`)).to.deep.equal([`${ALIAS} my bill.png`]);
    await expectAccessible(window.page, "a console with a picture");
  });
});
