/** Faults of formats and of the disk as Sluice's errors: with the asset, the path and what to do. */
import { SluiceError } from "../../model/issue.ts";
import type { ValueFault } from "../formats/format.ts";
import type { ValueAddress } from "../manager.ts";
import { describeAddress, pathOf } from "../missing.ts";
import type { DiskFault } from "./fault.ts";

/** VALUE_INVALID for a value that its format cannot keep. */
export function invalidValue(address: ValueAddress, format: string, fault: ValueFault): SluiceError {
  return new SluiceError({
    code: "VALUE_INVALID",
    message: `The value of ${describeAddress(address)} cannot be kept as ${format}: ${fault.message}.`,
    path: pathOf(address),
    ...(fault.hint === undefined ? {} : { hint: fault.hint }),
  }, { cause: fault });
}

/** VALUE_INVALID for a file whose content is not of its format. */
export function invalidContent(
  address: ValueAddress,
  format: string,
  path: string,
  fault: ValueFault,
): SluiceError {
  return new SluiceError({
    code: "VALUE_INVALID",
    message: `The value of ${describeAddress(address)} cannot be read as ${format}: ${fault.message}. ` +
      `The file is ${path}.`,
    path: pathOf(address),
    hint: "Materialize it again, or restore the file.",
  }, { cause: fault });
}

/** STEP_LOST for a value whose run belongs to somebody else by now. */
export function lateValue(address: ValueAddress): SluiceError {
  return new SluiceError({
    code: "STEP_LOST",
    message: `The value of ${
      describeAddress(address)
    } comes late: another process has taken over the history, and kept a newer one.`,
    path: pathOf(address),
    hint: "This process gave no sign of life for longer than its lease; what it still does is not recorded.",
  });
}

/** IO_FAILED for an operation of the file system that failed. */
export function diskFailure(
  action: "kept" | "read" | "removed",
  address: ValueAddress,
  path: string,
  fault: DiskFault,
): SluiceError {
  const hint = HINTS.get(fault.code);
  return new SluiceError({
    code: "IO_FAILED",
    message: `The value of ${
      describeAddress(address)
    } could not be ${action} (file ${path}): ${fault.message}.`,
    path: pathOf(address),
    ...(hint === undefined ? {} : { hint }),
  }, { cause: fault.cause });
}

const IN_THE_WAY = "Something else lies at that path; move it away.";
const NO_ACCESS = "Give this process access to the folder, or choose another one.";
const NO_SPACE = "Free some space on that disk.";

const HINTS: ReadonlyMap<string, string> = new Map([
  ["EACCES", NO_ACCESS],
  ["EDQUOT", NO_SPACE],
  ["EEXIST", IN_THE_WAY],
  ["EISDIR", IN_THE_WAY],
  ["EMFILE", "Raise the limit of open files of this process."],
  ["ENAMETOOLONG", "Choose a folder with a shorter path."],
  ["ENOSPC", NO_SPACE],
  ["ENOTDIR", IN_THE_WAY],
  ["EPERM", NO_ACCESS],
  ["EROFS", NO_ACCESS],
]);
