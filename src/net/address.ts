/** Addresses of the internet protocol: which of them anybody may be sent to, and which belong to this machine or network. */
import { isIP } from "node:net";

/** A block of addresses, and what it is for. */
interface Block {
  readonly bytes: readonly number[];
  readonly bits: number;
  readonly kind: string;
}

/** What is not of the public internet, by RFC 6890 and its successors, and what clouds answer their machines on. */
const BLOCKS: readonly Block[] = [
  ["168.63.129.16/32", "a metadata address"],
  ["169.254.169.254/32", "a metadata address"],
  ["fd00:ec2::254/128", "a metadata address"],
  ["127.0.0.0/8", "a loopback address"],
  ["::1/128", "a loopback address"],
  ["0.0.0.0/8", "an address of this machine"],
  ["::/128", "an address of this machine"],
  ["10.0.0.0/8", "a private address"],
  ["172.16.0.0/12", "a private address"],
  ["192.168.0.0/16", "a private address"],
  ["fc00::/7", "a private address"],
  ["fec0::/10", "a private address"],
  ["100.64.0.0/10", "a shared address"],
  ["169.254.0.0/16", "a link-local address"],
  ["fe80::/10", "a link-local address"],
  ["224.0.0.0/4", "a multicast address"],
  ["ff00::/8", "a multicast address"],
  ["192.0.0.0/24", "a reserved address"],
  ["192.0.2.0/24", "a reserved address"],
  ["192.88.99.0/24", "a reserved address"],
  ["198.18.0.0/15", "a reserved address"],
  ["198.51.100.0/24", "a reserved address"],
  ["203.0.113.0/24", "a reserved address"],
  ["240.0.0.0/4", "a reserved address"],
  ["2001::/23", "a reserved address"],
  ["2001:db8::/32", "a reserved address"],
  ["3fff::/20", "a reserved address"],
].map(([network, kind]) => ({ ...parseNetwork(network) as Network, kind }));

/** Addresses of version 6 that lead to one of version 4, with the place of that in their bytes. */
const WRAPPED: readonly (readonly [network: Network, place: number])[] = [
  [parseNetwork("::ffff:0:0/96") as Network, 12],
  [parseNetwork("::/96") as Network, 12],
  [parseNetwork("64:ff9b::/96") as Network, 12],
  [parseNetwork("2002::/16") as Network, 2],
];
const GLOBAL_V6: Network = parseNetwork("2000::/3") as Network;

/** The addresses that begin with the same bits. */
export interface Network {
  readonly bytes: readonly number[];
  readonly bits: number;
}

/** Why an address is not one that anybody may be sent to: `a private address`; undefined for one of the public internet. */
export function whyClosed(address: string): string | undefined {
  const bytes = parseAddress(address);
  if (!bytes) return "no address";
  const block = BLOCKS.find((each) => isWithin(bytes, each));
  if (block) return block.kind;
  if (bytes.length === 4) return undefined;
  const wrapped = WRAPPED.find(([network]) => isWithin(bytes, network));
  if (wrapped) return whyClosed(bytes.slice(wrapped[1], wrapped[1] + 4).join("."));
  return isWithin(bytes, GLOBAL_V6) ? undefined : "a reserved address";
}

/** Reads `10.0.0.0/8`, or one address; undefined for any other text. */
export function parseNetwork(text: string): Network | undefined {
  const [address, bits, ...more] = text.split("/");
  const bytes = parseAddress(address);
  if (!bytes || more.length > 0) return undefined;
  const length = bytes.length * 8;
  if (bits === undefined) return { bytes, bits: length };
  return /^\d{1,3}$/.test(bits) && Number(bits) <= length ? { bytes, bits: Number(bits) } : undefined;
}

/** Whether an address lies in a network. */
export function isIn(address: string, network: Network): boolean {
  const bytes = parseAddress(address);
  return bytes !== undefined && isWithin(bytes, network);
}

function isWithin(bytes: readonly number[], network: Network): boolean {
  if (bytes.length !== network.bytes.length) return false;
  return network.bytes.every((byte, place) => {
    const bits = Math.min(8, Math.max(0, network.bits - place * 8));
    const mask = (0xff00 >> bits) & 0xff;
    return (bytes[place] & mask) === (byte & mask);
  });
}

/** The bytes of an address: 4 or 16. The name of an interface at its end does not count. */
function parseAddress(text: string): readonly number[] | undefined {
  const [address] = text.split("%");
  switch (isIP(address)) {
    case 4:
      return address.split(".").map(Number);
    case 6:
      return parseV6(address);
    default:
      return undefined;
  }
}

function parseV6(address: string): readonly number[] {
  const [head, tail] = address.split("::");
  const [before, after] = [groupsOf(head), groupsOf(tail ?? "")];
  const gap = tail === undefined ? 0 : 16 - before.length - after.length;
  return [...before, ...Array<number>(gap).fill(0), ...after];
}

function groupsOf(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (group.includes(".")) return group.split(".").map(Number);
    const number = Number.parseInt(group, 16);
    return [number >> 8, number & 0xff];
  });
}
