/** What the roles of staff may do, as scopes; API tokens are given scopes one by one. */

/** Everything that can be allowed, and what it allows. */
export const SCOPES = {
  "status:read": "how the desk is: networks, queues and how many wait",
  "csrs:read": "who works, and on how much",
  "csrs:write": "set CSRs away and back",
  "conversations:read": "open conversations, with their customers' addresses",
  "conversations:write": "end conversations",
  "transcripts:read": "what was said, and why a conversation went where it went",
  "report:read": "how good the estimated waiting times are",
  "audit:read": "the audit log",
  "configuration:reload": "read the configuration anew",
} as const;
export type Scope = keyof typeof SCOPES;
export const ALL_SCOPES = Object.keys(SCOPES) as readonly Scope[];

export function isScope(word: string): word is Scope {
  return Object.hasOwn(SCOPES, word);
}

/** A CSR who supervises a queue is a supervisor; further people are named in people.yaml. */
export type Role = "csr" | "supervisor" | "admin";

export const ROLE_SCOPES: Readonly<Record<Role, readonly Scope[]>> = {
  csr: ["status:read"],
  supervisor: [
    "status:read",
    "csrs:read",
    "csrs:write",
    "conversations:read",
    "conversations:write",
    "transcripts:read",
    "report:read",
  ],
  admin: ALL_SCOPES,
};

/** Somebody of the staff as the console sees them. */
export interface StaffMember {
  readonly login: string;
  readonly name: string;
  readonly role: Role;
  /** The queues whose conversations they see. */
  readonly queues: "all" | readonly string[];
}

/** Whoever asks the desk for something over HTTP. */
export interface Principal {
  /** For the audit log: "staff:ada", "token:nightly". */
  readonly actor: string;
  readonly origin: string;
  readonly scopes: ReadonlySet<Scope>;
  readonly queues: "all" | readonly string[];
}
