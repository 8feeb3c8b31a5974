/**
 * What runs are created with, as JSON. Step declarations lie in parts that go by the hash of their text, and so do
 * scopes: which rows of which parts a run takes. Runs over the same definitions share both.
 */
import { createHash } from "node:crypto";
import type { RunConcurrency } from "../../model/gates/concurrency.ts";
import type { EventPayloads } from "../../model/events/event.ts";
import { type OutlinedSteps, outlineOf } from "../../model/events/outline.ts";
import type { Catalogue, StepTable } from "../../model/events/step_table.ts";
import {
  decodeSteps,
  encodeCataloguePart,
  encodeStepTable,
  openCatalogue,
  PART_ROWS,
  partsOf,
  type StoredNodes,
  type StoredPartitions,
} from "../../model/events/stored_steps.ts";
import type { NamedText, StoredScope } from "./scope.ts";

/** What a run was created with, as JSON. */
export interface StoredCreation {
  readonly id: string;
  readonly scope: string;
  readonly sets: readonly StoredPartitions[];
  readonly job?: string;
  readonly backfill?: string;
  readonly parent?: string;
  readonly priority?: number;
  readonly concurrency?: RunConcurrency;
  readonly tags: { readonly [name: string]: string };
  readonly config: { readonly [step: string]: unknown };
}

/** Parts and scopes to be stored. */
export interface NewTexts {
  readonly parts: readonly NamedText[];
  readonly scopes: readonly NamedText[];
}

/** So many parts take about a millisecond. */
const PARTS_AT_ONCE = 16;

/** Writes creations, and gathers the parts and scopes that are new. */
export class PlanWriter {
  readonly #partNames: WeakMap<Catalogue, string[]> = new WeakMap();
  /** Names of texts that are stored or gathered. */
  readonly #known: Set<string> = new Set();
  #parts: NamedText[] = [];
  #scopes: NamedText[] = [];

  /** The creation of a run as JSON. */
  write(id: string, { steps, ...created }: EventPayloads["run_created"]): StoredCreation {
    const { scope, sets } = this.#writeSteps(steps);
    return { id, scope, sets, ...created };
  }

  /** The name of the scope of some steps. */
  scopeOf(steps: StepTable): string {
    return this.#writeSteps(steps).scope;
  }

  /** Writes the parts of a large catalogue ahead, with pauses, so that `write` is short. */
  async writeAhead(steps: StepTable, pause: () => Promise<void>): Promise<void> {
    const { catalogue, rows } = outlineOf(steps);
    if (rows.length < PART_ROWS * PARTS_AT_ONCE) return;
    let written = 0;
    for (const part of partsOf(rows)) {
      this.#partName(catalogue, part);
      if (++written % PARTS_AT_ONCE === 0) await pause();
    }
  }

  /** What has to be stored with or before the creations written since the last call, in slices of some length. */
  take(length: number): readonly NewTexts[] {
    const slices: NewTexts[] = [];
    let slice: { readonly parts: NamedText[]; readonly scopes: NamedText[] } = { parts: [], scopes: [] };
    let left = length;
    const add = (kind: keyof NewTexts, text: NamedText): void => {
      if (left < text.text.length && left < length) {
        slices.push(slice);
        slice = { parts: [], scopes: [] };
        left = length;
      }
      slice[kind].push(text);
      left -= text.text.length;
    };
    for (const part of this.#parts) add("parts", part);
    for (const scope of this.#scopes) add("scopes", scope);
    this.#parts = [];
    this.#scopes = [];
    return [...slices, slice];
  }

  /** Forgets what it believed to be stored. */
  distrust(): void {
    this.#known.clear();
    this.#parts = [];
    this.#scopes = [];
  }

  #writeSteps(steps: StepTable): { readonly scope: string; readonly sets: readonly StoredPartitions[] } {
    const { parts, nodes, sets } = encodeStepTable(
      steps,
      (catalogue, part) => this.#partName(catalogue, part),
    );
    const text = JSON.stringify({ parts, nodes } satisfies StoredScope);
    const scope = hashOf(text);
    if (this.#isNew(scope)) this.#scopes.push({ name: scope, text });
    return { scope, sets };
  }

  #partName(catalogue: Catalogue, part: number): string {
    let names = this.#partNames.get(catalogue);
    if (!names) this.#partNames.set(catalogue, names = []);
    const known = names[part];
    if (known !== undefined && this.#known.has(known)) return known;
    const text = encodeCataloguePart(catalogue, part);
    const name = hashOf(text);
    names[part] = name;
    if (this.#isNew(name)) this.#parts.push({ name, text });
    return name;
  }

  #isNew(name: string): boolean {
    if (this.#known.has(name)) return false;
    this.#known.add(name);
    return true;
  }
}

/** Scopes by name, with the texts of their parts. */
export type ScopeSource = (scope: string) => Promise<{
  readonly nodes: string;
  readonly parts: readonly NamedText[];
}>;

/** How many scopes are kept open. */
const OPEN_SCOPES = 8;

/** A scope that was read. */
interface OpenScope {
  readonly catalogue: Catalogue;
  readonly nodes: readonly StoredNodes[];
}

/** Reads creations back. */
export class PlanReader {
  readonly #source: ScopeSource;
  readonly #open: Map<string, Promise<OpenScope>> = new Map();

  constructor(source: ScopeSource) {
    this.#source = source;
  }

  /** The payload that a creation was written from. */
  async read(stored: StoredCreation): Promise<EventPayloads["run_created"]> {
    const { id: _, scope, sets, ...created } = stored;
    return { ...created, steps: await this.steps(scope, sets) };
  }

  /** The steps of a scope, with the partitions of one run. */
  async steps(scope: string, sets: readonly StoredPartitions[]): Promise<OutlinedSteps> {
    const { catalogue, nodes } = await this.#scope(scope);
    return decodeSteps({ nodes, sets }, catalogue);
  }

  /** Whether the runs of a scope make an asset. */
  async makes(scope: string, asset: string): Promise<boolean> {
    const { catalogue, nodes } = await this.#scope(scope);
    return nodes.some(([first, count, , , chosen]) => {
      for (let row = first; row < first + count; row++) {
        const { outputs } = catalogue.node(row);
        const made = chosen?.map((output) => outputs[output]) ?? outputs;
        if (made.some((output) => output.asset === asset)) return true;
      }
      return false;
    });
  }

  async #scope(name: string): Promise<OpenScope> {
    const known = this.#open.get(name);
    if (known) return await known;
    const opening = this.#openScope(name);
    opening.catch(() => this.#open.delete(name));
    this.#open.set(name, opening);
    for (const oldest of this.#open.keys()) {
      if (this.#open.size <= OPEN_SCOPES) break;
      this.#open.delete(oldest);
    }
    return await opening;
  }

  async #openScope(name: string): Promise<OpenScope> {
    const stored = await this.#source(name);
    const { parts, nodes } = JSON.parse(stored.nodes) as StoredScope;
    const texts = new Map(stored.parts.map((part) => [part.name, part.text]));
    return { catalogue: openCatalogue(parts, (reference) => texts.get(reference) as string), nodes };
  }
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 22);
}
