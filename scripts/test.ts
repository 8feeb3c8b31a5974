/** The whole test suite on Bun, then the same files on Deno. With arguments: only those files or folders. */

import process from "node:process";
import { type Runtime, runtimes } from "./process.ts";
import { runTests } from "./suite.ts";
import { formatTally, sumTallies, type Tally } from "./tally.ts";

const paths = process.argv.length > 2 ? process.argv.slice(2) : ["./tests"];
const results: { readonly runtime: Runtime; readonly tally: Tally }[] = [];
for (const runtime of runtimes) {
  console.log(`\nTests on ${runtime}`);
  results.push({ runtime, tally: await runTests(runtime, paths) });
}

console.log("");
for (const { runtime, tally } of results) console.log(`${runtime}: ${formatTally(tally)}`);
const total = sumTallies(results.map(({ tally }) => tally));
console.log(formatTally(total));
process.exitCode = total.failed > 0 ? 1 : 0;
