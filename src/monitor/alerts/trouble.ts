/** One trouble: the events of one rule about one subject, from the first to the end of it. */
import type { SluiceEvent } from "../../model/events/event.ts";
import type { Clock } from "../../model/ports.ts";
import { isAtLeast, type Severity } from "../stream/severity.ts";
import type { Alert } from "./contract.ts";

/** Events that a notice shows. */
const SHOWN = 5;

/** What a trouble works with. */
export interface TroubleParts {
  readonly rule: string;
  readonly subject: string;
  readonly groupMs: number;
  readonly repeatMs: number;
  readonly clock: Clock;
  readonly send: (alert: Alert) => void;
}

/**
 * Gathers events and says when to tell of them: the first time `groupMs` after the first event, and again no sooner than
 * `repeatMs` after the last notice. What ends before anybody was told was none.
 */
export class Trouble {
  readonly sinceMs: number;
  readonly #parts: TroubleParts;
  #isTold = false;
  #toldMs = 0;
  #count = 0;
  #severity: Severity = "info";
  #lastMs = 0;
  /** Since the last notice. */
  #fresh: SluiceEvent[] = [];
  #lines: string[] = [];
  #freshCount = 0;
  #callOff: (() => void) | undefined = undefined;

  constructor(parts: TroubleParts) {
    this.#parts = parts;
    this.sinceMs = parts.clock.now();
  }

  /** Whether somebody was told. */
  get isTold(): boolean {
    return this.#isTold;
  }

  /** Adds an event. */
  add(event: SluiceEvent, severity: Severity, words: string): void {
    if (isAtLeast(severity, this.#severity)) this.#severity = severity;
    this.#count++;
    this.#freshCount++;
    this.#lastMs = event.atMs;
    if (this.#fresh.length < SHOWN) {
      this.#fresh.push(event);
      this.#lines.push(words);
    }
    this.#plan();
  }

  /** It is over. */
  resolve(event: SluiceEvent, words: string): void {
    this.#stop();
    if (!this.#isTold) return;
    this.#lastMs = event.atMs;
    this.#parts.send({
      ...this.#alert(`${this.#parts.subject}: well again: ${words}`),
      state: "resolved",
      events: [event],
      lines: [words],
    });
  }

  /** Tells at once of what is gathered, and plans nothing more. */
  flush(): void {
    this.#stop();
    if (this.#freshCount > 0 && !this.#isTold) this.#tell();
  }

  #plan(): void {
    if (this.#callOff) return;
    const { clock, groupMs, repeatMs } = this.#parts;
    const dueMs = this.#isTold ? Math.max(0, this.#toldMs + repeatMs - clock.now()) : groupMs;
    if (dueMs === 0) this.#tell();
    else this.#callOff = clock.after(dueMs, () => this.#tell());
  }

  #tell(): void {
    this.#stop();
    const more = this.#freshCount > 1 ? ` (and ${this.#freshCount - 1} more)` : "";
    const alert = this.#alert(`${this.#parts.subject}: ${this.#lines[0]}${more}`);
    this.#isTold = true;
    this.#toldMs = this.#parts.clock.now();
    this.#fresh = [];
    this.#lines = [];
    this.#freshCount = 0;
    this.#parts.send(alert);
  }

  #alert(summary: string): Alert {
    const { rule, subject } = this.#parts;
    return {
      key: `${rule}/${subject}`,
      state: "firing",
      rule,
      subject,
      severity: this.#severity,
      count: this.#count,
      firstMs: this.sinceMs,
      lastMs: this.#lastMs,
      summary,
      events: this.#fresh,
      lines: this.#lines,
    };
  }

  #stop(): void {
    this.#callOff?.();
    this.#callOff = undefined;
  }
}
