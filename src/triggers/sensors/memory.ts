/** The cursor of a sensor as it is recorded: where it is, and what it was about to ask for. */
import { isRecord } from "../../model/validate/options.ts";
import type { Ask, Findings } from "./look.ts";

/**
 * What a sensor has decided to ask for. It is recorded before anything is started, so that a process that dies in between
 * asks for the same again, by the same ids, and not for what it would find then.
 */
export type Intent = Pick<Findings, "asks" | "state" | "add" | "remove">;

/** Where a sensor is. */
export interface Memory {
  /** How many looks have asked for something: what a look is known by whose runs have no key. */
  readonly count: number;
  /** What the next look is handed. */
  readonly state: unknown;
  /** What has not been seen to its end. */
  readonly intent: Intent | undefined;
}

/** From what is recorded; anything else is a sensor that begins. */
export function readMemory(cursor: unknown): Memory {
  if (!isRecord(cursor) || typeof cursor.count !== "number") {
    return { count: 0, state: undefined, intent: undefined };
  }
  const { count, state, intent } = cursor;
  return { count, state, intent: isRecord(intent) ? readIntent(intent) : undefined };
}

/** As it is recorded. */
export function writeMemory({ count, state, intent }: Memory): unknown {
  return { count, ...(state !== undefined && { state }), ...(intent && { intent }) };
}

function readIntent(intent: { readonly [name: string]: unknown }): Intent {
  const { asks, state, add, remove } = intent as Partial<Intent>;
  return { asks: Array.isArray(asks) ? asks as readonly Ask[] : [], state, add, remove };
}
