/** `defs/hooks.py` of an exported project: sensors that tell the hooks of jobs what becomes of their runs. */
import { RUN_HOOKS, runHooksOf } from "../../parts/hooks.ts";
import { assignment, call, layOut, list, pairs } from "../../python/expression.ts";
import { textLiteral } from "../../python/literal.ts";
import type { Site } from "../site.ts";
import { signature } from "./assets.ts";
import { HOOK_SENSORS, type Statement } from "./names.ts";

/** The statements; which of them are sensors is all but the first. Nothing where no hook hears of runs. */
export function hookStatements({ snapshot }: Site): readonly Statement[] {
  const jobs = snapshot.jobs.map((job) => [job.name, runHooksOf(job)] as const)
    .filter(([, hooks]) => hooks.length > 0);
  if (jobs.length === 0) return [];
  const entries = jobs.map(([name, hooks]) => [textLiteral(name), list(hooks.map(textLiteral))] as const);
  const isHeard = (hook: string) => jobs.some(([, hooks]) => hooks.includes(hook));
  const { started, succeeded, failed, canceled } = HOOK_SENSORS;
  return [
    { variable: "JOBS", text: assignment("JOBS", pairs(entries)) },
    ...isHeard(RUN_HOOKS.start) ? [sensorStatement(started, "STARTED", RUN_HOOKS.start)] : [],
    ...isHeard(RUN_HOOKS.end)
      ? ([[succeeded, "SUCCESS"], [failed, "FAILURE"], [canceled, "CANCELED"]] as const).map((
        [name, status],
      ) => sensorStatement(name, status, RUN_HOOKS.end))
      : [],
  ];
}

function sensorStatement(name: string, status: string, hook: string): Statement {
  const decorator = call("dg.run_status_sensor", [], {
    name: textLiteral(name),
    run_status: `dg.DagsterRunStatus.${status}`,
    default_status: "dg.DefaultSensorStatus.RUNNING",
  });
  const lines = [
    layOut(decorator, 0, "@", ""),
    signature(name, "dg.RunStatusSensorContext").replace(/:$/, " -> dg.SkipReason:"),
    layOut(call("hooks.tell", ["context", "steps.execute", "JOBS", textLiteral(hook)]), 4, "    return ", ""),
  ];
  return { variable: name, text: lines.join("\n") };
}
