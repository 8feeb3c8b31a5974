/** Whether and when attempts are repeated; and docs/retries.md, whose tables are those of the code. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { defineAsset } from "../../../src/model/assets/asset.ts";
import { StepFailure } from "../../../src/model/assets/failure.ts";
import {
  checkRetryPolicy,
  RETRY_BY_CLASS,
  retryDelayMs,
  type RetryPolicy,
} from "../../../src/model/policy.ts";
import { airflowRetryDelayMs } from "../../../src/runtime/retry/airflow.ts";
import { nextRetryMs } from "../../../src/runtime/retry/retry.ts";
import { classMembers, classOf } from "../../../src/runtime/retry/error_class.ts";
import { World } from "../support.ts";

const chance = { next: () => 0.5 };

function coded(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** The waits of a policy when each attempt ends with the same error, up to the last. */
function waits(retry: RetryPolicy, error: unknown): readonly number[] {
  const step = defineAsset({ key: "a", retry, run: () => 1 })["~step"];
  const found: number[] = [];
  for (let wait = nextRetryMs(step, 0, error, chance); wait !== undefined && found.length < 20;) {
    found.push(wait);
    wait = nextRetryMs(step, found.length, error, chance);
  }
  return found;
}

describe("delays", () => {
  test("grow as the policy says", () => {
    const of = (backoff: NonNullable<RetryPolicy["backoff"]>) =>
      [1, 2, 3, 4].map((retry) => retryDelayMs({ maxRetries: 9, delayMs: 1_500, backoff }, retry, chance));
    assert.deepEqual(of("constant"), [1_500, 1_500, 1_500, 1_500]);
    assert.deepEqual(of("linear"), [1_500, 3_000, 4_500, 6_000]);
    assert.deepEqual(of("exponential"), [1_500, 4_500, 10_500, 22_500]);
    assert.deepEqual(of("doubling"), [1_500, 3_000, 6_000, 12_000]);
    assert.deepEqual(of("airflow"), [3_000, 4_000, 9_000, 18_000]);
  });

  test("are those of a task of Airflow where it is named", () => {
    const airflow = { dagId: "shop.nightly", taskId: "orders" };
    const retry: RetryPolicy = { maxRetries: 3, delayMs: 60_000, backoff: "airflow", airflow };
    // From Python: (base + sha1("shop.nightly#orders#None#n") % base) seconds.
    assert.deepEqual(waits(retry, new Error("no")), [63_000, 206_000, 340_000]);
    assert.deepEqual(waits({ ...retry, maxDelayMs: 100_000 }, new Error("no")), [63_000, 100_000, 100_000]);
    assert.deepEqual(waits({ ...retry, airflow: { ...airflow, multiplier: 1 } }, new Error("no")), [
      60_000,
      60_000,
      60_000,
    ]);
    assert.equal(airflowRetryDelayMs({ delayMs: 0 }, 1, airflow), 1_000);
    assert.equal(airflowRetryDelayMs({ delayMs: 1 }, 5_000, airflow), 86_400_000);
  });
});

