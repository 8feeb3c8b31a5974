/** Facts about an output, said in several places. */
import type { OutputFacts } from "../../model/assets/result.ts";

/** Later facts over earlier ones; metadata is joined name by name. */
export function mergeFacts(earlier: OutputFacts | undefined, later: OutputFacts): OutputFacts {
  if (!earlier) return later;
  const metadata = { ...earlier.metadata, ...later.metadata };
  return { ...earlier, ...later, ...(hasAny(metadata) && { metadata }) };
}

/** Whether a record has any property. */
export function hasAny(record: object): boolean {
  for (const _name in record) return true;
  return false;
}
