/** The table of commands. */
import type { Command } from "./command.ts";
import { backfill } from "./commands/backfill.ts";
import { check } from "./commands/check.ts";
import { audit } from "./commands/mend/audit.ts";
import { compensate } from "./commands/mend/compensate.ts";
import { completion } from "./commands/completion.ts";
import { graph } from "./commands/graph.ts";
import { help } from "./commands/help.ts";
import { list } from "./commands/list.ts";
import { logs } from "./commands/logs.ts";
import { partitions } from "./commands/partitions.ts";
import { plan } from "./commands/plan.ts";
import { recover } from "./commands/recover.ts";
import { report } from "./commands/report.ts";
import { rerun } from "./commands/rerun.ts";
import { run } from "./commands/run.ts";
import { runs } from "./commands/runs.ts";
import { automation } from "./commands/live/automation.ts";
import { schedules } from "./commands/live/schedules.ts";
import { serve } from "./commands/live/serve.ts";
import { bundle } from "./commands/carry/bundle.ts";
import { hook } from "./commands/carry/hook.ts";
import { sensor } from "./commands/carry/sensor.ts";
import { sensors } from "./commands/work/sensors.ts";
import { step } from "./commands/carry/step.ts";
import { exportGraph } from "./commands/carry/export.ts";
import { snapshot } from "./commands/carry/snapshot.ts";
import { show } from "./commands/show.ts";
import { wipe } from "./commands/wipe.ts";

/** Every command, in the order of use: look, plan, run, look back, mend. */
export const commands: readonly Command[] = [
  check,
  list,
  show,
  graph,
  partitions,
  plan,
  run,
  backfill,
  schedules,
  automation,
  serve,
  runs,
  logs,
  audit,
  rerun,
  compensate,
  recover,
  sensors,
  report,
  wipe,
  snapshot,
  exportGraph,
  step,
  hook,
  sensor,
  bundle,
  completion,
  help,
];
