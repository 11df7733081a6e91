import { createServer } from "node:net";

/**
 * Ports are drawn below the kernel's ephemeral range (32768 and up on Linux), so that no outgoing connection and no
 * listener on port 0 can take one while its server is down between a kill and a restart.
 */
const LOWEST = 12_000;
const HIGHEST = 32_000;
const ATTEMPTS = 200;

const handedOut = new Set<number>();

/** A TCP port on 127.0.0.1 that was free a moment ago and that this process has not been given before. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if (!handedOut.has(port) && (await canListen(port))) {
      handedOut.add(port);
      return port;
    }
  }
  throw new Error(`No free port between ${LOWEST} and ${HIGHEST} was found in ${ATTEMPTS} attempts.`);
}

/** As many different free ports as asked for. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    ports.push(await freePort());
  }
  return ports;
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
