/** What may be called beside the public internet. */
import { isIP } from "node:net";
import { isIn, type Network, parseNetwork, whyClosed } from "./address.ts";

/** Hosts, addresses and networks that may be called though they are not public: `["hooks.internal", "10.1.0.0/16"]`. */
export type Allowance = readonly string[];

/** An allowance that was read. */
export interface Allowed {
  readonly hosts: ReadonlySet<string>;
  readonly networks: readonly Network[];
}

/** Reads an allowance; what is no network is the name of a host. */
export function openAllowance(allow: Allowance = []): Allowed {
  const networks = allow.map(parseNetwork);
  return {
    hosts: new Set(allow.filter((_, place) => !networks[place]).map((host) => host.toLowerCase())),
    networks: networks.filter((network) => network !== undefined),
  };
}

/** Whether a text can be part of an allowance: the name of a host, an address, or a network. */
export function isAllowable(text: unknown): boolean {
  if (typeof text !== "string") return false;
  return parseNetwork(text) !== undefined || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(text);
}

/** The name or address of a host as it is looked up: that of version 6 without its brackets. */
export function bareHost(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "").toLowerCase();
}

/** Whether a host is called by name whatever it leads to. */
export function isNamed({ hosts, networks }: Allowed, hostname: string): boolean {
  const host = bareHost(hostname);
  return hosts.has(host) || isIP(host) > 0 && networks.some((network) => isIn(host, network));
}

/** Why an address may not be called; undefined when it may. */
export function whyRefused({ networks }: Allowed, address: string): string | undefined {
  return networks.some((network) => isIn(address, network)) ? undefined : whyClosed(address);
}
