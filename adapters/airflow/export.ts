/** Writes a graph as a project of Airflow. */
import type { Snapshot } from "../../src/model/snapshot/snapshot.ts";
import type { ExportedProject, Exporter, ExportOptions } from "../export.ts";
import { reportLosses } from "../loss.ts";
import { shortHash } from "../python/identifier.ts";
import { withoutFullCrons } from "../parts/crons.ts";
import { keysAsPools } from "../parts/keys.ts";
import { assetName } from "./assets.ts";
import { type DagPlan, planDags } from "./dags.ts";
import { dagFile, type FileContext } from "./file.ts";
import { Graph } from "./graph.ts";
import { dockerHelper, kubernetesHelper } from "./helper/containers.ts";
import { PROCESS_HELPER } from "./helper/process.ts";
import { type AirflowOptions, readOptions, RUNTIME_KEYS } from "./options.ts";
import { projectFiles } from "./project.ts";
import { specialLosses } from "./report.ts";
import { timeDag, type Timing } from "./time/timetables.ts";
import { verdictsOf } from "./verdicts.ts";

/**
 * Writes a snapshot as Dags of Airflow 3.1 and later.
 *
 * Each schedule is a Dag with its timetable, each job that no schedule runs is one, assets that are made by themselves
 * are Dags that follow assets, and what is left is a Dag for each partition definition. A task is a step, run by
 * `sluice step` in a process of its own.
 *
 * Options below `target`: `runner` (`"process"`, the default, `"docker"` or `"kubernetes"`), the `image` of containers and
 * pods, `pools` (slots by pool, default 1), `codeHash` (what identifies the code that steps run), `cwd` (where processes
 * start, default the exported project), `env` (variables for steps, no secrets).
 *
 * @throws {SluiceError} EXPORT_REFUSED for other options, and for versions before 3.1.
 * @example
 * ```ts
 * import { defineAsset, definitions, takeSnapshot } from "sluice";
 * import { exportAirflow } from "sluice/adapters";
 * import assert from "node:assert/strict";
 *
 * const orders = defineAsset({ key: "orders", pool: "db", run: () => [] });
 * const { files } = exportAirflow(takeSnapshot(definitions({ assets: [orders] })), {
 *   name: "shop",
 *   module: "definitions.ts",
 *   command: ["sluice"],
 *   ticksFromMs: Date.UTC(2026, 0, 1),
 *   target: { pools: { db: 4 } },
 * });
 * assert.match(files.map(({ text }) => text).join(), /dag_id="shop.assets"/);
 * ```
 */
export const exportAirflow: Exporter = (snapshot: Snapshot, given: ExportOptions): ExportedProject => {
  const { snapshot: written, options: exported } = keysAsPools(withoutFullCrons(snapshot), given);
  const options = readOptions(exported);
  const graph = new Graph(written);
  const plans = planDags(graph, exported.name);
  const timings = timeDags(plans, graph, exported, options);
  const helpers = helpersOf(options);
  const context: FileContext = {
    graph,
    exported,
    options,
    helper: helpers[0].name,
    operator: { name: OPERATORS[options.runner], module: helpers[helpers.length - 1].name },
  };
  return {
    files: projectOf(plans, timings, helpers, context),
    report: reportLosses(
      snapshot,
      { name: "airflow", version: options.version, verdicts: verdictsOf(options) },
      specialLosses(graph, plans, timings, { exported, options }),
    ),
  };
};

/** Times the Dags: those that follow assets last, since it counts how these are made. */
function timeDags(
  plans: readonly DagPlan[],
  graph: Graph,
  { ticksFromMs }: ExportOptions,
  options: AirflowOptions,
): readonly Timing[] {
  const { snapshot } = graph;
  const makers = new Map<string, boolean[]>();
  const isKeyed = (key: string): boolean => {
    const isPartitioned = graph.asset(key).partitions !== undefined;
    if (isPartitioned && options.level >= RUNTIME_KEYS) return true;
    const known = makers.get(key) ?? [isPartitioned];
    return isPartitioned ? known.some((each) => each) : known.every((each) => each);
  };
  const context = { snapshot, options, ticksFromMs, assetName, isKeyed };
  const timings = new Map<DagPlan, Timing>();
  const isFollowing = ({ origin }: DagPlan) => origin.kind === "automation";
  for (const plan of [...plans.filter((plan) => !isFollowing(plan)), ...plans.filter(isFollowing)]) {
    const timing = timeDag(plan, context);
    timings.set(plan, timing);
    for (const { key } of plan.steps.flatMap(({ step }) => step.outputs)) {
      makers.set(key, [...makers.get(key) ?? [], timing.isKeyed]);
    }
  }
  return plans.map((plan) => timings.get(plan) as Timing);
}

/** A Python module beside the Dags. */
interface Helper {
  readonly name: string;
  readonly text: string;
}

const OPERATORS: { readonly [runner in AirflowOptions["runner"]]: string } = {
  process: "SluiceStep",
  docker: "SluiceDockerStep",
  kubernetes: "SluicePodStep",
};

/** The helper modules, the one that has the operator last. Their names tell their texts apart. */
function helpersOf({ runner }: AirflowOptions): readonly Helper[] {
  const base = { name: `_sluice_${shortHash(PROCESS_HELPER)}`, text: PROCESS_HELPER };
  if (runner === "process") return [base];
  const text = runner === "docker" ? dockerHelper(base.name) : kubernetesHelper(base.name);
  return [base, { name: `_sluice_${runner}_${shortHash(text)}`, text }];
}

function projectOf(
  plans: readonly DagPlan[],
  timings: readonly Timing[],
  helpers: readonly Helper[],
  context: FileContext,
): ExportedProject["files"] {
  const { graph, exported, options } = context;
  const files = [
    ...plans.map((plan, place) => ({
      path: `dags/${plan.file}.py`,
      text: dagFile(plan, timings[place], context),
    })),
    ...helpers.map(({ name, text }) => ({ path: `dags/${name}.py`, text })),
    ...projectFiles(plans, poolsOf(graph.snapshot), helpers.map(({ name }) => name), { exported, options }),
  ];
  return files.sort((a, b) => a.path < b.path ? -1 : 1);
}

function poolsOf({ steps }: Snapshot): readonly string[] {
  return [...new Set(steps.flatMap(({ pool }) => pool === undefined ? [] : [pool]))].sort();
}
