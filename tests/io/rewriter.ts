/** Rewrites one large value for ever, and prints each version when it is kept. A test kills it in the middle. */
import process from "node:process";
import { filesIO } from "../../src/io/files.ts";
import { receiptOf } from "./support.ts";

const [folder, first] = process.argv.slice(2);
const io = filesIO({ folder });
const address = { asset: "big", partition: "p" };

for (let version = Number(first);; version++) {
  const value = { version, rows: new Array<number>(100_000).fill(version) };
  await io.store(address, value, receiptOf(address, `v${version}`));
  console.log(version);
}
