/** Names of exported projects. */
import { SluiceError } from "../src/model/issue.ts";
import { quote } from "../src/model/quote.ts";

/** Whether a name can stand in code, in paths and in names of the target: a letter, then letters, digits, `_` and `-`. */
export function isProjectName(name: unknown): name is string {
  return typeof name === "string" && /^[A-Za-z][A-Za-z0-9_-]*$/.test(name);
}

/**
 * Refuses a name that no project can have.
 *
 * @throws {SluiceError} EXPORT_REFUSED.
 */
export function requireProjectName(name: string): void {
  if (isProjectName(name)) return;
  throw new SluiceError({
    code: "EXPORT_REFUSED",
    message: `${quote(String(name))} cannot be the name of a project.`,
    path: ["name"],
    hint: "A name is letters, digits, _ and -, the first being a letter.",
  });
}
