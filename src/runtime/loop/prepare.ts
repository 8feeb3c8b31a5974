/** What has to be there before a body can be called. */
import type { ResourceDesk } from "../resources.ts";
import { BodyContext } from "../step/context.ts";
import type { InputReader } from "../step/inputs.ts";
import { isThenable } from "../thenable.ts";
import { TRAIT, type Wiring } from "../wiring.ts";

/** What preparing works with. */
export interface PrepareParts {
  readonly wiring: Wiring;
  readonly desk: ResourceDesk;
  readonly reader: InputReader;
}

/** Sets up the resources of a step and gathers its inputs; a promise when that takes time. */
export function prepare(
  { wiring, desk, reader }: PrepareParts,
  context: BodyContext,
  step: number,
  rank: number,
): PromiseLike<void> | undefined {
  const traits = wiring.traits[rank];
  const opening = (traits & TRAIT.RESOURCES) === 0
    ? undefined
    : desk.open(wiring.definitions.steps[rank].resources);
  if ((traits & TRAIT.GATHERS) === 0) return opening;
  if (opening) return gatherAfter(opening, reader, context, step);
  const inputs = reader.load(step);
  if (isThenable(inputs)) return inputs.then((loaded) => BodyContext.provide(context, loaded));
  BodyContext.provide(context, inputs);
  return undefined;
}

async function gatherAfter(
  opening: Promise<void>,
  reader: InputReader,
  context: BodyContext,
  step: number,
): Promise<void> {
  await opening;
  BodyContext.provide(context, await reader.load(step));
}
