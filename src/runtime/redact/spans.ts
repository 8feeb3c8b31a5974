/** Where hidden texts occur in another. */

/** What stands in the place of a hidden text. */
export const STARS = "***";

/** Shorter spellings occur everywhere by chance: masking them would hide what happens and keep no secret. */
export const SHORTEST = 4;

/** Characters `[start, end)` of a text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const NOTHING: readonly Span[] = Object.freeze([]);

/** The spellings of hidden texts. */
export class Forms {
  readonly #plain: Set<string> = new Set();
  /** The same without backslashes: who quotes what is quoted doubles them, and nobody knows how often. */
  readonly #bare: Set<string> = new Set();
  /** Whether any of them has backslashes of its own, so that it is looked for in texts without any, too. */
  #isQuoted = false;
  /** Finds a beginning of any of them in one pass: most texts have none, and nothing else is asked of them. */
  #beginnings: RegExp = /(?!)/;

  get isEmpty(): boolean {
    return this.#plain.size === 0;
  }

  has(text: string): boolean {
    return this.#plain.has(text);
  }

  add(forms: Iterable<string>): void {
    for (const form of forms) {
      this.#plain.add(form);
      const bare = form.replaceAll("\\", "");
      if (bare.length < SHORTEST) continue;
      this.#bare.add(bare);
      this.#isQuoted ||= bare !== form;
    }
    const all = [...this.#plain, ...this.#bare].map((form) => form.slice(0, SHORTEST));
    this.#beginnings = new RegExp([...new Set(all)].map(literal).join("|"));
  }

  /** Where any of them occurs: joined where they overlap, in their order. */
  find(text: string): readonly Span[] {
    const isBare = this.#isQuoted || text.includes("\\");
    if (!this.#beginnings.test(text) && !this.#beginnings.test(text.replaceAll("\\", ""))) return NOTHING;
    const found = occurrences(text, this.#plain);
    if (isBare) {
      const { bare, places } = withoutBackslashes(text);
      for (const { start, end } of occurrences(bare, this.#bare)) {
        found.push({ start: places[start], end: places[end - 1] + 1 });
      }
    }
    return join(found);
  }

  /** How many characters at the end of a text may be the beginning of one. */
  openEnd(text: string): number {
    const open = longestBeginning(text, this.#plain);
    if (!this.#isQuoted && !text.includes("\\")) return open;
    const { bare, places } = withoutBackslashes(text);
    const bareOpen = longestBeginning(bare, this.#bare);
    return bareOpen === 0 ? open : Math.max(open, text.length - places[bare.length - bareOpen]);
  }
}

/** A text as a pattern that matches nothing but it. */
function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&").replace(/[\n\r\u2028\u2029]/g, escapedUnit);
}

function escapedUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function occurrences(text: string, forms: Iterable<string>): Span[] {
  const found: Span[] = [];
  for (const form of forms) {
    for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) {
      found.push({ start: at, end: at + form.length });
    }
  }
  return found;
}

function longestBeginning(text: string, forms: Iterable<string>): number {
  let most = 0;
  for (const form of forms) {
    for (let length = Math.min(form.length - 1, text.length); length > most; length--) {
      if (text.endsWith(form.slice(0, length))) most = length;
    }
  }
  return most;
}

/** A text without its backslashes, and where each of its characters was. */
function withoutBackslashes(text: string): { readonly bare: string; readonly places: readonly number[] } {
  const places: number[] = [];
  for (let at = 0; at < text.length; at++) if (text[at] !== "\\") places.push(at);
  return { bare: text.replaceAll("\\", ""), places };
}

function join(found: Span[]): readonly Span[] {
  if (found.length < 2) return found;
  found.sort((a, b) => a.start - b.start);
  const joined: Span[] = [found[0]];
  for (const span of found) {
    const last = joined[joined.length - 1];
    if (span.start >= last.end) joined.push(span);
    else if (span.end > last.end) joined[joined.length - 1] = { start: last.start, end: span.end };
  }
  return joined;
}

/** A text with asterisks in the place of spans. */
export function render(text: string, spans: readonly Span[]): string {
  if (spans.length === 0) return text;
  let masked = "";
  let from = 0;
  for (const { start, end } of spans) {
    masked += text.slice(from, start) + STARS;
    from = end;
  }
  return masked + text.slice(from);
}
