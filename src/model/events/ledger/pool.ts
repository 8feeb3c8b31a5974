/** Texts that many rows share, as numbers. */

/** Gives each text a number, from 0 on; `undefined` is -1. */
export class TextPool {
  readonly #texts: string[] = [];
  readonly #numbers: Map<string, number> = new Map();

  numberOf(text: string | undefined): number {
    if (text === undefined) return -1;
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.#texts.push(text) - 1;
    this.#numbers.set(text, number);
    return number;
  }

  /** The number of a text; -1 for undefined, and -2 for a text that is not here. */
  find(text: string | undefined): number {
    return text === undefined ? -1 : this.#numbers.get(text) ?? -2;
  }

  textOf(number: number): string | undefined {
    return number < 0 ? undefined : this.#texts[number];
  }
}
