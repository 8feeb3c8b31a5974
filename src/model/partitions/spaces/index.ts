/** What all spaces say of an index. */

/** Throws a RangeError unless `index` is one of a space of this size. */
export function checkIndex(index: number, size: number): void {
  if (index >= 0 && index < size && Number.isInteger(index)) return;
  throw new RangeError(`There is no partition at index ${index}: indices are 0 to ${size - 1}.`);
}
