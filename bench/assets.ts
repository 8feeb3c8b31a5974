/** The same shapes as assets, as a user would declare them. */
import { defineAsset } from "../src/model/assets/asset.ts";
import type { Asset } from "../src/model/assets/declaration.ts";
import { type Definitions, definitions } from "../src/model/definitions.ts";
import type { Shape } from "./graphs.ts";

/** Names of the inputs that a body reads. */
const NAMES = ["a", "b", "c"];

/**
 * Declares a shape: each body reads its inputs, and has a retry policy and a timeout. What a node waits for beyond
 * three others is order only: nobody names a hundred thousand inputs, and a record of so many costs more than its run.
 */
export function declare(shape: Shape): Definitions {
  const { size, starts, parents } = shape;
  const assets = new Array<Asset>(size);
  for (const node of inOrder(shape)) {
    const upstream = Array.from(parents.subarray(starts[node], starts[node + 1]), (parent) => assets[parent]);
    const read = upstream.slice(0, NAMES.length);
    assets[node] = defineAsset({
      key: `layer/n${node}`,
      deps: Object.fromEntries(read.map((asset, place) => [NAMES[place], asset])),
      after: upstream.slice(NAMES.length),
      io: "memory",
      retry: { maxRetries: 3, delayMs: 100, backoff: "exponential" },
      timeoutMs: 60_000,
      run: BODIES[read.length] as never,
    });
  }
  return definitions({ assets });
}

type Inputs = { readonly inputs: { readonly [name: string]: number } };

async function noInputs(): Promise<number> {
  return 1;
}

async function oneInput({ inputs }: Inputs): Promise<number> {
  return (inputs.a + 1) | 0;
}

async function threeInputs({ inputs }: Inputs): Promise<number> {
  return (inputs.a + inputs.b + inputs.c) | 0;
}

async function twoInputs({ inputs }: Inputs): Promise<number> {
  return (inputs.a + inputs.b) | 0;
}

/** Bodies by how many inputs they read. */
const BODIES = [noInputs, oneInput, twoInputs, threeInputs];

/** Nodes so that each comes after what it reads: assets are passed as values. */
function inOrder({ size, starts, parents }: Shape): Int32Array {
  const order = new Int32Array(size);
  const isDone = new Uint8Array(size);
  let count = 0;
  const stack: number[] = [];
  for (let root = 0; root < size; root++) {
    stack.push(root);
    while (stack.length > 0) {
      const node = stack[stack.length - 1];
      let isReady = true;
      for (let edge = starts[node]; edge < starts[node + 1] && !isDone[node]; edge++) {
        if (isDone[parents[edge]]) continue;
        stack.push(parents[edge]);
        isReady = false;
      }
      if (!isReady) continue;
      stack.pop();
      if (isDone[node]) continue;
      isDone[node] = 1;
      order[count++] = node;
    }
  }
  return order;
}
