/** What is validated. */
import type { Schedule } from "../automation/schedule.ts";
import type { Sensor } from "../automation/sensors/sensor.ts";
import type { Check } from "../assets/check.ts";
import type { Job } from "../job.ts";
import type { Links } from "../links.ts";

/** What is to be validated: declarations as listed, linked by number, before any graph. */
export interface Declared extends Links {
  readonly checks: readonly Check[];
  readonly jobs: readonly Job[];
  readonly schedules: readonly Schedule[];
  readonly sensors: readonly Sensor[];
}
