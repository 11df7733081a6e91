/**
 * Cross-signing (client-server API, "Cross-signing"): the account vouches for the desk's device, since careful software gives its keys to no
 * other. An account without an identity is given one; the private half is kept with the other keys. An identity that somebody
 * made elsewhere is left alone.
 */
import type { OlmMachine } from "@matrix-org/matrix-sdk-crypto-wasm";
import { z } from "zod";
import type { Answer, Homeserver } from "../homeserver.ts";
import { loadCrypto } from "./crypto.ts";
import type { KeyStore } from "./key-store.ts";

export interface CrossSigningParts {
  readonly machine: OlmMachine;
  readonly keys: KeyStore;
  readonly homeserver: Homeserver;
  /** The account and its device. */
  readonly own: string;
  readonly device: string;
  /** Homeservers may ask for it once more; null: it is not known. */
  readonly password: string | null;
}

export type CrossSigned =
  /** The account's identity vouches for the device. */
  | { readonly kind: "signed" }
  /** The identity was made by other software; only that can vouch. */
  | { readonly kind: "foreign" }
  | { readonly kind: "failed"; readonly reason: string };

const challenge = z.object({ session: z.string() });

/** The account's own published keys must have been asked for before. */
export async function crossSign(parts: CrossSigningParts): Promise<CrossSigned> {
  const { machine, keys, homeserver } = parts;
  const standing = await standingOf(parts);
  if (standing !== "unsigned") {
    return { kind: standing };
  }
  const { uploadSigningKeysRequest, uploadSignaturesRequest } = await machine.bootstrapCrossSigning(false);
  await keys.commit();
  const uploaded = await upload(parts, JSON.parse(uploadSigningKeysRequest.body) as object);
  if (uploaded.kind !== "ok") {
    return { kind: "failed", reason: uploaded.text };
  }
  const path = ["v3", "keys", "signatures", "upload"];
  const body = JSON.parse(uploadSignaturesRequest.body) as object;
  const signed = await homeserver.request({ method: "POST", path, body });
  return signed.kind === "ok" ? { kind: "signed" } : { kind: "failed", reason: signed.text };
}

/** `unsigned`: the desk has what it takes to sign, or may make it, since there is no identity yet. */
async function standingOf({ machine, own, device }: CrossSigningParts): Promise<"signed" | "foreign" | "unsigned"> {
  const { UserId, DeviceId } = await loadCrypto();
  const identity = await machine.getIdentity(new UserId(own));
  const known = await machine.getDevice(new UserId(own), new DeviceId(device));
  const isSigned = known?.isCrossSignedByOwner() === true;
  // Whatever of the crypto is not let go of keeps its store in memory.
  identity?.free();
  known?.free();
  if (identity === undefined) {
    return "unsigned";
  }
  const { hasSelfSigning } = await machine.crossSigningStatus();
  return isSigned ? "signed" : hasSelfSigning ? "unsigned" : "foreign";
}

/** A first identity is taken as it is; where the homeserver wants to know who asks, the password says so. */
async function upload({ homeserver, password, own }: CrossSigningParts, body: object): Promise<Answer> {
  const path = ["v3", "keys", "device_signing", "upload"];
  const answer = await homeserver.request({ method: "POST", path, body });
  const asked = answer.kind === "error" && answer.status === 401 ? challenge.safeParse(answer.body) : null;
  if (asked?.success !== true || password === null) {
    return answer;
  }
  const identifier = { type: "m.id.user", user: own };
  const auth = { type: "m.login.password", identifier, password, session: asked.data.session };
  return await homeserver.request({ method: "POST", path, body: { ...body, auth } });
}
