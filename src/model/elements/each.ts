/** Fan-out over a value known at run time: what a body calls, and what the body of an element gets. */
import type { Awaitable, Skip } from "../assets/result.ts";
import type { RetryPolicy } from "../policy.ts";
import type { Log } from "../ports.ts";
import type { RecordedError } from "../events/event.ts";

/** What the body of an element gets beside its item. */
export interface ElementContext {
  /** The key among the elements of the same parent. */
  readonly key: string;
  /** The keys from the outermost element down to this one, joined by `/`. */
  readonly path: string;
  /** The place of the item, from 0. */
  readonly index: number;
  /** Which attempt at this element this is within the attempt of its step, counted from 1. */
  readonly attempt: number;
  /** Aborted when the step is told to stop, and when the element has timed out or is not needed any more. */
  readonly signal: AbortSignal;
  /** Writes lines that are kept with the step and name the element. */
  readonly log: Log;
  /** Elements within this one. */
  readonly each: Each;
}

/** Options of one call of {@linkcode Each}. */
export interface EachOptions<in T = never> {
  /** The key of an item: any text, unique within the parent. Default: its place, `"0"`, `"1"`. */
  readonly key?: (item: T, index: number) => string;
  /** Put before the keys, with a colon: tells the calls of one body apart that leave keys to their default. */
  readonly name?: string;
  /** How many elements of this call may be under way at once. Default: what the orchestrator allows for steps. */
  readonly concurrency?: number;
  /** A concurrency pool: each element takes a slot of it while it runs. */
  readonly pool?: string;
  /** How a failed element is tried again. Default: as the step is. */
  readonly retry?: RetryPolicy;
  /** Longest time of one attempt at an element in milliseconds. Default none. */
  readonly timeoutMs?: number;
  /** Ends the call with the first element that has failed, and stops the others. Default false. */
  readonly failFast?: boolean;
  /** Gives what became of each element instead of throwing when some have failed. Default false. */
  readonly settled?: boolean;
}

/** The value of an element: what its body gives, and undefined where it may skip. */
export type ElementValue<R> = R extends Skip ? undefined : R;

/** What became of one element. */
export type ElementOutcome<R = unknown> =
  | { readonly status: "success"; readonly key: string; readonly value: R }
  | { readonly status: "skipped"; readonly key: string; readonly reason: string }
  | { readonly status: "failed"; readonly key: string; readonly error: RecordedError };

/** Several items, given at once or as they come. */
export type Items<T> = Iterable<T> | AsyncIterable<T>;

/** The body of an element. */
export type ElementBody<T, R> = (item: T, element: ElementContext) => Awaitable<R>;

/**
 * Runs a body for each item and gives the results in the order of the items. Every element is recorded by itself: what
 * has succeeded is not run again by the next attempt of the step, by a rerun from failure, or after a crash.
 *
 * The asset must be declared with `elements: true`. Results are data as JSON holds it, at most 65,536 characters each.
 */
export interface Each {
  /** With the default of every option. */
  <T, R>(items: Items<T>, body: ElementBody<T, R>): Promise<ElementValue<R>[]>;
  /** Gives what became of each element. */
  <T, R>(
    items: Items<T>,
    options: EachOptions<T> & { readonly settled: true },
    body: ElementBody<T, R>,
  ): Promise<ElementOutcome<ElementValue<R>>[]>;
  /** Throws ELEMENTS_FAILED when the others have ended. */
  <T, R>(
    items: Items<T>,
    options: EachOptions<T> & { readonly settled?: false },
    body: ElementBody<T, R>,
  ): Promise<ElementValue<R>[]>;
}
