/** The elements of one attempt at a step, where its body runs. */
import type { Each, EachOptions, ElementContext, ElementOutcome, Items } from "../../model/elements/each.ts";
import { recordError } from "../step/errors.ts";
import { Call, type ElementEnd } from "./call.ts";
import type { AttemptElements, ElementDesk, Memory } from "./desk.ts";
import { elementsFailed, heldPool, notDeclared } from "./errors.ts";
import { openDigest } from "./item.ts";
import { checkCall } from "./options.ts";
import { Scope } from "./scope.ts";

type Body = (item: unknown, element: ElementContext) => unknown;

/** Opened when a body first asks for `each`. */
export class StepElements implements AttemptElements {
  readonly #desk: ElementDesk;
  readonly #scope: Scope;
  #recalling: Promise<Memory> | undefined = undefined;
  #digest: ((item: unknown) => string | undefined) | undefined = undefined;

  constructor(desk: ElementDesk) {
    this.#desk = desk;
    const recall = () => this.#recalling ??= desk.recall();
    const parts = { desk, recall, openEach: (scope: Scope) => this.#open(scope) };
    this.#scope = new Scope(parts, { path: undefined, memory: undefined, pools: [] });
  }

  /** What the body of the step calls. */
  get each(): Each {
    return this.#scope.each;
  }

  stop(reason: unknown): void {
    this.#scope.stop(reason);
  }

  seal(reason: string): number {
    const running = this.#scope.seal(reason);
    this.#scope.stop(new Error(reason));
    return running;
  }

  #open(scope: Scope): Each {
    const each = (items: Items<unknown>, ...rest: readonly unknown[]): Promise<unknown> => {
      const results = this.#call(scope, items, rest);
      // A body that does not wait for its elements fails for that reason, and not for theirs.
      results.catch(ignore);
      return results;
    };
    return each as Each;
  }

  async #call(scope: Scope, items: Items<unknown>, rest: readonly unknown[]): Promise<unknown> {
    const { declaration } = this.#desk;
    const { name } = declaration;
    if (!declaration.elements) throw notDeclared(name);
    const [options, body] = rest.length > 1 ? rest : [{}, rest[0]];
    checkCall(name, items, options, body);
    const checked = options as EachOptions<unknown>;
    const { pool } = checked;
    if (pool !== undefined && (pool === declaration.pool || scope.place.pools.includes(pool))) {
      throw heldPool(name, pool);
    }
    const call = new Call({
      scope,
      items,
      options: checked,
      body: body as Body,
      recalling: scope.parts.recall(),
      digestOf: this.#digest ??= openDigest(declaration),
    });
    return this.#results(await call.run(), call.count, checked);
  }

  #results(ends: readonly ElementEnd[], count: number, { settled, retry }: EachOptions<unknown>): unknown {
    if (settled) return ends.map(outcomeOf);
    const failed = ends.filter((end) => end.status === "failed");
    const { declaration } = this.#desk;
    // A policy counts once: elements that were tried by that of the step are not tried by it again as a whole.
    const isFinal = retry === undefined && declaration.retry !== undefined;
    if (failed.length > 0) throw elementsFailed(declaration.name, failed, count, isFinal);
    return ends.map((end) => end.status === "success" ? end.value : undefined);
  }
}

function outcomeOf(end: ElementEnd): ElementOutcome {
  if (end.status !== "failed") return end;
  return { status: "failed", key: end.key, error: recordError(end.error) };
}

function ignore(): void {}
