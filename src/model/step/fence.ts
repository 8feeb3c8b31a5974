/** Fences: who owned the history when an attempt was begun, so that what a lost owner says late can be told. */

/** The place of an owner among all that a history has had. */
export interface Fence {
  /** Which history: owners of different ones have no order. */
  readonly history: string;
  /** Grows with each owner. */
  readonly number: number;
}

/** Whether an owner was followed by another one. Of owners of different histories, and of none, that is not known. */
export function isOvertaken(own: Fence | undefined, other: Fence | undefined): boolean {
  return own !== undefined && other !== undefined && own.history === other.history &&
    own.number < other.number;
}
