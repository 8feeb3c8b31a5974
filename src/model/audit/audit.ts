/** Who asked for what, and through which door. */

/** Who acts. */
export interface By {
  /** Who it is, where that is known: the name of a user or a program. */
  readonly actor?: string;
  /** The door: `api`, `cli`, `http`, `engine:main`, `schedule:nightly`, `sensor:files`. */
  readonly via: string;
}

/** What is done to a history beside runs, which say themselves who has started them. */
export type AuditedVerb =
  | "cancel"
  | "recover"
  | "report"
  | "wipe"
  | "addPartitions"
  | "removePartitions"
  | "prune"
  | "pause"
  | "resume";

/** One thing that somebody has asked for. */
export interface AuditEntry {
  /** Its place in the record: what to give as `before` for the next page. */
  readonly seq: number;
  /** When, epoch milliseconds. */
  readonly atMs: number;
  /** What: a run that was started, repeated or that undoes another, a backfill, a trigger that was switched, or a verb. */
  readonly verb: AuditedVerb | "run" | "rerun" | "compensate" | "backfill" | "pauseTrigger" | "resumeTrigger";
  /** What it is about: the id of a run or a backfill, the key of an asset, the name of partitions or of a trigger; empty for all. */
  readonly subject: string;
  /** Who, and through which door: `api` where nobody has said. */
  readonly by: By;
}

/** Which entries to list, newest first. */
export interface AuditFilter {
  /** Only what this one has asked for. */
  readonly actor?: string;
  /** Only what came through this door, or through one of its kind: `cli`, `schedule`, `schedule:nightly`. */
  readonly via?: string;
  /** Only this. */
  readonly verb?: AuditEntry["verb"];
  /** Only what was asked for before this place, the `seq` of an entry. */
  readonly before?: number;
  /** Default 100. */
  readonly limit?: number;
}

type Tags = { readonly [name: string]: string };

const ACTOR_TAG = "sluice/actor";
const VIA_TAG = "sluice/via";
/** Tags by which things that start runs are known, and their doors. */
const DOORS: readonly (readonly [tag: string, door: string])[] = [
  ["sluice/schedule", "schedule"],
  ["sluice/sensor", "sensor"],
  ["sluice/automation", "automation"],
];

/** Tags of a run with who has started it. */
export function withBy(tags: Tags | undefined, by: By | undefined): Tags | undefined {
  if (!by) return tags;
  const { actor, via } = by;
  return { ...withoutBy(tags), [VIA_TAG]: via, ...(actor !== undefined && { [ACTOR_TAG]: actor }) };
}

/** Tags for a run that somebody else starts. */
export function withoutBy(tags: Tags = {}): Tags {
  const { [ACTOR_TAG]: _, [VIA_TAG]: _via, ...rest } = tags;
  return rest;
}

/** Who has started a run with these tags. */
export function byOf(tags: Tags): By {
  const { [ACTOR_TAG]: actor, [VIA_TAG]: via } = tags;
  const [tag, door] = DOORS.find(([name]) => tags[name] !== undefined) ?? [];
  const other = tag === undefined ? "api" : `${door}:${tags[tag]}`;
  return { via: via ?? other, ...(actor !== undefined && { actor }) };
}

/** `ada via cli`, `schedule:nightly`. */
export function formatBy({ actor, via }: By): string {
  return actor === undefined ? via : `${actor} via ${via}`;
}

/** Reads what {@linkcode formatBy} wrote; any other text is an actor of whom nobody knows the door. */
export function parseBy(text: string): By {
  const [, actor, via] = /^(.*) via (\S+)$/s.exec(text) ?? [];
  return via === undefined ? { actor: text, via: "api" } : { actor, via };
}

/** Whether a value says who acts. */
export function isBy(value: unknown): value is By {
  if (typeof value !== "object" || value === null) return false;
  const { actor, via, ...more } = value as { readonly [name: string]: unknown };
  return typeof via === "string" && via !== "" && Object.keys(more).length === 0 &&
    (actor === undefined || typeof actor === "string");
}
