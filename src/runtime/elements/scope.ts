/** Where elements belong: to an attempt at a step, or to an attempt at another element. */
import type { Each } from "../../model/elements/each.ts";
import type { Recalled } from "../../model/elements/remark.ts";
import type { ElementDesk, Memory } from "./desk.ts";

/** The elements of one call. */
export interface Branch {
  /** Tells them to stop; with the last one the call ends. */
  stop(reason: unknown): void;
  /** Records those under way as canceled, and nothing after that. Gives how many there were. */
  seal(reason: string): number;
}

/** What all scopes of one attempt at a step share. */
export interface ScopeParts {
  readonly desk: ElementDesk;
  /** What earlier attempts at the step have made; undefined where there were none. */
  recall(): Promise<Memory> | undefined;
  /** Gives the function that a body calls. */
  openEach(scope: Scope): Each;
}

/** What lies around a scope. */
export interface ScopePlace {
  /** The path of the element; undefined for the step itself. */
  readonly path: string | undefined;
  /** What was made within the outermost element, which may be tried again; undefined outside of elements. */
  readonly memory: Map<string, Recalled> | undefined;
  /** The pools of which a slot is held here. */
  readonly pools: readonly string[];
}

/** Holds the calls of one body to unique keys, and ends them with it. */
export class Scope {
  readonly parts: ScopeParts;
  readonly place: ScopePlace;
  readonly #paths: Set<string> = new Set();
  readonly #branches: Set<Branch> = new Set();
  #each: Each | undefined = undefined;
  #stop: { readonly reason: unknown } | undefined = undefined;

  constructor(parts: ScopeParts, place: ScopePlace) {
    this.parts = parts;
    this.place = place;
  }

  get each(): Each {
    return this.#each ??= this.parts.openEach(this);
  }

  /** Whether a call has not ended. */
  get isBusy(): boolean {
    return this.#branches.size > 0;
  }

  /** Claims a path for an element; false when another one has it. */
  claim(path: string): boolean {
    if (this.#paths.has(path)) return false;
    this.#paths.add(path);
    return true;
  }

  enter(branch: Branch): void {
    this.#branches.add(branch);
    if (this.#stop) branch.stop(this.#stop.reason);
  }

  leave(branch: Branch): void {
    this.#branches.delete(branch);
  }

  /** Tells all elements to stop, also those of later calls. */
  stop(reason: unknown): void {
    this.#stop ??= { reason };
    for (const branch of [...this.#branches]) branch.stop(reason);
  }

  /** See {@linkcode Branch.seal}. */
  seal(reason: string): number {
    let running = 0;
    for (const branch of this.#branches) running += branch.seal(reason);
    return running;
  }
}
