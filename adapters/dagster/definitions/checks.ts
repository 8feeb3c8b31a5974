/** `defs/checks.py` of an exported project: the checks that are steps of their own. */
import type { StepSnapshot } from "../../../src/model/snapshot/snapshot.ts";
import { call, layOut, list } from "../../python/expression.ts";
import { textLiteral } from "../../python/literal.ts";
import type { Site } from "../site.ts";
import { opArguments, runArguments, signature, uniqueInputs } from "./assets.ts";
import { keyExpression, wholeKeyExpression } from "./keys.ts";
import { variableName } from "./names.ts";

/** A check that is a step. */
export function checkStatement(step: StepSnapshot, site: Site): string {
  const { name, inputs, partitions } = step;
  const check = step.check as NonNullable<StepSnapshot["check"]>;
  const others = uniqueInputs(inputs).filter(({ key }) => key !== check.asset);
  const op = site.ops.get(name) as string;
  const described = {
    description: check.description === undefined ? undefined : textLiteral(check.description),
    additional_deps: others.length > 0 ? list(others.map(({ key }) => keyExpression(key))) : undefined,
    blocking: check.blocking ? "True" : undefined,
  };
  const decorator = site.plainSteps.has(name)
    ? call("dg.asset_check", [], {
      asset: keyExpression(check.asset),
      name: textLiteral(check.name),
      ...described,
      ...opArguments(step, site),
    })
    : call("assets.check", [], {
      spec: call("dg.AssetCheckSpec", [textLiteral(check.name)], {
        asset: wholeKeyExpression(check.asset),
        ...described,
      }),
      op_name: textLiteral(op),
      ...opArguments(step, site),
    });
  const run = call("steps.check", ["context", textLiteral(name)], {
    ...runArguments(step, site),
    partitioned: partitions === undefined ? undefined : "True",
  });
  return [
    layOut(decorator, 0, "@", ""),
    signature(variableName(op, name), "dg.AssetCheckExecutionContext"),
    layOut(run, 4, "    return ", ""),
  ].join("\n");
}
