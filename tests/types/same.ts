/** Whether two types are the same, to the letter; what type tests are made of. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;

/** Compiles only when `A` and `B` are the same type. */
export function same<A, B>(_: Same<A, B>): void {}
