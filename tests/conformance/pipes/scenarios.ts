/** What is tried with the real client, and what Dagster must know afterwards. */
import assert from "node:assert/strict";
import type { Answer, Case, LoggedError } from "./ask.ts";
import { expectedMetadata, expectedPayload, hugeText } from "./reports.ts";

/** One step of the child, how it is run, and what must be true afterwards. */
export interface Scenario {
  readonly name: string;
  readonly step: string;
  readonly given: Omit<Case, "command">;
  readonly verify: (answer: Answer) => void;
}

const CONTEXTS = ["inline", "file", "s3"] as const;
const CHANNELS = [
  "file",
  "stdio:stdout",
  "stdio:stderr",
  "buffered_stdio:stdout",
  "buffered_stdio:stderr",
  "s3",
] as const;
const LEVELS: Readonly<Record<string, number>> = {
  debug: 10,
  info: 20,
  warn: 30,
  warning: 30,
  error: 40,
  critical: 50,
};
const all = { checks: ["good", "odd"], extras: { text: "\u00e9", list: [1] }, code_version: "c1" };

/** Every source of the context with every channel. */
export const channels: readonly Scenario[] = CONTEXTS.flatMap((context) =>
  CHANNELS.map((messages) => ({
    name: `context ${context}, messages ${messages}`,
    step: "all",
    given: { ...all, context, messages },
    verify: verifyAll,
  }))
);

/** What Dagster hands over, by other ways than the environment. */
export const handovers: readonly Scenario[] = CONTEXTS.flatMap((context) =>
  (["arguments", "mapping"] as const).map((handover) => ({
    name: `context ${context}, handed over by ${handover}`,
    step: "all",
    given: { ...all, context, handover },
    verify: verifyAll,
  }))
);

/** What the context says of steps of all kinds. */
export const contexts: readonly Scenario[] = [
  {
    name: "a daily partition over a change of clocks",
    step: "context",
    given: { partitions: "daily", partition: "2026-03-29" },
    verify: ({ custom: [context], materializations: [made] }) => {
      assert.equal(context.partitionKey, "2026-03-29");
      assert.deepEqual(context.partitionKeyRange, { start: "2026-03-29", end: "2026-03-29" });
      assert.deepEqual(context.partitionTimeWindow, {
        start: "2026-03-29T00:00:00+01:00",
        end: "2026-03-30T00:00:00+02:00",
        startMs: Date.UTC(2026, 2, 28, 23),
        endMs: Date.UTC(2026, 2, 29, 22),
      });
      assert.equal(made.partition, "2026-03-29");
    },
  },
  {
    name: "a static partition has no time",
    step: "context",
    given: { partitions: "static", partition: "a" },
    verify: ({ custom: [context] }) => {
      assert.deepEqual([context.partitionKey, context.partitionTimeWindow], ["a", null]);
    },
  },
  {
    name: "a partition of two dimensions has the time of one of them",
    step: "context",
    given: { partitions: "multi", partition: "2026-01-02|b" },
    verify: ({ custom: [context] }) => {
      assert.equal(context.partitionKey, "2026-01-02|b");
      assert.equal(context.partitionTimeWindow.start, "2026-01-02T00:00:00+01:00");
    },
  },
  {
    name: "a retried step knows how often it was tried",
    step: "context",
    given: { retries: 2, extras: { failures: 2 } },
    verify: ({ success, custom, errors }) => {
      assert.equal(success, true);
      assert.equal(custom.at(-1).retryNumber, 2);
      assert.deepEqual(errors.map(({ error }) => error.message), ["Error: not yet\n", "Error: not yet\n"]);
    },
  },
  {
    name: "several assets, their code versions, and their provenance the second time",
    step: "context",
    given: { assets: [["a", "x"], ["b"]], code_version: "c2", times: 2 },
    verify: ({ custom, materializations }) => {
      const context = custom.at(-1);
      assert.deepEqual(context.assetKeys, ["a/x", "b"]);
      assert.deepEqual(context.codeVersionByAssetKey.sort(), [["a/x", "c2"], ["b", "c2"]]);
      const provenance = { codeVersion: "c2", inputDataVersions: [], isUserProvided: true };
      assert.deepEqual(context.provenanceByAssetKey.sort(), [["a/x", provenance], ["b", provenance]]);
      assert.deepEqual(materializations.map(({ key, version }) => [key, version]), [
        [["a", "x"], "v1"],
        [["b"], "v1"],
      ]);
    },
  },
];

/** Steps that fail, and how Dagster tells it. */
export const failures: readonly Scenario[] = [
  ...["throws", "uncaught", "disposed"].map((step) => ({
    name: `an error with causes: ${step}`,
    step,
    given: {},
    verify: (answer: Answer) => {
      assert.equal(answer.success, false);
      assert.ok(answer.logs.some(([, message]) => message === "before"));
      verifyNested(answer.errors.map(({ error }) => error));
    },
  })),
  {
    name: "an exit code",
    step: "exits",
    given: { extras: { code: 3 } },
    verify: ({ success, errors, failures }) => {
      assert.equal(success, false);
      assert.equal(errors[0].error.message, "Error: The process has ended with exit code 3.\n");
      assert.match(failures[0]?.cause?.message ?? "", /failed with code 3/);
    },
  },
  {
    name: "exit 0 without a close is closed all the same",
    step: "exits",
    given: { extras: { code: 0 } },
    verify: verifyClosed,
  },
  { name: "an end without a close is closed all the same", step: "open", given: {}, verify: verifyClosed },
  {
    name: "an end without a close, with messages in S3",
    step: "open",
    given: { messages: "s3" },
    verify: verifyClosed,
  },
  {
    name: "kill -9 in the middle of writing loses nothing that was written",
    step: "killed",
    given: {},
    verify: ({ success, logs, errors, failures }) => {
      assert.equal(success, false);
      assert.deepEqual(errors, []);
      assert.match(failures[0]?.cause?.message ?? "", /failed with code -9/);
      const numbers = logs.filter(([, message]) => /^\d+ x*$/.test(message)).map(([, message]) =>
        Number(message.split(" ")[0])
      );
      assert.deepEqual(numbers, Array.from({ length: 301 }, (_, index) => index));
    },
  },
  ...["interrupted", "deaf"].map((step) => ({
    name: `a canceled run: ${step}`,
    step,
    given: { interrupt: true },
    verify: ({ errors, logs }: Answer) => {
      assert.ok(logs.some(([, message]) => message.includes("sending SIGINT")));
      assert.match(errors[0].error.message, /INTERRUPTED: The process has received SIGINT/);
      assert.ok(!logs.some(([, message]) => message.includes("did not receive closed")));
    },
  })),
];

