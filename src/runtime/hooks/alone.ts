/** The hooks of a step by itself, which its own process calls: whoever runs the steps calls none. */
import type { OutputFact, StepFact, StepHooks } from "../../model/step/hooks.ts";
import type { Clock } from "../../model/ports.ts";
import { recordedError, type StepOutcome } from "../../model/step/outcome.ts";
import type { StepLogLine } from "../../model/step/reporter.ts";
import type { StepRequest } from "../../model/step/request.ts";
import type { PlannedStep } from "../../planner/step.ts";
import type { Mask } from "../redact/mask.ts";
import { maskRecord } from "../redact/json.ts";
import { recordError } from "../step/errors.ts";
import { callHook, type HookName } from "./call.ts";
import { frozen } from "./facts.ts";

/** What the hooks of a step by itself are called with. */
export interface AloneParts {
  readonly request: StepRequest;
  readonly planned: PlannedStep;
  readonly clock: Clock;
  readonly mask: Mask;
  readonly log: (line: StepLogLine) => void;
}

/** Tells the hooks of one attempt of its start and of its end. */
export class AloneAnnouncer {
  readonly #parts: AloneParts;
  readonly #hooks: readonly StepHooks[];
  #calls: Promise<void> = Promise.resolve();

  /** @param hooks Those of the step first. */
  constructor(parts: AloneParts, hooks: readonly StepHooks[]) {
    this.#parts = parts;
    this.#hooks = hooks;
  }

  /** The attempt begins. */
  begin(): void {
    this.#tell("onStart", {});
  }

  /** The attempt is over. Resolves when its hooks are too, or were given up. */
  async end(outcome: StepOutcome): Promise<void> {
    switch (outcome.status) {
      case "success":
        this.#tell("onSuccess", { outputs: outcome.outputs.flatMap(outputFact) });
        break;
      case "skipped":
        this.#tell("onSkip", { reason: outcome.reason ?? "" });
        break;
      default: {
        const { retryAfterMs } = outcome;
        const error = recordedError(outcome.error ?? { name: "Error", message: "the step failed" });
        if (!this.#isLast(outcome)) {
          this.#tell("onRetry", { error, ...(retryAfterMs !== undefined && { delayMs: retryAfterMs }) });
        } else this.#tell("onFailure", { error });
      }
    }
    await this.#calls;
  }

  /** A caller that does not say how many retries it allows has them from the step's policy. */
  #isLast({ status, maxRetries }: StepOutcome): boolean {
    const { request, planned } = this.#parts;
    const most = maxRetries ?? request.maxRetries ?? planned.declaration.retry?.maxRetries ?? 0;
    return status === "failed" || (request.attempt ?? 1) > most;
  }

  #tell(name: HookName & keyof StepHooks, words: object): void {
    const listening = this.#hooks.filter((hooks) => hooks[name]);
    if (listening.length === 0) return;
    const { request, planned: { plan, declaration }, clock, mask } = this.#parts;
    const [rank] = plan.ranks;
    const set = plan.sets.get(rank);
    const outputs = plan.outputs.get(rank)?.map((output) => declaration.outputs[output]) ??
      declaration.outputs;
    const head: StepFact = {
      runId: request.runId,
      step: declaration.name,
      keys: outputs.map(({ key }) => key),
      partitions: set ? Array.from(set.subset.indices(), (index) => set.space.keyAt(index)) : [],
      attempt: request.attempt ?? 1,
      atMs: clock.now(),
    };
    const fact = frozen({ ...head, ...maskRecord(words, mask) });
    for (const hooks of listening) this.#calls = this.#calls.then(() => this.#call(hooks, name, fact));
  }

  async #call(hooks: StepHooks, name: HookName, fact: StepFact): Promise<void> {
    const { clock, mask, log } = this.#parts;
    try {
      await callHook(hooks, name, fact, clock);
    } catch (thrown) {
      const message = mask.apply(`The hook ${name} of ${fact.step} failed: ${recordError(thrown).message}`);
      log({ atMs: clock.now(), level: "warning", message });
    }
  }
}

function outputFact(
  { asset, partition, status, metadata }: StepOutcome["outputs"][number],
): readonly OutputFact[] {
  // Hooks hear of what is made, and of no undoing.
  if (status === "undone") return [];
  return [{
    asset,
    ...(partition !== undefined && { partition }),
    status,
    ...(metadata && { metadata }),
  }];
}
