/** From what a look has found to runs and ticks. */
import type { DynamicKeys } from "../../model/automation/sensors/result.ts";
import type { Sensor } from "../../model/automation/sensors/sensor.ts";
import { SluiceError } from "../../model/issue.ts";
import { openPlanning } from "../../planner/context.ts";
import type { TriggerHost } from "../contract.ts";
import { tickRunId } from "../launch.ts";
import { tagsOf } from "./cause.ts";
import type { Ask } from "./look.ts";
import { mapSome } from "./map_some.ts";
import { newAsks } from "./news.ts";
import { type Intent, type Memory, writeMemory } from "./memory.ts";
import { allKeys, lastKeys, type Target } from "./target.ts";

/** A sensor, by which it is known in ticks, and what it runs. */
export interface Asking {
  readonly id: string;
  readonly sensor: Sensor;
  readonly target: Target | undefined;
}

/**
 * Starts what was decided, each run once, and records the ticks; gives the memory afterwards. What it throws leaves the
 * intent as it is: the next try asks for the same, by the same ids.
 */
export async function carryOut(
  host: TriggerHost,
  asking: Asking,
  memory: Memory,
  intent: Intent,
): Promise<Memory> {
  const { add = {}, remove = {} } = intent;
  for (const [name, keys] of Object.entries(add)) await host.addPartitions(name, keys);
  for (const [name, keys] of Object.entries(remove)) await host.removePartitions(name, keys);
  const look = `look ${memory.count}`;
  const asks = await newAsks(host, asking.id, intent.asks);
  const started = await mapSome(
    asks,
    (ask, index) => start(host, asking, ask, ask.key ?? `${look} ${index}`),
  );
  const after = { count: memory.count + 1, state: intent.state, intent: undefined };
  await recordTicks(
    host,
    asking,
    { asks, started, look, add, hadAsks: intent.asks.length > 0 },
    writeMemory(after),
  );
  return after;
}

/** What one look came to. */
interface Started {
  readonly asks: readonly Ask[];
  /** The ids of the runs; undefined where there was nothing to run. */
  readonly started: readonly (string | undefined)[];
  readonly look: string;
  readonly add: DynamicKeys;
  readonly hadAsks: boolean;
}

/** Runs with a key have a tick each, the others of the look share one. The cursor goes with the last tick. */
async function recordTicks(
  host: TriggerHost,
  { id, target }: Asking,
  { asks, started, look, add, hadAsks }: Started,
  cursor: unknown,
): Promise<void> {
  const partitions = Object.entries(add).map(([name, keys]) => ({ name, keys }));
  const shared = { trigger: id, ...(partitions.length > 0 && { partitions }) };
  for (const [index, { key }] of asks.entries()) {
    const runId = started[index];
    if (key === undefined || runId === undefined) continue;
    await host.record({ ...shared, key, status: "requested", runs: [runId] });
  }
  const unnamed = asks.flatMap(({ key }, index) => key === undefined ? started[index] ?? [] : []);
  const named = asks.filter(({ key }, index) => key !== undefined && started[index] !== undefined);
  if (unnamed.length > 0) {
    return await host.record({ ...shared, key: `${look}`, status: "requested", runs: unnamed, cursor });
  }
  if (named.length > 0) return await host.move(id, cursor);
  const reason = !hadAsks
    ? undefined
    : asks.length === 0
    ? "Everything was asked for before."
    : target?.partitions
    ? "There is no partition yet."
    : "There is nothing to run.";
  await host.record({ ...shared, status: "skipped", ...(reason !== undefined && { reason }), cursor });
}

async function start(
  host: TriggerHost,
  asking: Asking,
  ask: Ask,
  identity: string,
): Promise<string | undefined> {
  const { id, sensor, target } = asking;
  if (!target) throw noTarget(sensor.name);
  const partitions = await partitionsOf(host, sensor, target, ask);
  if (partitions?.length === 0) return undefined;
  const { runId } = await host.launch({
    ...target.what,
    id: tickRunId(id, identity),
    ...(partitions && { partitions }),
    config: { ...sensor.config, ...ask.config },
    tags: tagsOf(sensor.name, ask.key, { ...sensor.tags, ...ask.tags }),
  });
  return runId;
}

async function partitionsOf(
  host: TriggerHost,
  sensor: Sensor,
  target: Target,
  ask: Ask,
): Promise<readonly string[] | undefined> {
  if (ask.partitions || !target.partitions) return ask.partitions;
  const facts = await host.history.facts();
  const space = openPlanning(host.definitions, facts, host.clock.now()).space(target.partitions);
  facts.releaseAssets?.();
  return sensor.partitions === "all" ? allKeys(space) : lastKeys(space);
}

function noTarget(name: string): SluiceError {
  return new SluiceError({
    code: "SENSOR_INVALID",
    message: `The sensor ${name} asks for a run, and has no target.`,
    path: ["sensors", name, "target"],
    hint: "Declare it with target: a job, or a selection of assets.",
  });
}
