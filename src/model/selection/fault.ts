/** Errors that point at a place in a selection text. */
import { type Issue, SluiceError } from "../issue.ts";

/** How much of a long line is shown on each side of the place. */
const MARGIN = 40;

/** An error that points at the UTF-16 unit `at` of a selection. */
export function selectionFault(text: string, at: number, message: string, hint?: string): SluiceError {
  return new SluiceError(selectionIssue(text, at, message, hint));
}

/** A finding that points at the UTF-16 unit `at` of a selection, with the line and a caret below it. */
export function selectionIssue(text: string, at: number, message: string, hint?: string): Issue {
  const position = countCharacters(text.slice(0, at)) + 1;
  const lines = text.trim() === "" ? "" : `\n${caretLines(text, at)}`;
  return {
    code: "SELECTION_INVALID",
    message: `In the selection, character ${position}: ${message}${lines}`,
    path: [],
    ...(hint !== undefined && { hint }),
  };
}

function caretLines(text: string, at: number): string {
  const lineStart = text.lastIndexOf("\n", at - 1) + 1;
  const lineEnd = (text + "\n").indexOf("\n", at);
  const before = [...text.slice(lineStart, at)];
  const after = [...text.slice(at, lineEnd)];
  const left = (before.length > MARGIN ? "..." : "") + before.slice(-MARGIN).map(visible).join("");
  const right = after.slice(0, MARGIN).map(visible).join("") + (after.length > MARGIN ? "..." : "");
  return `    ${left}${right}\n    ${" ".repeat(countCharacters(left))}^`;
}

/** Keeps the caret below its character: one column for each, nothing that moves or hides text. */
function visible(character: string): string {
  return /[\p{L}\p{N}\p{P}\p{S} ]/u.test(character) && !/\p{Default_Ignorable_Code_Point}/u.test(character)
    ? character
    : "?";
}

function countCharacters(text: string): number {
  return [...text].length;
}
