/** The spellings of one text: as it is, and as others write it down. */
import { Buffer } from "node:buffer";
import { SHORTEST } from "./spans.ts";

/** Shorter lines of a text of several lines are left as they are. */
const SHORTEST_LINE = 12;

/** Every spelling of a text that is masked: of all of it, of it without blanks around it, and of its long lines. */
export function formsOf(text: string): readonly string[] {
  const lines = text.split(/\r?\n/).filter((line) => line.length >= SHORTEST_LINE);
  const forms = new Set<string>();
  for (const part of new Set([text, text.trim(), ...lines])) {
    if (part.trim().length < SHORTEST) continue;
    for (const form of spellings(part)) if (form.length >= SHORTEST) forms.add(form);
  }
  return [...forms];
}

function spellings(text: string): readonly string[] {
  const bytes = new TextEncoder().encode(text);
  return [text, ...asJson(text), ...asAddress(text), ...asBase64(bytes), ...asHex(bytes)];
}

/** Within JSON, within JSON in JSON, and in ASCII alone. */
function asJson(text: string): readonly string[] {
  const once = inner(text);
  const ascii = once.replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return [once, inner(once), ascii, inner(ascii)];
}

function inner(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** As a part of a path or a query, as a form, as the password of an address; with both cases of hex digits. */
function asAddress(text: string): readonly string[] {
  const whole = text.toWellFormed();
  const address = new URL("http://host");
  address.password = whole;
  const forms = [
    encodeURIComponent(whole),
    encodeURI(whole),
    new URLSearchParams([["", whole]]).toString().slice(1),
    address.password,
  ];
  return forms.flatMap((form) => [form, form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())]);
}

/**
 * In both alphabets, wherever it begins within what is encoded: characters that also stand for bits of what comes
 * before or after it are left out.
 */
function asBase64(bytes: Uint8Array): readonly string[] {
  const forms: string[] = [];
  for (const before of [0, 1, 2]) {
    const shifted = new Uint8Array(before + bytes.length);
    shifted.set(bytes, before);
    const start = Math.ceil((before * 8) / 6);
    const end = Math.floor((shifted.length * 8) / 6);
    for (const alphabet of ["base64", "base64url"] as const) {
      forms.push(Buffer.from(shifted).toString(alphabet).slice(start, end));
    }
  }
  return forms;
}

function asHex(bytes: Uint8Array): readonly string[] {
  const hex = Buffer.from(bytes).toString("hex");
  return [hex, hex.toUpperCase()];
}
