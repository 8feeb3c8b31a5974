/** Where in the user's code something was declared. */

/** A place in source code, worked out only when somebody reads it. */
export interface Site {
  /** `file:line:column`, or undefined where the host gives no stack. */
  readonly text: string | undefined;
}

/**
 * Remembers the call site of the public function that calls this one. The stack is taken now and turned into
 * text only when read: most sites are never looked at.
 *
 * @param entry The public function whose caller is wanted.
 */
export function captureSite(entry: (...args: never[]) => unknown): Site {
  const errors = Error as { stackTraceLimit?: number };
  const limit = errors.stackTraceLimit;
  errors.stackTraceLimit = FRAMES;
  const error = new Error();
  if (limit === undefined) delete errors.stackTraceLimit;
  else errors.stackTraceLimit = limit;
  return new Trace(error, entry.name);
}

/** Two of ours and a few more: JavaScriptCore drops the frame of a function that ends in the call, and `map` may be next. */
const FRAMES = 6;

/**
 * A stack as an error holds it, ours on top: JavaScriptCore makes an error in a tenth of the time that
 * `captureStackTrace` takes to leave frames out.
 */
class Trace implements Site {
  readonly #error: Error;
  readonly #entry: string;

  constructor(error: Error, entry: string) {
    this.#error = error;
    this.#entry = entry;
  }

  get text(): string | undefined {
    return callerOf(this.#entry, this.#error.stack?.split("\n") ?? []);
  }
}

/** The first place below our functions in the lines of a stack that is no part of the engine, without the URL scheme. */
function callerOf(entry: string, lines: readonly string[]): string | undefined {
  const names = lines.map(functionOf);
  const own = Math.max(names.indexOf(entry), names.indexOf(captureSite.name));
  for (const line of lines.slice(own + 1)) {
    const place = line.match(/(?:\(|at (?:async )?|@)((?:file:\/\/)?[^(]*[^\s(]:\d+:\d+)\)?$/)?.[1];
    if (place !== undefined && !isEngine(place)) return place.replace(/^file:\/\//, "");
  }
  return undefined;
}

/** The name of the function in a line of a stack, without what it is a method of. */
function functionOf(line: string): string | undefined {
  return line.match(/^\s*(?:at )?(?:async )?(?:[^\s(@/]*\.)?([^\s(@./]+)/)?.[1];
}

function isEngine(place: string): boolean {
  return /^(?:native|ext|node|bun|\[native code\]):?/.test(place);
}
