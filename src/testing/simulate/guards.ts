/** What keeps a process that has lost its lease from doing harm. Tests take one away, to see that this is noticed. */
import { type Fence, isOvertaken } from "../../model/step/fence.ts";
import { SluiceError } from "../../model/issue.ts";
import { storeError } from "../../stores/refusal.ts";

/** The guards of a simulated world. */
export interface Guards {
  /** Refuses a commit of a process that does not hold the lease any more. */
  readonly commit: (isHolder: boolean) => void;
  /** Refuses a value of an owner of the history where a later one has kept its own. */
  readonly value: (own: Fence | undefined, kept: Fence | undefined) => void;
}

/** The guards as they are. */
export const guards: Guards = Object.freeze({
  commit: (isHolder: boolean) => {
    if (isHolder) return;
    throw storeError("STORE_LOCKED", "simulated", "Another process has taken over the store simulated.", {
      hint: "This one stood still for longer than its lease.",
    });
  },
  value: (own: Fence | undefined, kept: Fence | undefined) => {
    if (!isOvertaken(own, kept)) return;
    throw new SluiceError({
      code: "STEP_LOST",
      message: "Simulated: the value comes late, and a later owner has kept its own.",
      path: ["io"],
    });
  },
});
