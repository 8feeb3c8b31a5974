/** The resources of one run: set up before the first step that needs them, torn down at its end. */
import type { Resource, ResourceOverride, Resources } from "../model/assets/resource.ts";
import type { RevealSecret } from "../model/assets/secret.ts";
import { SluiceError } from "../model/issue.ts";
import { openSecrets } from "./secrets.ts";
import type { NamedValues } from "./step/context.ts";
import { recordError } from "./step/errors.ts";
import { setValue } from "./step/inputs.ts";
import { isThenable } from "./thenable.ts";

/** What is known of a resource: its value, or the promise of it. */
interface Opened {
  readonly resource: Resource;
  value: unknown;
  isReady: boolean;
  setup: Promise<void> | undefined;
}

/** Sets up, hands out and tears down resources. */
export class ResourceDesk {
  readonly #overrides: Map<Resource, unknown>;
  readonly #opened: Map<Resource, Opened> = new Map();
  readonly #reveal: RevealSecret;
  #controller: AbortController | undefined = undefined;
  #isClosed = false;

  /** @param overrides Values in the place of resources; of two for one resource the later counts. */
  constructor(overrides: readonly ResourceOverride[], reveal: RevealSecret = openSecrets()) {
    this.#reveal = reveal;
    this.#overrides = new Map(overrides.map(({ resource, value }) => [resource, value]));
  }

  /** Sees to it that resources are set up; a promise when that takes time. Rejects with RESOURCE_FAILED. */
  open(resources: Resources): Promise<void> | undefined {
    const waiting: Promise<void>[] = [];
    for (const name of Object.keys(resources)) {
      const setup = this.#open(resources[name]);
      if (setup) waiting.push(setup);
    }
    return waiting.length === 0 ? undefined : Promise.all(waiting).then(() => undefined);
  }

  /** The values of resources that are set up, by the names under which a body uses them. */
  values(resources: Resources): NamedValues {
    const values: Record<string, unknown> = {};
    for (const name of Object.keys(resources)) {
      const resource = resources[name];
      const isReplaced = this.#overrides.has(resource);
      setValue(values, name, isReplaced ? this.#overrides.get(resource) : this.#opened.get(resource)?.value);
    }
    return values;
  }

  /** Tells setups under way to stop. */
  abort(reason: unknown): void {
    this.#controller?.abort(reason);
  }

  /**
   * Tears down what was set up, in reverse order, all of it even when one fails; what is still being set up follows
   * when it is there. Rejects with RESOURCE_FAILED.
   */
  async close(): Promise<void> {
    const failures: SluiceError[] = [];
    this.#isClosed = true;
    for (const { resource, value, isReady } of [...this.#opened.values()].reverse()) {
      if (!isReady) continue;
      try {
        await resource.teardown(value as never);
      } catch (error) {
        failures.push(failed(resource, "torn down", error));
      }
    }
    this.#opened.clear();
    const [first, ...rest] = failures.flatMap(({ issues }) => issues);
    if (first) throw new SluiceError([first, ...rest], { cause: failures[0].cause });
  }

  #open(resource: Resource): Promise<void> | undefined {
    if (this.#overrides.has(resource)) return undefined;
    const known = this.#opened.get(resource);
    if (known) return known.setup;
    const opened: Opened = { resource, value: undefined, isReady: false, setup: undefined };
    this.#opened.set(resource, opened);
    try {
      this.#controller ??= new AbortController();
      const value = resource.setup({ signal: this.#controller.signal, reveal: this.#reveal });
      if (!isThenable(value)) settle(opened, value);
      else (opened.setup = this.#await(opened, value)).catch(ignore);
    } catch (error) {
      this.#opened.delete(resource);
      throw failed(resource, "set up", error);
    }
    return opened.setup;
  }

  /** A setup that failed is forgotten, so that a retry tries it again. */
  async #await(opened: Opened, value: PromiseLike<unknown>): Promise<void> {
    try {
      settle(opened, await value);
      if (this.#isClosed) await opened.resource.teardown(opened.value as never);
    } catch (error) {
      this.#opened.delete(opened.resource);
      throw failed(opened.resource, "set up", error);
    }
  }
}

function settle(opened: Opened, value: unknown): void {
  opened.value = value;
  opened.isReady = true;
  opened.setup = undefined;
}

function failed(resource: Resource, what: string, cause: unknown): SluiceError {
  return new SluiceError({
    code: "RESOURCE_FAILED",
    message: `The resource ${resource.name} could not be ${what}: ${recordError(cause).message}`,
    path: ["resources", resource.name],
  }, { cause });
}

function ignore(): void {}
