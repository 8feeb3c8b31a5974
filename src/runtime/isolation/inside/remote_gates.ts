/** The pools of elements within a worker: slots are asked of the thread that has them. */
import type { ElementGate, ElementPass } from "../../elements/desk.ts";
import type { Outcome } from "../../gates/gate.ts";
import { packFailure, unpackFailure } from "../worker/failure.ts";
import type { Admission, Remark } from "../worker/protocol.ts";

type Admit = (pass: ElementPass | undefined) => void;

/** Says something of a task. */
export type Tell = (remark: Remark) => void;

/** The open gates of one worker. */
export class RemoteGates {
  readonly #tell: Tell;
  readonly #open: Map<number, RemoteGate> = new Map();
  #last = 0;

  constructor(tell: Tell) {
    this.#tell = tell;
  }

  /** The gate of one call of `each()`. */
  open(slot: number, step: string, pool: string): ElementGate {
    const gate = ++this.#last;
    const opened = new RemoteGate(
      { slot, gate, step, pool, tell: this.#tell },
      () => this.#open.delete(gate),
    );
    this.#open.set(gate, opened);
    return opened;
  }

  /** An answer has come; of a gate that is closed it is of no account, since a closed gate has given back what it had. */
  admit(admission: Admission): void {
    this.#open.get(admission.gate)?.admit(admission);
  }
}

interface GateParts {
  readonly slot: number;
  readonly gate: number;
  readonly step: string;
  readonly pool: string;
  readonly tell: Tell;
}

class RemoteGate implements ElementGate {
  readonly #parts: GateParts;
  readonly #forget: () => void;
  readonly #waiting: Map<number, Admit> = new Map();
  #last = 0;
  #isClosed = false;

  constructor(parts: GateParts, forget: () => void) {
    this.#parts = parts;
    this.#forget = forget;
  }

  take(): Promise<ElementPass | undefined> | undefined {
    if (this.#isClosed) return undefined;
    const { slot, gate, pool, tell } = this.#parts;
    const take = ++this.#last;
    tell({ slot, gate, pool, take });
    return new Promise((resolve) => this.#waiting.set(take, resolve));
  }

  admit({ take, isLetIn, refusal }: Admission): void {
    const admit = this.#waiting.get(take);
    this.#waiting.delete(take);
    const { step } = this.#parts;
    const error = refusal && unpackFailure(step, refusal);
    admit?.(
      isLetIn ? { refusal: error && { error }, leave: (outcome) => this.#leave(take, outcome) } : undefined,
    );
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { slot, gate, tell } = this.#parts;
    tell({ slot, gate, isClosed: true });
    this.#forget();
    for (const admit of this.#waiting.values()) admit(undefined);
    this.#waiting.clear();
  }

  #leave(take: number, outcome: Outcome): void {
    const { slot, gate, tell } = this.#parts;
    const told = typeof outcome === "object" ? packFailure(outcome.error) : outcome;
    tell({ slot, gate, left: take, ...(told !== undefined && { outcome: told }) });
  }
}
