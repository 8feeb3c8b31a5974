/** Definitions as the run loop reads them when it undoes what steps have made. */
import type { StepDeclaration } from "../../model/assets/declaration.ts";
import { BodyContext } from "../step/context.ts";
import { hasAny } from "../step/facts.ts";
import { type Body, TRAIT, type Wiring } from "../wiring.ts";
import { UndoBodyContext, type UndoTask } from "./context.ts";

/** Gives what a step of the run has to undo. */
export type FindUndo = (step: number, declaration: StepDeclaration) => UndoTask;

/** Puts undo steps in the place of bodies: they read nothing, and keep nothing. */
export function undoWiring(wiring: Wiring, find: FindUndo): Wiring {
  const { steps } = wiring.definitions;
  const traits = new Uint8Array(steps.length);
  const bodies = new Array<Body>(steps.length);
  const timeoutsMs = new Float64Array(steps.length).fill(Infinity);
  for (const [rank, step] of steps.entries()) {
    const { undo, resources, timeoutMs = Infinity } = step;
    if (!undo) continue;
    const run = undo.run as (context: UndoBodyContext) => unknown;
    const gated = wiring.traits[rank] & TRAIT.GATED;
    traits[rank] = TRAIT.ELABORATE | gated | (hasAny(resources) ? TRAIT.RESOURCES : 0);
    bodies[rank] = (context) => run(new UndoBodyContext(context, find(BodyContext.stepOf(context), step)));
    timeoutsMs[rank] = timeoutMs;
  }
  return { ...wiring, traits, bodies, timeoutsMs };
}
