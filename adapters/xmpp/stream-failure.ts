/** Why a stream could not be opened or was ended by the server, and whether trying again can help. */
export class StreamFailure extends Error {
  readonly kind: "permanent" | "temporary";
  constructor(kind: "permanent" | "temporary", message: string) {
    super(message);
    this.name = "StreamFailure";
    this.kind = kind;
  }

  /** From a stream error condition (RFC 6120 §4.9.3). */
  static ofCondition(condition: string, text: string | null): StreamFailure {
    const said = text === null || text === "" ? condition : `${condition}: ${text.slice(0, 300)}`;
    const sentence = PERMANENT_CONDITIONS[condition];
    return sentence === undefined
      ? new StreamFailure("temporary", `The server ended the stream (${said}).`)
      : new StreamFailure("permanent", `${sentence} The server said: ${said}.`);
  }
}

const PERMANENT_CONDITIONS: Readonly<Record<string, string | undefined>> = Object.assign(Object.create(null), {
  "not-authorized": "The XMPP server does not accept this secret or password.",
  "host-unknown": "The XMPP server does not know this domain; is it configured there?",
  "invalid-namespace": "What answered at this port is no XMPP server for this kind of login; is the port right?",
});

/** Certificate faults as Node names them (`error.code`); waiting does not cure them. */
const CERTIFICATE = /^(CERT_|ERR_TLS_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH)/;
/** SASL conditions that pass by themselves (RFC 6120 §6.5.10). */
const PASSING = "temporary-auth-failure";

/** What an error of the login means, in a sentence an operator can act on. */
export function explain(error: Error): StreamFailure {
  if (error instanceof StreamFailure) {
    return error;
  }
  const code = "code" in error ? String(error.code) : "";
  if (CERTIFICATE.test(code)) {
    return new StreamFailure("permanent", `The XMPP server's certificate is not accepted: ${error.message} (${code}).`);
  }
  const condition = "condition" in error ? String(error.condition) : "";
  if (error.name === "SASLError" || error.message.startsWith("SASL:")) {
    return condition === PASSING
      ? new StreamFailure("temporary", "The XMPP server cannot check passwords at present.")
      : new StreamFailure(
          "permanent",
          `The XMPP server does not accept this account's password (${condition || error.message}).`,
        );
  }
  if (error.name === "StreamError" && condition !== "") {
    return StreamFailure.ofCondition(condition, null);
  }
  const words = error.message || error.name;
  return new StreamFailure("temporary", code === "" || words.includes(code) ? words : `${words} (${code})`);
}
