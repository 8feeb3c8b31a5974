/** Many things, some at once. */

/** How many are under way at once. */
const AT_ONCE = 16;

/** Does something for each of many; the first failure is thrown when nothing is under way any more. */
export async function mapSome<T, R>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  for (let from = 0; from < items.length; from += AT_ONCE) {
    const some = items.slice(from, from + AT_ONCE);
    const settled = await Promise.allSettled(some.map((item, at) => work(item, from + at)));
    for (const each of settled) {
      if (each.status === "rejected") throw each.reason;
      results.push(each.value);
    }
  }
  return results;
}
