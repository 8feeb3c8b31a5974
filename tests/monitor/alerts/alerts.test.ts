import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { type Alert, createAlerts, DeliveryError, type SluiceEvent } from "sluice";
import { virtualClock } from "sluice/testing";
import type { AlertChannel, AlertRule } from "../../../src/monitor/alerts/contract.ts";

const MINUTE = 60_000;

/** An event source to speak through, a channel that keeps what it gets, and a clock. */
function world(rules: readonly AlertRule[], channel: Partial<AlertChannel> = {}) {
  const clock = virtualClock(1_000_000);
  const got: Alert[] = [];
  const failed: unknown[] = [];
  let tell: (events: Iterable<SluiceEvent>) => void = () => {};
  let seq = 0;
  const alerts = createAlerts({
    subscribe: (listener) => {
      tell = listener;
      return () => tell = () => {};
    },
  }, {
    channels: { ops: { name: "ops", send: async (alert) => void got.push(alert), ...channel } },
    rules,
    clock,
    onError: (error) => failed.push(error),
  });
  const say = (type: string, payload: unknown, runId = "") =>
    tell([{ type, payload, runId, seq: ++seq, atMs: clock.now(), step: 0, attempt: 1 } as SluiceEvent]);
  const create = (runId: string, job?: string) =>
    say("run_created", {
      ...job !== undefined && { job },
      steps: { nodeOf: () => 0, node: () => ({ step: "load" }) },
    }, runId);
  const end = (runId: string, status: string, job?: string) => {
    create(runId, job);
    say("run_finished", {
      status,
      ...status === "failed" && { error: { name: "E", message: `${runId} broke` } },
    }, runId);
  };
  return { clock, got, failed, alerts, say, create, end };
}

function brief({ state, subject, count }: Alert): string {
  return `${state} ${subject} ${count}`;
}