describe("classes of errors", () => {
  test("have rules of their own", () => {
    const retry: RetryPolicy = { maxRetries: 1, delayMs: 7, byClass: RETRY_BY_CLASS };
    assert.deepEqual(waits(retry, coded("ECONNRESET")), [1_000, 2_000, 4_000]);
    assert.deepEqual(waits(retry, coded("ENOSPC")), [5_000, 10_000, 20_000, 40_000, 60_000]);
    for (const code of ["CONFIG_INVALID", "VALUE_INVALID"]) assert.deepEqual(waits(retry, coded(code)), []);
    assert.deepEqual(waits(retry, new Error("who knows")), [7]);
    assert.deepEqual(
      waits({ maxRetries: 1, delayMs: 7 }, coded("CONFIG_INVALID")),
      [7],
      "without rules all are alike",
    );
    assert.deepEqual(waits({ maxRetries: 1, byClass: { resource: { maxRetries: 2 } } }, coded("EPIPE")), [0]);
  });

  test("count the attempts of all classes together", () => {
    const step =
      defineAsset({ key: "a", retry: { maxRetries: 0, byClass: RETRY_BY_CLASS }, run: () => 1 })["~step"];
    assert.equal(nextRetryMs(step, 3, coded("EPIPE"), chance), undefined);
    assert.equal(nextRetryMs(step, 3, coded("ENOMEM"), chance), 40_000);
  });

  test("are told by what was thrown, or by what led to it", () => {
    const failure = (errorClass: "validation") => new StepFailure("no", { errorClass });
    assert.equal(classOf(failure("validation")), "validation");
    assert.equal(classOf(new StepFailure("no", { cause: coded("EPIPE") })), "transient");
    assert.equal(classOf(new Error("a", { cause: new Error("b", { cause: coded("EMFILE") }) })), "resource");
    assert.equal(classOf(Object.assign(new Error("busy"), { status: 503 })), "transient");
    assert.equal(classOf(Object.assign(new Error("who"), { statusCode: 401 })), "configuration");
    assert.equal(classOf(new DOMException("late", "TimeoutError")), "transient");
    const cyclic = new Error("a");
    cyclic.cause = cyclic;
    const trap = new Proxy(new Error("x"), {
      get: () => {
        throw new Error("no");
      },
    });
    for (const thrown of [cyclic, trap, "text", undefined, null, 3, {}, { code: 5 }]) {
      assert.equal(classOf(thrown), undefined);
    }
  });

  test("decide in a run", async () => {
    let calls = 0;
    const flaky = defineAsset({
      key: "flaky",
      retry: { maxRetries: 0, byClass: { transient: { maxRetries: 3 } } },
      run: () => {
        if (++calls <= 2) throw coded("ETIMEDOUT");
        return calls;
      },
    });
    const hopeless = defineAsset({
      key: "hopeless",
      retry: { maxRetries: 3, byClass: { permanent: false } },
      run: (): number => {
        throw new StepFailure("gone", { errorClass: "permanent" });
      },
    });
    const world = new World([flaky, hopeless]);
    const running = world.run();
    await world.clock.advance(1_000);
    const ran = await running;
    assert.deepEqual(ran.ends, { flaky: "succeeded", hopeless: "failed" });
    assert.deepEqual([calls, ran.of("step_retrying").length], [3, 2]);
  });

  test("and backoffs that do not fit are refused", () => {
    const found = (policy: object) =>
      checkRetryPolicy({ maxRetries: 1, ...policy } as RetryPolicy, ["retry"]).map(({ path, message }) =>
        `${path.join(".")}: ${message}`
      );
    assert.deepEqual(found({ byClass: RETRY_BY_CLASS }), []);
    assert.match(
      found({ byClass: { flaky: false } })[0],
      /^retry.byClass.flaky: "flaky" is no class of errors/,
    );
    assert.match(
      found({ byClass: { transient: 3 } })[0],
      /^retry.byClass.transient: .* is a rule or false, not 3/,
    );
    assert.match(
      found({ byClass: { transient: { maxRetries: -1 } } })[0],
      /^retry.byClass.transient.maxRetries: /,
    );
    assert.match(found({ byClass: [] })[0], /^retry.byClass: byClass is a record of rules/);
    assert.match(found({ airflow: {} })[0], /^retry.airflow: /);
    assert.match(found({ delayMs: 1, backoff: "airflow", jitter: "full" })[0], /^retry.jitter: /);
  });
});

test("docs/retries.md names the errors of every class", () => {
  const page = readFileSync(new URL("../../../docs/retries.md", import.meta.url), "utf8");
  const rows = [...page.matchAll(/^\| `(\w+)` +\| (`[A-Z].*?) +\| (.*?) +\|$/gm)].map(([, ...cells]) =>
    cells
  );
  const expected = Object.keys(RETRY_BY_CLASS).map((name) => {
    const { codes, statuses } = classMembers(name as keyof typeof RETRY_BY_CLASS);
    return [name, codes.map((code) => `\`${code}\``).join(", "), statuses.join(", ")];
  });
  assert.deepEqual(rows, expected);
});
