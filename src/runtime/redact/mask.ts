/** What must not be shown: the values of secrets, in whatever spelling. Asterisks stand in their place. */
import { formsOf } from "./forms.ts";
import { Forms, render, STARS } from "./spans.ts";
import { type MaskStream, openMaskStream } from "./stream.ts";

/** Where a recorded text was cut, a secret may have been cut too. */
const CUT = /\.\.\. \(\d+ more characters\)/g;

/** A growing set of texts to be hidden, and the writing without them; made by {@linkcode openMask}. */
export interface Mask {
  /** Whether nothing is hidden: then every text comes back as it is. */
  readonly isEmpty: boolean;
  /** Hides a text from now on. `name` is that of the secret whose value it is. */
  conceal(text: string, name?: string): void;
  /** A text with asterisks in the place of what is hidden. */
  apply(text: string): string;
  /** The name of the secret whose value is exactly this text; undefined for any other text. */
  nameOf(text: string): string | undefined;
  /** Opens a filter for a text that comes in pieces. */
  stream(): MaskStream;
}

/**
 * Makes a mask that hides nothing yet. An orchestrator tells it every secret that a run resolves, and writes no event
 * that does not pass through it; a program that prints what runs print can hand its own mask to the orchestrator and
 * use it too.
 *
 * Hidden is a text of four characters or more as it is, without blanks around it, each of its lines of twelve
 * characters or more, and each of these as JSON, URLs, forms, base64 (wherever it begins) and hexadecimal digits spell
 * them. A shorter text is not hidden at all.
 *
 * @example
 * ```ts
 * import { openMask } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const mask = openMask();
 * mask.conceal("p@ss/word");
 * assert.equal(mask.apply("db://me:p%40ss%2Fword@host"), "db://me:***@host");
 * assert.equal(mask.apply(`Basic ${btoa("me:p@ss/word")}`).includes("cEBzcy93b3Jk"), false);
 *
 * const stream = mask.stream();
 * assert.equal(stream.write("the p@ss") + stream.write("/word is") + stream.end(), "the *** is");
 * ```
 */
export function openMask(): Mask {
  const forms = new Forms();
  const names = new Map<string, string>();
  const apply = (text: string): string => {
    if (forms.isEmpty) return text;
    const masked = render(text, forms.find(text));
    return masked.includes(" more characters)") ? closeCuts(masked, forms) : masked;
  };
  return {
    get isEmpty() {
      return forms.isEmpty;
    },
    conceal(text, name) {
      forms.add(formsOf(text));
      if (name !== undefined && forms.has(text)) names.set(text, name);
    },
    apply,
    nameOf: (text) => names.get(text),
    stream: () => openMaskStream(forms),
  };
}

/** Long texts are cut before they come here: what may be the first half of a secret goes too. */
function closeCuts(text: string, forms: Forms): string {
  let closed = "";
  let from = 0;
  for (const cut of text.matchAll(CUT)) {
    const kept = text.slice(from, cut.index);
    const open = forms.openEnd(kept);
    closed += (open === 0 ? kept : kept.slice(0, kept.length - open) + STARS) + cut[0];
    from = cut.index + cut[0].length;
  }
  return closed + text.slice(from);
}
