/** `nat:` of frontdesk.yaml: the gateway before this machine, and what it is asked for. */
import { z } from "zod";
import { isLoopback } from "../address-ranges.ts";
import { identifier, seconds } from "./names.ts";
import type { Problem } from "./problem.ts";
import { textAt } from "./raw.ts";
import type { YamlSource } from "./yaml-source.ts";

/** The name of the HTTP server's port among those that are mapped. */
export const HTTP_PORT = "http";
const PORTS = 20;
const port = z.number().int().min(1).max(65_535);

const mappedPort = z.strictObject({
  name: identifier.refine((name) => name !== HTTP_PORT, `must be another name; "${HTTP_PORT}" is the HTTP server's`),
  protocol: z.enum(["tcp", "udp"]).default("tcp").describe("tcp or udp."),
  port: port.describe("The port of this machine."),
  publicPort: port.optional().describe("The port that is asked for outside; the same when left out."),
});

export const natSchema = z.strictObject({
  gateway: z
    .union([z.enum(["off", "auto"]), z.ipv4()])
    .default("off")
    .describe("A gateway that speaks NAT-PMP: off, auto (the router of the default route), or its IPv4 address."),
  publicPort: port
    .optional()
    .describe("The port that is asked for outside for the HTTP server; that of http.port when left out."),
  ports: z
    .array(mappedPort)
    .max(PORTS)
    .refine((ports) => new Set(ports.map(({ name }) => name)).size === ports.length, "must not name a port twice")
    .default([])
    .describe("Further ports of this machine that are to be reached from outside, such as an IM server's."),
  lifetimeSeconds: seconds(10, 86_400)
    .default(3_600)
    .describe("How long the gateway is to keep a port that is not renewed; it is renewed after half of that."),
  checkSeconds: seconds(5, 3_600)
    .default(30)
    .describe("How often it is looked whether the gateway has another address, or has forgotten."),
});
export type NatInput = z.output<typeof natSchema>;

/** A gateway would be asked to lead the world to where only this machine can connect. */
export function checkNat(frontdesk: YamlSource): readonly Problem[] {
  const text = (...path: readonly string[]) => textAt(frontdesk.value, path);
  const isAsked = (text("nat", "gateway") ?? "off") !== "off";
  if (!isAsked || !isLoopback(text("http", "host") ?? "127.0.0.1") || text("http", "publicUrl") !== null) return [];
  const sentence =
    "the gateway will not be asked for the HTTP server's port, since http.host lets only this machine connect; set http.host, or http.publicUrl if a proxy stands before it";
  return [frontdesk.warning(["nat", "gateway"], sentence)];
}
