/** Two declarations with one name, also when they differ by case or Unicode form only. */
import type { Site } from "../assets/site.ts";
import type { Issue } from "../issue.ts";
import { foldKey, isFolded } from "../key.ts";
import type { Declared } from "./declared.ts";
import { declaredAt, found } from "./found.ts";

/** Finds duplicate asset keys and step names, check, job, schedule and sensor names. */
export function checkDuplicates(declared: Declared, issues: Issue[]): void {
  if (!isPlainlyDistinct(declared)) addAssetNames(declared, issues);
  const { checks, jobs, schedules, sensors } = declared;
  const checkNames = new Map<string, Named>();
  for (const check of checks) addName("check", "checks", check["~step"], checkNames, issues);
  const jobNames = new Map<string, Named>();
  for (const job of jobs) addName("job", "jobs", job, jobNames, issues);
  const scheduleNames = new Map<string, Named>();
  for (const schedule of schedules) addName("schedule", "schedules", schedule, scheduleNames, issues);
  const sensorNames = new Map<string, Named>();
  for (const sensor of sensors) {
    addName("sensor", "sensors", sensor, sensorNames, issues);
    const schedule = scheduleNames.get(foldKey(sensor.name));
    if (schedule) issues.push(nameOfBoth(sensor, schedule));
  }
}

function addAssetNames({ assets, steps }: Declared, issues: Issue[]): void {
  const named = new Map<string, Named>();
  for (const asset of assets) {
    addName("asset", "assets", { name: asset.key, site: asset["~step"].site }, named, issues);
  }
  for (const step of steps) if (step.kind === "multi-asset") addName("asset", "assets", step, named, issues);
}

/** Whether folding cannot make two keys alike, as in most graphs: nothing needs to be remembered then. */
function isPlainlyDistinct({ keys, numbers, areSteps }: Declared): boolean {
  return numbers.size === keys.length && areSteps && keys.every(isFolded);
}

interface Named {
  readonly name: string;
  readonly site: Site;
}

function addName(what: string, list: string, item: Named, first: Map<string, Named>, issues: Issue[]): void {
  const folded = foldKey(item.name);
  const other = first.get(folded);
  if (!other) first.set(folded, item);
  else issues.push(duplicate(what, list, item, other));
}

/** Engines keep both in one space of names. */
function nameOfBoth(sensor: Named, schedule: Named): Issue {
  const message = `The sensor ${sensor.name} has the name of the schedule ${schedule.name}${
    sites(sensor, schedule)
  }.`;
  const hint = "Rename one of them: some targets keep schedules and sensors in one space of names.";
  return found("KEY_DUPLICATE", message, { path: ["sensors", sensor.name], site: sensor.site, hint });
}

function duplicate(what: string, list: string, item: Named, other: Named): Issue {
  const same = item.name === other.name;
  const message = same
    ? `The ${what} ${item.name} is declared twice${sites(item, other)}.`
    : `The ${what}s ${other.name} and ${item.name} differ only by case or Unicode form${sites(item, other)}.`;
  return found("KEY_DUPLICATE", message, {
    path: [list, item.name],
    site: item.site,
    hint: same && item.site === other.site
      ? "It is listed twice; leave one out."
      : "Rename one of them: file systems and targets may not tell such names apart.",
  });
}

function sites(item: Named, other: Named): string {
  if (item.site === other.site) return declaredAt(item.site);
  const places = [other.site.text, item.site.text].filter((place) => place !== undefined);
  return places.length === 2 ? ` (at ${places[0]} and at ${places[1]})` : "";
}
