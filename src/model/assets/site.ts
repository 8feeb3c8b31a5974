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
  const trace = new Trace();
  captureStack(trace, entry);
  return trace;
}

/** More than one: JavaScriptCore drops the frame of a function that ends in the call, and `map` may be the next. */
const FRAMES = 4;

class Trace implements Site {
  declare stack?: string;

  get text(): string | undefined {
    return firstPlace(this.stack);
  }
}

const { captureStackTrace } = Error as { captureStackTrace?: (target: object, above: unknown) => void };

function captureStack(target: Trace, above: unknown): void {
  if (!captureStackTrace) return;
  const errors = Error as { stackTraceLimit?: number };
  const limit = errors.stackTraceLimit;
  errors.stackTraceLimit = FRAMES;
  captureStackTrace(target, above);
  if (limit === undefined) delete errors.stackTraceLimit;
  else errors.stackTraceLimit = limit;
}

/** The first `file:line:column` in a stack text that is no part of the engine, without the URL scheme. */
function firstPlace(stack: string | undefined): string | undefined {
  for (const line of stack?.split("\n") ?? []) {
    const place = line.match(/(?:\(|at (?:async )?|@)((?:file:\/\/)?[^(]*[^\s(]:\d+:\d+)\)?$/)?.[1];
    if (place !== undefined && !isEngine(place)) return place.replace(/^file:\/\//, "");
  }
  return undefined;
}

function isEngine(place: string): boolean {
  return /^(?:native|ext|node|bun|\[native code\]):?/.test(place);
}
