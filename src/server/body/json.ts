/** Bodies as JSON: nothing that is nested too deeply, or that would become something else than what was sent. */
import { Problem } from "../problem.ts";

/** How deep lists and records may lie in each other. */
const MOST_DEPTH = 64;
/** How many fields all records together may have. */
const MOST_FIELDS = 10_000;

const QUOTE = 34, COLON = 58, BACKSLASH = 92;
const OPEN_LIST = 91, CLOSE_LIST = 93, OPEN_RECORD = 123, CLOSE_RECORD = 125;

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Refuses a body that does not say that it is JSON. */
export function requireJsonType(request: Request): void {
  const type = request.headers.get("content-type")?.split(";")[0].trim().toLowerCase() ?? "";
  if (type === "application/json" || /^application\/[a-z0-9.-]+\+json$/.test(type)) return;
  throw new Problem(415, "BODY_TYPE_REFUSED", "The body must be JSON.", {
    hint: "Send the header `Content-Type: application/json`.",
  });
}

/** Reads JSON. Nothing sent stands for no inputs. */
export function parseBody(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined;
  const text = decode(bytes);
  survey(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid(`The body is no JSON: ${(error as Error).message}`);
  }
  if (text.includes("__proto__") || text.includes("\\u")) refuseProto(value);
  return value;
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw invalid("The body is not written in UTF-8.");
  }
}

/** Looks how deep and how wide it is before anything is made of it. */
function survey(text: string): void {
  let depth = 0;
  let fields = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfText(text, at);
    else if (code === OPEN_LIST || code === OPEN_RECORD) depth++;
    else if (code === CLOSE_LIST || code === CLOSE_RECORD) depth--;
    else if (code === COLON) fields++;
    if (depth > MOST_DEPTH) throw invalid(`The body is nested more than ${MOST_DEPTH} deep.`);
    if (fields > MOST_FIELDS) throw invalid(`The body has more than ${MOST_FIELDS} fields.`);
  }
}

function endOfText(text: string, from: number): number {
  let at = from + 1;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === QUOTE) break;
  }
  return at;
}

/** A field of this name would become the prototype of a record that it is copied into. */
function refuseProto(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  if (Object.hasOwn(value, "__proto__")) throw invalid("The body has a field that is called __proto__.");
  for (const each of Object.values(value)) refuseProto(each);
}

function invalid(message: string): Problem {
  return new Problem(400, "BODY_INVALID", message);
}
