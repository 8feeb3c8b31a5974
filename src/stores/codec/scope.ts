/** Scopes: which rows of which parts of a catalogue the runs of one kind take. */
import type { StoredNodes } from "../../model/events/stored_steps.ts";

/** A text that goes by the hash of its content. */
export interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** A scope as JSON. */
export interface StoredScope {
  readonly parts: readonly (readonly [part: number, name: string])[];
  readonly nodes: readonly StoredNodes[];
}

/** The names of the parts that the text of a scope refers to. */
export function partsOfScope(text: string): readonly string[] {
  return (JSON.parse(text) as StoredScope).parts.map(([, name]) => name);
}
