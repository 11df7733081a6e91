/** Where the desk goes for a file whose address a stranger wrote, and where it does not. */
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { expect } from "chai";
import { type FetchRules, fetchable, fetchFile, isPublic } from "../../adapters/xmpp/file-fetch.ts";
import { freePort } from "../support/ports.ts";

const RULES: FetchRules = {
  domain: "im.example",
  services: ["files.hoster.example"],
  trusted: ["upload.corp:8443"],
  seconds: 5,
};

describe("fetching what somebody has uploaded", () => {
  for (const link of [
    "https://im.example/1/photo.jpg",
    "https://upload.im.example/1/photo.jpg",
    "https://UPLOAD.IM.EXAMPLE:443/photo.jpg",
    "https://upload.im.example:5281/upload/1/photo.jpg",
    "https://im.example:5443/upload/1/photo.jpg",
    "https://files.hoster.example/im.example/1/photo.jpg",
    "https://upload.corp:8443/photo.jpg",
    "http://upload.corp:8443/photo.jpg",
  ]) {
    it(`goes to ${link}`, () => expect(fetchable(link, RULES)).not.to.equal(null));
  }
  for (const link of [
    "http://upload.im.example/photo.jpg",
    "https://upload.im.example:8443/photo.jpg",
    "https://hoster.example/photo.jpg",
    "https://other.files.hoster.example/photo.jpg",
    "https://files.hoster.example:22/photo.jpg",
    "http://files.hoster.example/photo.jpg",
    "https://anna:secret@upload.im.example/photo.jpg",
    "https://im.example.evil.example/photo.jpg",
    "https://evilim.example/photo.jpg",
    "https://upload.corp/photo.jpg",
    "https://127.0.0.1/photo.jpg",
    "https://[::1]/photo.jpg",
    "https://2130706433/photo.jpg",
    "ftp://upload.im.example/photo.jpg",
    "file:///etc/passwd",
    "data:image/png;base64,AAAA",
    "aesgcm://upload.im.example/photo.jpg#00",
    "photo.jpg",
    "",
  ]) {
    it(`does not go to ${JSON.stringify(link)}`, () => expect(fetchable(link, RULES)).to.equal(null));
  }
  it("goes to a domain that is not written in ASCII", () => {
    const rules = { ...RULES, domain: "bücher.example", services: ["größe.example"] };
    expect(fetchable("https://upload.bücher.example/photo.jpg", rules)).not.to.equal(null);
    expect(fetchable("https://xn--gre-6ka8i.example/photo.jpg", rules)).not.to.equal(null);
    expect(fetchable("https://evil.example./photo.jpg", { ...RULES, domain: "" })).to.equal(null);
  });
  it("goes to no number, even of a sender whose domain is one", () =>
    expect(fetchable("https://93.184.215.14/photo.jpg", { ...RULES, domain: "93.184.215.14" })).to.equal(null));

  for (const address of ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"]) {
    it(`counts ${address} as public`, () => expect(isPublic(address)).to.equal(true));
  }
  for (const address of [
    ...["0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.31.255.255", "192.168.1.1"],
    ...["198.18.0.1", "224.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "fe80::1"],
    ...["fc00::1", "fd12::1", "ff02::1", "64:ff9b::7f00:1", "2001:db8::1", "2002:7f00:1::", "localhost", ""],
  ]) {
    it(`does not count ${address || "nothing"} as public`, () => expect(isPublic(address)).to.equal(false));
  }

  it("connects to no name that leads inside", async () => {
    // Somebody is there, on the one port of those it goes to that needs no rights, and hears nothing. Where it is taken, nobody is.
    let calls = 0;
    const inside = createTcpServer((socket) => {
      calls += 1;
      socket.destroy();
    });
    const listening = await new Promise<boolean>((resolve) => {
      inside.once("error", () => resolve(false));
      inside.listen(5_443, "localhost", () => resolve(true));
    });
    const knocked = await fetchFile(
      "https://localhost:5443/x.jpg",
      { ...RULES, domain: "localhost" },
      new AbortController().signal,
    );
    expect(knocked).to.deep.equal({ kind: "refused", reason: "unreachable" });
    if (listening) await new Promise((resolve) => inside.close(resolve));
    expect(calls).to.equal(0);
    const fetched = await fetchFile("https://localhost/x.jpg", { ...RULES, domain: "localhost" }, AbortSignal.abort());
    expect(fetched).to.deep.equal({ kind: "refused", reason: "unreachable" });
    const answer = await fetchFile(
      "https://localhost/x.jpg",
      { ...RULES, domain: "localhost" },
      new AbortController().signal,
    );
    expect(answer).to.deep.equal({ kind: "refused", reason: "unreachable" });
  });

  describe("from a server that is trusted", () => {
    let server: Server;
    let host: string;
    let answer: RequestListener = (_request, response) => response.end();
    const asked: string[] = [];

    before(async () => {
      const port = await freePort();
      host = `127.0.0.1:${port}`;
      server = createServer((request, response) => {
        asked.push(`${request.method} ${request.url} ${Object.keys(request.headers).sort().join(" ")}`);
        answer(request, response);
      });
      await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    });
    after(() => {
      server.closeAllConnections();
      server.close();
    });
    const ask = (seconds = 5) =>
      fetchFile(`http://${host}/a/my%20bill.pdf`, { ...RULES, trusted: [host], seconds }, new AbortController().signal);

    it("gives the bytes and the name, and says nothing of the desk", async () => {
      answer = (_request, response) => response.end("words");
      const fetched = await ask();
      if (fetched.kind !== "fetched") throw new Error(fetched.reason);
      expect(fetched.name).to.equal("my bill.pdf");
      const parts = [];
      for await (const chunk of fetched.chunks) parts.push(chunk);
      expect(Buffer.concat(parts).toString()).to.equal("words");
      expect(asked.at(-1)).to.equal("GET /a/my%20bill.pdf accept connection host");
    });
    it("follows no redirect", async () => {
      answer = (_request, response) => response.writeHead(302, { location: "http://169.254.169.254/" }).end();
      const before = asked.length;
      expect(await ask()).to.deep.equal({ kind: "refused", reason: "not found" });
      expect(asked).to.have.lengthOf(before + 1);
    });
    it("gives up after the time", async () => {
      answer = () => undefined;
      expect(await ask(0.05)).to.deep.equal({ kind: "refused", reason: "unreachable" });
    });
  });
});
