/** What of a look's findings is new: run keys that were never asked for, and keys of partitions that change anything. */
import type { DynamicKeys } from "../../model/automation/sensors/result.ts";
import type { TriggerHost } from "../contract.ts";
import type { Ask, Findings } from "./look.ts";
import { mapSome } from "./map_some.ts";
import type { Intent } from "./memory.ts";

/** What is to be done about findings; undefined for nothing. */
export async function newsOf(host: TriggerHost, id: string, findings: Findings): Promise<Intent | undefined> {
  const { state } = findings;
  const asks = await newAsks(host, id, findings.asks);
  const { add, remove } = await keysOf(host, findings);
  if (asks.length === 0 && !add && !remove) return undefined;
  return { asks, state, ...(add && { add }), ...(remove && { remove }) };
}

/** Those whose key has no tick yet: it may have been asked for long ago, by a run that is no longer there. */
export async function newAsks(host: TriggerHost, id: string, asks: readonly Ask[]): Promise<readonly Ask[]> {
  const keys = new Set<string>();
  const unlike = asks.filter(({ key }) => key === undefined || (!keys.has(key) && keys.add(key)));
  const isNew = await mapSome(
    unlike,
    async ({ key }) =>
      key === undefined || (await host.history.ticks({ trigger: id, key, limit: 1 })).length === 0,
  );
  return unlike.filter((_, index) => isNew[index]);
}

/** The keys that are not there yet, and those that still are. */
async function keysOf(host: TriggerHost, { add, remove }: Findings): Promise<Pick<Intent, "add" | "remove">> {
  if (!add && !remove) return {};
  const facts = await host.history.facts();
  const choose = (keys: DynamicKeys | undefined, isThere: boolean) => {
    const chosen = Object.entries(keys ?? {}).map(([name, given]) => {
      const known = new Set(facts.dynamicKeys(name));
      return [name, given.filter((key) => known.has(key) === isThere)] as const;
    }).filter(([, given]) => given.length > 0);
    return chosen.length > 0 ? Object.fromEntries(chosen) : undefined;
  };
  const changes = { add: choose(add, false), remove: choose(remove, true) };
  facts.releaseAssets?.();
  return changes;
}
