/** A breaker as a gate: shut while what it guards has failed too often. */
import type { BreakerName } from "../../model/events/event.ts";
import type { BreakerPolicy, BreakerState } from "../../model/gates/breaker.ts";
import { SluiceError } from "../../model/issue.ts";
import type { Clock } from "../../model/ports.ts";
import { classOf } from "../retry/error_class.ts";
import type { Answer, Gate, Outcome } from "./gate.ts";

/** How a breaker is. */
export interface BreakerStatus extends BreakerName {
  /** Whether steps may pass: all, none, or some that try. */
  readonly state: BreakerState;
  /** How many failures count now. */
  readonly failures: number;
  /** While it is open: when it will be half open, epoch milliseconds. */
  readonly untilMs: number | undefined;
}

/** What a breaker works with. */
export interface BreakerParts {
  readonly subject: BreakerName;
  readonly policy: BreakerPolicy;
  readonly clock: Clock;
  /** Called when it may let somebody in whom it let wait. */
  readonly wake: () => void;
  /** Hears of every change of state, with the error that opened it. */
  readonly tell: (status: BreakerStatus, error?: unknown) => void;
}

const COUNTED: BreakerPolicy["counts"] = ["transient", "resource"];

/** One breaker. An attempt that began in an earlier state says nothing about the present one. */
export class Breaker implements Gate {
  readonly isIdle = false;
  readonly #parts: BreakerParts;
  readonly #trials: number;
  #state: BreakerState = "closed";
  /** Counts states. */
  #era = 0;
  /** When failures happened that count, ascending. */
  #failuresMs: number[] = [];
  #untilMs = 0;
  /** How often it opened since it was closed. */
  #openings = 0;
  /** While it is half open: trials under way, and those that went well. */
  #trying = 0;
  #passed = 0;
  #callOff: (() => void) | undefined = undefined;

  constructor(parts: BreakerParts) {
    this.#parts = parts;
    this.#trials = parts.policy.trials ?? 1;
  }

  get status(): BreakerStatus {
    this.#look();
    const { subject, clock } = this.#parts;
    return {
      ...subject,
      state: this.#state,
      failures: this.#counted(clock.now()).length,
      untilMs: this.#state === "open" ? this.#untilMs : undefined,
    };
  }

  look(): Answer {
    this.#look();
    if (this.#state === "closed") return "pass";
    if (this.#state === "half_open" && this.#trying + this.#passed < this.#trials) return "pass";
    return this.#parts.policy.whenOpen === "fail" ? this.#refusal() : "wait";
  }

  enter(): number {
    if (this.#state === "half_open") this.#trying++;
    return this.#era;
  }

  holds(era: number): boolean {
    return era === this.#era;
  }

  leave(era: number, outcome: Outcome): void {
    if (era !== this.#era) return;
    if (this.#state === "half_open") this.#trying--;
    if (outcome === "success") this.#succeeded();
    else if (outcome && this.#isCounted(outcome.error)) this.#failed(outcome.error);
  }

  /** A timer runs only while somebody waits for it. */
  attend(isAwaited: boolean): void {
    if (!isAwaited || this.#state !== "open") {
      this.#callOff?.();
      this.#callOff = undefined;
    } else if (!this.#callOff) {
      const { clock, wake } = this.#parts;
      this.#callOff = clock.after(Math.max(0, this.#untilMs - clock.now()), () => {
        this.#callOff = undefined;
        wake();
      });
    }
  }

  /** An open breaker is half open when its time is over and somebody asks. */
  #look(): void {
    if (this.#state !== "open" || this.#parts.clock.now() < this.#untilMs) return;
    this.#trying = 0;
    this.#passed = 0;
    this.#turn("half_open");
  }

  #succeeded(): void {
    if (this.#state !== "half_open" || ++this.#passed < this.#trials) return;
    this.#failuresMs = [];
    this.#openings = 0;
    this.#turn("closed");
  }

  #failed(error: unknown): void {
    const { policy, clock } = this.#parts;
    const nowMs = clock.now();
    this.#failuresMs = [...this.#counted(nowMs), nowMs].slice(-policy.failures);
    if (this.#state === "closed" && this.#failuresMs.length < policy.failures) return;
    const longestMs = policy.maxOpenMs ?? policy.openMs;
    this.#untilMs = nowMs + Math.min(policy.openMs * 2 ** this.#openings++, longestMs);
    this.#turn("open", error);
  }

  #turn(state: BreakerState, error?: unknown): void {
    this.#state = state;
    this.#era++;
    this.#parts.tell(this.status, error);
  }

  #counted(nowMs: number): readonly number[] {
    return this.#failuresMs.filter((atMs) => nowMs - atMs < this.#parts.policy.withinMs);
  }

  /** A resource that could not be opened says nothing about the others of its step. */
  #isCounted(error: unknown): boolean {
    const { subject, policy } = this.#parts;
    const [blamed] = error instanceof SluiceError && error.code === "RESOURCE_FAILED" ? error.issues : [];
    if (subject.kind === "resource" && blamed && blamed.path[1] !== subject.name) return false;
    const { counts = COUNTED } = policy;
    if (counts === "all" || counts === undefined) return true;
    const found = classOf(error);
    return found !== undefined && counts.includes(found);
  }

  #refusal(): SluiceError {
    const { kind, name } = this.#parts.subject;
    const until = this.#state === "open"
      ? `is open until ${new Date(this.#untilMs).toISOString()}`
      : "is half open, and others try";
    return new SluiceError({
      code: "BREAKER_OPEN",
      message: `The breaker of the ${kind} ${name} ${until}.`,
      path: ["breakers", kind, name],
      hint: 'Let steps wait with whenOpen: "wait", or retry them later.',
    });
  }
}

/** What a breaker is called among gates. */
export function breakerName({ kind, name }: BreakerName): string {
  return `breaker of ${kind} ${name}`;
}
