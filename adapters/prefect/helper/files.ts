/** The helper package of an exported project. It is the same in every project. */
import type { ExportedFile } from "../../export.ts";
import { automationsModule } from "./automations.ts";
import { graphModule } from "./graph.ts";
import { hooksModule } from "./hooks.ts";
import { mappingsModule } from "./mappings.ts";
import { initModule } from "./package.ts";
import { partitionsModule } from "./partitions.ts";
import { processModule } from "./process.ts";
import { rulesModule } from "./rules.ts";
import { runModule } from "./run.ts";
import { stepsModule } from "./steps.ts";
import { ticksModule } from "./ticks.ts";
import { undoModule } from "./undo.ts";
import { windowsModule } from "./windows.ts";

const MODULES: { readonly [name: string]: string } = {
  __init__: initModule,
  automations: automationsModule,
  graph: graphModule,
  hooks: hooksModule,
  mappings: mappingsModule,
  partitions: partitionsModule,
  process: processModule,
  rules: rulesModule,
  run: runModule,
  steps: stepsModule,
  ticks: ticksModule,
  undo: undoModule,
  windows: windowsModule,
};

/** The files of the package. */
export function helperFiles(): readonly ExportedFile[] {
  return Object.entries(MODULES).map(([name, text]) => ({ path: `sluice_prefect/${name}.py`, text }));
}
