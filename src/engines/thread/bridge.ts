/** Two channels over a port: each side tells what it has heard, so that no more is under way than the other takes in. */
import type { Channel } from "../channel.ts";

/** How many items may be under way without a word of the other side. */
const MOST_AHEAD = 16;

/** What crosses, beside what a side has to say of itself. */
export type Crossing<Item> = { readonly item: Item } | { readonly heard: number };

/** One end of a bridge: sends what comes out of one channel, and puts what it gets into another. */
export class Bridge<Out, In> {
  readonly #post: (crossing: Crossing<Out>) => void;
  readonly #outgoing: Channel<Out>;
  readonly #incoming: Channel<In>;
  #underWay = 0;
  #wake: () => void = () => {};

  constructor(post: (crossing: Crossing<Out>) => void, outgoing: Channel<Out>, incoming: Channel<In>) {
    this.#post = post;
    this.#outgoing = outgoing;
    this.#incoming = incoming;
  }

  /** Sends until the outgoing channel is closed and empty, and all of it was heard. */
  async send(): Promise<void> {
    for (;;) {
      await this.#until(() => this.#underWay < MOST_AHEAD);
      const item = await this.#outgoing.take();
      if (item === undefined) return await this.#until(() => this.#underWay === 0);
      this.#underWay++;
      this.#post({ item });
    }
  }

  /** Takes in what the other side has sent. */
  take(crossing: Crossing<In>): void {
    if ("heard" in crossing) {
      this.#underWay -= crossing.heard;
      this.#wake();
    } else void this.#receive(crossing.item);
  }

  async #receive(item: In): Promise<void> {
    if (await this.#incoming.put(item)) this.#post({ heard: 1 });
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>((resolve) => this.#wake = resolve);
  }
}
