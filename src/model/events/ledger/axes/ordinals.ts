/** The ordinals of a stored set on an axis, in the order of the set. */

/** A list of ordinals; one that ascends without a gap is two numbers. */
export class Ordinals {
  readonly count: number;
  readonly #first: number;
  readonly #list: Int32Array | undefined;

  constructor(count: number, first: number, list?: Int32Array) {
    this.count = count;
    this.#first = first;
    this.#list = list;
  }

  at(place: number): number {
    return this.#list ? this.#list[place] : this.#first + place;
  }
}

/** Collects ordinals one by one. */
export class OrdinalsBuilder {
  #count = 0;
  #first = 0;
  /** Only from the first gap on. */
  #list: number[] | undefined;

  add(ordinal: number): void {
    if (this.#list) this.#list.push(ordinal);
    else if (this.#count === 0) this.#first = ordinal;
    else if (ordinal !== this.#first + this.#count) this.#list = [...this.#ascending(), ordinal];
    this.#count++;
  }

  build(): Ordinals {
    return new Ordinals(this.#count, this.#first, this.#list && Int32Array.from(this.#list));
  }

  #ascending(): number[] {
    return Array.from({ length: this.#count }, (_, place) => this.#first + place);
  }
}