describe("alerts", () => {
  test("gather the first events into one notice", async () => {
    const { clock, got, end } = world([{ name: "failures", to: ["ops"], groupMs: MINUTE }]);
    end("r1", "failed", "nightly");
    await clock.advance(MINUTE / 2);
    end("r2", "failed", "nightly");
    end("r3", "failed", "hourly");
    await clock.advance(MINUTE / 2 - 1);
    assert.equal(got.length, 0);
    await clock.advance(1);
    assert.deepEqual(got.map(brief), ["firing job nightly 2"]);
    assert.equal(got[0].summary, "job nightly: run r1 failed: r1 broke (and 1 more)");
    assert.deepEqual(got[0].lines, ["run r1 failed: r1 broke", "run r2 failed: r2 broke"]);
    await clock.advance(MINUTE);
    assert.deepEqual(got.map(brief), ["firing job nightly 2", "firing job hourly 1"]);
  });

  test("tell again only after a while, and tell of the end", async () => {
    const { clock, got, end, alerts } = world([
      { name: "failures", to: ["ops"], groupMs: 0, repeatMs: 10 * MINUTE },
    ]);
    for (let n = 0; n < 25; n++) {
      end(`r${n}`, "failed", "nightly");
      await clock.advance(MINUTE);
    }
    assert.deepEqual(got.map(brief), [
      "firing job nightly 1",
      "firing job nightly 10",
      "firing job nightly 20",
    ]);
    assert.deepEqual(alerts.firing, [{ rule: "failures", subject: "job nightly", sinceMs: 1_000_000 }]);
    end("good", "success", "other");
    end("best", "success", "nightly");
    await clock.advance(60 * MINUTE);
    assert.deepEqual(got.slice(3).map(brief), ["resolved job nightly 25"]);
    assert.deepEqual(alerts.firing, []);
    assert.equal(got[0].key, got[3].key);
    end("again", "failed", "nightly");
    await clock.advance(1);
    assert.deepEqual(got.slice(4).map(brief), ["firing job nightly 1"]);
  });

  test("say nothing of what ends before it was told", async () => {
    const { clock, got, end } = world([{ name: "failures", to: ["ops"] }]);
    end("r1", "failed", "nightly");
    await clock.advance(10_000);
    end("r2", "success", "nightly");
    await clock.advance(60 * MINUTE);
    assert.deepEqual(got, []);
  });

  test("choose by type, severity and job", async () => {
    const { clock, got, say, create, end } = world([
      {
        name: "steps",
        to: ["ops"],
        on: ["step_failed", "step_retrying"],
        atLeast: "warning",
        jobs: ["nightly"],
        groupMs: 0,
      },
      { name: "checks", to: ["ops"], on: ["check_evaluated"], groupMs: 0 },
      { name: "breakers", to: ["ops"], on: ["breaker_opened"], groupMs: 0 },
    ]);
    create("r1", "nightly");
    create("r2", "hourly");
    const error = { name: "E", message: "no" };
    say("step_retrying", { error, delayMs: 1 }, "r1");
    say("step_failed", { error }, "r2");
    say("check_evaluated", { asset: "a", check: "c", passed: false, severity: "warn" }, "r1");
    say("check_evaluated", { asset: "a", check: "d", passed: false, severity: "error" }, "r1");
    say("check_evaluated", { asset: "a", check: "d", passed: true, severity: "error" }, "r2");
    say("breaker_opened", { kind: "pool", name: "api", error }, "");
    say("breaker_half_open", { kind: "pool", name: "api" }, "");
    say("breaker_closed", { kind: "pool", name: "api" }, "");
    end("r9", "failed");
    await clock.advance(1);
    assert.deepEqual(got.map((alert) => `${alert.rule}: ${brief(alert)} ${alert.severity}`), [
      "steps: firing job nightly 1 warning",
      "checks: firing check a d 1 error",
      "checks: resolved check a d 1 error",
      "breakers: firing breaker of pool api 1 error",
      "breakers: resolved breaker of pool api 1 error",
    ]);
    assert.equal(got[0].lines[0], "step load failed in attempt 1: no");
  });

  test("try a receiver again, in order, and give up what it refuses", async () => {
    const tries: string[] = [];
    let isUp = false;
    const { clock, failed, end, alerts } = world([{ name: "failures", to: ["ops"], groupMs: 0 }], {
      send: async ({ subject }) => {
        tries.push(subject);
        if (subject === "job bad") throw new DeliveryError("ops answered 400.", { isTransient: false });
        if (!isUp) throw new Error("down");
      },
    });
    end("r1", "failed", "one");
    end("r2", "failed", "bad");
    end("r3", "failed", "two");
    await clock.advance(1_500);
    assert.deepEqual(tries, ["job one", "job one"]);
    isUp = true;
    await clock.advance(2_000);
    await alerts.flush();
    assert.deepEqual(tries, ["job one", "job one", "job one", "job bad", "job two"]);
    assert.deepEqual(failed.map((error) => (error as Error).message), ["ops answered 400."]);
  });

  test("give up a receiver that never answers, after five tries", async () => {
    let tries = 0;
    const { clock, failed, end } = world([{ name: "failures", to: ["ops"], groupMs: 0 }], {
      send: () => {
        tries++;
        return new Promise(() => {});
      },
    });
    end("r1", "failed");
    await clock.advance(10 * MINUTE);
    assert.equal(tries, 5);
    assert.match((failed[0] as Error).message, /did not answer within 10 s/);
  });

  test("send what is gathered when they are closed", async () => {
    const { got, end, alerts } = world([{ name: "failures", to: ["ops"] }]);
    end("r1", "failed", "nightly");
    await alerts.close();
    assert.deepEqual(got.map(brief), ["firing job nightly 1"]);
    end("r2", "failed", "nightly");
    assert.equal(got.length, 1);
  });

  test("refuse rules that say nothing", () => {
    const channels = { ops: { name: "ops", send: async () => {} } };
    const source = { subscribe: () => () => {} };
    const make = (rule: unknown) => () => createAlerts(source, { channels, rules: [rule as AlertRule] });
    assert.throws(make({ name: "a", to: [] }), /tells nobody/);
    assert.throws(make({ name: "a", to: ["opz"] }), /Did you mean ops/);
    assert.throws(make({ name: "a", to: ["ops"], on: ["run_finishd"] }), /Did you mean run_finished/);
    assert.throws(make({ name: "a", to: ["ops"], repeatMS: 5 }), /Did you mean repeatMs/);
    assert.throws(make({ to: ["ops"] }), { code: "MONITOR_INVALID" });
    assert.throws(
      () => createAlerts(source, { channels: { ops: {} as never }, rules: [] }),
      /without send\(\)/,
    );
    assert.throws(
      () =>
        createAlerts(source, { channels, rules: [{ name: "a", to: ["ops"] }, { name: "a", to: ["ops"] }] }),
      /two rules/,
    );
  });
});
