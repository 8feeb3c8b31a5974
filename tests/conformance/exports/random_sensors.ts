/** Sensors drawn from a seed. */
import {
  type Asset,
  assetSensor,
  defineSensor,
  fileSensor,
  freshnessSensor,
  httpSensor,
  type Job,
  runSensor,
  type Sensor,
} from "sluice";
import { inferMapping } from "../../../src/model/partitions/infer.ts";
import type { Draw } from "./random.ts";
import { drawDescription, drawWord } from "./random_text.ts";

/** Up to three sensors over some of the assets and jobs. */
export function drawSensors(
  draw: Draw,
  assets: readonly Asset[],
  jobs: readonly Job[],
  alike: (draw: Draw, assets: readonly Asset[]) => readonly Asset[],
): readonly Sensor[] {
  const runnable = assets.filter((asset) => asset["~step"].kind !== "external");
  if (runnable.length === 0) return [];
  return Array.from({ length: draw.between(0, 3) }, (_, index) => {
    const target = alike(draw, runnable);
    const common = {
      name: `sensor${index}`,
      target,
      partitions: draw.one(["last", "all"] as const),
      enabled: draw.chance(0.7),
      description: drawDescription(draw),
      tags: draw.chance(0.5) ? { by: drawWord(draw) } : {},
    };
    const watched = assets.filter((asset) => canFollow(target[0], asset));
    const fresh = assets.filter(({ freshness }) => freshness !== undefined);
    return draw.one<() => Sensor>([
      () =>
        fileSensor({
          ...common,
          glob: draw.one(["*.csv", "**/*", "2026/**/a?.json"]),
          each: draw.chance(0.5),
        }),
      () => httpSensor({ ...common, url: "https://example.com/feed", headers: { "x-key": () => "k" } }),
      () => defineSensor({ ...common, evaluate: () => ({}), intervalMs: draw.between(100, 90_000) }),
      () =>
        runSensor({
          ...common,
          status: draw.one(["failed", "success"]),
          ...draw.maybe(0.6, () => namesOf(jobs)),
        }),
      ...watched.length > 0
        ? [() => assetSensor({ ...common, assets: watched.slice(0, 3), when: draw.one(["any", "all"]) })]
        : [],
      ...fresh.length > 0 ? [() => freshnessSensor({ ...common, assets: fresh })] : [],
    ])();
  });
}

function namesOf(jobs: readonly Job[]): { readonly jobs?: readonly Job[] } {
  return jobs.length > 0 ? { jobs } : {};
}

function canFollow(target: Asset, watched: Asset): boolean {
  if (!target.partitions || !watched.partitions) return true;
  try {
    return "mapping" in inferMapping(target.partitions, watched.partitions);
  } catch {
    return false;
  }
}
