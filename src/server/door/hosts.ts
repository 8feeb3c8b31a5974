/**
 * Which names a server answers to. Pages of other sites can be made to reach a server on the same machine by a name of
 * their own that leads there; such a request says that name in its `Host`, and nothing else tells it from a good one.
 */

/** Names of the machine itself. */
const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);
/** Letters, digits and what stands in names, addresses and ports. */
const HOST = /^[A-Za-z0-9._:[\]-]{1,255}$/;

/**
 * The name that a `Host` header says, as it is compared: in lower case, without port and without a full stop at its end,
 * addresses in their shortest form. Undefined for what is none.
 */
export function hostName(header: string): string | undefined {
  if (!HOST.test(header)) return undefined;
  try {
    const { hostname } = new URL(`http://${header}/`);
    const name = hostname.replace(/\.$/, "");
    return name === "" || name.endsWith(".") ? undefined : name;
  } catch {
    return undefined;
  }
}

/** Whether a server that also goes by `names` answers to a `Host`. */
export function answersTo(header: string | null | undefined, names: ReadonlySet<string>): boolean {
  const name = header ? hostName(header) : undefined;
  if (name === undefined) return false;
  return LOOPBACK.has(name) || name.endsWith(".localhost") || names.has(name);
}
