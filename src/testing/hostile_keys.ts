/** Keys on which careless stores break: special names, other cases, other Unicode forms, very long ones. */
import type { ValueAddress } from "../io/manager.ts";

const E_ACUTE = "\u00e9";
const E_AND_ACUTE = "e\u0301";

const ASSETS: readonly string[] = [
  "__proto__",
  "constructor",
  "toString",
  "con",
  "aux/nul/com1",
  "raw",
  "raw/orders",
  "Raw/orders",
  "raw/Orders",
  "raw/ORDERS",
  "raw/orders.json",
  "raw/orders.parts",
  "raw.parts/orders",
  `caf${E_ACUTE}`,
  `caf${E_AND_ACUTE}`,
  `${"x".repeat(199)}y`,
  `${"x".repeat(199)}z`,
  `a/${"\u4e16".repeat(80)}`,
  "_",
  "a-b/c.d",
];

const PARTITIONS: readonly (string | undefined)[] = [
  undefined,
  "",
  ".",
  "..",
  "../x",
  "../../x",
  ".receipts",
  ".partial",
  "a/b",
  "a\\b",
  "C:\\x",
  "2026-01-01-05:00",
  "2012|rain",
  "2012,rain",
  "a%7cb",
  "a|b",
  "%",
  "%2e",
  "+",
  "US",
  "us",
  "Us",
  "us+3",
  E_ACUTE,
  E_AND_ACUTE,
  E_ACUTE.toUpperCase(),
  "\ud83d\ude00",
  "\ud83d\ude01",
  "\ud800",
  "\ud801",
  "\ufffd",
  "\ufb01",
  "fi",
  "x".repeat(200),
  `${"x".repeat(199)}X`,
  "\ud83d\ude00".repeat(50),
  "k".repeat(10_000),
  "\0",
  "a\nb",
  "\u202ea",
  "con",
  "CON",
  "con.json",
  "Lpt1.txt",
  "trailing.",
  "trailing",
  "trailing ",
  " leading",
  "-rf",
  "~",
  "$HOME",
  "`id`",
  "*",
  "x.json",
  "x",
  "x.json.json",
  "__proto__",
  "hasOwnProperty",
  "'; drop table runs; --",
];

/**
 * Addresses that are all different, and that file systems, databases and plain objects are likely to mix up or to
 * refuse: each hostile asset key without partitions and with one, and each hostile partition key of one asset.
 */
export function hostileAddresses(): readonly ValueAddress[] {
  return [
    ...ASSETS.flatMap((asset) => [{ asset, partition: undefined }, { asset, partition: "orders" }]),
    ...PARTITIONS.map((partition) => ({ asset: "hostile/partitions", partition })),
  ];
}
