/** What elements need of whoever runs their step. */
import type { StepDeclaration } from "../../model/assets/declaration.ts";
import type { ElementEventName, ElementsRequest, Recalled } from "../../model/elements/remark.ts";
import type { EventPayloads } from "../../model/events/event.ts";
import type { Outcome } from "../gates/gate.ts";
import type { Clock, LogFields, LogLevel, Random } from "../../model/ports.ts";

/** Takes an event about an element. */
export type WriteElement = <Name extends ElementEventName>(name: Name, payload: EventPayloads[Name]) => void;

/** Elements that need not be made again, by path. */
export type Memory = Map<string, Recalled>;

/** What a body is told that runs elsewhere, by path. */
export function memoryOf({ made }: ElementsRequest): Memory {
  return new Map(made.map(({ element, ...recalled }) => [element, recalled]));
}

/** An element that was let into its pool. */
export interface ElementPass {
  /** Why it must not go on all the same. */
  readonly refusal: { readonly error: unknown } | undefined;
  leave(outcome: Outcome): void;
}

/** The pool of the elements of one call. */
export interface ElementGate {
  /** Lets one in; undefined when it is not needed any more. */
  take(): ElementPass | undefined | Promise<ElementPass | undefined>;
  /** Lets nobody wait any more. */
  close(): void;
}

/** Serves the elements of one attempt of a step. */
export interface ElementDesk {
  readonly declaration: StepDeclaration;
  readonly clock: Clock;
  readonly random: Random;
  /** How many elements of a call may be under way at once, where the call does not say. */
  readonly concurrency: number;
  /** What earlier attempts have made; undefined where there were none. */
  recall(): Promise<Memory> | undefined;
  readonly write: WriteElement;
  log(element: string, level: LogLevel, message: string, fields: LogFields | undefined): void;
  /** Waits where elements have kept others from going on for long enough; undefined otherwise. */
  breathe(): Promise<void> | undefined;
  openGate(pool: string): ElementGate;
}

/** The elements of an attempt, as its context sees them. */
export interface AttemptElements {
  /** Tells them to stop. */
  stop(reason: unknown): void;
  /** The attempt is over: what they still say is not recorded. Gives how many were under way. */
  seal(reason: string): number;
}
