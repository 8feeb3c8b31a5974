/** What is validated. */
import type { Check } from "../assets/check.ts";
import type { Asset } from "../assets/declaration.ts";
import type { Job } from "../job.ts";

/** What is to be validated: declarations as listed, before any graph. */
export interface Declared {
  readonly assets: readonly Asset[];
  readonly checks: readonly Check[];
  readonly jobs: readonly Job[];
}
