/**
 * The group `flood`: a flood on one network does not slow another. The real daemon has two XMPP networks, each behind a listener of its own.
 * On the one, customers talk with CSRs at a constant pace; on the other, strangers write as fast as the desk takes it, beyond the limits for
 * one address, and all but a few of their messages are refused. What the talk's messages take is compared with the same without a flood.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { type Daemon, startDaemon } from "../../test/support/daemon.ts";
import { type Group, inTurn, median, percentile, type Row } from "./measure.ts";
import { type Seat, XmppCrowd } from "./xmpp-crowd.ts";
import { paced } from "./xmpp-field.ts";
import { openStub, STUB, type Stub } from "./xmpp-stub.ts";

const RUNS = 5;
const CONVERSATIONS = 60;
const CSRS = 6;
const PACE_PER_SECOND = 200;
const MESSAGES = 800;
const HANDLE = `support@${STUB.componentDomain}`;

export const flood: Group = {
  name: "flood",
  async *run(say) {
    say(
      `flood: ${CONVERSATIONS} conversations at ${PACE_PER_SECOND} messages/s, ${RUNS} runs with and without a flood, in turn`,
    );
    const crowd = new XmppCrowd(HANDLE);
    const quiet = await openStub(crowd);
    const csrs = Array.from({ length: CSRS }, (_, index) => quiet.person(`csr${index}`, "csr"));
    for (let customer = 0; customer < CONVERSATIONS; customer += 1) quiet.person(`customer${customer}`, "customer");
    const flooder = await openFlooder();
    const desk = await openDesk(quiet, flooder, csrs);
    try {
      await crowd.begin();
      await paced({ crowd }, MESSAGES, PACE_PER_SECOND);
      let refused = 0;
      const delays = await inTurn(RUNS, {
        alone: () => paced({ crowd }, MESSAGES, PACE_PER_SECOND),
        beside: async () => {
          flooder.begin();
          const measured = await paced({ crowd }, MESSAGES, PACE_PER_SECOND);
          refused = await flooder.end();
          return measured;
        },
      });
      say(`flood: ${refused} messages of strangers were answered meanwhile`);
      yield row("flood.p50", 0.5, delays.beside, delays.alone, 3);
      yield row("flood.p99", 0.99, delays.beside, delays.alone, 5);
    } finally {
      await desk.remove();
      quiet.stop();
      flooder.stop();
    }
  },
};

/** The process that writes what nobody wants. */
interface Flooder {
  readonly port: number;
  begin(): void;
  /** Resolves when all of it is answered. How many there were until now. */
  end(): Promise<number>;
  stop(): void;
}

async function openFlooder(): Promise<Flooder> {
  const child = fork(new URL("flooder.ts", import.meta.url));
  const told = async (): Promise<number> => Number((await once(child, "message"))[0]);
  return {
    port: await told(),
    begin: () => void child.send(true),
    end() {
      child.send(false);
      return told();
    },
    stop: () => child.disconnect(),
  };
}

function row(
  id: string,
  share: number,
  ours: readonly (readonly number[])[],
  theirs: readonly (readonly number[])[],
  most: number,
): Row {
  const delay = (runs: readonly (readonly number[])[]) => median(runs.map((run) => percentile(run, share)));
  const against = "the same without a flood";
  return { id, unit: "ms", ours: delay(ours), theirs: delay(theirs), against, goal: { atMost: most } };
}

function openDesk(quiet: Stub, flooded: Pick<Stub, "port">, csrs: readonly Seat[]): Promise<Daemon> {
  const network = (name: string, { port }: Pick<Stub, "port">): string => `  ${name}:
    adapter: xmpp
    title: XMPP
    mode: component
    domain: ${STUB.componentDomain}
    host: 127.0.0.1
    port: ${port}
    secret: ${STUB.componentSecret}
    handles: {support: {name: Support, dialog: welcome}}
`;
  const people = csrs.map(
    ({ jid }, index) =>
      `  csr${index}: {name: Csr ${index}, addresses: [{xmpp: "${jid.replace(/\/.*/u, "")}"}], skills: {support: 3}, capacity: ${CONVERSATIONS / CSRS}}\n`,
  );
  return startDaemon({
    networks: network("xmpp", quiet) + network("flooded", flooded),
    csrs: people.join(""),
    routing: "skills: [support]\nqueues:\n  support: {name: Support, skills: {support: 1}, offerSeconds: 60}\n",
    dialogs: "person: support\ndialogs:\n  welcome: {steps: [{say: Hello}, {route: support}]}\n",
    // A customer of the talk stays below it, a stranger is beyond it at once.
    limits: "  floodMessages: 40\n  floodSeconds: 10\n",
  });
}
