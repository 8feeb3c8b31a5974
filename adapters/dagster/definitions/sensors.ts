/** `defs/sensors.py` of an exported project: what looks for keys of cells and evaluates automation conditions. */
import { assignment, call, layOut } from "../../python/expression.ts";
import { textLiteral } from "../../python/literal.ts";
import { encode } from "../partitions/encoding.ts";
import type { Site } from "../site.ts";
import { signature } from "./assets.ts";
import { AUTOMATION_SENSOR, cellSensorName, type Statement } from "./names.ts";

/** The sensors of a project. */
export function sensorStatements(site: Site): readonly Statement[] {
  const { assets, partitions } = site.snapshot;
  return [
    ...assets.some(({ automation }) => automation !== undefined) ? [automationStatement()] : [],
    ...partitions.flatMap((_, place) => growingStatement(place, site) ?? []),
  ];
}

/** Dagster makes a sensor of its own for conditions, which is off. */
function automationStatement(): Statement {
  const value = call("dg.AutomationConditionSensorDefinition", [textLiteral(AUTOMATION_SENSOR)], {
    target: call("dg.AssetSelection.all", []),
    default_status: "dg.DefaultSensorStatus.RUNNING",
  });
  return { variable: AUTOMATION_SENSOR, text: assignment(AUTOMATION_SENSOR, value) };
}

/** A sensor that adds the keys of a definition whose cells come to be. */
function growingStatement(place: number, site: Site): Statement | undefined {
  const partitions = site.snapshot.partitions[place];
  if (encode(partitions).kind !== "growing") return undefined;
  const name = cellSensorName(place);
  const decorator = call("dg.sensor", [], {
    name: textLiteral(name),
    minimum_interval_seconds: "60",
    default_status: "dg.DefaultSensorStatus.RUNNING",
  });
  const found = call("ticks.new_cells", [
    "context",
    site.partitions.constantOf(place),
    site.partitions.dimensionsOf(place),
  ]);
  const lines = [
    layOut(decorator, 0, "@", ""),
    signature(name, "dg.SensorEvaluationContext"),
    layOut(found, 4, "    return ", ""),
  ];
  return { variable: name, text: lines.join("\n") };
}
