/** The elements of an attempt whose body runs elsewhere, as this process hears of them. */
import type { ElementRemark, ElementsRequest } from "../../model/elements/remark.ts";
import type { LogFields, LogLevel } from "../../model/ports.ts";
import type { AttemptElements, ElementDesk, ElementGate } from "./desk.ts";

/** Records what is said elsewhere, as long as the attempt lasts. */
export class RemoteElements implements AttemptElements {
  readonly #desk: ElementDesk;
  /** Paths of those under way, or about to be tried again. */
  readonly #running: Set<string> = new Set();
  #isSealed = false;

  constructor(desk: ElementDesk) {
    this.#desk = desk;
  }

  /** What the body is told where it runs. */
  async request(): Promise<ElementsRequest> {
    const made = await this.#desk.recall() ?? [];
    return {
      concurrency: this.#desk.concurrency,
      made: Array.from(made, ([element, recalled]) => ({ element, ...recalled })),
    };
  }

  /** The gate of a pool, for elements that run elsewhere in this process. */
  openGate(pool: string): ElementGate {
    return this.#desk.openGate(pool);
  }

  hear({ event, payload }: ElementRemark): void {
    if (this.#isSealed) return;
    const { element } = payload;
    if (event === "element_started" || event === "element_retrying") this.#running.add(element);
    else this.#running.delete(element);
    this.#desk.write(event, payload as never);
  }

  log(element: string, level: LogLevel, message: string, fields: LogFields | undefined): void {
    if (!this.#isSealed) this.#desk.log(element, level, message, fields);
  }

  /** The body is told by its context. */
  stop(): void {}

  /** Those within others are canceled before these. */
  seal(reason: string): number {
    if (this.#isSealed) return 0;
    this.#isSealed = true;
    const running = [...this.#running].sort((a, b) => b.length - a.length);
    for (const element of running) this.#desk.write("element_canceled", { element, reason });
    return running.length;
  }
}
