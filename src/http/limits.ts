/** Limits of the HTTP server, those of the configuration among them. */

export interface HttpLimits {
  /** Largest request body. */
  readonly bodyBytes: number;
  /** Largest WebSocket message; a longer one ends the connection with code 1009 (RFC 6455 §7.4.1). */
  readonly frameBytes: number;
  /** Time a client may take to send the head of a request, and a whole one. */
  readonly requestMs: number;
  /** The same where a route takes uploads (`config: UPLOADS`): a phone may be slow. */
  readonly uploadMs: number;
  /** Time an idle connection is kept for its next request. */
  readonly keepAliveMs: number;
  /** Time that open requests get to finish when the daemon stops. */
  readonly stopMs: number;
  /** Connections of all clients together; more are closed at once. */
  readonly connections: number;
  /** Connections of one address (`placeOf`) at a time; more are closed at once. Not behind a reverse proxy, whose they all are. */
  readonly connectionsPerAddress: number;
  /** Requests on one connection, after which it must connect anew. */
  readonly requestsPerConnection: number;
  /** How often the certificate files are looked at. */
  readonly certificateMs: number;
}

export const HTTP_LIMITS: HttpLimits = {
  bodyBytes: 65_536,
  frameBytes: 524_288,
  requestMs: 15_000,
  uploadMs: 600_000,
  keepAliveMs: 10_000,
  stopMs: 5_000,
  connections: 10_000,
  connectionsPerAddress: 500,
  requestsPerConnection: 10_000,
  certificateMs: 20_000,
};

/** Those limits with what the configuration says of them. */
export function httpLimits(told: {
  readonly httpConnections: number;
  readonly httpConnectionsPerAddress: number;
  readonly httpRequestSeconds: number;
  readonly httpUploadSeconds: number;
}): HttpLimits {
  const { httpConnections: connections, httpConnectionsPerAddress, httpRequestSeconds, httpUploadSeconds } = told;
  const [requestMs, uploadMs] = [httpRequestSeconds * 1_000, httpUploadSeconds * 1_000];
  const connectionsPerAddress = httpConnectionsPerAddress;
  return { ...HTTP_LIMITS, connections, connectionsPerAddress, requestMs, uploadMs: Math.max(requestMs, uploadMs) };
}