/** Many messages, long ones, and printed text. */
export const loads: readonly Scenario[] = [
  {
    name: "1,000 messages of four processes and one session",
    step: "writers",
    given: {},
    verify: ({ success, custom, errors }) => {
      assert.equal(success, true);
      assert.deepEqual(errors, []);
      assert.equal(custom.length, 1000);
      for (const name of ["a", "b", "c", "d"]) {
        const own = custom.filter((message) => message.name === name);
        assert.deepEqual(own.map(({ index }) => index), Array.from({ length: 250 }, (_, index) => index));
        assert.ok(own.every(({ index, text }) => text === name.repeat((index * 37) % 5000)));
      }
    },
  },
  ...(["file", "stdio:stdout", "s3"] as const).map((messages) => ({
    name: `a megabyte of text by ${messages}`,
    step: "huge",
    given: { messages },
    verify: ({ success, custom, materializations: [made], logs }: Answer) => {
      assert.equal(success, true);
      assert.ok(custom[0] === hugeText());
      const metadata = made.metadata as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
      assert.ok(metadata.text.text === hugeText());
      assert.ok((metadata.json.data as { text: string }).text === hugeText());
      assert.ok(logs.some(([, message]) => message === "last"));
    },
  })),
  {
    name: "many chunks in S3, in order",
    step: "chunks",
    given: { messages: "s3" },
    verify: (answer) => {
      const chunks = answer.logs.filter(([, message]) => message.startsWith("chunk"));
      assert.deepEqual(chunks, Array.from({ length: 8 }, (_, index) => [20, `chunk ${index}`]));
      verifyClosed(answer);
    },
  },
  ...(["file", "s3"] as const).map((messages) => ({
    name: `what is printed goes along by ${messages}`,
    step: "prints",
    given: { messages, include_stdio: true },
    verify: ({ success, stdout, stderr }: Answer) => {
      assert.equal(success, true);
      assert.equal(stdout, "printed \u00e9\ud83d\ude00\nno newline");
      assert.ok(stderr.includes("to stderr\n"));
    },
  })),
];

function verifyAll(answer: Answer): void {
  assert.equal(answer.success, true);
  assert.deepEqual(answer.errors, []);
  const logs = answer.logs.filter(([, message]) => message.startsWith("at "));
  assert.deepEqual(
    logs,
    Object.entries(LEVELS).map(([name, level]) => [level, `at ${name} \u00e9\ud83d\ude00\n 12`]),
  );
  assert.deepEqual(answer.materializations, [
    { key: ["report"], partition: null, version: "v7", metadata: expectedMetadata() },
  ]);
  const checkMetadata = {
    mean: { __class__: "FloatMetadataEntryData", value: "float:2.0" },
    rows: { __class__: "IntMetadataEntryData", value: 3 },
  };
  assert.deepEqual(answer.checks, [
    { name: "good", passed: true, severity: "ERROR", metadata: checkMetadata },
    { name: "odd", passed: false, severity: "WARN", metadata: {} },
  ]);
  const [payload, context] = answer.custom;
  assert.deepEqual(payload, expectedPayload());
  assert.deepEqual(context, {
    assetKeys: ["report"],
    codeVersionByAssetKey: [["report", "c1"]],
    provenanceByAssetKey: [["report", null]],
    partitionKey: null,
    partitionKeyRange: null,
    partitionTimeWindow: null,
    runId: answer.run_id,
    jobName: "__ephemeral_asset_job__",
    retryNumber: 0,
    extras: { text: "\u00e9", list: [1] },
  });
  verifyQuiet(answer);
}

function verifyClosed(answer: Answer): void {
  assert.equal(answer.success, true);
  assert.deepEqual(answer.materializations[0].metadata, {
    rows: { __class__: "IntMetadataEntryData", value: 1 },
  });
  verifyQuiet(answer);
}

/** Dagster has nothing to complain about. */
function verifyQuiet({ logs, errors }: Answer): void {
  assert.deepEqual(errors, []);
  assert.deepEqual(logs.filter(([level, message]) => level >= 30 && message.startsWith("[pipes]")), []);
}

function verifyNested(errors: readonly LoggedError[]): void {
  assert.equal(errors.length, 1);
  const [error] = errors;
  assert.equal(error.name, "AggregateError");
  assert.equal(error.message, "AggregateError: the step is lost\n  1. Error: one\n  2. two\n");
  assert.equal(error.cause?.message, "TypeError: cannot store\n");
  assert.equal(error.cause?.cause?.message, "RangeError: the disk is full\n");
  assert.deepEqual([error.cause?.cause?.cause, error.context], [null, null]);
  assert.match(error.stack, /^ {4}at .*child\.ts:\d+/m);
  assert.ok(error.frames > 0);
}
