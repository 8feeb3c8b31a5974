/** What is said of elements between processes: what became of them, and what need not be made again. */
import type { EventName, EventPayloads } from "../events/event.ts";
import type { Fields } from "../step/fields.ts";

/** The names of the events about elements. */
export type ElementEventName = Extract<EventName, `element_${string}`>;

/** Something that happened to an element, as it is recorded. */
export type ElementRemark = {
  readonly [Name in ElementEventName]: {
    /** The name of the event. */
    readonly event: Name;
    /** What it says. */
    readonly payload: EventPayloads[Name];
  };
}[ElementEventName];

/** What an element came to that need not be made again. */
export interface Recalled {
  /** Tells the item, and the code that it was made by. */
  readonly item: string;
  /** What its body gave. */
  readonly value?: unknown;
  /** Why it was skipped; absent where it was not. */
  readonly reason?: string;
  /** The run that made it, where that was an earlier one: it is then recorded in this run too. */
  readonly from?: string;
}

/** The same with the path of the element. */
export interface RecalledElement extends Recalled {
  /** Its path. */
  readonly element: string;
}

/** What a body that fans out is told where it runs. */
export interface ElementsRequest {
  /** How many elements of a call may be under way, where it does not say. */
  readonly concurrency: number;
  /** What earlier attempts have made. */
  readonly made: readonly RecalledElement[];
}

/** Reads what a request says of elements. */
export function readElements(fields: Fields): ElementsRequest {
  return {
    concurrency: fields.count("concurrency", 1),
    made: fields.list("made", (each) => ({
      element: each.text("element"),
      item: each.text("item"),
      ...each.any("value"),
      ...each.some("reason", (name) => each.text(name)),
      ...each.some("from", (name) => each.text(name)),
    })),
  };
}
