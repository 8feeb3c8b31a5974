/** `sluice sensors`: what is watched, what came of it, and what a sensor would ask for now. */
import type { Sensor } from "../../../model/automation/sensors/sensor.ts";
import type { TickRecord } from "../../../model/events/record.ts";
import { isRecord } from "../../../model/validate/options.ts";
import type { Orchestrator } from "../../../orchestrator/contract.ts";
import { findSensor, lookAlone } from "../../../triggers/sensors/alone.ts";
import { readMemory } from "../../../triggers/sensors/memory.ts";
import { sensorId } from "../../../triggers/sensors/sensors.ts";
import { type Command, defineCommand } from "../../command.ts";
import { usageError } from "../../line/usage.ts";
import { formatFindings, formatSensor, formatSensors, type SensorView } from "../../print/sensors.ts";

const VERBS = ["evaluate", "pause", "resume"] as const;

/** Lists sensors, shows one, lets one look, or switches one. */
export const sensors: Command = defineCommand({
  name: "sensors",
  summary: "Lists sensors, shows one with its last ticks, says what it would ask for, or switches it",
  description: [
    "`sluice sensors MODULE evaluate NAME` looks once, from where the sensor is, and prints what it would ask for. It starts and " +
    "records nothing.",
    "`sluice sensors MODULE pause NAME` lets it look no more until `resume`.",
  ],
  takesModule: true,
  args: {
    words: {
      summary: "The name of a sensor, with evaluate, pause or resume before it where that is meant",
      arity: "many",
    },
  },
  options: {
    "dry-run": { type: "flag", summary: "With evaluate: it is a dry run in any case" },
    limit: { type: "count", value: "N", summary: "Shows at most N ticks", default: "10" },
  },
  examples: [
    { line: "sensors weather.ts", summary: "All of them" },
    { line: "sensors weather.ts inbox", summary: "One, with its last ticks" },
    { line: "sensors weather.ts evaluate inbox", summary: "What it would ask for" },
    { line: "sensors weather.ts pause inbox", summary: "Lets it look no more" },
  ],
  async run({ args, options, session, host }) {
    const { verb, name } = readWords(args.words);
    const definitions = await session.definitions();
    if (name === undefined) {
      const views = await viewAll(await session.orchestrator("read"), [...definitions.sensors.values()]);
      return {
        text: (page) => views.length === 0 ? ["No sensors are declared."] : formatSensors(views, page),
        json: () => ({ sensors: views.map(viewJson) }),
      };
    }
    const sensor = findSensor(definitions, name);
    if (verb === "pause" || verb === "resume") {
      const orchestrator = await session.orchestrator("write");
      if (verb === "pause") await orchestrator.pauseTrigger(sensorId(name), { by: "cli" });
      else await orchestrator.resumeTrigger(sensorId(name), { by: "cli" });
      const [view] = await viewAll(orchestrator, [sensor]);
      return { text: (page) => formatSensors([view], page), json: () => ({ sensor: viewJson(view) }) };
    }
    const orchestrator = await session.orchestrator("read");
    const [view] = await viewAll(orchestrator, [sensor]);
    if (verb === "evaluate") {
      const { state } = readMemory(view.status?.cursor);
      const findings = await lookAlone(sensor, { clock: host.clock, state });
      return { text: (page) => formatFindings(findings, page), json: () => findings };
    }
    const ticks = await orchestrator.ticks({
      trigger: sensorId(name),
      limit: options.limit || Number.MAX_SAFE_INTEGER,
    });
    return {
      text: (page) => formatSensor(view, ticks, page),
      json: () => ({ sensor: viewJson(view), ticks }),
    };
  },
});

async function viewAll(orchestrator: Orchestrator, all: readonly Sensor[]): Promise<readonly SensorView[]> {
  const statuses = new Map((await orchestrator.triggers()).map((status) => [status.id, status]));
  return all.map((sensor) => ({ sensor, status: statuses.get(sensorId(sensor.name)) }));
}

function viewJson({ sensor, status }: SensorView): object {
  const { name, description, watch, intervalMs, timeoutMs, partitions } = sensor;
  const last: TickRecord | undefined = status?.lastTick;
  return {
    name,
    description,
    watch: Object.fromEntries(Object.entries(watch).filter(([field]) => field !== "headers")),
    partitions,
    intervalMs,
    timeoutMs,
    isOn: status?.isOn ?? sensor.enabled,
    failures: status?.failures ?? 0,
    cursor: isRecord(status?.cursor) ? status.cursor.state : undefined,
    lastTick: last,
  };
}

function readWords(
  words: readonly string[],
): { readonly verb: typeof VERBS[number] | undefined; readonly name: string | undefined } {
  const verb = VERBS.find((each) => each === words[0]);
  const [name, more] = verb ? words.slice(1) : words;
  if (more !== undefined) {
    throw usageError(
      `sluice sensors takes one name, and ${JSON.stringify(more)} is another word.`,
      "Write `sluice sensors MODULE NAME`.",
    );
  }
  if (verb && name === undefined) {
    throw usageError(`sluice sensors ${verb} needs a name.`, `Write \`sluice sensors MODULE ${verb} NAME\`.`);
  }
  return { verb, name };
}
