/** Exported graphs executed by the real Airflow; their values are those of a local run, byte for byte. */
import { describe, test } from "bun:test";
import { type Case, cases, weather } from "../exports/cases.ts";
import { atScale } from "../python.ts";
import { runBatch } from "./compare/execution.ts";
import { findAirflow } from "./installed.ts";

const version = findAirflow("executed graphs");
const all: readonly Case[] = [...cases, ...atScale(0, 1) === 1 ? [weather] : []];

/** How many cases are run by one process. */
const BATCH = 5;

const check = version.python === undefined ? test.skip : test;

describe("Airflow", () => {
  for (let first = 0; first < all.length; first += BATCH) {
    const batch = all.slice(first, first + BATCH);
    const names = batch.map(({ name }) => name).join(", ");
    check(`runs ${names} with the values of a local run`, () => runBatch(batch, version));
  }
});
