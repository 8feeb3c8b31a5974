/** Faults of a bucket as Sluice's errors: with the asset, the address and what to do. */
import { SluiceError } from "../../model/issue.ts";
import type { ValueAddress } from "../manager.ts";
import { describeAddress, pathOf } from "../missing.ts";
import type { S3Fault } from "./fault.ts";

/** IO_FAILED for a request that failed. */
export function bucketFailure(
  action: "kept" | "read" | "removed",
  address: ValueAddress,
  place: string,
  fault: S3Fault,
): SluiceError {
  return new SluiceError({
    code: "IO_FAILED",
    message: `The value of ${
      describeAddress(address)
    } could not be ${action} (object ${place}): ${fault.message}.`,
    path: pathOf(address),
    ...(fault.hint !== undefined && { hint: fault.hint }),
  }, { cause: fault });
}
