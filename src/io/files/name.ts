/**
 * Names of files and folders for any text, on any file system.
 *
 * Small ASCII letters, digits, `_`, `-`, `=`, `,`, `@` and inner dots stand for themselves; so do capitals, but the
 * name then ends in `+` and a hexadecimal mask of which letters are capitals (`US` is `US+3`, `Us` is `Us+1`), since
 * many file systems do not tell them apart. Every other byte of the UTF-8 form is `%` and two hexadecimal digits:
 * `|` is `%7c`, so no system can mix up Unicode forms. So are a first character other than a letter, a digit or `_`,
 * a last dot, and the first letter of a name that is a device on Windows (`con`). The empty text is `%`. A name of
 * more than 120 characters is cut to 72 and ends in `++` and 40 hexadecimal digits of a SHA-256.
 *
 * Two texts never get one name, not even where names are compared without regard to case.
 */
import { createHash } from "node:crypto";

const LONGEST = 120;
const CUT = 72;
const HASH_DIGITS = 40;

const PLAIN = /^[a-z0-9_](?:[a-z0-9_=,@.-]*[a-z0-9_=,@-])?$/;
const STARTING = /^[A-Za-z0-9_]$/;
const SAFE = /^[A-Za-z0-9_=,@.-]$/;
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/** The name of a file, without its ending. */
export function fileName(text: string): string {
  if (text.length <= LONGEST && PLAIN.test(text) && !DEVICE.test(text)) return text;
  return escapeName(text);
}

/** The name of a folder: without dots, so that it is never the name of a file, which has an ending. */
export function folderName(text: string): string {
  return fileName(text).replaceAll(".", "%2e");
}

function escapeName(text: string): string {
  if (text === "") return "%";
  const letters = new LetterMask();
  let name = "";
  let index = 0;
  for (const character of text) {
    const isLast = index + character.length === text.length;
    if (isKept(text, character, index, isLast)) {
      name += character;
      letters.add(character);
    } else {
      name += escapeCharacter(character);
    }
    index += character.length;
  }
  name += letters.suffix();
  return name.length <= LONGEST ? name : shorten(name);
}

function isKept(text: string, character: string, index: number, isLast: boolean): boolean {
  if (index === 0) return STARTING.test(character) && !DEVICE.test(text);
  return SAFE.test(character) && !(isLast && character === ".");
}

function shorten(name: string): string {
  const hash = createHash("sha256").update(name).digest("hex").slice(0, HASH_DIGITS);
  return `${name.slice(0, CUT).replace(/%.?$/, "")}++${hash}`;
}

/** Which of the letters of a name are capitals: four to a hexadecimal digit, the first letter in the lowest bit. */
class LetterMask {
  readonly #digits: number[] = [];
  #count = 0;

  add(character: string): void {
    const isCapital = character >= "A" && character <= "Z";
    if (!isCapital && !(character >= "a" && character <= "z")) return;
    const place = this.#count++;
    if (!isCapital) return;
    while (this.#digits.length <= place >> 2) this.#digits.push(0);
    this.#digits[place >> 2] |= 1 << (place & 3);
  }

  suffix(): string {
    return this.#digits.length === 0 ? "" : `+${this.#digits.map((digit) => digit.toString(16)).join("")}`;
  }
}

/** UTF-8, also of half a surrogate pair, which the platform's encoder would replace. */
function escapeCharacter(character: string): string {
  const point = character.codePointAt(0) as number;
  if (point < 0x80) return escapeByte(point);
  if (point < 0x800) return escapeByte(0xc0 | point >> 6) + escapeRest(point, 1);
  if (point < 0x10000) return escapeByte(0xe0 | point >> 12) + escapeRest(point, 2);
  return escapeByte(0xf0 | point >> 18) + escapeRest(point, 3);
}

function escapeRest(point: number, count: number): string {
  let text = "";
  for (let left = count - 1; left >= 0; left--) text += escapeByte(0x80 | point >> 6 * left & 0x3f);
  return text;
}

function escapeByte(byte: number): string {
  return `%${byte.toString(16).padStart(2, "0")}`;
}
