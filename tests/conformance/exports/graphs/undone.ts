/** A shop whose orders fail, and an asset that reads in which order they were undone. */
import { appendFileSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { defineAsset, defineJob, defineMultiAsset, definitions, output, skip } from "sluice";

/** One file for each place of values; processes that share none share nothing else. */
const place = process.env.SLUICE_IO ?? process.env.SLUICE_FOLDER ?? String(process.pid);
const path = join(tmpdir(), `undone-${place.replaceAll(/[^\w-]/g, "").slice(-60)}.txt`);

function note(...words: readonly unknown[]): void {
  appendFileSync(path, `${words.join(" ")}\n`);
}

export const order = defineAsset({
  key: "order",
  run: () => "order 1",
  undo: async ({ load, error, keys }) => note("order", await load(), error.message, keys),
});

export const stock = defineAsset({
  key: "stock",
  deps: { order },
  run: () => 7,
  undo: ({ error }) => {
    note("stock", error.name);
    throw new Error("what is gone is gone");
  },
});

export const payment = defineAsset({
  key: "payment",
  deps: { stock },
  retry: { maxRetries: 2, delayMs: 50 },
  run: ({ inputs }) => inputs.stock + 1,
  undo: async ({ load, attempt }) => {
    note("payment", await load(), attempt);
    if (attempt < 2) throw new Error("the bank is closed");
  },
});

export const papers = defineMultiAsset({
  name: "papers",
  outputs: { bill: { key: "papers/bill" }, terms: { key: "papers/terms" } },
  deps: { payment },
  skippable: true,
  run: ({ inputs }) => ({ bill: output(inputs.payment), terms: skip("as ever") }),
  undo: { run: ({ keys }) => note("papers", keys), keepsValue: true },
});

/** It can not be undone, and lies between others that can. */
export const label = defineAsset({
  key: "label",
  deps: { bill: papers.bill },
  run: ({ inputs }) => inputs.bill,
});

export const box = defineAsset({
  key: "box",
  deps: { label },
  run: ({ inputs }) => inputs.label,
  undo: () => note("box"),
});

export const parcel = defineAsset({
  key: "parcel",
  deps: { box },
  run: (): number => {
    throw new Error("the van is full");
  },
  undo: () => note("parcel"),
});

export const heard = defineAsset({
  key: "heard",
  run: () => {
    const lines = readFileSync(path, "utf8").trim().split("\n");
    rmSync(path);
    return lines;
  },
});

const shop = ["order", "stock", "payment", "papers/bill", "papers/terms", "label", "box", "parcel"];

export default definitions({
  assets: [order, stock, payment, papers, label, box, parcel, heard],
  jobs: [
    defineJob({ name: "sell", selection: shop }),
    defineJob({ name: "listen", selection: "heard" }),
  ],
  module: import.meta.url,
});
