/** Fences of objects: who owned the history when a value was written, told by the object itself. */
import { type Fence, isOvertaken } from "../../model/step/fence.ts";
import { lateValue } from "../files/errors.ts";
import { parseReceipt } from "../files/receipt.ts";
import type { ValueAddress } from "../manager.ts";
import type { Bucket, S3Answer } from "./client.ts";

const NAME = "x-amz-meta-sluice-fence";

/** Headers of a request. */
export type Headings = { readonly [name: string]: string };

/** The headers that tell the fence of an object. */
export function fenceHeaders({ history, number }: Fence): Headings {
  return { [NAME]: `${number} ${encodeURIComponent(history)}` };
}

function fenceIn(answer: S3Answer | undefined): Fence | undefined {
  const [, number, history] = /^(\d+) (\S*)$/.exec(answer?.headers.get(NAME) ?? "") ?? [];
  return number === undefined ? undefined : { history: decodeURIComponent(history), number: Number(number) };
}

/** A value that is to be written, and its receipt. */
export interface FencedValue {
  readonly bucket: Bucket;
  readonly address: ValueAddress;
  readonly fence: Fence;
  readonly key: string;
  readonly slipKey: string;
}

/**
 * The condition under which the value or its receipt may be written now: that the object is still the one in which no
 * later owner was found.
 *
 * @throws {SluiceError} STEP_LOST when a later owner has written the value, or its receipt.
 */
export async function claim(
  { bucket, address, fence, key, slipKey }: FencedValue,
  written: "value" | "receipt",
): Promise<Headings> {
  const [value, slip] = await Promise.all([
    bucket.send({ method: "HEAD", key }),
    bucket.send({ method: "GET", key: slipKey }),
  ]);
  const kept = slip && parseReceipt(new TextDecoder().decode(slip.body), address);
  // A value that was copied from elsewhere may have lost what it told; its receipt has not.
  for (const other of [fenceIn(value), kept?.receipt.fence]) {
    if (isOvertaken(fence, other)) throw lateValue(address);
  }
  const found = written === "value" ? value : slip;
  if (!found) return { "if-none-match": "*" };
  const etag = found.headers.get("etag");
  return etag ? { "if-match": etag } : {};
}
