/** Lineage events as OpenLineage has them, and their way to a receiver. */
import { randomUUID } from "node:crypto";
import type { JsonRecord } from "../../src/model/snapshot/snapshot.ts";
import type { LineageDataset, LineageEvent } from "../plugin.ts";

/** Who sends events, and where to. */
export interface LineageOptions {
  /** The address that takes events by POST: `http://marquez:5000/api/v1/lineage`. Left out: nothing is sent. */
  readonly url?: string;
  /** A bearer token. */
  readonly token?: string;
  /** How long a receiver may take, in milliseconds. Default 5,000. */
  readonly timeoutMs?: number;
  /** Is told why an event did not arrive; nothing else is. */
  readonly onFailure?: (reason: string) => void;
}

const PRODUCER = "urn:sluice";
const SCHEMA = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent";

/** The event as it is sent. */
export function lineageRunEvent(event: LineageEvent, runId: string, atMs: number): JsonRecord {
  return {
    schemaURL: SCHEMA,
    producer: PRODUCER,
    eventType: event.eventType,
    eventTime: new Date(atMs).toISOString(),
    run: { runId, facets: event.runFacets ?? {} },
    job: { namespace: event.jobNamespace ?? "sluice", name: event.jobName, facets: event.jobFacets ?? {} },
    inputs: (event.inputs ?? []).map(dataset),
    outputs: (event.outputs ?? []).map(dataset),
  };
}

function dataset({ namespace, name, facets = {} }: LineageDataset): JsonRecord {
  return { namespace, name, facets };
}

/** Sends an event where a receiver is configured, and gives the run's UUID. Never throws. */
export async function sendLineage(event: LineageEvent, options: LineageOptions): Promise<string> {
  const runId = event.runId ?? randomUUID();
  const { url, token, timeoutMs = 5_000, onFailure } = options;
  if (url === undefined) return runId;
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(lineageRunEvent(event, runId, Date.now())),
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
    if (!response.ok) onFailure?.(`the receiver answered with status ${response.status}`);
  } catch (error) {
    onFailure?.(error instanceof Error ? error.message : String(error));
  }
  return runId;
}
