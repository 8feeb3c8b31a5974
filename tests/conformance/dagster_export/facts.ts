/** What a run says of assets and checks, here and in Dagster's event log. */
import type { createOrchestrator, Definitions } from "sluice";

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

/** What a run says. */
export interface Facts {
  /** Metadata of what was made, as text, by asset and partition. */
  readonly made: ReadonlyMap<string, string>;
  /** The checks that were evaluated, by asset and name. */
  readonly checked: ReadonlySet<string>;
  /** Their results with their metadata, as text. */
  readonly results: ReadonlySet<string>;
}

/** What an orchestrator recorded. */
export async function recordedFacts(
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
export function factsIn(events: readonly Event[]): Facts {
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

/** Without what the export adds. */
function textOf(metadata: { readonly [name: string]: unknown } = {}): string {
  const own = Object.entries(metadata).filter(([name]) => !name.startsWith("sluice/"));
  return JSON.stringify(Object.fromEntries(own.sort(([a], [b]) => a < b ? -1 : 1)));
}
