/** `defs/undo.py` of an exported project: what undoes the runs that have failed. */
import type { StepSnapshot } from "../../../src/model/snapshot/snapshot.ts";
import { assignment, call, type Expression, layOut, list } from "../../python/expression.ts";
import { numberLiteral, textLiteral } from "../../python/literal.ts";
import type { Site } from "../site.ts";
import { signature } from "./assets.ts";
import { type Statement, UNDO_JOB, UNDO_OP, UNDO_SENSORS } from "./names.ts";

/** The statements, and which of them are jobs and sensors. */
export interface UndoStatements {
  readonly all: readonly Statement[];
  readonly jobs: readonly Statement[];
  readonly sensors: readonly Statement[];
}

const NONE: UndoStatements = Object.freeze({ all: [], jobs: [], sensors: [] });

/** An op, a job and sensors; nothing where nothing can be undone. */
export function undoStatements(site: Site): UndoStatements {
  const steps = site.snapshot.steps.filter(({ undo }) => undo !== undefined);
  if (steps.length === 0) return NONE;
  const table = {
    variable: "UNDOS",
    text: assignment("UNDOS", list(steps.map((step) => undoOf(step, site)))),
  };
  const job = jobStatement();
  const isAlways = site.snapshot.jobs.some(({ compensate }) => compensate === "always");
  const sensors = [
    sensorStatement(UNDO_SENSORS.failed, "FAILURE"),
    ...isAlways ? [sensorStatement(UNDO_SENSORS.canceled, "CANCELED")] : [],
  ];
  return { all: [table, opStatement(), job, ...sensors], jobs: [job], sensors };
}

function undoOf({ name, retry, timeoutMs }: StepSnapshot, { ops }: Site): Expression {
  return call("undo.Undo", [textLiteral(name), textLiteral(ops.get(name) as string)], {
    retries: retry && retry.maxRetries > 0 ? numberLiteral(retry.maxRetries) : undefined,
    timeout: timeoutMs === undefined ? undefined : numberLiteral(timeoutMs / 1000),
  });
}

function opStatement(): Statement {
  const lines = [
    layOut(call("dg.op", [], { name: textLiteral(UNDO_OP) }), 0, "@", ""),
    `${signature(UNDO_OP, "dg.OpExecutionContext").replace(/:$/, " -> None:")}`,
    "    undo.run(context, steps.execute, UNDOS)",
  ];
  return { variable: UNDO_OP, text: lines.join("\n") };
}

function jobStatement(): Statement {
  const description = textLiteral("Undoes what the run of the tag sluice/compensates has made.");
  const decorator = call("dg.job", [], { name: textLiteral(UNDO_JOB), description });
  const lines = [layOut(decorator, 0, "@", ""), `def ${UNDO_JOB}() -> None:`, `    ${UNDO_OP}()`];
  return { variable: UNDO_JOB, text: lines.join("\n") };
}

function sensorStatement(name: string, status: "FAILURE" | "CANCELED"): Statement {
  const decorator = call("dg.run_status_sensor", [], {
    name: textLiteral(name),
    run_status: `dg.DagsterRunStatus.${status}`,
    request_job: UNDO_JOB,
    default_status: "dg.DefaultSensorStatus.RUNNING",
  });
  const isCanceled = status === "CANCELED" ? "True" : "False";
  const lines = [
    layOut(decorator, 0, "@", ""),
    signature(name, "dg.RunStatusSensorContext").replace(/:$/, " -> undo.Asked:"),
    `    return undo.request(context, UNDOS, is_canceled=${isCanceled})`,
  ];
  return { variable: name, text: lines.join("\n") };
}
