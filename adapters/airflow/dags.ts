/** Which Dags there are: one for each schedule, each job without one, each reason to run by itself, and what is left. */
import type {
  JobSnapshot,
  JsonRecord,
  ScheduleSnapshot,
  StepSnapshot,
} from "../../src/model/snapshot/snapshot.ts";
import type { RunConcurrency } from "../../src/model/gates/concurrency.ts";
import { identifierOf } from "../python/identifier.ts";
import { type Automation, planAutomations } from "./automation.ts";
import type { Graph } from "./graph.ts";

/** Why a Dag is there. */
export type Origin =
  | { readonly kind: "schedule"; readonly schedule: ScheduleSnapshot }
  | { readonly kind: "job"; readonly job: JobSnapshot }
  | { readonly kind: "automation"; readonly automation: Automation }
  | { readonly kind: "rest" };

/** One step in a Dag. */
export interface DagStep {
  /** The step. */
  readonly step: StepSnapshot;
  /** The outputs that are made, where these are not all. */
  readonly outputs?: readonly string[];
}

/** One Dag. */
export interface DagPlan {
  /** Its id. */
  readonly id: string;
  /** Its file, without an ending. */
  readonly file: string;
  /** Why it is there. */
  readonly origin: Origin;
  /** Its steps, upstream first. */
  readonly steps: readonly DagStep[];
  /** The place of the definition whose partitions its runs are of; undefined when nothing in it has partitions. */
  readonly partitions: number | undefined;
  /** What it is, for people. */
  readonly description?: string;
  /** Config by step name. */
  readonly config: JsonRecord;
  /** Values by name, for its runs. */
  readonly tags: { readonly [name: string]: string };
  /** What limits its runs; undefined for nothing. */
  readonly concurrency?: RunConcurrency | undefined;
  /** The job that its runs are of, where that has hooks. */
  readonly hooked?: JobSnapshot | undefined;
  /** Whether its runs undo what they have made when they fail. Default true. */
  readonly compensate?: boolean;
  /** How its runs come before others. */
  readonly priority?: number;
  /** Whether it begins paused. */
  readonly isPaused: boolean;
}

/** A Dag before its id is known to be its own. */
type Draft = Omit<DagPlan, "id" | "file"> & { readonly name: string };

/** Plans the Dags of a graph; `project` begins their ids. */
export function planDags(graph: Graph, project: string): readonly DagPlan[] {
  const { snapshot } = graph;
  const scheduled = snapshot.schedules.map((schedule) => ofSchedule(graph, schedule));
  const jobs = snapshot.jobs.filter(({ name }) => !snapshot.schedules.some(({ job }) => job === name));
  const drafts = [...scheduled, ...jobs.flatMap((job) => ofJob(graph, job))];
  const automations = planAutomations(graph, drafts.map(({ steps }) => steps.map(({ step }) => step)));
  drafts.push(...automations.map((automation) => ofAutomation(graph, automation)));
  drafts.push(...ofRest(graph, drafts));
  return withIds(drafts, project);
}

/** The steps that make assets, and the checks on these. */
export function stepsOf(graph: Graph, keys: readonly string[]): readonly DagStep[] {
  const chosen = new Set(keys);
  const steps = graph.snapshot.steps.filter(({ kind, outputs, check }) =>
    kind !== "external" && (check ? chosen.has(check.asset) : outputs.some(({ key }) => chosen.has(key)))
  );
  return graph.sorted(steps).map((step) => {
    const outputs = step.outputs.map(({ key }) => key).filter((key) => chosen.has(key));
    return step.subsettable && outputs.length < step.outputs.length ? { step, outputs } : { step };
  });
}

function ofSchedule(graph: Graph, schedule: ScheduleSnapshot): Draft {
  const { name, assets, partitions, config, tags, description, enabled } = schedule;
  const job = graph.snapshot.jobs.find((each) => each.name === schedule.job);
  return {
    concurrency: job?.concurrency,
    hooked: job?.hooks && job,
    compensate: job?.compensate !== false,
    priority: job?.priority ?? 0,
    name,
    origin: { kind: "schedule", schedule },
    steps: stepsOf(graph, assets),
    partitions,
    config,
    tags,
    isPaused: !enabled,
    ...(description !== undefined && { description }),
  };
}

