/** What is run by itself: a job that is listed, or a selection of assets that are partitioned alike. */
import type { Asset } from "../../assets/declaration.ts";
import type { Site } from "../../assets/site.ts";
import { jobOf, selectionOf } from "../../automation/schedule.ts";
import type { CompiledDefinitions } from "../../compile.ts";
import { type Issue, SluiceError } from "../../issue.ts";
import type { Job, Selection } from "../../job.ts";
import { type Partitions, samePartitions } from "../../partitions/definition.ts";
import type { RankSet } from "../../reach.ts";
import { selectAssets } from "../../selection/select.ts";
import { found } from "../found.ts";

/** A declaration with a target. */
export interface Targeting {
  /** What it is: `schedule`, `sensor`. */
  readonly kind: string;
  readonly name: string;
  readonly target: Job | Selection;
  readonly site: Site;
}

/** What a target selects; or what is wrong with it. */
export type Targeted = { readonly assets: readonly Asset[] } | { readonly issues: readonly Issue[] };

/** Looks at what a declaration runs. Of unlike partitions nobody could say which one request means. */
export function checkTarget(
  compiled: CompiledDefinitions,
  jobs: readonly Job[],
  given: Targeting,
): Targeted {
  const job = jobOf(given);
  if (job && !jobs.includes(job)) {
    return refused(given, "DEPENDENCY_UNLISTED", `its job ${job.name} is not listed.`, {
      hint: "Add it to the jobs given to definitions().",
    });
  }
  let chosen: RankSet;
  try {
    chosen = selectAssets(compiled, selectionOf(given));
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    // What is wrong with the selection of a job is told of the job.
    if (job) return { issues: [] };
    return {
      issues: error.issues.flatMap(({ code, message, hint }) =>
        refused(given, code, message, { hint }).issues
      ),
    };
  }
  return checkAlike(given, compiled.assets.filter((_, rank) => chosen[rank] === 1));
}

function checkAlike(given: Targeting, assets: readonly Asset[]): Targeted {
  const runnable = assets.filter(({ "~step": { kind } }) => kind !== "external");
  if (runnable.length === 0) {
    return refused(given, "SELECTION_EMPTY", "it selects external assets only.", {
      hint: "Select assets that Sluice makes.",
    });
  }
  const [first, ...others] = runnable.filter(({ partitions }) => partitions !== undefined);
  const unlike = others.find(({ partitions }) =>
    !samePartitions(partitions as Partitions, first.partitions as Partitions)
  );
  if (!unlike) return { assets: runnable };
  return refused(
    given,
    "DEFINITION_INVALID",
    `it runs ${first.key} and ${unlike.key}, which are partitioned differently.`,
    { hint: `Give each partitioning a ${given.kind} of its own.` },
  );
}

function refused(
  { kind, name, site }: Targeting,
  code: Issue["code"],
  problem: string,
  { hint }: { readonly hint: string | undefined },
): { readonly issues: readonly Issue[] } {
  const path = [`${kind}s`, name, "target"];
  return { issues: [found(code, `The ${kind} ${name}: ${problem}`, { path, site, hint })] };
}
