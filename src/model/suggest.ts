/** "Did you mean": the known names that are most like one that is not known. */
import { foldKey } from "./key.ts";

/** The most edits between a name and its suggestion. */
const MAX_EDITS = 2;
const MAX_SUGGESTIONS = 3;

/** The most edits after which a name of this length is still alike. */
function reach(length: number): number {
  return length < 2 ? 0 : length < 4 ? 1 : MAX_EDITS;
}

/**
 * Up to three known names that are like the wanted one, the most alike first.
 *
 * Alike is what differs by at most two edits (a character added, left out, changed, or two neighbours swapped; fewer
 * for names of less than four characters), whatever the letter case. A path may also have more in front: `raw/orders`
 * is like `orders`, and like `order`.
 */
export function suggest(wanted: string, known: Iterable<string>): string[] {
  const target = foldKey(wanted);
  const limit = reach(target.length);
  const found: { readonly name: string; readonly edits: number }[] = [];
  for (const name of known) {
    if (name.length < wanted.length - 2 * MAX_EDITS) continue;
    const edits = difference(target, foldKey(name), limit);
    if (edits <= limit) found.push({ name, edits });
  }
  found.sort((a, b) => a.edits - b.edits);
  return found.slice(0, MAX_SUGGESTIONS).map(({ name }) => name);
}

/** A hint that names the suggestions; undefined when nothing is alike. */
export function didYouMean(wanted: string, known: Iterable<string>): string | undefined {
  const names = suggest(wanted, known);
  if (names.length === 0) return undefined;
  const last = names.pop() as string;
  return `Did you mean ${names.length > 0 ? `${names.join(", ")} or ` : ""}${last}?`;
}

function difference(wanted: string, name: string, limit: number): number {
  const whole = countEdits(wanted, 0, name, 0, limit);
  const end = pathEnd(name, wanted.split("/").length);
  if (end === undefined || wanted === "") return whole;
  return Math.min(whole, end === wanted ? Math.min(1, limit) : 1 + countEdits(wanted, 0, end, 0, limit - 1));
}

/** The last segments of a path that has more. */
function pathEnd(path: string, segments: number): string | undefined {
  let start = path.length;
  for (let left = segments; left > 0; left--) {
    start = path.lastIndexOf("/", start - 1);
    if (start < 1) return undefined;
  }
  return path.slice(start + 1);
}

/**
 * The least edits from the rest of `a` to the rest of `b`, or infinity above `limit`. Equal characters are walked
 * over, and only a difference branches, so the time grows with the length of the texts and not with its square.
 */
function countEdits(a: string, i: number, b: string, j: number, limit: number): number {
  if (Math.abs((a.length - i) - (b.length - j)) > limit) return Infinity;
  while (i < a.length && a.charCodeAt(i) === b.charCodeAt(j)) {
    i++;
    j++;
  }
  if (i === a.length && j === b.length) return 0;
  if (limit === 0) return Infinity;
  const isSwap = i + 1 < a.length && a[i] === b[j + 1] && a[i + 1] === b[j];
  return 1 + Math.min(
    countEdits(a, i + 1, b, j + 1, limit - 1),
    countEdits(a, i + 1, b, j, limit - 1),
    countEdits(a, i, b, j + 1, limit - 1),
    isSwap ? countEdits(a, i + 2, b, j + 2, limit - 1) : Infinity,
  );
}
