/**
 * The strftime texts in which partition keys are written: a local time as a key, and back. Only directives that
 * can be read again are allowed, and each has one spelling: `%d` is always two digits.
 */
import { SluiceError } from "../issue.ts";
import { nameCharacter, quote } from "../quote.ts";
import { civilOf, DAY_MS, MINUTE_MS } from "./calendar.ts";
import { type Directive, DIRECTIVES, type KeyPart, type Moment, readMoment } from "./directive.ts";

/** A key as it was read: a local time, and the offset if the key names one. */
export interface ParsedKey {
  readonly localMs: number;
  readonly offsetMs: number | undefined;
}

const MINUTES_PER_DAY = DAY_MS / MINUTE_MS;
const OFFSET = DIRECTIVES.get("z") as Directive;

/** A key format; made by {@linkcode parseKeyFormat}. What it remembers only saves time. */
export class KeyFormat {
  readonly text: string;
  /** Whether keys name their offset from UTC (`%z`). */
  readonly hasOffset: boolean;
  /** What a key tells of its time. */
  readonly parts: ReadonlySet<KeyPart>;
  readonly #pieces: readonly Directive[];
  /** The pieces before this one depend on the day alone, the others not on the day; -1 when they are mixed. */
  readonly #split: number;
  #day = NaN;
  #dayText = "";
  #offsetMs = NaN;
  #timeTexts: (string | undefined)[] = [];

  constructor(text: string, pieces: readonly Directive[]) {
    this.text = text;
    this.parts = new Set(pieces.flatMap((piece) => piece.part ?? []));
    this.hasOffset = this.parts.has("offset");
    this.#pieces = pieces;
    const firstOfTime = pieces.findIndex((piece) => piece.scope === "time");
    this.#split = firstOfTime < 0 ? pieces.length : firstOfTime;
    if (pieces.slice(this.#split).some((piece) => piece.scope === "day")) this.#split = -1;
  }

  /** Writes a local time, at which the wall clock is `offsetMs` ahead of UTC. */
  format(localMs: number, offsetMs: number): string {
    const day = Math.floor(localMs / DAY_MS);
    const minute = (localMs - day * DAY_MS) / MINUTE_MS;
    if (this.#split < 0 || !Number.isInteger(minute)) {
      return this.#write({ ...civilOf(localMs), offsetMs }, 0, this.#pieces.length);
    }
    if (day !== this.#day) this.#turnTo(day, offsetMs);
    if (offsetMs !== this.#offsetMs) this.#moveTo(offsetMs);
    return this.#dayText + (this.#timeTexts[minute] ??= this.#writeTime(minute));
  }

  /**
   * Reads a key; `undefined` when it does not have this format. `firstYear` is the earliest year that two digits
   * (`%y`) can mean. An offset may follow a format that has none, as the second of two equal hours carries it.
   */
  parse(key: string, firstYear: number = 1969): ParsedKey | undefined {
    const moment: Moment = {};
    let at = 0;
    for (const piece of this.#pieces) {
      at = piece.read(key, at, moment);
      if (at < 0) return undefined;
    }
    if (at < key.length && !this.hasOffset) at = OFFSET.read(key, at, moment);
    if (at !== key.length) return undefined;
    const localMs = readMoment(moment, firstYear);
    return localMs === undefined ? undefined : { localMs, offsetMs: moment.offsetMs };
  }

  #turnTo(day: number, offsetMs: number): void {
    this.#day = day;
    this.#dayText = this.#write({ ...civilOf(day * DAY_MS), offsetMs }, 0, this.#split);
  }

  #moveTo(offsetMs: number): void {
    this.#offsetMs = offsetMs;
    this.#timeTexts = new Array(MINUTES_PER_DAY);
  }

  #writeTime(minute: number): string {
    const moment = { year: 1970, month: 1, day: 1, timeMs: minute * MINUTE_MS, offsetMs: this.#offsetMs };
    return this.#write(moment, this.#split, this.#pieces.length);
  }

  #write(moment: Parameters<Directive["write"]>[0], from: number, until: number): string {
    let text = "";
    for (let i = from; i < until; i++) text += this.#pieces[i].write(moment);
    return text;
  }
}

/** An offset from UTC as `%z` writes it: `-0500`, with seconds only where there are any. */
export function formatOffset(offsetMs: number): string {
  return OFFSET.write({ year: 1970, month: 1, day: 1, timeMs: 0, offsetMs });
}

/**
 * Reads a strftime text made of literals and `%Y %y %m %b %B %d %j %a %A %H %I %p %M %S %f %z %%`.
 *
 * @throws {SluiceError} PARTITIONS_INVALID for another directive, a format without a year, and literals that keys
 * cannot hold.
 */
export function parseKeyFormat(text: string): KeyFormat {
  const pieces: Directive[] = [];
  for (const [match] of text.matchAll(/%.?|[^%]+/gsu)) {
    const directive = match[0] === "%" ? DIRECTIVES.get(match.slice(1)) : literal(match);
    if (!directive) {
      throw invalidFormat(text, `${quote(match)} is not supported`, `Supported are ${listDirectives()}.`);
    }
    pieces.push(directive);
  }
  for (const piece of pieces) checkLiteral(text, piece.literal ?? "");
  const format = new KeyFormat(text, pieces);
  if (!format.parts.has("year")) throw invalidFormat(text, "keys would come again every year", "Add %Y.");
  return format;
}

/** The error for a key format, `because` of what. */
export function invalidFormat(text: string, because: string, hint?: string): SluiceError {
  return new SluiceError({
    code: "PARTITIONS_INVALID",
    message: `The key format ${quote(text)} cannot be used: ${because}.`,
    path: ["keyFormat"],
    ...(hint !== undefined && { hint }),
  });
}

function listDirectives(): string {
  return [...DIRECTIVES.keys()].map((name) => `%${name}`).join(" ");
}

function literal(text: string): Directive {
  return {
    scope: "any",
    literal: text,
    write: () => text,
    read: (key, at) => key.startsWith(text, at) ? at + text.length : -1,
  };
}

function checkLiteral(text: string, piece: string): void {
  const found = /\p{Cc}|\p{Surrogate}/u.exec(piece);
  if (found) throw invalidFormat(text, `it holds ${nameCharacter(found[0])}`);
  if (piece.includes("...")) throw invalidFormat(text, 'keys may not hold "...", which stands for a range');
}
