import { createServer, type Server } from "node:net";

/**
 * Ports are drawn below the kernel's ephemeral range (32768 and up on Linux), so that no outgoing connection and no
 * listener on port 0 can take one while its server is down between a kill and a restart.
 */
const LOWEST = 12_000;
const BLOCK_PORTS = 100;
const BLOCKS = 200;

/**
 * Many test processes run beside each other, and a port that one of them was given is not listened at until its server has
 * started, nor while that is down. So a process has whole blocks to itself: it listens at the first port of each for as
 * long as it lives, and the kernel gives that port to nobody else.
 */
const spare: number[] = [];
let asking: Promise<unknown> = Promise.resolve();

/** A TCP port on 127.0.0.1 at which nobody listens and that neither this nor another test process was given or will be. */
export function freePort(): Promise<number> {
  const port = asking.then(nextPort);
  asking = port.catch(() => undefined);
  return port;
}

/** As many different free ports as asked for. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    ports.push(await freePort());
  }
  return ports;
}

async function nextPort(): Promise<number> {
  for (;;) {
    const port = spare.shift();
    if (port === undefined) {
      await claimBlock();
    } else if (await canListen(port)) {
      return port;
    }
  }
}

/** The first block from a place drawn by chance on whose first port is free. */
async function claimBlock(): Promise<void> {
  const start = Math.floor(Math.random() * BLOCKS);
  for (let tried = 0; tried < BLOCKS; tried += 1) {
    const first = LOWEST + ((start + tried) % BLOCKS) * BLOCK_PORTS;
    const claim = await listenAt(first);
    if (claim === null) continue;
    claim.unref();
    spare.push(...Array.from({ length: BLOCK_PORTS - 1 }, (_, index) => first + 1 + index));
    return;
  }
  throw new Error(
    `All ${BLOCKS} blocks of ports from ${LOWEST} on are claimed: too many test processes run on this machine.`,
  );
}

async function canListen(port: number): Promise<boolean> {
  const server = await listenAt(port);
  if (server === null) return false;
  await new Promise((resolve) => server.close(resolve));
  return true;
}

/** Null when somebody else listens there. */
function listenAt(port: number): Promise<Server | null> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", () => resolve(null));
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}
