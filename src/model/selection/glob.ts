/** Patterns in which `*` stands for any text, `/` included, and nothing else is special. */

/** Whether a text is a pattern rather than a name. */
export function isGlob(text: string): boolean {
  return text.includes("*");
}

/**
 * A test for texts that match a pattern. Pieces between stars are looked for from left to right, each at the first
 * place it fits; no choice is ever taken back.
 */
export function compileGlob(pattern: string): (text: string) => boolean {
  const pieces = pattern.split("*");
  if (pieces.length === 1) return (text) => text === pattern;
  const first = pieces[0];
  const last = pieces[pieces.length - 1];
  const middle = pieces.slice(1, -1).filter((piece) => piece !== "");
  const shortest = pieces.reduce((length, piece) => length + piece.length, 0);
  return (text) =>
    text.length >= shortest && text.startsWith(first) && text.endsWith(last) &&
    holdsInOrder(text, middle, first.length, text.length - last.length);
}

function holdsInOrder(text: string, pieces: readonly string[], from: number, to: number): boolean {
  let at = from;
  for (const piece of pieces) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at <= to;
}
