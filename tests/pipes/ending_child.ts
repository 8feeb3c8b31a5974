/** A program that ends in one of several ways. */
import { writeSync } from "node:fs";
import process from "node:process";
import { openDagsterPipes, runDagsterPipes } from "sluice/pipes";

const busy = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 60_000));

const ENDS: Readonly<Record<string, () => Promise<void>>> = {
  opened: async () => void await openDagsterPipes(),
  crash: async () => {
    await openDagsterPipes();
    throw new Error("crash");
  },
  using: async () => {
    await using pipes = await openDagsterPipes();
    pipes.log.info("inside");
    throw new Error("inside");
  },
  caught: async () => {
    try {
      await ENDS.using();
    } catch {
      // The program goes on.
    }
  },
  exit: async () => {
    await openDagsterPipes();
    process.exit(7);
  },
  deaf: () =>
    runDagsterPipes(async () => {
      writeSync(1, "ready\n");
      await busy();
    }),
  listening: () =>
    runDagsterPipes(async ({ signal }) => {
      writeSync(1, "ready\n");
      const timer = setInterval(() => {}, 1000);
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      clearInterval(timer);
    }),
  stubborn: () =>
    runDagsterPipes(async ({ signal }) => {
      writeSync(1, `ready ${signal.aborted}\n`);
      await busy();
    }, { graceMs: 50 }),
  prints: () =>
    runDagsterPipes((pipes) => {
      console.log("one %d", 1);
      pipes.log.info("two");
      process.stdout.write(new TextEncoder().encode("\u00e9").slice(0, 1));
      process.stdout.write(new TextEncoder().encode("\u00e9\n").slice(1));
      console.error("x".repeat(5000));
    }),
  pipe: () =>
    runDagsterPipes((pipes) => {
      for (let index = 0; index < 300; index++) {
        console.log("between %d", index);
        pipes.reportCustomMessage([index, "\u00e9".repeat(index * 10)]);
      }
    }),
};

await ENDS[process.argv[2]]();
