/**
 * One question to a NAT-PMP gateway (RFC 6886), asked again until it is answered or patience is at an end. The nat-pmp package
 * writes and reads the datagrams; what it lacks is done here: it asks once and waits for ever, believes whoever answers, ends
 * the process at a datagram of another length, and takes the one port (5350) that other clients on this machine may need.
 */
import natPmp from "nat-pmp";
import type { Clock } from "../adapter.ts";

export type Protocol = "tcp" | "udp";

export type Question =
  | { readonly kind: "address" }
  /** `lifetimeSeconds` 0 removes the mapping; `publicPort` is a wish, 0 in a removal (RFC 6886 §3.3, §3.4). */
  | {
      readonly kind: "map";
      readonly protocol: Protocol;
      readonly port: number;
      readonly publicPort: number;
      readonly lifetimeSeconds: number;
    };

/** `epoch`: seconds since the gateway began to keep its mappings. `silent`: nobody answered, or nothing could be sent. */
export type Answer =
  | { readonly kind: "address"; readonly address: string; readonly epoch: number }
  | { readonly kind: "mapped"; readonly publicPort: number; readonly lifetimeSeconds: number; readonly epoch: number }
  | { readonly kind: "refused" | "silent"; readonly reason: string };

/** Asks a gateway, an IPv4 address. `attempts` beyond ATTEMPTS are not made. Never rejects; an abort is silence. */
export type AskGateway = (
  gateway: string,
  question: Question,
  options: { readonly clock: Pick<Clock, "after">; readonly attempts?: number; readonly signal?: AbortSignal },
) => Promise<Answer>;

/** Patience with the first attempt; it doubles with each (RFC 6886 §3.1). */
const FIRST_WAIT_MS = 250;
/** Of the RFC's nine: a gateway in the same network that has not answered for eight seconds is asked again by the next look. */
export const ATTEMPTS = 5;

type Client = InstanceType<typeof natPmp.Client>;
type Callback = Parameters<Client["externalIp"]>[0];

const RESPONSE = 128;
const HEAD_BYTES = 8;
const BYTES = { address: 12, map: 16 } as const;
/** Operations by the question (RFC 6886 §3.2, §3.3). */
const OPERATIONS = { address: 0, udp: 1, tcp: 2 } as const;

// Any free port. On the one that the package prefers a second client on this machine would fail, or make this one fail.
natPmp.CLIENT_PORT = 0;

export const askGateway: AskGateway = async (gateway, question, { clock, attempts = ATTEMPTS, signal }) => {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const clients: Client[] = [];
  let cancel = (): void => undefined;
  const attempt = (number: number): void => {
    if (number === attempts) {
      resolve({ kind: "silent", reason: `nobody answers NAT-PMP at ${gateway}` });
      return;
    }
    // The earlier ones stay open: a slow gateway may be about to answer one of them.
    clients.push(send(gateway, question, resolve));
    cancel = clock.after(FIRST_WAIT_MS * 2 ** number, () => attempt(number + 1));
  };
  const abort = (): void => resolve({ kind: "silent", reason: "given up" });
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted === true) abort();
  else attempt(0);
  const answer = await promise;
  cancel();
  signal?.removeEventListener("abort", abort);
  for (const client of clients) client.close();
  return answer;
};

function send(gateway: string, question: Question, answered: (answer: Answer) => void): Client {
  const client = new natPmp.Client(gateway);
  const { onmessage } = client;
  client.onmessage = (message, from) => {
    const isGateway = from.address === gateway && from.port === natPmp.SERVER_PORT;
    if (isGateway && isAnswer(message, question)) onmessage.call(client, message, from);
  };
  const done: Callback = (error, reply) => answered(read(error, reply));
  client.on("error", done);
  if (question.kind === "address") {
    client.externalIp(done);
  } else {
    const { protocol, port, publicPort, lifetimeSeconds } = question;
    client.portMapping({ type: protocol, private: port, public: publicPort, ttl: lifetimeSeconds }, done);
  }
  return client;
}

/** Whether the package can read this, and it is about what was asked. A refusal may be shorter than a grant. */
function isAnswer(message: Buffer, question: Question): boolean {
  if (message.length < HEAD_BYTES) return false;
  const operation = question.kind === "address" ? OPERATIONS.address : OPERATIONS[question.protocol];
  const isRefusal = message[0] !== 0 || message.readUInt16BE(2) !== 0;
  if (message[1] !== RESPONSE + operation) return false;
  if (isRefusal) return true;
  return (
    message.length === BYTES[question.kind] &&
    (question.kind === "address" || message.readUInt16BE(HEAD_BYTES) === question.port)
  );
}

function read(...[error, reply]: Parameters<Callback>): Answer {
  if (error !== null || reply === undefined) {
    const isGateways = error !== null && (!("code" in error) || typeof error.code === "number");
    return { kind: isGateways ? "refused" : "silent", reason: error?.message ?? "an empty answer" };
  }
  const { ip, epoch, public: publicPort = 0, ttl = 0 } = reply;
  if (ip === undefined) return { kind: "mapped", publicPort, lifetimeSeconds: ttl, epoch };
  const address = ip.join(".");
  // RFC 6886 §3.5: what a gateway says whose own line is down.
  if (address === "0.0.0.0") return { kind: "refused", reason: "the gateway has no address itself" };
  return { kind: "address", address, epoch };
}
