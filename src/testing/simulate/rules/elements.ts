/** The elements of one step as the rules see them. */
import type { SluiceEvent } from "../../../model/events/event.ts";
import { InvariantError } from "../contract.ts";

/** What an event makes of an element. */
const STATES: ReadonlyMap<string, string> = new Map([
  ["element_started", "running"],
  ["element_retrying", "retrying"],
  ["element_succeeded", "made"],
  ["element_skipped", "made"],
  ["element_failed", "failed"],
  ["element_canceled", "canceled"],
]);

/** Whether an event is about an element. */
export function isOfElement(type: string): boolean {
  return STATES.has(type);
}

/** Elements by path. */
export class ElementsModel {
  readonly #states: Map<string, string> = new Map();
  /** The items of those that were made. */
  readonly #made: Map<string, string> = new Map();

  /** Takes the next event about an element of an attempt that goes on. True when one is made that is not made again. */
  take({ type, payload }: SluiceEvent, where: string): boolean {
    const { element, item, from } = payload as {
      readonly element: string;
      readonly item?: string;
      readonly from?: string;
    };
    const about = `${where}, about ${element},`;
    const known = this.#states.get(element);
    const isOpen = known === "running" || known === "retrying";
    if (type === "element_started") {
      if (known === "running") throw new InvariantError("I1", `${about} begins what is under way`);
    } else if (from === undefined && !isOpen) {
      throw new InvariantError("I3", `${about} ends what is ${known ?? "not begun"}`);
    }
    const isMade = STATES.get(type) === "made" && item !== undefined;
    if (isMade) this.#make(element, item, about);
    this.#states.set(element, STATES.get(type) as string);
    return isMade;
  }

  /** The attempt is over, and its elements with it. */
  end(where: string): void {
    for (const [element, state] of this.#states) {
      if (state !== "running" && state !== "retrying") continue;
      throw new InvariantError("I3", `${where} ends while its element ${element} is ${state}`);
    }
  }

  /** The process is gone, and what was under way with it. */
  lose(): void {
    for (const [element, state] of this.#states) {
      if (state === "running" || state === "retrying") this.#states.set(element, "lost");
    }
  }

  #make(element: string, item: string, about: string): void {
    if (this.#made.get(element) === item) {
      throw new InvariantError("I2", `${about} makes again what was made of the same item`);
    }
    this.#made.set(element, item);
  }
}
