/**
 * What the crypto wants said to the homeserver: keys published, asked for, claimed, and handed to other devices. Before a request
 * goes out, what it rests on is durable: a key that was given away and forgotten makes messages that nobody can read.
 */
import type {
  KeysBackupRequest,
  KeysClaimRequest,
  KeysQueryRequest,
  KeysUploadRequest,
  OlmMachine,
  RoomMessageRequest,
  SignatureUploadRequest,
  ToDeviceRequest,
} from "@matrix-org/matrix-sdk-crypto-wasm";
import type { Logger } from "../../../src/adapter.ts";
import type { Answer, Homeserver, Request } from "../homeserver.ts";
import { loadCrypto } from "./crypto.ts";
import type { KeyStore } from "./key-store.ts";

export type KeyRequest =
  | KeysUploadRequest
  | KeysQueryRequest
  | KeysClaimRequest
  | ToDeviceRequest
  | SignatureUploadRequest
  | RoomMessageRequest
  | KeysBackupRequest;

export interface KeyRequestParts {
  readonly machine: OlmMachine;
  readonly keys: KeyStore;
  readonly homeserver: Homeserver;
  readonly log: Logger;
  readonly network: string;
}

export class KeyRequests {
  readonly #parts: KeyRequestParts;
  #last: Promise<boolean> = Promise.resolve(true);
  #waiting: Promise<boolean> | null = null;

  constructor(parts: KeyRequestParts) {
    this.#parts = parts;
  }

  /** Sends all there are now. False when one of them was not answered; it is sent again with the next ones. */
  sendAll(): Promise<boolean> {
    this.#waiting ??= this.#last.then(async () => {
      this.#waiting = null;
      const requests: readonly KeyRequest[] = await this.#parts.machine.outgoingRequests();
      return await this.send(requests);
    });
    this.#last = this.#waiting.catch(() => false);
    return this.#waiting;
  }

  async send(requests: readonly KeyRequest[]): Promise<boolean> {
    const { keys, homeserver, machine } = this.#parts;
    if (requests.length === 0) {
      return true;
    }
    await keys.commit();
    let isAnswered = true;
    for (const request of requests) {
      const asked = await toRequest(request);
      const answer: Answer = asked === null ? { kind: "ok", body: {} } : await homeserver.request(asked);
      if (answer.kind !== "ok") {
        isAnswered = false;
        this.#failed(asked, answer);
      } else if (request.id !== undefined) {
        await machine.markRequestAsSent(request.id, request.type, JSON.stringify(answer.body));
      }
    }
    return isAnswered;
  }

  #failed(request: Request | null, answer: Exclude<Answer, { kind: "ok" }>): void {
    const { log, network } = this.#parts;
    const path = request?.path.slice(0, 3).join("/");
    log.warn("matrix.keys.request-failed", { network, path, reason: answer.text });
  }
}

/** Null where the desk does nothing of the kind: it keeps no backup of keys on the homeserver. */
async function toRequest(request: KeyRequest): Promise<Request | null> {
  const { RequestType } = await loadCrypto();
  const body = JSON.parse(request.body) as object;
  switch (request.type) {
    case RequestType.KeysUpload:
      return { method: "POST", path: ["v3", "keys", "upload"], body };
    case RequestType.KeysQuery:
      return { method: "POST", path: ["v3", "keys", "query"], body };
    case RequestType.KeysClaim:
      return { method: "POST", path: ["v3", "keys", "claim"], body };
    case RequestType.SignatureUpload:
      return { method: "POST", path: ["v3", "keys", "signatures", "upload"], body };
    case RequestType.ToDevice: {
      const { event_type, txn_id } = request as ToDeviceRequest;
      return { method: "PUT", path: ["v3", "sendToDevice", event_type, txn_id], body };
    }
    case RequestType.RoomMessage: {
      const { room_id, event_type, txn_id } = request as RoomMessageRequest;
      return { method: "PUT", path: ["v3", "rooms", room_id, "send", event_type, txn_id], body };
    }
    case RequestType.KeysBackup:
      return null;
  }
}
