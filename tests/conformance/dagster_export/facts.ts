/** What a run says of assets and checks, here and in Dagster's event log. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { createOrchestrator, Definitions } from "sluice";
import { type Case, runLocally, valuesBelow } from "../exports/cases.ts";

/** An event of Dagster's log. */
export interface Event {
  readonly kind: string;
  readonly step?: string;
  readonly asset?: string;
  readonly partition?: string | null;
  readonly check?: string;
  readonly passed?: boolean;
  readonly severity?: string;
  readonly description?: string | null;
  readonly metadata?: { readonly [name: string]: unknown };
  readonly types?: { readonly [name: string]: string };
  readonly dataVersion?: string;
  readonly codeVersion?: string;
  readonly error?: string | null;
}

/** What became of a case in Dagster. */
export interface Answer {
  readonly error?: string;
  readonly runs: readonly { readonly success: boolean; readonly events: readonly Event[] }[];
}

/** What a run says. */
interface Facts {
  /** Metadata of what was made, as text, by asset and partition. */
  readonly made: ReadonlyMap<string, string>;
  /** The checks that were evaluated, by asset and name. */
  readonly checked: ReadonlySet<string>;
  /** Their results with their metadata, as text. */
  readonly results: ReadonlySet<string>;
}

/** A case must have ended in Dagster as it ends here, with the same values and facts. `folder` holds its project. */
export async function requireSame(one: Case, { error, runs }: Answer, folder: string): Promise<void> {
  assert.equal(error, undefined);
  assert.equal(runs.at(-1)?.success, one.status === "success");
  let recorded: Facts | undefined;
  const local = await runLocally(one, join(folder, "local"), async (...parts) => {
    recorded = await recordedFacts(...parts);
  });
  assert.notEqual(local.size, 0);
  assert.deepEqual([...valuesBelow(join(folder, "values"))], [...local]);
  requireFacts(factsIn(runs.flatMap(({ events }) => events)), recorded as Facts);
}

/** What an orchestrator recorded. */
async function recordedFacts(
  orchestrator: ReturnType<typeof createOrchestrator>,
  { assets }: Definitions,
): Promise<Facts> {
  const events: Event[] = [];
  for (const { key: asset } of assets) {
    const made = await orchestrator.materializations(asset);
    events.push(
      ...made.map(({ partitionKey, metadata = {} }) => ({
        kind: "made",
        asset,
        partition: partitionKey ?? null,
        metadata,
      })),
      ...(await orchestrator.checks(asset)).map((result) => ({ kind: "checked", ...result })),
    );
  }
  return factsIn(events);
}

/** What events say. */
function factsIn(events: readonly Event[]): Facts {
  const made = new Map<string, string>();
  const checked = new Set<string>();
  const results = new Set<string>();
  for (const { kind, asset, partition, check, passed, severity, metadata } of events) {
    if (kind === "made") made.set(`${asset} ${partition ?? ""}`, textOf(metadata));
    if (kind !== "checked") continue;
    checked.add(`${asset}:${check}`);
    results.add(`${asset}:${check} ${passed} ${severity?.toUpperCase()} ${textOf(metadata)}`);
  }
  return { made, checked, results };
}

/** The same must be logged as was recorded. Dagster has one result for several partitions: it is one of theirs. */
function requireFacts(logged: Facts, recorded: Facts): void {
  assert.notEqual(recorded.made.size, 0);
  const byName = (made: Facts["made"]) => [...made].sort();
  assert.deepEqual(byName(logged.made), byName(recorded.made));
  assert.deepEqual([...logged.checked].sort(), [...recorded.checked].sort());
  assert.deepEqual([...logged.results].filter((result) => !recorded.results.has(result)), []);
}

/** Without what the export adds. */
function textOf(metadata: { readonly [name: string]: unknown } = {}): string {
  const own = Object.entries(metadata).filter(([name]) => !name.startsWith("sluice/"));
  return JSON.stringify(Object.fromEntries(own.sort(([a], [b]) => a < b ? -1 : 1)));
}
