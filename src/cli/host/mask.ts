/** Texts that are never to be shown: wherever they occur, asterisks stand in their place. */

const STARS = "***";
/** Shorter texts occur everywhere by chance: masking them would hide what happens and keep no secret. */
const SHORTEST = 4;
/** Shorter lines of a text of several lines are left as they are. */
const SHORTEST_LINE = 12;

/** A growing set of texts, and the writing without them. */
export interface Mask {
  /** Hides a text from now on: as it is, as JSON and addresses escape it, and line by line. */
  conceal(text: string): void;
  /** A text with asterisks for what is hidden. */
  apply(text: string): string;
}

/** Makes a mask that hides nothing yet. */
export function openMask(): Mask {
  let hidden: readonly string[] = [];
  return {
    conceal(text) {
      const lines = text.split(/\r?\n/).filter((line) => line.length >= SHORTEST_LINE);
      const forms = [text, ...lines].flatMap((
        form,
      ) => [form, JSON.stringify(form).slice(1, -1), escaped(form)]);
      const all = new Set([...hidden, ...forms.filter((form) => form.length >= SHORTEST)]);
      hidden = [...all].sort((a, b) => b.length - a.length);
    },
    apply: (text) => hidden.reduce((masked, form) => masked.replaceAll(form, STARS), text),
  };
}

function escaped(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
