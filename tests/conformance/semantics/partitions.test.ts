import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  dailyPartitions,
  dynamicPartitions,
  hourlyPartitions,
  type LeafPartitions,
  monthlyPartitions,
  multiPartitions,
  type Partitions,
  staticPartitions,
  timePartitions,
  weeklyPartitions,
} from "../../../src/model/partitions/definition.ts";
import { openSpace } from "../../../src/model/partitions/space.ts";
import { openCadence } from "../../../src/model/time/cadence.ts";
import { parseKeyFormat } from "../../../src/model/time/format.ts";
import { WindowKeys } from "../../../src/model/time/window_key.ts";
import { askDagster, atScale, findDagster } from "../dagster.ts";
import {
  type CaseOptions,
  type CronCase,
  cronCases,
  type DefinitionCase,
  definitionCases,
  DYNAMIC_KEYS,
  type NameCase,
  type WindowCase,
} from "./partition_cases.ts";
import {
  CRON_REFUSALS,
  type Departure,
  DEPARTURES,
  KEY_DIFFERENCES,
  KEY_REFUSALS,
  TICK_DIFFERENCES,
} from "./partition_differences.ts";

/** What Dagster says of a definition. */
interface KeyAnswer {
  readonly error?: string;
  readonly count: number;
  readonly first: readonly string[];
  readonly last: readonly string[];
  readonly sha256: string;
  readonly keys?: readonly string[];
}

/** Ticks of a cron, at and after an instant and at and before it. */
interface Ticks<Way = readonly number[]> {
  readonly ahead: Way;
  readonly behind: Way;
}

/** What Dagster says of a cron: it may fail one way. Null when it refuses the text. */
type TickAnswer = Ticks<readonly number[] | { readonly error: string }> | null;
interface Answer {
  readonly definitions: readonly KeyAnswer[];
  readonly crons: readonly TickAnswer[];
}

/** Python sends a list along when it has no more keys than this. */
const FEW = 64;

function declareLeaf(declared: WindowCase | NameCase): LeafPartitions {
  if (declared.kind === "static") return staticPartitions(declared.keys);
  if (declared.kind === "dynamic") return dynamicPartitions(declared.name);
  const { kind, ...options } = declared;
  switch (kind) {
    case "cron":
      return timePartitions({ ...options, cron: options.cron as string });
    case "hour":
      return hourlyPartitions(options);
    case "day":
      return dailyPartitions(options);
    case "week":
      return weeklyPartitions(options);
    case "month":
      return monthlyPartitions(options);
  }
}

function declare(options: CaseOptions): Partitions {
  if (options.kind !== "multi") return declareLeaf(options);
  const dimensions = Object.entries(options.dimensions).map(([name, each]) =>
    [name, declareLeaf(each)] as const
  );
  return multiPartitions(Object.fromEntries(dimensions));
}

function listKeys({ options, nowMs }: DefinitionCase): string[] {
  const space = openSpace(declare(options), { nowMs, dynamicKeys: (name) => DYNAMIC_KEYS[name] });
  return Array.from({ length: space.size }, (_, index) => space.keyAt(index));
}

function summarize(keys: readonly string[]): KeyAnswer {
  const sha256 = createHash("sha256").update(keys.join("\n")).digest("hex");
  const few = keys.length <= FEW && { keys };
  return { count: keys.length, first: keys.slice(0, 1), last: keys.slice(-1), sha256, ...few };
}

/** Our ticks as Dagster is asked for them; the text of the error when we refuse the cron. */
function listTicks({ cron, timezone, atMs, count }: CronCase): Ticks | string {
  try {
    const cadence = openCadence(cron, timezone);
    const ahead = cadence.from(atMs);
    let behind: number | undefined = atMs + 1;
    return {
      ahead: Array.from({ length: count }, () => ahead.next()),
      behind: Array.from({ length: count }, () => behind = cadence.previous(behind as number) as number),
    };
  } catch (error) {
    return String(error);
  }
}

/** The ways in which Dagster gives ticks, and does not fail. */
function waysOf(theirs: TickAnswer): ("ahead" | "behind")[] {
  return (["ahead", "behind"] as const).filter((way) => theirs && !("error" in theirs[way]));
}

/** The first place at which two walks part, unless a known difference explains it. */
function findUnexplained({ cron, timezone }: CronCase, ours: Ticks, theirs: TickAnswer): string | undefined {
  for (const way of waysOf(theirs)) {
    const expected = (theirs as Ticks)[way];
    const place = ours[way].findIndex((tick, index) => tick !== expected[index]);
    if (
      place < 0 || TICK_DIFFERENCES.some((each) => each.explains(cron, way === "behind", ours[way][place]))
    ) continue;
    return `${cron} in ${timezone}, ${way}: ${show(ours[way][place])}, but ${
      show(expected[place])
    } in Dagster`;
  }
  return undefined;
}

function show(tick: number | undefined): string {
  return tick === undefined ? "none" : new Date(tick).toISOString();
}

function cronOf(departure: Departure): CronCase {
  const { cron, timezone, from, local } = departure;
  return { cron, timezone, atMs: Date.parse(`${from}T00:00Z`), count: local.length };
}

