/** Where hidden texts occur in another. */

/** What stands in the place of a hidden text. */
export const STARS = "***";

/** Characters `[start, end)` of a text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where any of some forms occurs: joined where they overlap, in their order. */
export function findSpans(text: string, forms: Iterable<string>): readonly Span[] {
  const found: Span[] = [];
  for (const form of forms) {
    for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) {
      found.push({ start: at, end: at + form.length });
    }
  }
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

/** How many characters at the end of a text may be the beginning of a form. */
export function openEnd(text: string, forms: Iterable<string>): number {
  let most = 0;
  for (const form of forms) {
    for (let length = Math.min(form.length - 1, text.length); length > most; length--) {
      if (text.endsWith(form.slice(0, length))) most = length;
    }
  }
  return most;
}
