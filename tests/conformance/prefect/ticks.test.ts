import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { plainCron } from "../../../adapters/prefect/time/cron.ts";
import { clockChanges, type FiringRule, prefectTicks } from "../../../adapters/prefect/time/ticks.ts";
import { clockOf, firingRules } from "../../../adapters/prefect/schedules.ts";
import { takeSnapshot } from "sluice";
import { randomDefinitions } from "../exports/random_definitions.ts";
import { atScale, findPython } from "../python.ts";
import { askPrefect } from "./prefect.ts";

const python = findPython("SLUICE_PREFECT_PYTHON", "Ticks in Prefect");
const DAY_MS = 86_400_000;
const FROM_MS = Date.UTC(2026, 0, 1);

const ZONES = [
  "UTC",
  "Europe/Berlin",
  "Europe/London",
  "America/New_York",
  "America/Sao_Paulo",
  "America/Havana",
  "America/Santiago",
  "Africa/Cairo",
  "Asia/Beirut",
  "Asia/Kolkata",
  "Australia/Lord_Howe",
  "Pacific/Chatham",
];
const CRONS = [
  "0 * * * *",
  "*/20 * * * *",
  "30 2 * * *",
  "30 1 * * *",
  "0 0 * * *",
  "15 0-5 * * *",
  "0 */3 * * *",
  "0 2 * * sun",
  "45 23 L * *",
  "0 6 1,15 * mon",
  "30 0 * * L5",
  "0 1 * * mon#2,fri#3",
  "5/7 1-3 * 3,4,10,11 *",
  "@daily",
  "0 22-2 * * fri-mon",
];

interface Question {
  readonly cron: string;
  readonly timezone: string;
  readonly fromMs: number;
  readonly count: number;
}

/** Every cron in every zone, and what schedules of random graphs are written as. */
function questions(): readonly Question[] {
  const written = Array.from({ length: atScale(20, 200) }, (_, seed) => takeSnapshot(randomDefinitions(seed)))
    .flatMap((snapshot) =>
      snapshot.schedules.flatMap((schedule) => firingRules(clockOf(schedule, snapshot), FROM_MS))
    );
  const drawn = ZONES.flatMap((timezone) => CRONS.map((cron) => ({ cron: plainCron(cron), timezone })));
  const rules = new Map([...drawn, ...written].map((rule) => [`${rule.cron} in ${rule.timezone}`, rule]));
  return [...rules.values()].flatMap(fiftyTicks);
}

/** Fifty ticks from shortly before both clock changes of a year; of zones without any, from two instants. */
function fiftyTicks({ cron, timezone }: FiringRule): readonly Question[] {
  const changes = clockChanges(timezone, FROM_MS, FROM_MS + 366 * DAY_MS);
  const starts = changes.length > 0 ? changes : [FROM_MS, FROM_MS + 180 * DAY_MS];
  return starts.slice(0, 2).map((start) => ({
    cron,
    timezone,
    fromMs: start - DAY_MS / 2 - 7 * 60_000,
    count: 50,
  }));
}

/** The first ticks that we predict. */
function predict({ cron, timezone, fromMs, count }: Question): readonly number[] {
  for (let days = 4;; days *= 8) {
    const ticks = prefectTicks(cron, timezone, fromMs, fromMs + days * DAY_MS);
    if (ticks.length >= count) return ticks.slice(0, count);
  }
}

describe("Prefect's own engine", () => {
  const check = python ? test : test.skip;

  check("fires exactly when ticks.ts says, over both clock changes of twelve zones", () => {
    const asked = questions();
    const answers = askPrefect<readonly (readonly number[])[]>(
      python as string,
      new URL("ticks.py", import.meta.url),
      asked,
    );
    const wrong = asked.filter((question, place) =>
      JSON.stringify(predict(question)) !== JSON.stringify(answers[place])
    );
    assert.deepEqual(wrong, []);
    assert.ok(answers.every((ticks) => ticks.length === 50));
  });
});
