/** Partition definitions as Python. */
import {
  dimensionNames,
  type LeafPartitions,
  type Partitions,
  type TimePartitions,
} from "../../src/model/partitions/definition.ts";
import { assignment, call, type Expression, name, tuple } from "../python/expression.ts";
import { numberLiteral, textLiteral } from "../python/literal.ts";
import { partitionsName, variableName } from "./names.ts";
import { plainCron } from "./time/cron.ts";

/** One assignment for each definition that is used, dimensions before their products. */
export function partitionStatements(used: readonly Partitions[]): readonly string[] {
  const statements = new Map<string, string>();
  const add = (partitions: Partitions, value: Expression): void => {
    const constant = partitionsName(partitions);
    statements.set(constant, assignment(constant, value));
  };
  for (const partitions of used) {
    if (partitions.kind !== "multi") add(partitions, leafExpression(partitions));
    else {
      for (const leaf of Object.values(partitions.dimensions)) add(leaf, leafExpression(leaf));
      const pairs = dimensionNames(partitions).map((dimension) =>
        tuple([textLiteral(dimension), name(partitionsName(partitions.dimensions[dimension]))])
      );
      add(partitions, call("Cells", [], { dimensions: tuple(pairs) }));
    }
  }
  return [...statements.values()];
}

function leafExpression(partitions: LeafPartitions): Expression {
  switch (partitions.kind) {
    case "static":
      return call("Names", [tuple(partitions.keys.map(textLiteral))]);
    case "dynamic":
      return call("Dynamic", [textLiteral(partitions.name)], {
        variable: textLiteral(variableName(partitions.name)),
      });
    case "time":
      return windowsExpression(partitions);
  }
}

function windowsExpression(partitions: TimePartitions): Expression {
  const { cron, timezone, startMs, endMs, endOffset, exclusions, format } = partitions;
  const crons = exclusions.filter((each) => typeof each === "string");
  const starts = exclusions.filter((each) => typeof each === "number");
  return call("Windows", [], {
    cron: textLiteral(plainCron(cron)),
    timezone: textLiteral(timezone),
    start: instantLiteral(startMs),
    key_format: textLiteral(format),
    end: endMs === undefined ? undefined : instantLiteral(endMs),
    end_offset: endOffset === 0 ? undefined : numberLiteral(endOffset),
    excluding: crons.length === 0 ? undefined : tuple(crons.map((each) => textLiteral(plainCron(each)))),
    excluding_starts: starts.length === 0 ? undefined : tuple(starts.map(instantLiteral)),
  });
}

/** An instant as ISO 8601, with as many digits as it needs. */
export function instantLiteral(instantMs: number): string {
  return textLiteral(new Date(instantMs).toISOString().replace(/(?::00)?\.000Z$/, "Z"));
}
