/** Stdin: read to its end, or held open by a parent that lives. */

/** What a command may read from, and the life of whoever holds the other end. */
export interface Input {
  /** All of it, once it has ended. */
  all(): Promise<string>;
  /** Its first line, without the line end; what follows is not lost. */
  line(): Promise<string>;
  /** Resolves when it has ended: the other end is closed, or its holder is dead. */
  ended(): Promise<void>;
}

/** A stream that gives pieces of text and then ends: a part of `process.stdin`. */
export interface TextStream {
  setEncoding(encoding: "utf8"): unknown;
  on(event: "data", listener: (piece: string) => void): unknown;
  once(event: "end" | "close" | "error", listener: () => void): unknown;
  resume(): unknown;
}

/** Opens a stream when it is first read. */
export function openInput(openStream: () => TextStream): Input {
  let opened: Reading | undefined;
  const reading = () => opened ??= new Reading(openStream());
  return {
    all: async () => {
      await reading().ended;
      return reading().text;
    },
    line: () => reading().line(),
    ended: () => reading().ended,
  };
}

/** What was read so far. */
class Reading {
  text = "";
  readonly ended: Promise<void>;
  #heard: () => void = () => {};

  constructor(stream: TextStream) {
    stream.setEncoding("utf8");
    stream.on("data", (piece) => {
      this.text += piece;
      this.#heard();
    });
    this.ended = new Promise((resolve) => {
      for (const event of ["end", "close", "error"] as const) stream.once(event, resolve);
    });
    stream.resume();
  }

  line(): Promise<string> {
    return new Promise((resolve) => {
      const look = (isOver: boolean) => {
        const end = this.text.indexOf("\n");
        if (end >= 0 || isOver) resolve(end >= 0 ? this.text.slice(0, end) : this.text);
      };
      this.#heard = () => look(false);
      look(false);
      this.ended.then(() => look(true));
    });
  }
}
