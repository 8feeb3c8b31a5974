/** What led to a run, on its tags: so no sensor answers what it has caused itself. */

/** The tags of runs that a sensor has started. */
export const TAGS = {
  /** The sensor. */
  sensor: "sluice/sensor",
  /** The names of all sensors that led to the run, the first one first, joined by commas. */
  causedBy: "sluice/caused_by",
  /** The run key. */
  runKey: "sluice/run_key",
  /** The path of the file, for sensors that start a run for each. */
  file: "sluice/file",
  /** How many files there were, for sensors that start one run for all. */
  files: "sluice/files",
  /** The run that was answered. */
  afterRun: "sluice/after_run",
  /** What that run came to. */
  afterStatus: "sluice/after_status",
} as const;

type Tags = { readonly [name: string]: string };

/** Whether a run was caused by a sensor, at once or by way of others. */
export function isCausedBy(tags: Tags, sensor: string): boolean {
  return chainOf(tags).includes(sensor);
}

/** What a sensor's answer to a run is caused by: all that led to the run. The sensor itself is added where it launches. */
export function causeOf(tags: Tags): Tags {
  const chain = tags[TAGS.causedBy];
  return chain === undefined ? {} : { [TAGS.causedBy]: chain };
}

/** The tags of a run that a sensor starts. */
export function tagsOf(sensor: string, key: string | undefined, own: Tags): Tags {
  const chain = [...chainOf(own).filter((each) => each !== sensor), sensor];
  return {
    ...own,
    [TAGS.sensor]: sensor,
    [TAGS.causedBy]: chain.join(","),
    ...(key !== undefined && { [TAGS.runKey]: key }),
  };
}

function chainOf(tags: Tags): readonly string[] {
  return tags[TAGS.causedBy]?.split(",") ?? [];
}