/** Ticks as local times; one that exists twice says which by its offset. */
function showLocal(ticks: readonly number[], timezone: string): string[] {
  const keys = new WindowKeys(
    parseKeyFormat("%Y-%m-%dT%H:%M"),
    openCadence("@daily", timezone).zone,
    true,
    1969,
  );
  return ticks.map((tick) => keys.keyOf(tick));
}

const python = findDagster("conformance of partitions");
const definitions = definitionCases(atScale(60, 300));
const crons = cronCases(atScale(120, 500));
const examples = CRON_REFUSALS.flatMap((refusal) => refusal.examples.map((cron) => ({ refusal, cron })));
const fixed = [
  ...KEY_DIFFERENCES.map(({ options, now }) => ({ options, nowMs: Date.parse(now) })),
  ...KEY_REFUSALS.map(({ options }) => ({ options, nowMs: Date.parse("2026-01-01T00:00Z") })),
];
const question = {
  dynamicKeys: DYNAMIC_KEYS,
  definitions: [...definitions, ...fixed],
  crons: [
    ...crons,
    ...DEPARTURES.map(cronOf),
    ...TICK_DIFFERENCES.map(({ example }) => example),
    ...examples.map(({ cron }) => ({ cron, timezone: "UTC", atMs: 0, count: 0 })),
  ],
};
const answer: Answer = python
  ? askDagster<Answer>(python, new URL("partitions.py", import.meta.url), question)
  : { definitions: [], crons: [] };

(python ? describe : describe.skip)("partitions and Dagster", () => {
  test(`agree on the keys of ${definitions.length} definitions`, () => {
    definitions.forEach((given, place) => {
      assert.deepEqual(summarize(listKeys(given)), answer.definitions[place], JSON.stringify(given));
    });
    const filled = definitions.filter((_, place) => answer.definitions[place].count > 0);
    assert.ok(filled.length > definitions.length / 2, "most definitions have keys");
  });

  test(`agree on ${crons.length} cron texts, forwards and backwards`, () => {
    let compared = 0;
    crons.forEach((given, place) => {
      const ours = listTicks(given);
      const theirs = answer.crons[place];
      if (typeof ours === "string") {
        const isKnown = CRON_REFUSALS.some(({ says }) => says.test(ours));
        assert.ok(theirs === null || isKnown, `only we refuse: ${ours}`);
        return;
      }
      assert.ok(theirs, `only Dagster refuses ${given.cron}`);
      assert.equal(findUnexplained(given, ours, theirs), undefined);
      compared += waysOf(theirs).length;
    });
    assert.ok(compared > crons.length, `only ${compared} walks were compared`);
  });
});

(python ? describe : describe.skip)("partitions and Dagster differ on purpose:", () => {
  DEPARTURES.forEach((departure, index) => {
    const { cron, timezone, local, isSeasonal } = departure;
    test(`${cron} in ${timezone} from ${departure.from}`, () => {
      const ours = listTicks(cronOf(departure)) as Ticks;
      const theirs = answer.crons[crons.length + index];
      assert.deepEqual(showLocal(ours.ahead, timezone), local);
      assert.ok(theirs);
      if (!isSeasonal) assert.notDeepEqual(theirs.ahead, ours.ahead, "Dagster keeps the rule here now");
    });
  });

  test("Lord Howe's hours are right in one season only", () => {
    const isRight = DEPARTURES.map((departure, index) => {
      const ours = listTicks(cronOf(departure)) as Ticks;
      return departure.isSeasonal && JSON.stringify(ours.ahead) ===
          JSON.stringify(answer.crons[crons.length + index]?.ahead);
    });
    assert.ok(isRight.includes(false), "Dagster keeps the rule here now");
  });

  TICK_DIFFERENCES.forEach(({ name, reason, example }, index) => {
    test(name, () => {
      const theirs = answer.crons[crons.length + DEPARTURES.length + index];
      const ours = listTicks(example) as Ticks;
      assert.notDeepEqual(theirs?.behind, ours.behind, `Dagster does as we do now: ${reason}`);
      assert.equal(findUnexplained(example, ours, theirs), undefined);
    });
  });

  examples.forEach(({ refusal, cron }, index) => {
    test(`${refusal.name}, as in ${cron}`, () => {
      const theirs = answer.crons[crons.length + DEPARTURES.length + TICK_DIFFERENCES.length + index];
      assert.match(String(listTicks({ cron, timezone: "UTC", atMs: 0, count: 0 })), refusal.says);
      assert.ok(
        theirs,
        `Dagster refuses it too: ${refusal.reason}`,
      );
    });
  });

  KEY_DIFFERENCES.forEach((difference, index) => {
    test(difference.name, () => {
      const place = definitions.length + index;
      assert.deepEqual(listKeys(question.definitions[place]), difference.ours);
      assert.deepEqual(answer.definitions[place].keys, difference.dagster, difference.reason);
    });
  });

  KEY_REFUSALS.forEach(({ name, reason, says }, index) => {
    test(name, () => {
      const place = definitions.length + KEY_DIFFERENCES.length + index;
      const { error } = answer.definitions[place];
      if (says) assert.throws(() => listKeys(question.definitions[place]), says);
      else assert.ok(listKeys(question.definitions[place]).length > 0);
      assert.equal(error === undefined, says !== undefined, `${error}: ${reason}`);
    });
  });
});
