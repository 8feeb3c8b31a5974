/** Families of measures, and the text form in which Prometheus reads them. */
import { Histogram } from "./histogram.ts";

/** Labels in the order in which the family names them. */
type Labels = readonly string[];

/** Measures of one name. */
interface FamilyHead {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly labels: readonly string[];
}

/** Numbers of one name by their labels. */
export class NumberFamily {
  readonly #head: FamilyHead;
  readonly #values: Map<string, { readonly labels: Labels; value: number }> = new Map();

  constructor(type: "counter" | "gauge", name: string, help: string, labels: readonly string[] = []) {
    this.#head = { type, name, help, labels };
    if (labels.length === 0) this.add([], 0);
  }

  /** Adds to a number; one that is not there counts as 0. */
  add(labels: Labels, by: number = 1): void {
    this.set(labels, (this.#values.get(keyOf(labels))?.value ?? 0) + by);
  }

  /** Sets a number. */
  set(labels: Labels, value: number): void {
    this.#values.set(keyOf(labels), { labels, value });
  }

  /** The lines of the text form. */
  *lines(): Iterable<string> {
    yield* headLines(this.#head);
    for (const { labels, value } of this.#values.values()) {
      yield `${this.#head.name}${labelText(this.#head.labels, labels)} ${numberText(value)}`;
    }
  }
}

/** Histograms of one name by their labels. */
export class HistogramFamily {
  readonly #head: FamilyHead;
  readonly #bounds: readonly number[];
  readonly #histograms: Map<string, { readonly labels: Labels; readonly histogram: Histogram }> = new Map();

  constructor(name: string, help: string, bounds: readonly number[], labels: readonly string[]) {
    this.#head = { type: "histogram", name, help, labels };
    this.#bounds = bounds;
  }

  /** Adds a value. */
  observe(labels: Labels, value: number): void {
    const key = keyOf(labels);
    const known = this.#histograms.get(key) ?? { labels, histogram: new Histogram(this.#bounds) };
    this.#histograms.set(key, known);
    known.histogram.observe(value);
  }

  /** The lines of the text form. */
  *lines(): Iterable<string> {
    const { name, labels: names } = this.#head;
    yield* headLines(this.#head);
    for (const { labels, histogram } of this.#histograms.values()) {
      const bucket = (bound: string, count: number) =>
        `${name}_bucket${labelText([...names, "le"], [...labels, bound])} ${count}`;
      for (const [place, bound] of this.#bounds.entries()) {
        yield bucket(numberText(bound), histogram.countAt(place));
      }
      yield bucket("+Inf", histogram.count);
      yield `${name}_sum${labelText(names, labels)} ${numberText(histogram.sum)}`;
      yield `${name}_count${labelText(names, labels)} ${histogram.count}`;
    }
  }
}

function* headLines({ name, help, type }: FamilyHead): Iterable<string> {
  yield `# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`;
  yield `# TYPE ${name} ${type}`;
}

function labelText(names: readonly string[], values: Labels): string {
  if (names.length === 0) return "";
  return `{${names.map((name, place) => `${name}="${escapeLabel(values[place])}"`).join(",")}}`;
}

function escapeLabel(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  return Number.isFinite(value) ? String(value) : value > 0 ? "+Inf" : "-Inf";
}

function keyOf(labels: Labels): string {
  return JSON.stringify(labels);
}
