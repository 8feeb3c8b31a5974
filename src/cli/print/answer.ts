/** Writes answers to stdout: as lines for people, or as JSON. */
import type { Answer, Lines } from "../command.ts";
import type { Output } from "../host/host.ts";
import type { Page } from "./page.ts";

/** Text is handed on in pieces of about this many characters. */
const PIECE = 16_384;

/** The version of the shapes that `--json` prints. */
const SCHEMA_VERSION = 1;

/** Writes an answer, and stops early when nobody reads on. */
export async function writeAnswer(
  answer: Answer,
  page: Page,
  isJson: boolean,
  output: Output,
): Promise<void> {
  const piece = answer.isLive ? 1 : PIECE;
  if (!isJson) return await writeLines(answer.text(page), output, piece);
  const { json } = answer;
  if (typeof json === "function") return await writeDocument(json(), output);
  await writeLines(linesOf(json.lines()), output, piece);
}

/** Writes one JSON document with its schema version. */
export function writeDocument(document: object, output: Output): Promise<void> {
  return output.write(`${JSON.stringify({ schemaVersion: SCHEMA_VERSION, ...document }, null, 2)}\n`);
}

async function* linesOf(objects: Iterable<object> | AsyncIterable<object>): AsyncGenerator<string> {
  for await (const object of objects) yield JSON.stringify({ schemaVersion: SCHEMA_VERSION, ...object });
}

async function writeLines(lines: Lines, output: Output, pieceLength: number): Promise<void> {
  let piece = "";
  for await (const line of lines) {
    piece += `${line}\n`;
    if (piece.length < pieceLength) continue;
    await output.write(piece);
    piece = "";
    if (output.isClosed) return;
  }
  await output.write(piece);
}
