/** What the catalogue of bad inputs asks of every error. */
import assert from "node:assert/strict";
import { type Issue, SluiceError } from "sluice";

/** The issues of a refusal; fails for anything that is no SluiceError, and for nothing. */
export function issuesOf(action: () => unknown): readonly Issue[] {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof SluiceError, `not typed: ${error}`);
    for (const issue of error.issues) {
      assert.doesNotMatch(issue.message, /undefined is|is not a function|\[object/);
    }
    return error.issues;
  }
  assert.fail("nothing was refused");
}

/** The only issue of a refusal. */
export function issueOf(action: () => unknown): Issue {
  const issues = issuesOf(action);
  assert.equal(issues.length, 1, issues.map((issue) => issue.message).join("\n"));
  return issues[0];
}

/** What JavaScript lets through and TypeScript does not. */
export function untyped(value: unknown): never {
  return value as never;
}
