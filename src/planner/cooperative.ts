/** Work in slices: for a host's event loop that must not be held. */

/** Work that can be done in one go or in slices: it pauses after a bounded number of steps. */
export type Cooperative<T> = Generator<void, T, void>;

/** Does all of it in one go. */
export function doAtOnce<T>(work: Cooperative<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}
