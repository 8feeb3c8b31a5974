/** The loss report: for each feature of a graph how a target carries it, and what is to be done where it does not. */
import { type Feature, FEATURES, featuresOf, type FeatureUse } from "./features.ts";
import { type Issue, SluiceError } from "../src/model/issue.ts";
import type { Snapshot } from "../src/model/snapshot/snapshot.ts";

/** How a target carries a feature. */
export interface Verdict {
  /** By something of its own, by what the export adds, or not at all. */
  readonly kind: "native" | "emulated" | "refused";
  /** How it is carried, or why it is not: one sentence. */
  readonly how: string;
  /** What a user will see that is different; left out when there is nothing. Always there when it is refused. */
  readonly differs?: string;
  /** What to do about it. */
  readonly advice?: string;
  /** Whether the export fails: what it would write would do something else. */
  readonly isFatal?: boolean;
}

/** How a target carries every feature. */
export type VerdictTable = { readonly [feature in Feature]: Verdict };

/** One line of a loss report. */
export interface Loss extends FeatureUse, Verdict {
  /** Instants at which the target does something else, ISO 8601, where there are such. */
  readonly instants?: readonly string[];
}

/** What a target makes of a graph. */
export interface LossReport {
  /** The version of this form. */
  readonly version: 1;
  /** The name of the target. */
  readonly target: string;
  /** The version of the target that was written for. */
  readonly targetVersion: string;
  /** Every feature that the graph uses, by subject. */
  readonly entries: readonly Loss[];
}

/** What the report says of a graph: the table's verdicts, with those of `special` in the place of its own. */
export function reportLosses(
  snapshot: Snapshot,
  target: { readonly name: string; readonly version: string; readonly verdicts: VerdictTable },
  special: readonly Loss[] = [],
): LossReport {
  const told = new Map(special.map((loss) => [`${loss.feature} ${loss.subject}`, loss]));
  const entries = featuresOf(snapshot).map((use): Loss => {
    const known = told.get(`${use.feature} ${use.subject}`);
    told.delete(`${use.feature} ${use.subject}`);
    return known ?? { ...use, ...target.verdicts[use.feature] };
  });
  return {
    version: 1,
    target: target.name,
    targetVersion: target.version,
    entries: [...entries, ...told.values()],
  };
}

/** Whether a user will see a difference. */
export function isLoss({ kind, differs }: Verdict): boolean {
  return kind === "refused" || differs !== undefined;
}

/**
 * Refuses what cannot be exported.
 *
 * @throws {SluiceError} EXPORT_REFUSED for verdicts that are fatal; EXPORT_LOSSY for any loss when `strict` is set. Every
 * one of them is named.
 */
export function requireCarried(report: LossReport, strict: boolean): void {
  const fatal = report.entries.filter(({ isFatal }) => isFatal === true);
  const [first, ...rest] = (fatal.length > 0 || !strict ? fatal : report.entries.filter(isLoss)).map(
    (loss): Issue => ({
      code: fatal.length > 0 ? "EXPORT_REFUSED" : "EXPORT_LOSSY",
      message: `${loss.subject}: ${FEATURES[loss.feature]}: ${loss.differs ?? loss.how}`,
      path: [loss.subject, loss.feature],
      ...(loss.advice !== undefined && { hint: loss.advice }),
    }),
  );
  if (first) throw new SluiceError([first, ...rest]);
}
