/** Definitions as the run loop reads them when it undoes what steps have made. */
import type { StepDeclaration } from "../../model/assets/declaration.ts";
import type { Definitions } from "../../model/definitions.ts";
import { BodyContext } from "../step/context.ts";
import { hasAny } from "../step/facts.ts";
import { type Body, TRAIT, type Wiring } from "../wiring.ts";
import { UndoBodyContext, type UndoTask } from "./context.ts";

/** Gives what a step of the run has to undo. */
export type FindUndo = (step: number, declaration: StepDeclaration) => UndoTask;

/** Undoes a step where its body runs. */
export type IsolateUndo = (
  definitions: Definitions,
  context: BodyContext,
  task: UndoTask,
) => Promise<unknown>;

/**
 * Puts undo steps in the place of bodies: they read nothing, and keep nothing. Without `isolate` all of them run inline.
 */
export function undoWiring(wiring: Wiring, find: FindUndo, isolate: IsolateUndo | undefined): Wiring {
  const { definitions } = wiring;
  const { steps } = definitions;
  const traits = new Uint8Array(steps.length);
  const bodies = new Array<Body>(steps.length);
  const timeoutsMs = new Float64Array(steps.length).fill(Infinity);
  for (const [rank, step] of steps.entries()) {
    const { undo, resources, timeoutMs = Infinity, isolation } = step;
    if (!undo) continue;
    const run = undo.run as (context: UndoBodyContext) => unknown;
    const gated = wiring.traits[rank] & TRAIT.GATED;
    const taskOf = (context: BodyContext) => find(BodyContext.stepOf(context), step);
    traits[rank] = TRAIT.ELABORATE | gated;
    if (isolation && isolate) {
      bodies[rank] = (context) => isolate(definitions, context, taskOf(context));
      // A process keeps its time itself.
      if (isolation.tier === "worker") timeoutsMs[rank] = timeoutMs;
      continue;
    }
    if (hasAny(resources)) traits[rank] |= TRAIT.RESOURCES;
    bodies[rank] = (context) => run(new UndoBodyContext(context, taskOf(context)));
    timeoutsMs[rank] = timeoutMs;
  }
  return { ...wiring, traits, bodies, timeoutsMs };
}
