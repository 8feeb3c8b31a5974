/** Asset keys as Python, and the keys that Dagster's decorators refuse. */
import type { Snapshot, StepSnapshot } from "../../../src/model/snapshot/snapshot.ts";
import { call, type Expression, list } from "../../python/expression.ts";
import { textLiteral } from "../../python/literal.ts";
import type { DagsterVersion } from "../version.ts";
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

/** The name that Dagster gives to the output of a check. */
export function checkOutputName(asset: string, check: string): string {
  return `${plainName(asset)}_${check.replaceAll(".", "_")}`;
}

/** The name that Dagster's decorators give to an input: not the same that an output of this key has. */
function inputName(key: string, dagster: DagsterVersion): string {
  const name = key.replace(/[/-]/g, "_");
  return dagster.has("dottedInputs") ? name.replaceAll(".", "_") : name;
}

/**
 * Whether Dagster's own decorators take a step: all that it makes, reads and checks has a name that can be one of an
 * input or output, and no two have the same. Of two inputs with one name Dagster drops one without a word.
 */
export function isPlainStep(
  { outputs, inputs, checks, check }: StepSnapshot,
  dagster: DagsterVersion,
): boolean {
  const checkNames = [...checks, ...check ? [check] : []].map(({ asset, name }) =>
    checkOutputName(asset, name)
  );
  const made = [...outputs.map(({ key }) => plainName(key)), ...checkNames];
  const read = [...new Set(inputs.map(({ key }) => key))];
  return [made, read.map(plainName), read.map((key) => inputName(key, dagster))].every(arePlainNames);
}

function arePlainNames(names: readonly string[]): boolean {
  return names.every(isOpName) && new Set(names).size === names.length;
}

/** The steps that run something. */
export function runnableSteps({ steps }: Snapshot): readonly StepSnapshot[] {
  return steps.filter(({ kind }) => kind !== "external");
}
