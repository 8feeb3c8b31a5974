/** Which engine gets a request. */

/** How engines are chosen. */
export type EngineStrategy = "idle-first" | "least-loaded" | "consistent-hash";

/** All of them. */
export const STRATEGIES: readonly EngineStrategy[] = Object.freeze([
  "idle-first",
  "least-loaded",
  "consistent-hash",
]);

/** What is known of an engine that takes requests. */
export interface Load {
  readonly id: string;
  readonly current: number;
  readonly capacity: number;
  /** Whether it may be given another one now. */
  readonly hasRoom: boolean;
}

/**
 * Chooses among engines, in the order in which they were registered; undefined when the request has to wait.
 *
 * `idle-first`: one that has nothing to do, else the first with room. `least-loaded`: the one with the smallest part of its capacity
 * taken. `consistent-hash`: always the same one for the same key, as long as it is there; a request waits for it, and when an
 * engine goes only its own keys move.
 */
export function chooseEngine<Engine extends Load>(
  strategy: EngineStrategy,
  engines: readonly Engine[],
  key: string,
): Engine | undefined {
  if (strategy === "consistent-hash") {
    const own = best(engines, (engine) => hash(`${key}\0${engine.id}`));
    return own?.hasRoom ? own : undefined;
  }
  const open = engines.filter(({ hasRoom }) => hasRoom);
  if (strategy === "idle-first") return open.find(({ current }) => current === 0) ?? open[0];
  return best(open, ({ current, capacity }) => -current / capacity);
}

/** The first with the highest number. */
function best<T>(items: readonly T[], rate: (item: T) => number): T | undefined {
  let found: T | undefined;
  let highest = -Infinity;
  for (const item of items) {
    const rated = rate(item);
    if (rated <= highest) continue;
    found = item;
    highest = rated;
  }
  return found;
}

/** FNV-1a with the last steps of MurmurHash3, since texts that differ in their last letter must lie far apart. */
function hash(text: string): number {
  let bits = 0x811c9dc5;
  for (let place = 0; place < text.length; place++) {
    bits = Math.imul(bits ^ text.charCodeAt(place), 0x01000193);
  }
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
