import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { SluiceError } from "../../../src/model/issue.ts";
import { formatStepRequest, parseStepRequest, type StepRequest } from "../../../src/model/step/request.ts";

/** The messages of the issues that a text is refused with. */
function refusal(value: unknown): readonly string[] {
  try {
    parseStepRequest(typeof value === "string" ? value : JSON.stringify(value));
  } catch (error) {
    assert.ok(error instanceof SluiceError);
    assert.ok(error.issues.every(({ code }) => code === "REQUEST_INVALID"));
    return error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  }
  return [];
}

const least = { version: 1, runId: "r1", step: "a" } as const;

describe("a step request", () => {
  test("needs a version, a run and a step", () => {
    assert.deepEqual(parseStepRequest(JSON.stringify(least)), least);
    assert.deepEqual(refusal({}), [
      "version: version is missing.",
      "runId: runId is missing.",
      "step: step is missing.",
    ]);
  });

  test("tells every finding by its path", () => {
    assert.deepEqual(
      refusal({
        ...least,
        attempt: 0,
        deadlineMs: "soon",
        partitions: { start: "a", till: "b" },
        tags: { by: 1 },
        dynamicKeys: { customers: ["a", 2] },
        outputs: "x",
        retries: 3,
      }),
      [
        "outputs: outputs is a list of texts, not a string.",
        "partitions.end: partitions.end is missing.",
        'partitions.till: partitions has no field "till".',
        "attempt: attempt is a whole number from 1, not 0.",
        "deadlineMs: deadlineMs is a number, not a string.",
        "dynamicKeys.customers: dynamicKeys.customers is a list of texts, not a list that holds something else.",
        "tags.by: tags.by is a text, not 1.",
        'retries: A step request has no field "retries".',
      ],
    );
  });

  test("says what is to be undone, and what for", () => {
    const undo = {
      error: { name: "Error", message: "m", causes: [{ name: "E", message: "c" }] },
      made: [{ asset: "a", partition: "x" }, { asset: "a" }],
    };
    assert.deepEqual(parseStepRequest(formatStepRequest({ ...least, undo })), { ...least, undo });
    assert.deepEqual(refusal({ ...least, undo: { made: [{ partition: "x" }] } }), [
      "undo.error: undo.error is missing.",
      "undo.made.0.asset: undo.made.0.asset is missing.",
    ]);
  });

  test("is one object of a version that is known", () => {
    assert.match(refusal("nonsense")[0], /^: A step request is one JSON object, and this is none/);
    assert.equal(refusal("[]")[0], ": A step request is an object, not a list.");
    assert.equal(refusal("null")[0], ": A step request is an object, not null.");
    assert.deepEqual(refusal({ ...least, version: 2 }), [
      "version: A step request of version 2 is not understood.",
    ]);
    assert.deepEqual(refusal('{"version":1,"runId":"r1","step":"a","deadlineMs":1e999}'), [
      "deadlineMs: deadlineMs is a number, not Infinity.",
    ]);
  });

  test("takes null for absent, and any JSON for config", () => {
    assert.deepEqual(parseStepRequest(JSON.stringify({ ...least, tags: null, config: [1, { a: null }] })), {
      ...least,
      config: [1, { a: null }],
    });
  });

  test("has one text whatever the order in which it was put together", () => {
    const request: StepRequest = {
      tags: { b: "2", a: "1" },
      config: { z: [{ y: 1, x: 2 }], a: null },
      partitions: { end: "2026-01-02", start: "2026-01-01" },
      step: "raw/orders",
      runId: "r1",
      version: 1,
    };
    assert.equal(
      formatStepRequest(request),
      '{"version":1,"runId":"r1","step":"raw/orders","partitions":{"end":"2026-01-02","start":"2026-01-01"},' +
        '"config":{"a":null,"z":[{"x":2,"y":1}]},"tags":{"a":"1","b":"2"}}',
    );
  });

  test("survives the round trip", () => {
    const text = fc.string({ unit: "binary" });
    const short = fc.string({ maxLength: 3 });
    const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
    const requests = fc.record({
      version: fc.constant(1 as const),
      runId: text,
      step: text,
      outputs: some(fc.array(text)),
      partitions: some(fc.oneof(fc.array(text), fc.record({ start: text, end: text }))),
      attempt: some(fc.integer({ min: 1 })),
      maxRetries: some(fc.nat()),
      deadlineMs: some(fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Object.is(n, -0))),
      fence: some(fc.nat()),
      history: some(text),
      config: some(fc.jsonValue().filter((value) => value !== null)),
      elements: some(fc.record({
        concurrency: fc.integer({ min: 1 }),
        made: fc.array(
          fc.record({
            element: short,
            item: short,
            value: some(short),
            reason: some(short),
            from: some(short),
          }),
          { maxLength: 2 },
        ),
      })),
      tags: some(fc.dictionary(text, text)),
      hooks: some(fc.boolean()),
      dynamicKeys: some(fc.dictionary(text, fc.array(text))),
    });
    fc.assert(
      fc.property(requests, (drawn) => {
        const request = JSON.parse(JSON.stringify(drawn)) as StepRequest;
        const written = formatStepRequest(request);
        assert.deepEqual(parseStepRequest(written), request);
        assert.equal(formatStepRequest(parseStepRequest(written)), written);
      }),
      { seed: 11, numRuns: 300 },
    );
  });
});
