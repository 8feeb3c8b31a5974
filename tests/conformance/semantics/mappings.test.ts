import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { checkMapping } from "../../../src/model/partitions/check.ts";
import { inferMapping } from "../../../src/model/partitions/infer.ts";
import type { Mapping } from "../../../src/model/partitions/mapping.ts";
import { resolveMapping } from "../../../src/model/partitions/resolve.ts";
import { openSpace } from "../../../src/model/partitions/space.ts";
import type { PartitionSpace, SpaceContext } from "../../../src/model/partitions/space.ts";
import { subsetOf } from "../../../src/model/partitions/subset.ts";
import { askDagster, atScale, findDagster } from "../dagster.ts";
import { DYNAMIC_KEYS, type MappingCase, mappingCases } from "./mapping_cases.ts";
import { DIFFERENCES, type MappingQuirk, PAIRS } from "./mapping_differences.ts";
import { type MappingModel, openModel } from "./mapping_model.ts";

/** A case with the sets to map: each key alone, every other one, and all. */
interface Question extends MappingCase {
  readonly downstreamSets: readonly (readonly string[])[];
  readonly upstreamSets: readonly (readonly string[])[];
}

interface Answers {
  readonly cases: readonly Answer[];
  readonly pairs: readonly boolean[];
}

interface Answer {
  readonly mapping: string;
  readonly downstreamKeys: readonly string[];
  readonly upstreamKeys: readonly string[];
  readonly upstream: readonly { readonly existing: readonly string[]; readonly missing: readonly string[] }[];
  readonly downstream: readonly (readonly string[])[];
}

/** Answers to a question in one form, whoever gave them: sets of keys, sorted. */
interface Outcome {
  readonly existing: readonly (readonly string[])[];
  readonly missing: readonly (readonly string[])[];
  readonly readers: readonly (readonly string[])[];
}

const CLASSES: { readonly [kind in Mapping["kind"]]?: string } = {
  "identity": "IdentityPartitionMapping",
  "all": "AllPartitionMapping",
  "time-window": "TimeWindowPartitionMapping",
  "multi-to-single": "MultiToSingleDimensionPartitionMapping",
};

function contextOf({ nowMs }: MappingCase): SpaceContext {
  return { nowMs, dynamicKeys: (name) => DYNAMIC_KEYS[name] };
}

function keysOf(space: PartitionSpace): string[] {
  return Array.from({ length: space.size }, (_, index) => space.keyAt(index));
}

function setsOf(keys: readonly string[]): readonly (readonly string[])[] {
  if (keys.length === 0) return [];
  return [...keys.map((key) => [key]), keys.filter((_, position) => position % 2 === 0), keys];
}

function questionOf(each: MappingCase): Question {
  const [below, above] = [each.downstream, each.upstream].map((side) =>
    keysOf(openSpace(side, contextOf(each)))
  );
  return { ...each, downstreamSets: setsOf(below), upstreamSets: setsOf(above) };
}

function outcomeOf(
  question: Question,
  upstream: (
    keys: readonly string[],
  ) => { readonly existing: readonly string[]; readonly missing: readonly string[] },
  downstream: (keys: readonly string[]) => readonly string[],
): Outcome {
  const read = question.downstreamSets.map(upstream);
  return {
    existing: read.map(({ existing }) => [...existing].sort()),
    missing: read.map(({ missing }) => [...missing].sort()),
    readers: question.upstreamSets.map((keys) => [...downstream(keys)].sort()),
  };
}

function ours(question: Question): Outcome {
  const context = contextOf(question);
  const [below, above] = [question.downstream, question.upstream].map((side) => openSpace(side, context));
  const mapping = resolveMapping(
    question.mapping,
    { partitions: question.downstream, space: below },
    { partitions: question.upstream, space: above },
  );
  const keysAt = (space: PartitionSpace, indices: Iterable<number>) =>
    Array.from(indices, (index) => space.keyAt(index));
  const setIn = (space: PartitionSpace, keys: readonly string[]) =>
    subsetOf(keys.map((key) => space.indexOf(key)));
  return outcomeOf(question, (keys) => {
    const { existing, missing } = mapping.toUpstream(setIn(below, keys));
    return { existing: keysAt(above, existing.indices()), missing };
  }, (keys) => keysAt(below, mapping.toDownstream(setIn(above, keys)).indices()));
}

