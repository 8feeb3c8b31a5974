/** The states of a check, from its latest verdicts. */
import { createSubsetBuilder, emptySubset } from "../../../model/partitions/subset.ts";
import type { Subset } from "../../../model/partitions/subset.ts";
import type { PartitionFacts } from "../../../model/events/facts.ts";
import type { Frame } from "../frame.ts";
import type { Target } from "../outcome.ts";
import type { TermRule } from "../terms/term.ts";
import type { Verdict } from "../world.ts";

/** The partitions for which a state of a check holds; undefined for a state that is that of its asset. */
export function checkState(
  rule: TermRule,
  target: Target,
  candidates: Subset,
  frame: Frame,
): Subset | undefined {
  switch (rule.kind) {
    case "check-result":
      return verdicts(
        target,
        frame,
        (verdict, facts) => verdict.passed === rule.passed && counts(verdict, facts),
      );
    case "missing":
      return candidates.minus(verdicts(target, frame, counts));
    case "newly-updated": {
      const since = frame.past?.seq;
      return since === undefined ? emptySubset() : verdicts(target, frame, ({ seq }) => seq > since);
    }
    case "executed-with-root-target":
      return verdicts(
        target,
        frame,
        ({ runId }) => runId !== "" && frame.world.wasToMake(runId, frame.root.key),
      );
    case "execution-failed":
    case "data-version-changed":
      return emptySubset();
    default:
      return undefined;
  }
}

/** A verdict is on the latest value where it was given after that was made, or by the run that made it; or there is none. */
function counts({ seq, runId }: Verdict, facts: PartitionFacts | undefined): boolean {
  return facts === undefined || seq > facts.materializedSeq || runId === facts.runId;
}

function verdicts(
  { asset, check }: Target,
  frame: Frame,
  test: (verdict: Verdict, facts: PartitionFacts | undefined) => boolean,
): Subset {
  const facts = frame.world.planning.factsOf(asset);
  const holds = createSubsetBuilder();
  for (const verdict of frame.world.verdicts(asset)) {
    if (verdict.check !== check) continue;
    const index = facts.space.indexOf(verdict.partition ?? "");
    if (index >= 0 && test(verdict, facts.at(index))) holds.add(index);
  }
  return holds.build();
}
