/** Declarations by number: which step makes which asset, and which asset stands behind each input. */
import type { Check } from "./assets/check.ts";
import type { Asset, StepDeclaration } from "./assets/declaration.ts";
import { isPlain } from "./validate/plain.ts";

/**
 * Steps and inputs as columns. Large graphs are bound by memory, and every walk over the declarations costs more than
 * all the arithmetic: they are looked at once, here, and what comes after reads columns.
 */
export interface Links extends StepColumns {
  readonly assets: readonly Asset[];
  /** The keys of the assets. */
  readonly keys: readonly string[];
  /** The number of the asset of each key. */
  readonly numbers: ReadonlyMap<string, number>;
  /** The number of the step that makes an asset, by the asset's number. */
  readonly stepOfAsset: Int32Array;
  /** Whether every asset is a step of its own and there are no others: both then have the same numbers. */
  readonly areSteps: boolean;
  /** The number of the asset behind each input, or -1 when no listed asset has its key. */
  readonly targets: Int32Array;
}

/** What is known of steps without a look at assets. */
export interface StepColumns {
  readonly steps: readonly StepDeclaration[];
  /** 1 for steps with partitions. */
  readonly isPartitioned: Uint8Array;
  /** 1 for external assets. */
  readonly isExternal: Uint8Array;
  /** 1 for steps that give a mapping for an input. */
  readonly isMapped: Uint8Array;
  /** Steps in which a rule could find something, in order. */
  readonly notable: readonly StepDeclaration[];
  /** The inputs of step `s` are `offsets[s]` up to but not including `offsets[s + 1]`. */
  readonly offsets: Int32Array;
  /** The asset that each input gives by value; undefined where it is named by key. */
  readonly given: readonly (Asset | undefined)[];
}

/** Links declarations. Of two assets with one key the first counts. */
export function linkSteps(assets: readonly Asset[], checks: readonly Check[]): Links {
  const keys = new Array<string>(assets.length);
  const stepOfAsset = new Int32Array(assets.length);
  const columns = new Columns(assets.length + checks.length);
  const shared = new Map<StepDeclaration, number>();
  for (let number = 0; number < assets.length; number++) {
    const asset = assets[number];
    const step = asset["~step"];
    keys[number] = asset.key;
    const known = step.kind === "multi-asset" ? shared.get(step) : undefined;
    stepOfAsset[number] = known ?? columns.steps.length;
    if (known !== undefined) continue;
    if (step.kind === "multi-asset") shared.set(step, columns.steps.length);
    columns.add(step, isPlain(asset, step));
  }
  for (const check of checks) columns.add(check["~step"], false);
  const numbers = numberKeys(keys);
  return {
    ...columns,
    assets,
    keys,
    numbers,
    stepOfAsset,
    areSteps: shared.size === 0 && checks.length === 0,
    targets: findTargets(columns.inputKeys, numbers),
  };
}

function numberKeys(keys: readonly string[]): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>();
  for (let number = keys.length - 1; number >= 0; number--) numbers.set(keys[number], number);
  return numbers;
}

function findTargets(inputKeys: readonly string[], numbers: ReadonlyMap<string, number>): Int32Array {
  const targets = new Int32Array(inputKeys.length);
  for (let input = 0; input < inputKeys.length; input++) targets[input] = numbers.get(inputKeys[input]) ?? -1;
  return targets;
}

/** Columns that grow step by step. */
class Columns implements StepColumns {
  readonly steps: StepDeclaration[] = [];
  readonly isPartitioned: Uint8Array;
  readonly isExternal: Uint8Array;
  readonly isMapped: Uint8Array;
  readonly notable: StepDeclaration[] = [];
  readonly offsets: Int32Array;
  readonly given: (Asset | undefined)[] = [];
  readonly inputKeys: string[] = [];

  constructor(most: number) {
    this.isPartitioned = new Uint8Array(most);
    this.isExternal = new Uint8Array(most);
    this.isMapped = new Uint8Array(most);
    this.offsets = new Int32Array(most + 1);
  }

  add(step: StepDeclaration, isPlain: boolean): void {
    const number = this.steps.length;
    const { inputs } = step;
    this.steps.push(step);
    if (!isPlain) this.notable.push(step);
    if (step.partitions) this.isPartitioned[number] = 1;
    if (step.kind === "external") this.isExternal[number] = 1;
    for (let index = 0; index < inputs.length; index++) {
      const { key, asset, mapping } = inputs[index];
      this.inputKeys.push(key);
      this.given.push(asset);
      if (mapping) this.isMapped[number] = 1;
    }
    this.offsets[number + 1] = this.inputKeys.length;
  }
}
