/** What every manager says when a value is not there, and how addresses read in messages. */
import { SluiceError } from "../model/issue.ts";
import { quote } from "../model/quote.ts";
import type { ValueAddress } from "./manager.ts";

/** An address in words: `asset "raw/orders", partition "2026-01-01"`. */
export function describeAddress({ asset, partition }: ValueAddress): string {
  return `asset ${quote(asset)}${partition === undefined ? "" : `, partition ${quote(partition)}`}`;
}

/** An address as the path of an issue. */
export function pathOf({ asset, partition }: ValueAddress): readonly string[] {
  return partition === undefined ? ["assets", asset] : ["assets", asset, "partitions", partition];
}

/** VALUE_MISSING; `where` is a clause that says where it was looked for. */
export function missingValue(
  address: ValueAddress,
  where: string,
  hint: string = "Materialize it first.",
): SluiceError {
  const message = `There is no value of ${describeAddress(address)}: ${where}.`;
  return new SluiceError({ code: "VALUE_MISSING", message, path: pathOf(address), hint });
}
