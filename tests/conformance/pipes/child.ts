/** The program that Dagster starts: one step for each thing that the suite looks at. Runs on Bun, Deno and Node. */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import process from "node:process";
import { MetadataValue, openDagsterPipes, type PipesContext, runDagsterPipes } from "sluice/pipes";
import { everyCheckMetadata, everyMetadata, everyPayload, hugeText } from "./reports.ts";

const STEPS: Readonly<Record<string, () => Promise<void>>> = {
  /** Reports all there is, and tells the context as a custom message. */
  all: () =>
    runDagsterPipes(reportAll, process.env.HANDOVER ? { from: JSON.parse(process.env.HANDOVER) } : {}),

  context: () =>
    runDagsterPipes((pipes) => {
      pipes.reportCustomMessage(describeContext(pipes));
      if (pipes.retryNumber < Number(pipes.getExtra("failures", 0))) throw new Error("not yet");
      for (const assetKey of pipes.assetKeys) {
        pipes.reportAssetMaterialization({ assetKey, dataVersion: "v1" });
      }
    }),

  throws: () =>
    runDagsterPipes((pipes) => {
      pipes.log.info("before");
      throw nested();
    }),

  uncaught: async () => {
    const pipes = await openDagsterPipes();
    pipes.log.info("before");
    setTimeout(() => {
      throw nested();
    }, 10);
    await new Promise((resolve) => setTimeout(resolve, 60_000));
  },

  disposed: async () => {
    const pipes = await openDagsterPipes();
    try {
      pipes.log.info("before");
      throw nested();
    } finally {
      await pipes[Symbol.asyncDispose]();
    }
  },

  exits: async () => {
    const pipes = await openDagsterPipes();
    pipes.reportAssetMaterialization({ metadata: { rows: 1 } });
    process.exit(Number(pipes.getExtra("code")));
  },

  /** Never closes: the end of the process does. */
  open: async () => {
    const pipes = await openDagsterPipes();
    pipes.reportAssetMaterialization({ metadata: { rows: 1 } });
  },

  writers: () =>
    runDagsterPipes(async (pipes) => {
      const script = new URL("writer.ts", import.meta.url).pathname;
      const runtime = process.env.RUNTIME_ARGS ? JSON.parse(process.env.RUNTIME_ARGS) : [];
      const children = ["a", "b", "c", "d"].map((name) =>
        new Promise((resolve) =>
          spawn(process.execPath, [...runtime, script, name, "250"]).on("close", resolve)
        )
      );
      await Promise.all(children);
      pipes.reportAssetMaterialization();
    }),

  killed: async () => {
    const pipes = await openDagsterPipes();
    for (let index = 0;; index++) {
      pipes.log.info("%d %s", index, "x".repeat(index % 3000));
      if (index === 300) process.kill(process.pid, "SIGKILL");
    }
  },

  huge: () =>
    runDagsterPipes((pipes) => {
      pipes.log.info("first");
      pipes.reportCustomMessage(hugeText());
      pipes.reportAssetMaterialization({
        metadata: { text: hugeText(), json: MetadataValue.json({ text: hugeText() }) },
      });
      pipes.log.info("last");
    }),

  /** Lasts for many chunks. */
  chunks: () =>
    runDagsterPipes(async (pipes) => {
      for (let index = 0; index < 8; index++) {
        pipes.log.info("chunk %d", index);
        await new Promise((resolve) => setTimeout(resolve, 400));
      }
      pipes.reportAssetMaterialization({ metadata: { rows: 1 } });
    }, { chunks: { intervalMs: 400 } }),

  interrupted: () =>
    runDagsterPipes(async (pipes) => {
      const { signal } = pipes;
      writeFileSync(String(pipes.getExtra("ready")), "");
      const working = setInterval(() => {}, 1000);
      await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      clearInterval(working);
    }),

  /** Does not look at the signal. */
  deaf: () =>
    runDagsterPipes(async (pipes) => {
      writeFileSync(String(pipes.getExtra("ready")), "");
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    }),

  prints: () =>
    runDagsterPipes((pipes) => {
      console.log("printed %s", "\u00e9\ud83d\ude00");
      pipes.log.info("between");
      console.error("to stderr");
      process.stdout.write("no newline");
      pipes.reportAssetMaterialization();
    }),
};

await STEPS[process.argv[2]]();

function reportAll(pipes: PipesContext): void {
  for (const level of ["debug", "info", "warn", "warning", "error", "critical"] as const) {
    pipes.log[level]("at %s", level, "\u00e9\ud83d\ude00\n", 12);
  }
  pipes.reportAssetCheck({ checkName: "good", passed: true, metadata: everyCheckMetadata() });
  pipes.reportAssetCheck({ checkName: "odd", passed: false, severity: "WARN" });
  pipes.reportAssetMaterialization({ dataVersion: "v7", metadata: everyMetadata() });
  pipes.reportCustomMessage(everyPayload());
  pipes.reportCustomMessage(describeContext(pipes));
}

function describeContext({ context }: PipesContext): Record<string, never> {
  const entries = (map: ReadonlyMap<string, unknown> | null): unknown => map && [...map];
  const provenance = context.provenanceByAssetKey &&
    [...context.provenanceByAssetKey].map(([key, value]) => [
      key,
      value && { ...value, inputDataVersions: entries(value.inputDataVersions) },
    ]);
  return JSON.parse(JSON.stringify({
    ...context,
    codeVersionByAssetKey: entries(context.codeVersionByAssetKey),
    provenanceByAssetKey: provenance,
  }));
}

function nested(): Error {
  const first = new RangeError("the disk is full");
  const second = new TypeError("cannot store", { cause: first });
  return new AggregateError([new Error("one"), "two"], "the step is lost", { cause: second });
}
