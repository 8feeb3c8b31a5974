/** Asset keys as Python, and the keys that Dagster's decorators refuse. */
import type { Snapshot, StepSnapshot } from "../../../src/model/snapshot/snapshot.ts";
import { call, type Expression, list } from "../../python/expression.ts";
import { textLiteral } from "../../python/literal.ts";
import { isOpName, plainName } from "./names.ts";

/** A key: a text when it has one part, else `dg.AssetKey` with its parts. */
export function keyExpression(key: string): Expression {
  const parts = key.split("/");
  return parts.length === 1
    ? textLiteral(key)
    : call("dg.AssetKey", [list(parts.map((part) => textLiteral(part)))]);
}

/** A key where only `dg.AssetKey` is taken. */
export function wholeKeyExpression(key: string): Expression {
  return call("dg.AssetKey", [list(key.split("/").map((part) => textLiteral(part)))]);
}

/** Whether Dagster's decorators take a key as the name of an input or output. */
export function isPlainKey(key: string): boolean {
  return isOpName(plainName(key));
}

/** The name that Dagster gives to the output of a check. */
export function checkOutputName(asset: string, check: string): string {
  return `${plainName(asset)}_${check.replaceAll(".", "_")}`;
}

/**
 * Whether Dagster's own decorators take a step: all that it makes, reads and checks has a name that can be one of an
 * input or output, and no two have the same.
 */
export function isPlainStep({ outputs, inputs, checks, check }: StepSnapshot): boolean {
  const keys = [...outputs, ...inputs].map(({ key }) => key);
  const checkNames = [...checks, ...check ? [check] : []].map(({ asset, name }) =>
    checkOutputName(asset, name)
  );
  const made = [...outputs.map(({ key }) => plainName(key)), ...checkNames];
  const read = new Set(inputs.map(({ key }) => key));
  return keys.every(isPlainKey) && checkNames.every(isOpName) && new Set(made).size === made.length &&
    new Set([...read].map(plainName)).size === read.size;
}

/** The steps that run something. */
export function runnableSteps({ steps }: Snapshot): readonly StepSnapshot[] {
  return steps.filter(({ kind }) => kind !== "external");
}
