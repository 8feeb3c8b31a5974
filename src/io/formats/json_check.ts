/** Which values survive JSON, and where one lies that does not. */
import { quote } from "../../model/quote.ts";
import { describeValue, ValueFault } from "./format.ts";

/** The value comes back equal. */
export const SAME = 0;
/** It can be kept, and comes back as something else: a date as text, an instance as a plain object. */
export const CHANGED = 1;
/** It may not survive; {@linkcode findFault} tells. */
export const DOUBTFUL = 2;

/** What becomes of a value. */
export type Survival = typeof SAME | typeof CHANGED | typeof DOUBTFUL;

/** The deepest nesting that is kept; more would overflow the stack of some engines. */
const DEEPEST = 1_000;
/** What is nested deeper may be a cycle, which only a walk that remembers its way can tell. */
const SHALLOW = 32;

/**
 * What becomes of a value, at about half of the cost of `JSON.stringify`. Ask before that one, which on some engines
 * takes seconds to refuse a cycle. The depth is how many containers are around the value.
 */
export function surveyJson(value: unknown, depth: number): Survival {
  switch (typeof value) {
    case "string":
    case "boolean":
      return SAME;
    case "number":
      if (value === 0) return Object.is(value, 0) ? SAME : CHANGED;
      return value - value === 0 ? SAME : DOUBTFUL;
    case "object":
      return value === null ? SAME : depth >= SHALLOW ? DOUBTFUL : surveyObject(value, depth + 1);
    default:
      return DOUBTFUL;
  }
}

function surveyObject(value: object, depth: number): Survival {
  if (Array.isArray(value)) return surveyArray(value, depth);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) return surveyFields(value as Fields, depth);
  if (prototype === null) return surveyFields(value as Fields, depth) === DOUBTFUL ? DOUBTFUL : CHANGED;
  return surveyInstance(value, depth);
}

/** What `toJSON` gives counts. */
function surveyInstance(value: object, depth: number): Survival {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? DOUBTFUL : CHANGED;
  if (!hasJson(value) || ArrayBuffer.isView(value)) return DOUBTFUL;
  return surveyJson(value.toJSON(""), depth) === DOUBTFUL ? DOUBTFUL : CHANGED;
}

function surveyArray(values: readonly unknown[], depth: number): Survival {
  let worst: Survival = Object.getPrototypeOf(values) === Array.prototype ? SAME : CHANGED;
  for (let index = 0; index < values.length; index++) {
    const survival = surveyJson(values[index], depth);
    if (survival === DOUBTFUL) return DOUBTFUL;
    if (survival === CHANGED) worst = CHANGED;
  }
  return worst;
}

type Fields = { readonly [name: string]: unknown };

function surveyFields(fields: Fields, depth: number): Survival {
  let worst: Survival = SAME;
  for (const name in fields) {
    const value = fields[name];
    const survival = value === undefined ? CHANGED : surveyJson(value, depth);
    if (survival === DOUBTFUL) return DOUBTFUL;
    if (survival === CHANGED) worst = CHANGED;
  }
  return worst;
}

/** The first thing in a value that does not survive, named by its path from `path` on; undefined when all does. */
export function findFault(value: unknown, path: string): ValueFault | undefined {
  return new Finder().find(value, path, "");
}

/** Walks a value with the containers around it at hand. */
class Finder {
  readonly #around = new Map<object, string>();

  /** `key` is the name or index under which the value lies, as `toJSON` is given it. */
  find(value: unknown, path: string, key: string): ValueFault | undefined {
    const refused = refuse(value, path);
    if (refused || typeof value !== "object" || value === null) return refused;
    const start = this.#around.get(value);
    if (start !== undefined) return cycle(path, start);
    if (this.#around.size >= DEEPEST) return tooDeep(path.slice(0, 100));
    this.#around.set(value, path);
    const fault = hasJson(value) ? this.#inJson(value, path, key) : this.#inParts(value, path);
    this.#around.delete(value);
    return fault;
  }

  #inJson(value: { toJSON(key: string): unknown }, path: string, key: string): ValueFault | undefined {
    const json = value.toJSON(key);
    const refused = refuse(json, path);
    return refused || typeof json !== "object" || json === null ? refused : this.#inParts(json, path);
  }

  #inParts(value: object, path: string): ValueFault | undefined {
    if (Array.isArray(value)) return this.#inArray(value, path);
    if (!isPlain(value)) return refuseInstance(value, path);
    for (const [name, part] of Object.entries(value)) {
      const fault = part === undefined ? undefined : this.find(part, path + step(name), name);
      if (fault) return fault;
    }
    return undefined;
  }

  #inArray(values: readonly unknown[], path: string): ValueFault | undefined {
    for (let index = 0; index < values.length; index++) {
      const fault = this.find(values[index], `${path}[${index}]`, String(index));
      if (fault) return fault;
    }
    return undefined;
  }
}

function hasJson(value: object): value is { toJSON(key: string): unknown } {
  return "toJSON" in value && typeof value.toJSON === "function";
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** How a property reads in a path: `.price`, `["unit price"]`. */
function step(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${quote(name)}]`;
}

/** What can be said of a value without looking into it. */
function refuse(value: unknown, path: string): ValueFault | undefined {
  switch (typeof value) {
    case "undefined":
      return new ValueFault(`${path} is undefined`, "Use null where there is no value.");
    case "number":
      if (Number.isFinite(value)) return undefined;
      return new ValueFault(`${path} is ${value}`, "Use null for a number that is not known.");
    case "bigint":
      return new ValueFault(`${path} is a bigint`, "Use a string, or a number when it is small enough.");
    case "function":
      return new ValueFault(`${path} is a function`, "Return data only.");
    case "symbol":
      return new ValueFault(`${path} is a symbol`, "Use a string.");
    case "object":
      return value === null ? undefined : refuseObject(value, path);
    default:
      return undefined;
  }
}

function refuseObject(value: object, path: string): ValueFault | undefined {
  if (value instanceof Date && Number.isNaN(value.getTime())) {
    return new ValueFault(`${path} is an invalid Date`, "Use null for a time that is not known.");
  }
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    const hint = 'Keep bytes with io: files({ format: "bytes" }), or use an array of numbers.';
    return new ValueFault(`${path} is ${describeValue(value)}`, hint);
  }
  return undefined;
}

/** An object of a class without `toJSON`. */
function refuseInstance(value: object, path: string): ValueFault {
  if (value instanceof Map) {
    return new ValueFault(`${path} is a Map`, "Use Object.fromEntries(map) or [...map].");
  }
  if (value instanceof Set) return new ValueFault(`${path} is a Set`, "Use [...set].");
  if (value instanceof Promise) return new ValueFault(`${path} is a promise`, "Await it first.");
  const hint = "Return a plain object, or give the class a toJSON method.";
  return new ValueFault(
    `${path} is ${describeValue(value)}, which JSON would turn into a plain object`,
    hint,
  );
}

function cycle(path: string, start: string): ValueFault {
  return new ValueFault(`${path} leads back to ${start}`, "JSON has no cycles; refer by a key instead.");
}

function tooDeep(path: string): ValueFault {
  return new ValueFault(`${path}... is nested more than ${DEEPEST} levels deep`, "Flatten the value.");
}
