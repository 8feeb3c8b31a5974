/** `partitions.py` of an exported project: each definition once, and the mappings that Dagster calls beta. */
import type { LeafPartitions, Partitions } from "../../../src/model/partitions/definition.ts";
import {
  assignment,
  call,
  type Expression,
  layOut,
  list,
  name,
  pairs,
  statement,
} from "../../python/expression.ts";
import { textLiteral } from "../../python/literal.ts";
import { encode, leavesOf } from "./encoding.ts";
import { pythonModule } from "../project/python.ts";
import { windowsExpression, windowWord } from "./windows.ts";

/** The partitions of a project. */
export interface PartitionModule {
  /** The constant of a definition, by its place in the snapshot's table. */
  constantOf(place: number): Expression;
  /** The constant of the dimensions of a growing definition. */
  dimensionsOf(place: number): Expression;
  /** A constant for a mapping that Dagster calls beta; equal ones share one. */
  mapping(value: Expression): Expression;
  /** The text of the module, when all others are written; nothing when there are no partitions. */
  write(): string | undefined;
}

const DOCSTRING = "The partitions of the assets.";

/** Names the definitions of a snapshot's table. */
export function openPartitions(table: readonly Partitions[]): PartitionModule {
  const names = constantNames(table);
  const mappings = new Map<string, readonly [string, Expression]>();
  return {
    constantOf: (place) => name(`partitions.${names[place]}`),
    dimensionsOf: (place) => name(`partitions.${names[place]}_DIMENSIONS`),
    mapping(value) {
      const text = statement(value);
      const known = mappings.get(text) ?? [`MAPPING_${mappings.size + 1}`, value] as const;
      mappings.set(text, known);
      return name(`partitions.${known[0]}`);
    },
    write() {
      if (table.length === 0) return undefined;
      const definitions = table.flatMap((each, place) => definitionLines(names[place], each));
      const blocks = [
        definitions.join("\n"),
        ...mappings.size > 0 ? [mappingBlock([...mappings.values()])] : [],
      ];
      return pythonModule({ docstring: DOCSTRING, blocks, gap: 1 });
    },
  };
}

/** A word for its kind, with a number from the second of a kind on. */
function constantNames(table: readonly Partitions[]): readonly string[] {
  const counts = new Map<string, number>();
  return table.map((partitions) => {
    const word = wordOf(partitions);
    const count = (counts.get(word) ?? 0) + 1;
    counts.set(word, count);
    return count === 1 ? word : `${word}_${count}`;
  });
}

function wordOf(partitions: Partitions): string {
  switch (partitions.kind) {
    case "time":
      return windowWord(partitions);
    case "static":
      return "NAMES";
    case "dynamic":
      return "DYNAMIC";
    case "multi":
      return "CELLS";
  }
}

function definitionLines(constant: string, partitions: Partitions): readonly string[] {
  const { partitions: given, kind } = encode(partitions);
  const line = assignment(constant, partitionsExpression(given));
  if (kind !== "growing" || partitions.kind !== "multi") return [line];
  return [line, assignment(`${constant}_DIMENSIONS`, dimensionsExpression(leavesOf(partitions)))];
}

/** A definition that Dagster has. */
export function partitionsExpression(partitions: Partitions): Expression {
  switch (partitions.kind) {
    case "time":
      return windowsExpression(partitions);
    case "static":
      return call("dg.StaticPartitionsDefinition", [list(partitions.keys.map((key) => textLiteral(key)))]);
    case "dynamic":
      return call("dg.DynamicPartitionsDefinition", [], { name: textLiteral(partitions.name) });
    case "multi":
      return call("dg.MultiPartitionsDefinition", [dimensionsExpression(leavesOf(partitions))]);
  }
}

function dimensionsExpression(leaves: readonly (readonly [string, LeafPartitions])[]): Expression {
  return pairs(leaves.map(([dimension, leaf]) => [textLiteral(dimension), partitionsExpression(leaf)]));
}

/** Beta is what Dagster calls mappings of several dimensions; said once, that is enough. */
function mappingBlock(mappings: readonly (readonly [string, Expression])[]): string {
  const lines = mappings.map(([constant, value]) => layOut(value, 4, `    ${constant} = `, ""));
  return [
    "with warnings.catch_warnings():",
    '    warnings.simplefilter("ignore", dg.BetaWarning)',
    ...lines,
  ].join("\n");
}
