/** Typed arrays that grow. */

/** Numbers that are only ever added at the end. */
export class FloatList {
  values: Float64Array = new Float64Array(16);
  size = 0;

  push(value: number): void {
    if (this.size === this.values.length) this.reserve(this.size + 1);
    this.values[this.size++] = value;
  }

  /** Makes room for `size` numbers in all. */
  reserve(size: number): void {
    if (size <= this.values.length) return;
    const larger = new Float64Array(Math.max(size, this.values.length * 2));
    larger.set(this.values.subarray(0, this.size));
    this.values = larger;
  }
}

/** Whole numbers that are only ever added at the end. */
export class IntList {
  values: Int32Array = new Int32Array(16);
  size = 0;

  push(value: number): void {
    if (this.size === this.values.length) this.reserve(this.size + 1);
    this.values[this.size++] = value;
  }

  /** Makes room for `size` numbers in all. */
  reserve(size: number): void {
    if (size <= this.values.length) return;
    const larger = new Int32Array(Math.max(size, this.values.length * 2));
    larger.set(this.values.subarray(0, this.size));
    this.values = larger;
  }
}

/** The position of the first of `size` ascending numbers that is not less than `value`. */
export function lowerBound(ascending: ArrayLike<number>, size: number, value: number): number {
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
