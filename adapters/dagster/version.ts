/** The versions of Dagster that projects are written for, and since when it has what not all of them have. */
import { SluiceError } from "../../src/model/issue.ts";
import type { ExportOptions } from "../export.ts";

/** The oldest version that is written for. */
export const OLDEST = "1.11";

/** The version that is written for where none is named: the newest that was tried. */
export const NEWEST = "1.13.28";

/** Since when Dagster has what an older version that is written for lacks. */
export const SINCE = {
  /** `exclusions` of partitions by time. */
  exclusions: "1.11.8",
  /** `dagster.FreshnessPolicy`, watched without a word in `dagster.yaml`. */
  freshness: "1.12",
  /** Pools of several words, joined by `/`, `-` or `.`. */
  poolPaths: "1.12.4",
  /** Minutes of hourly crons in zones that are not whole hours from UTC. */
  zoneMinutes: "1.12.21",
  /** Names of inputs made from keys with dots. */
  dottedInputs: "1.13.4",
  /** Groups of several words, joined by `/`. */
  groupPaths: "1.13.9",
} as const;

/** Something that Dagster has since a version. */
export type Ability = keyof typeof SINCE;

/** A version of Dagster. */
export interface DagsterVersion {
  /** As it was named. */
  readonly text: string;
  /** The oldest version that loads what is written for this one. */
  readonly floor: string;
  /** Whether it has something. */
  has(ability: Ability): boolean;
}

/**
 * The version of Dagster that is written for. A text such as "1.12" means all of its releases, from the first on.
 *
 * @throws {SluiceError} EXPORT_REFUSED for a version before 1.11, and for one of another major version.
 */
export function readVersion(
  { targetVersion: text = NEWEST }: Pick<ExportOptions, "targetVersion">,
): DagsterVersion {
  const place = placeOf(text);
  if (place === undefined || place < numberOf(OLDEST)) {
    throw new SluiceError({
      code: "EXPORT_REFUSED",
      message: `Projects are written for Dagster ${OLDEST} and later versions 1, not for ${
        JSON.stringify(text)
      }.`,
      path: ["targetVersion"],
    });
  }
  const reached = Object.values(SINCE).filter((since) => numberOf(since) <= place);
  return {
    text,
    floor: reached.at(-1) ?? OLDEST,
    has: (ability) => numberOf(SINCE[ability]) <= place,
  };
}

/** Versions as numbers that follow each other as they do; nothing for what is no version 1. */
function placeOf(text: string): number | undefined {
  const match = /^1\.(\d{1,4})(?:\.(\d{1,4})(?:[a-z]+\d+)?)?$/.exec(text);
  return match ? Number(match[1]) * 10_000 + Number(match[2] ?? 0) : undefined;
}

function numberOf(version: string): number {
  return placeOf(version) as number;
}
