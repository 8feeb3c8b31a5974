/** One call of a hook: bounded in time, and never a failure of what it speaks of. */
import type { Hook, RunHooks } from "../../model/step/hooks.ts";
import type { Clock } from "../../model/ports.ts";

/** Default of how long a call may take. */
const TIMEOUT_MS = 10_000;

/** The name of a hook. */
export type HookName = Exclude<keyof RunHooks, "timeoutMs" | "onHookError">;

/**
 * Calls a hook, and waits for it until its time is over. It begins in a microtask, so that who calls goes on.
 *
 * @throws What the hook threw, or that it took too long.
 */
export async function callHook(hooks: RunHooks, name: HookName, fact: object, clock: Clock): Promise<void> {
  const { timeoutMs = TIMEOUT_MS } = hooks;
  const controller = new AbortController();
  let callOff: () => void = () => {};
  const late = new Promise<never>((_, reject) => {
    callOff = clock.after(timeoutMs, () => {
      const error = new Error(`it took longer than ${timeoutMs} ms`);
      controller.abort(error);
      reject(error);
    });
  });
  const hook = hooks[name] as Hook<object>;
  const called = Promise.resolve().then(() => hook.call(hooks, fact, controller.signal));
  try {
    await Promise.race([called, late]);
  } finally {
    callOff();
  }
}
