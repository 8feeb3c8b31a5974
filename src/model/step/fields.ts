/** Reads a JSON document field by field: every finding is gathered, and what is not asked for is unknown. */
import { type Issue, type IssueCode, SluiceError } from "../issue.ts";
import { nameType, quote } from "../quote.ts";
import { didYouMean } from "../suggest.ts";

/** What a document is, for messages. */
export interface DocumentKind {
  /** As a sentence begins: `A step request`. */
  readonly what: string;
  readonly code: IssueCode;
}

/**
 * Reads a text that is one JSON object.
 *
 * @throws {SluiceError} With every finding: what is no JSON, fields that are missing, unknown or of another type.
 */
export function readDocument<T>(text: string, kind: DocumentKind, read: (fields: Fields) => T): T {
  const issues: Issue[] = [];
  const fields = new Fields(parse(text, kind), [], kind, issues);
  const value = read(fields);
  fields.refuseOthers();
  const [first, ...rest] = issues;
  if (first) throw new SluiceError([first, ...rest]);
  return value;
}

function parse(text: string, { what, code }: DocumentKind): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/\s+/g, " ") : String(error);
    throw new SluiceError({
      code,
      message: `${what} is one JSON object, and this is none: ${why}`,
      path: [],
    });
  }
}

const TEXTS = "a list of texts";

/** One value of a record whose names are free. */
export interface Each {
  text(): string;
  texts(): readonly string[];
}

/** The fields of one object. What a method gives for a field at fault is never seen, since reading throws then. */
export class Fields {
  readonly #values: { readonly [name: string]: unknown };
  readonly #path: readonly string[];
  readonly #kind: DocumentKind;
  readonly #issues: Issue[];
  readonly #known: string[] = [];

  constructor(value: unknown, path: readonly string[], kind: DocumentKind, issues: Issue[]) {
    this.#path = path;
    this.#kind = kind;
    this.#issues = issues;
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    if (!isObject) this.#add(path, `${this.#name(path)} is an object, not ${typeOf(value)}.`);
    this.#values = isObject ? { ...value } : {};
  }

  /** A field that may be absent, as a part of an object; nothing when it is. `null` counts as absent. */
  some<Name extends string, T>(name: Name, read: (name: Name) => T): { readonly [N in Name]?: T } {
    this.#known.push(name);
    if (!this.has(name)) return {};
    return { [name]: read(name) } as { readonly [N in Name]?: T };
  }

  /** The same for a field whose value may be anything, `null` too. */
  any<Name extends string>(name: Name): { readonly [N in Name]?: unknown } {
    this.#known.push(name);
    return Object.hasOwn(this.#values, name) ? { [name]: this.#values[name] } as never : {};
  }

  /** Whether a field is there. */
  has(name: string): boolean {
    return Object.hasOwn(this.#values, name) && this.#values[name] !== null;
  }

  version<V extends number>(version: V): V {
    const value = this.#take("version");
    if (value !== undefined && value !== version) {
      this.#add(
        [...this.#path, "version"],
        `${this.#kind.what} of version ${JSON.stringify(value)} is not understood.`,
        `This Sluice reads version ${version}.`,
      );
    }
    return version;
  }

  text(name: string): string {
    return this.#of(name, "a text", (value) => typeof value === "string") as string;
  }

  choice<T extends string>(name: string, choices: readonly T[]): T {
    return this.#of(name, `one of ${choices.join(", ")}`, (value) => choices.includes(value as T)) as T;
  }

  flag(name: string): boolean {
    return this.#of(name, "true or false", (value) => typeof value === "boolean") as boolean;
  }

  number(name: string): number {
    return this.#of(name, "a number", Number.isFinite) as number;
  }

  count(name: string, least: number): number {
    const isCount = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= least;
    return this.#of(name, `a whole number from ${least}`, isCount) as number;
  }

  texts(name: string): readonly string[] {
    return this.#of(name, TEXTS, isTexts) as readonly string[];
  }

  json(name: string): unknown {
    return this.#take(name);
  }

  isList(name: string): boolean {
    return Array.isArray(this.#values[name]);
  }

  /** A record whose names are free. */
  record<T>(name: string, read: (each: Each) => T): { readonly [name: string]: T } {
    const path = [...this.#path, name];
    const all = new Fields(this.#take(name), path, this.#kind, this.#issues);
    const names = Object.keys(all.#values);
    return Object.fromEntries(
      names.map((each) => [each, read({ text: () => all.text(each), texts: () => all.texts(each) })]),
    );
  }

  /** An object of known fields. */
  within<T>(name: string, read: (fields: Fields) => T): T {
    const value = this.#take(name);
    // One that is missing is told once, and not with all that would be in it.
    if (value === undefined) return read(new Fields({}, [], this.#kind, []));
    return this.#inner(value, [...this.#path, name], read);
  }

  /** A list of objects of known fields. */
  list<T>(name: string, read: (fields: Fields) => T): readonly T[] {
    const value = this.#of(name, "a list", Array.isArray);
    const path = [...this.#path, name];
    if (!Array.isArray(value)) return [];
    return value.map((element, at) => this.#inner(element, [...path, String(at)], read));
  }

  /** Fields that nobody asked for. */
  refuseOthers(): void {
    for (const name of Object.keys(this.#values)) {
      if (this.#known.includes(name)) continue;
      this.#add(
        [...this.#path, name],
        `${this.#name(this.#path)} has no field ${quote(name)}.`,
        didYouMean(name, this.#known) ?? `Its fields are ${this.#known.join(", ")}.`,
      );
    }
  }

  #inner<T>(value: unknown, path: readonly string[], read: (fields: Fields) => T): T {
    const fields = new Fields(value, path, this.#kind, this.#issues);
    const made = read(fields);
    fields.refuseOthers();
    return made;
  }

  #of(name: string, needs: string, fits: (value: unknown) => boolean): unknown {
    const value = this.#take(name);
    if (value === undefined || fits(value)) return value;
    const path = [...this.#path, name];
    const given = typeof value === "number"
      ? String(value)
      : needs === TEXTS && Array.isArray(value)
      ? "a list that holds something else"
      : typeOf(value);
    this.#add(path, `${path.join(".")} is ${needs}, not ${given}.`);
    return undefined;
  }

  #take(name: string): unknown {
    this.#known.push(name);
    if (this.has(name)) return this.#values[name];
    const path = [...this.#path, name];
    this.#add(path, `${path.join(".")} is missing.`);
    return undefined;
  }

  #name(path: readonly string[]): string {
    return path.length === 0 ? this.#kind.what : path.join(".");
  }

  #add(path: readonly string[], message: string, hint?: string): void {
    this.#issues.push({ code: this.#kind.code, message, path, ...(hint !== undefined && { hint }) });
  }
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((element) => typeof element === "string");
}

function typeOf(value: unknown): string {
  return Array.isArray(value) ? "a list" : nameType(value);
}
