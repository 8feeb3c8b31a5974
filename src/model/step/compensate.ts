/** When what a run has made is undone. */

/**
 * Whether a run that ends badly undoes what it has made, where its assets say how: `true` when it fails, `false` never,
 * `"always"` also when it is canceled.
 */
export type Compensate = boolean | "always";

/** The same in words. */
export const COMPENSATE_IS = 'true, false or "always"';

/** Whether a value is one of these. */
export function isCompensate(value: unknown): value is Compensate {
  return typeof value === "boolean" || value === "always";
}
