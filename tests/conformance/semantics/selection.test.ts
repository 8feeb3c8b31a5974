import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { compileGraph } from "../../../src/model/graph.ts";
import { SluiceError } from "../../../src/model/issue.ts";
import type { SelectionNode } from "../../../src/model/selection/ast.ts";
import type { SelectionCatalog } from "../../../src/model/selection/attributes.ts";
import { parseSelection } from "../../../src/model/selection/parse.ts";
import { resolveSelection } from "../../../src/model/selection/resolve.ts";
import { askDagster, atScale, findDagster } from "../dagster.ts";
import { type CaseAsset, selectionCases } from "./selection_cases.ts";
import {
  asDagsterReads,
  DEFAULT_DIFFERENCE,
  DIFFERENCES,
  EXTENSIONS,
  REFUSED,
} from "./selection_differences.ts";

type Answer = readonly (readonly string[] | null)[];

function catalogOf(assets: readonly CaseAsset[]): SelectionCatalog {
  const numbers = new Map(assets.map(({ key }, number) => [key, number]));
  const parents = assets.map((asset) => asset.parents.map((parent) => numbers.get(parent) as number));
  const graph = compileGraph(assets.map(({ key }) => key), parents);
  if ("cycle" in graph) assert.fail(`cycle ${graph.cycle}`);
  const asset = (rank: number) => assets[graph.userIndex[rank]];
  return { graph, asset, isExternal: (rank) => asset(rank).isExternal };
}

function select(catalog: SelectionCatalog, text: string, root: SelectionNode): string[] {
  const set = resolveSelection({ text, root }, catalog, { allowEmpty: true, allowUnknown: true });
  return catalog.graph.keys.filter((_, rank) => set[rank]).sort();
}

const python = findDagster("conformance of selections");
const modes = [
  { title: "with sources", includeSources: true, differences: DIFFERENCES },
  { title: "by default", includeSources: false, differences: [...DIFFERENCES, DEFAULT_DIFFERENCE] },
];
const cases = selectionCases(atScale(100, 2000)).flatMap((graph) =>
  modes.map((mode) => ({ ...graph, ...mode }))
);
const shorthands = { ...cases[0], texts: EXTENSIONS.flat() };
const refused = { ...cases[0], texts: REFUSED };
const questions = [...cases, shorthands, refused].map(({ assets, texts, includeSources }) => ({
  assets,
  texts,
  includeSources,
}));
const script = new URL("selection.py", import.meta.url);
const answers = python ? askDagster<readonly Answer[]>(python, script, questions) : [];

(python ? describe : describe.skip)("selections and Dagster", () => {
  cases.forEach(({ name, title, assets, texts, differences }, place) => {
    test(`agree on ${texts.length} texts over ${name}, ${title}`, () => {
      const catalog = catalogOf(assets);
      texts.forEach((text, index) => {
        const expected = answers[place][index];
        assert.ok(expected, `Dagster refuses ${text}`);
        assert.deepEqual(select(catalog, text, asDagsterReads(parseSelection(text).root, differences)), [
          ...expected,
        ], text);
      });
    });
  });

  for (const difference of [...DIFFERENCES, DEFAULT_DIFFERENCE]) {
    test(`differ still: ${difference.name}`, () => {
      const isSeen = cases.some(({ assets, texts, differences }, place) => {
        const catalog = catalogOf(assets);
        const others = differences.filter((other) => other !== difference);
        return texts.some((text, index) => {
          const keys = select(catalog, text, asDagsterReads(parseSelection(text).root, others));
          return JSON.stringify(keys) !== JSON.stringify(answers[place][index]);
        });
      });
      assert.ok(isSeen, `no text shows it: ${difference.reason}`);
    });
  }

  test("agree on what our shorthands stand for, which Dagster's grammar refuses", () => {
    const catalog = catalogOf(shorthands.assets);
    EXTENSIONS.forEach(([ours], index) => {
      const [refusal, expected] = answers[cases.length].slice(2 * index, 2 * index + 2);
      assert.equal(refusal, null, `Dagster takes ${ours}`);
      assert.ok(expected && expected.length > 0, ours);
      assert.deepEqual(select(catalog, ours, parseSelection(ours).root), [...expected], ours);
    });
  });

  test("refuse the same texts", () => {
    const catalog = catalogOf(refused.assets);
    REFUSED.forEach((text, index) => {
      assert.equal(answers[cases.length + 1][index], null, `Dagster takes ${text}`);
      assert.throws(
        () => resolveSelection(text, catalog, { allowEmpty: true, allowUnknown: text !== "is:nothing" }),
        (error) => error instanceof SluiceError && error.code === "SELECTION_INVALID",
        text,
      );
    });
  });
});
