/** Sensors of files. */
import { SluiceError } from "../../issue.ts";
import { quote } from "../../quote.ts";
import { FLAG, type Shapes, TEXT } from "../../validate/options.ts";
import { COMMON, oneOf, POLL, requireSensor, sensorOf, spanFrom } from "./declare.ts";
import { globProblem } from "./path_glob.ts";
import type { PollOptions, Sensor, SensorOptions } from "./sensor.ts";

/** What {@linkcode fileSensor} takes. */
export interface FileSensorSpec extends SensorOptions, PollOptions {
  /**
   * Which files: a path below the folder in which `*` stands for any text within a name, `?` for one character, and a name
   * of two stars for any number of folders. All else means itself, upper and lower case included.
   */
  readonly glob: string;
  /** Where the pattern begins. Default `"."`, the working directory. */
  readonly folder?: string;
  /** What counts: files that are new (`"created"`, the default), or also those that were written again (`"changed"`). */
  readonly events?: "created" | "changed";
  /** How long size and time of a file must have stayed the same before it counts, in milliseconds. Default 2,000. */
  readonly settleMs?: number;
  /**
   * Whether each file gets a run of its own, whose tag `sluice/file` is its path below the folder. Default false: one run
   * for all that a look has found.
   */
  readonly each?: boolean;
  /** Whether files count that are there when the sensor looks for the first time ever. Default true. */
  readonly initial?: boolean;
}

const SHAPES: Shapes<FileSensorSpec> = Object.freeze({
  ...COMMON,
  ...POLL,
  glob: TEXT,
  folder: TEXT,
  events: oneOf("created", "changed"),
  settleMs: spanFrom(0),
  each: FLAG,
  initial: FLAG,
});

/**
 * Runs something when files are created or changed. Every file counts once, or with `events: "changed"` once for each size
 * and time of change; symbolic links are left out.
 *
 * @throws {SluiceError} DEFINITION_INVALID for an option that is not known or of another shape, and for a pattern that leads
 * out of the folder.
 * @example
 * ```ts
 * import { defineAsset, definitions, fileSensor } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const orders = defineAsset({ key: "orders", run: () => [] });
 * const inbox = fileSensor({ name: "inbox", folder: "inbox", glob: "*.csv", target: orders });
 *
 * const all = definitions({ assets: [orders], sensors: [inbox] });
 * assert.deepEqual([...all.sensors.keys()], ["inbox"]);
 * ```
 */
export function fileSensor(spec: FileSensorSpec): Sensor {
  const example = 'fileSensor({ name: "inbox", folder: "inbox", glob: "*.csv", target: orders })';
  const site = requireSensor(spec, SHAPES, { call: fileSensor, needed: ["glob", "target"], example });
  const problem = globProblem(spec.glob);
  if (problem !== undefined) {
    throw new SluiceError({
      code: "DEFINITION_INVALID",
      message: `The sensor ${spec.name} cannot look for the files ${quote(spec.glob)}: ${problem}.`,
      path: ["sensors", spec.name, "glob"],
      ...(site.text !== undefined && { site: site.text }),
      hint: 'Write folder: "inbox" and glob: "**/*.csv".',
    });
  }
  const { folder = ".", glob, events = "created", settleMs = 2_000, each = false, initial = true } = spec;
  return sensorOf(spec, { kind: "files", folder, glob, events, settleMs, each, initial }, site, spec);
}
