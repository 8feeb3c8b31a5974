/** Events of made-up runs. */
import type { EventName, SluiceEvent } from "../../../src/model/events/event.ts";
import type { PlannedNode, StepTable } from "../../../src/model/events/step_table.ts";

/** A node: its name, how many partitions it has (0 for none), and how many of them share a step. */
export type TestNode = readonly [name: string, partitions: number, chunk?: number];

/** A table over nodes given as `[name, partitions, chunk]`; partitions are called `p0`, `p1`, ... */
export function tableOf(
  ...nodes: readonly TestNode[]
): StepTable {
  let firstStep = 0;
  const planned = nodes.map(([step, partitions, chunkSize = 1]): PlannedNode => {
    const partitionCount = Math.max(1, partitions);
    const stepCount = Math.ceil(partitionCount / chunkSize);
    const node = { step, firstStep, stepCount, chunkSize, partitionCount };
    firstStep += stepCount;
    return { ...node, kind: "asset", outputs: [], partitions: { kind: "unit" } };
  });
  const nodeOf = (step: number): number => planned.findLastIndex((node) => node.firstStep <= step);
  return {
    count: firstStep,
    nodeCount: planned.length,
    nodeOf,
    node: (position) => planned[position],
    partitionKeys(step) {
      const position = nodeOf(step);
      const { chunkSize, partitionCount, firstStep } = planned[position];
      if (nodes[position][1] === 0) return [];
      const from = (step - firstStep) * chunkSize;
      return Array.from(
        { length: Math.min(chunkSize, partitionCount - from) },
        (_, index) => `p${from + index}`,
      );
    },
    identities: () => [],
  };
}

/** An event with what a test says of it. */
export function eventOf(type: EventName, fields: { readonly [name: string]: unknown } = {}): SluiceEvent {
  return {
    seq: 0,
    atMs: 0,
    runId: "r1",
    step: -1,
    attempt: 1,
    payload: undefined,
    ...fields,
    type,
  } as SluiceEvent;
}
