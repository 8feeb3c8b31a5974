/** Sensors that users declare, of an exported project, with the jobs of those that run a selection of their own. */
import type { SensorSnapshot } from "../../../src/model/snapshot/snapshot.ts";
import { call, type Expression, layOut, list, name, pairs } from "../../python/expression.ts";
import { identifierOf } from "../../python/identifier.ts";
import { jsonExpression, numberLiteral, textLiteral } from "../../python/literal.ts";
import { encode } from "../partitions/encoding.ts";
import type { Site } from "../site.ts";
import { signature } from "./assets.ts";
import { type JobPart, jobStatements, jobVariable, partsOf, runConfigOf } from "./jobs.ts";
import { wholeKeyExpression } from "./keys.ts";
import { type Statement, targetJobName } from "./names.ts";

/** What a sensor needs in a project. */
export interface SensorStatements {
  readonly jobs: readonly Statement[];
  readonly sensors: readonly Statement[];
}

const NOTHING: SensorStatements = Object.freeze({ jobs: [], sensors: [] });
const STATUSES = { success: "SUCCESS", failed: "FAILURE", canceled: "CANCELED" } as const;

/** A sensor; nothing for one that Dagster has nothing for. */
export function userSensorStatements(sensor: SensorSnapshot, site: Site): SensorStatements {
  const { watch } = sensor;
  const [part] = partsOf(sensor.assets, site);
  const isRunnable = part !== undefined || watch.kind === "custom";
  if (!isRunnable || watch.kind === "freshness") return NOTHING;
  const own = sensor.job === undefined && part !== undefined;
  const job = own ? targetJobName(sensor.name) : sensor.job;
  const place: Place = {
    sensor,
    part,
    site,
    job: part && job !== undefined ? name(jobVariable(job, part, site)) : undefined,
  };
  const jobs = own
    ? jobStatements(
      {
        name: targetJobName(sensor.name),
        selection: sensor.selection,
        assets: sensor.assets,
        config: {},
        tags: {},
      },
      site,
    ).slice(0, 1)
    : [];
  if (watch.kind === "runs") {
    const sensors = watch.statuses.map((status, index) => runStatement(place, status, watch.jobs, index + 1));
    return { jobs, sensors };
  }
  const body = watch.kind === "assets"
    ? call("looks.made", ["context", targetExpression(place), list(watch.assets.map(wholeKeyExpression))], {
      wait: watch.when === "all" ? "True" : undefined,
      alike: isAlike(sensor, site) ? "True" : undefined,
    })
    : call("looks.look", ["context", "steps.execute", targetExpression(place)]);
  return { jobs, sensors: [pollStatement(place, body)] };
}

/** Whether what is watched has the partitions of the target, so that their keys are those to run. */
export function isAlike({ watch, partitions }: SensorSnapshot, { assets }: Pick<Site, "assets">): boolean {
  return watch.kind === "assets" && partitions !== undefined &&
    watch.assets.every((key) => assets.get(key)?.partitions === partitions);
}

interface Place {
  readonly sensor: SensorSnapshot;
  readonly part: JobPart | undefined;
  readonly site: Site;
  readonly job: Expression | undefined;
}

function pollStatement(place: Place, body: Expression): Statement {
  const { sensor, site, job } = place;
  const { intervalMs = 30_000 } = sensor;
  const named = site.sensors.get(sensor.name) as string;
  const decorator = call("dg.sensor", [], {
    name: textLiteral(named),
    job,
    minimum_interval_seconds: numberLiteral(Math.max(1, Math.ceil(intervalMs / 1_000))),
    ...ends(sensor),
  });
  const variable = variableOf(named);
  const lines = [
    layOut(decorator, 0, "@", ""),
    signature(variable, "dg.SensorEvaluationContext"),
    layOut(body, 4, "    return ", ""),
  ];
  return { variable, text: lines.join("\n") };
}

/** Dagster's sensors of runs hear of one status each. */
function runStatement(
  place: Place,
  status: keyof typeof STATUSES,
  jobs: readonly string[] | undefined,
  number: number,
): Statement {
  const { sensor, site, job } = place;
  const named = site.sensors.get(number === 1 ? sensor.name : `${sensor.name} ${status}`) as string;
  const monitored = jobs?.flatMap((each) => {
    const assets = site.snapshot.jobs.find((known) => known.name === each)?.assets ?? [];
    return partsOf(assets, site).map((part) => name(jobVariable(each, part, site)));
  });
  const decorator = call("dg.run_status_sensor", [], {
    name: textLiteral(named),
    run_status: `dg.DagsterRunStatus.${STATUSES[status]}`,
    monitored_jobs: monitored && list(monitored),
    request_job: job,
    ...ends(sensor),
  });
  const variable = variableOf(named);
  const lines = [
    layOut(decorator, 0, "@", ""),
    signature(variable, "dg.RunStatusSensorContext"),
    layOut(call("looks.ended", ["context", targetExpression(place)]), 4, "    return ", ""),
  ];
  return { variable, text: lines.join("\n") };
}

function ends({ enabled, description }: SensorSnapshot) {
  return {
    default_status: `dg.DefaultSensorStatus.${enabled ? "RUNNING" : "STOPPED"}`,
    description: description === undefined ? undefined : textLiteral(description),
  };
}

function targetExpression({ sensor, part, site }: Place): Expression {
  const place = part?.partitions;
  const isGrowing = place !== undefined && encode(site.snapshot.partitions[place]).kind === "growing";
  const isTold = sensor.watch.kind === "assets" || sensor.watch.kind === "runs";
  const keys = new Set(part?.keys.map((key) => site.assets.get(key)?.step));
  const ops = [...site.steps.values()].filter(({ name, takesConfig }) => takesConfig && keys.has(name))
    .map(({ name }) => [textLiteral(name), textLiteral(site.ops.get(name) as string)] as const);
  return call("looks.Target", [
    textLiteral(sensor.name),
    ...place === undefined ? [] : [site.partitions.constantOf(place)],
    ...isGrowing ? [site.partitions.dimensionsOf(place)] : [],
  ], {
    every: place !== undefined && sensor.runs === "all" ? "True" : undefined,
    ops: !isTold && ops.length > 0 ? pairs(ops) : undefined,
    run_config: isTold && part ? runConfigOf(sensor.config, part, site) : undefined,
    tags: isTold && Object.keys(sensor.tags).length > 0 ? jsonExpression(sensor.tags) : undefined,
  });
}

function variableOf(text: string): string {
  return `${/^[a-z][a-z0-9_]{0,43}$/.test(text) ? text : identifierOf(text)}_sensor`;
}
