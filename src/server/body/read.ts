/** Reading what was sent, up to a limit. */
import { Problem } from "../problem.ts";

/** The most that is read of a body, in bytes. */
export const MOST_BYTES: number = 1 << 20;

/**
 * Reads a body as it was sent. Nothing is read of one that says that it is too long, and no more than the limit of one that
 * does not. Compressed bodies are refused, since a small one may hold a large one.
 */
export async function readBody(request: Request, limit: number): Promise<Uint8Array> {
  const encoding = request.headers.get("content-encoding");
  if (encoding !== null && encoding.toLowerCase() !== "identity") {
    throw new Problem(415, "BODY_TYPE_REFUSED", "Bodies are taken as they are, not compressed.");
  }
  if (Number(request.headers.get("content-length") ?? 0) > limit) throw tooLarge(limit);
  if (!request.body) return new Uint8Array(0);
  const reader = request.body.getReader();
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > limit) {
      reader.cancel().catch(() => {});
      throw tooLarge(limit);
    }
    pieces.push(value);
  }
  return pieces.length === 1 ? pieces[0] : joined(pieces, length);
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function tooLarge(limit: number): Problem {
  return new Problem(413, "BODY_TOO_LARGE", `The body is larger than ${limit} bytes.`, {
    hint: "Store what is large elsewhere, and send where it lies.",
    headers: { connection: "close" },
  });
}
