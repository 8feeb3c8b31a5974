/** The bodies of a simulated process: the user's own, in virtual time, and with faults. */
import { StepFailure } from "../../model/assets/failure.ts";
import type { Definitions } from "../../model/definitions.ts";
import type { BodyContext } from "../../runtime/step/context.ts";
import { chance } from "./chance.ts";
import type { Faults } from "./faults.ts";
import type { UndoBodyContext } from "../../runtime/undo/context.ts";
import type { Life } from "./life.ts";

type UndoBody = (context: UndoBodyContext) => unknown;

/** Bodies end after so many milliseconds at most, unless they wait themselves. */
const LONGEST_MS = 2_000;

/** What the bodies of a process are made for. */
export interface BodyWorld {
  readonly seed: number;
  readonly faults: Faults;
  readonly life: Life;
  /** An attempt begins. */
  begun(): void;
}

/** The same definitions with bodies that take their time and may fail; all of them inline. */
export function withFaultyBodies(definitions: Definitions, world: BodyWorld): Definitions {
  const steps = definitions.steps.map((step) => {
    const { run } = step;
    if (!run) return step;
    const body = run as (context: BodyContext) => unknown;
    const { undo } = step;
    return {
      ...step,
      isolation: undefined,
      run: (context: BodyContext) => attempt(world, context, body),
      undo: undo &&
        { ...undo, run: (context: UndoBodyContext) => undoing(world, context, undo.run as UndoBody) },
    };
  });
  return { ...definitions, steps: steps as unknown as Definitions["steps"] };
}

/** Waits before the body, so that chance decides in which order steps end; one in four does not wait at all. */
function attempt(world: BodyWorld, context: BodyContext, body: (context: BodyContext) => unknown): unknown {
  world.begun();
  const name = [context.name, partitionOf(context), context.run.id, context.attempt] as const;
  const isFaulty = world.faults.strikes("body");
  const draw = chance(world.seed, "delay", ...name);
  if (draw < 0.25) return isFaulty ? fail(world, name) : body(context);
  return wait(world.life, Math.floor(draw * LONGEST_MS)).then(() =>
    isFaulty ? fail(world, name) : body(context)
  );
}

/** The same for an undo step, which counts as no attempt at a step. */
function undoing(world: BodyWorld, context: UndoBodyContext, body: UndoBody): unknown {
  const name = ["undo", context.name, partitionOf(context), context.run.id, context.attempt] as const;
  const isFaulty = world.faults.strikes("body");
  return wait(world.life, Math.floor(chance(world.seed, "delay", ...name) * LONGEST_MS)).then(() =>
    isFaulty ? fail(world, name) : body(context)
  );
}

function partitionOf({ partition }: Pick<BodyContext, "partition">): string {
  return partition.kind === "none" ? "" : partition.key;
}

/** What is thrown: mostly something that may be tried again, sometimes not, sometimes nothing that is an error. */
function fail(world: BodyWorld, name: readonly (string | number)[]): never {
  const draw = chance(world.seed, "failure", ...name);
  const message = `simulated failure of ${name[0]}`;
  if (draw < 0.6) throw new Error(message);
  if (draw < 0.75) throw new StepFailure(message, { retry: false });
  if (draw < 0.9) throw new StepFailure(message, { retryAfterMs: 500, maxRetries: 2 });
  throw message;
}

function wait(life: Life, durationMs: number): Promise<void> {
  return new Promise((resolve) => life.clock.after(durationMs, resolve));
}