/** A job is one Dag, or one for each of its partition definitions: a run has one key. */
function ofJob(graph: Graph, job: JobSnapshot): readonly Draft[] {
  const { name, assets, config, tags, description } = job;
  const parts = byPartitions(graph, assets);
  return parts.map(({ keys, partitions }) => ({
    name: parts.length === 1 ? name : `${name}.${partsName(graph, partitions)}`,
    origin: { kind: "job", job },
    concurrency: job.concurrency,
    hooked: job.hooks && job,
    compensate: job.compensate !== false,
    priority: job.priority ?? 0,
    steps: stepsOf(graph, keys),
    partitions,
    config,
    tags,
    isPaused: false,
    ...(description !== undefined && { description }),
  }));
}

function ofAutomation(graph: Graph, automation: Automation): Draft {
  const { name, assets, partitions } = automation;
  return {
    name: `auto.${name.replaceAll("/", ".")}`,
    origin: { kind: "automation", automation },
    steps: stepsOf(graph, assets),
    partitions,
    config: {},
    tags: {},
    isPaused: false,
  };
}

/** The assets that no other Dag makes, by their partition definitions; they run when somebody asks. */
function ofRest(graph: Graph, drafts: readonly Draft[]): readonly Draft[] {
  const made = new Set(
    drafts.flatMap(({ steps }) =>
      steps.flatMap(({ step, outputs }) => outputs ?? step.outputs.map(({ key }) => key))
    ),
  );
  const left = graph.snapshot.assets.filter(({ key, isExternal }) => !isExternal && !made.has(key));
  const checks = new Set(drafts.flatMap(({ steps }) => steps.map(({ step }) => step.name)));
  const onExternal = graph.snapshot.steps.flatMap(({ name, check }) =>
    check && graph.asset(check.asset).isExternal && !checks.has(name) ? [check.asset] : []
  );
  return byPartitions(graph, [...left.map(({ key }) => key), ...onExternal], true).map((part) => ({
    name: part.partitions === undefined ? "assets" : `assets.${partsName(graph, part.partitions)}`,
    origin: { kind: "rest" },
    steps: stepsOf(graph, part.keys),
    partitions: part.partitions,
    config: {},
    tags: {},
    isPaused: false,
  }));
}

interface Part {
  readonly keys: readonly string[];
  readonly partitions: number | undefined;
}

/** Assets by definition. Those without partitions go with the others where these have one definition. */
function byPartitions(graph: Graph, keys: readonly string[], isApart: boolean = false): readonly Part[] {
  const parts = Map.groupBy(keys, (key) => graph.asset(key).partitions);
  const plain = parts.get(undefined);
  const [only, ...others] = [...parts.keys()].filter((place) => place !== undefined);
  if (plain && only !== undefined && others.length === 0 && !isApart) {
    return [{ keys, partitions: only }];
  }
  return [...parts].map(([partitions, each]) => ({ keys: each, partitions }));
}

/** A short name of a definition: what its cadence is, or its names. */
function partsName({ snapshot }: Graph, place: number | undefined): string {
  if (place === undefined) return "plain";
  const partitions = snapshot.partitions[place];
  const { kind } = partitions;
  const known = kind === "time" && /^[a-z]+$/.test(partitions.unit) ? partitions.unit : kind;
  const same = snapshot.partitions.filter((other) =>
    other.kind === kind && (kind !== "time" || (other as { readonly unit: string }).unit === partitions.unit)
  );
  return same.length === 1 ? known : `${known}${same.indexOf(partitions) + 1}`;
}

/** Ids are the names where these are plain ASCII and nobody else's, else slugs with a hash. */
function withIds(drafts: readonly Draft[], project: string): readonly DagPlan[] {
  const taken = new Set<string>();
  return drafts.map(({ name, ...draft }, place) => {
    const plain = `${project}.${name}`;
    const isFree = /^[A-Za-z0-9_.-]{1,200}$/.test(plain) && !taken.has(plain.toLowerCase());
    const id = isFree ? plain : `${project}.${identifierOf(`${draft.origin.kind} ${place} ${name}`)}`;
    taken.add(id.toLowerCase());
    return { ...draft, id, file: identifierOf(id) };
  });
}
