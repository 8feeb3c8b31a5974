/** Pages for tests of printers. */
import { openPage, type Page } from "../../../src/cli/print/page.ts";

/** A page of a width, without colour and with ASCII only. */
export function plainPage(width = Infinity, nowMs = 0): Page {
  const page = openPage(
    { isTerminal: false, columns: undefined, env: { TERM: "dumb" }, color: false },
    nowMs,
  );
  return { ...page, width };
}
