/** The elements of a body that runs by itself, in a test of the user's: nothing is recorded, and nothing is tried again. */
import type { StepDeclaration } from "../../model/assets/declaration.ts";
import { systemClock, systemRandom } from "../../model/ports.ts";
import type { ElementDesk } from "./desk.ts";

const CONCURRENCY = 16;

/** A desk that has only the body's own lines to pass on. */
export function openLoneDesk(
  declaration: StepDeclaration,
  log: ElementDesk["log"],
): ElementDesk {
  return {
    declaration: { ...declaration, retry: undefined },
    clock: systemClock,
    random: systemRandom,
    concurrency: CONCURRENCY,
    recall: () => undefined,
    write: () => {},
    log,
    breathe: () => undefined,
    openGate: () => ({ take: () => ({ refusal: undefined, leave: () => {} }), close: () => {} }),
  };
}