function modelled(question: Question, quirks: ReadonlySet<MappingQuirk>): Outcome {
  const { mapping, downstream, upstream } = question;
  const model: MappingModel = openModel(mapping, downstream, upstream, contextOf(question), quirks);
  return outcomeOf(question, (keys) => model.upstream(keys), (keys) => model.downstream(keys));
}

function dagsters(question: Question, answer: Answer): Outcome {
  const upstream = new Map(question.downstreamSets.map((keys, k) => [keys, answer.upstream[k]]));
  const downstream = new Map(question.upstreamSets.map((keys, k) => [keys, answer.downstream[k]]));
  return outcomeOf(
    question,
    (keys) => upstream.get(keys) ?? assert.fail("not asked"),
    (keys) => downstream.get(keys) ?? assert.fail("not asked"),
  );
}

/** Pairs that both sides can relate; ours refuses more at definition time, and says why. */
function questions(count: number): readonly Question[] {
  return mappingCases(count)
    .filter(({ mapping, downstream, upstream }) => checkMapping(mapping, downstream, upstream).length === 0)
    .map(questionOf);
}

const ALL: ReadonlySet<MappingQuirk> = new Set(DIFFERENCES.map(({ quirk }) => quirk));
const asked = questions(atScale(70, 350));

describe("mappings and the rule as written down", () => {
  test(`agree on ${asked.length} pairs of definitions`, () => {
    for (const question of asked) {
      assert.deepEqual(ours(question), modelled(question, new Set()), nameOf(question));
    }
  });
});

const python = findDagster("conformance of mappings");

(python ? describe : describe.skip)("mappings and Dagster", () => {
  let answers: Answers | undefined;
  const ask = (): Answers =>
    answers ??= askDagster<Answers>(python ?? "", new URL("mappings.py", import.meta.url), {
      dynamicKeys: DYNAMIC_KEYS,
      cases: asked,
      pairs: PAIRS,
    });
  const answerTo = (place: number): Answer => ask().cases[place];

  test("have the same keys", () => {
    asked.forEach((question, place) => {
      const { downstreamKeys, upstreamKeys } = answerTo(place);
      assert.deepEqual(question.downstreamSets.at(-1) ?? [], downstreamKeys, nameOf(question));
      assert.deepEqual(question.upstreamSets.at(-1) ?? [], upstreamKeys, nameOf(question));
    });
  });

  test("infer the same", () => {
    asked.forEach((question, place) => {
      if (question.mapping) return;
      const inference = inferMapping(question.downstream, question.upstream);
      assert.ok("mapping" in inference);
      assert.equal(CLASSES[inference.mapping.kind], answerTo(place).mapping, nameOf(question));
    });
  });

  test("agree in both directions but for the differences listed", () => {
    asked.forEach((question, place) => {
      assert.deepEqual(modelled(question, ALL), dagsters(question, answerTo(place)), nameOf(question));
    });
  });

  test("accept the same pairs but for the differences listed", () => {
    PAIRS.forEach(({ name, mapping, downstream, upstream, ours, dagster, reason }, place) => {
      assert.equal(checkMapping(mapping, downstream, upstream).length === 0, ours, name);
      assert.equal(ask().pairs[place], dagster, name);
      assert.equal(ours !== dagster, reason !== undefined, name);
    });
  });

  for (const { name, quirk, reason } of DIFFERENCES) {
    test(`differ still: ${name}`, () => {
      const others = new Set([...ALL].filter((each) => each !== quirk));
      const isSeen = asked.some((question, place) =>
        JSON.stringify(modelled(question, others)) !== JSON.stringify(dagsters(question, answerTo(place)))
      );
      assert.ok(isSeen, `no case shows it: ${reason}`);
    });
  }
});

function nameOf({ mapping, downstream, upstream, nowMs }: Question): string {
  return JSON.stringify({ mapping, downstream, upstream, now: new Date(nowMs).toISOString() });
}
