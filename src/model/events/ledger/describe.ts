/** A ledger as text, without any of its own numbers: two that know the same say the same. */
import type { Ledger } from "../ledger.ts";
import { hasFailed, readRow } from "./row.ts";
import { rowOf, SEGMENT_ROWS } from "./sheet.ts";

/** One line for each row of each asset and each list of keys, sorted. */
export function describeLedger(ledger: Ledger): readonly string[] {
  ledger.fold();
  const lines: string[] = [];
  for (const [name, list] of ledger.keyLists.byName) {
    if (list.list().length > 0) lines.push(JSON.stringify(["keys", name, list.list()]));
  }
  for (const trigger of ledger.triggers.values()) lines.push(JSON.stringify(["trigger", trigger]));
  for (const sheet of ledger.book.sheets) {
    sheet.segments.forEach((segment, part) => {
      if (!segment) return;
      for (let ordinal = part * SEGMENT_ROWS; ordinal < (part + 1) * SEGMENT_ROWS; ordinal++) {
        const facts = readRow(ledger.book, sheet, ordinal);
        const failed = hasFailed(segment, rowOf(ordinal));
        if (!facts && !failed) continue;
        const asset = ledger.book.keys[sheet.axis ? sheet.asset : ordinal];
        lines.push(JSON.stringify([asset, sheet.axis?.identityAt(ordinal) ?? null, failed, facts ?? null]));
      }
    });
  }
  return lines.sort();
}
