/** The one line that shows how far a run has come. */
import { formatCount, formatDuration } from "../print/number.ts";
import { inert } from "../print/inert.ts";
import type { Page } from "../print/page.ts";
import { cut } from "../print/width.ts";
import type { Tally } from "./tally.ts";

const BAR_WIDTH = 24;

/** A bar with counts, rate and what is under way; what does not fit is left out from the right. */
export function formatBar(tally: Tally, elapsedMs: number, page: Page): string {
  const { done, expected } = tally;
  const share = expected === 0 ? 0 : Math.min(1, done / expected);
  const percent = `${String(Math.floor(share * 100)).padStart(3)}%`;
  const full = Math.floor(share * BAR_WIDTH);
  const { glyphs } = page;
  const bar = page.width < 60 ? "" : `${glyphs.full.repeat(full)}${glyphs.empty.repeat(BAR_WIDTH - full)} `;
  const parts = [`${bar}${percent}`, ...countsOf(tally, elapsedMs)];
  const line = parts.join("  ");
  const room = page.width - 1 - line.length;
  const latest = tally.latest && tally.running > 0 ? inert(tally.latest.text) : "";
  return room < 12 || latest === ""
    ? cut(line, page.width - 1, glyphs.ellipsis)
    : `${line}  ${cut(latest, room - 2, glyphs.ellipsis)}`;
}

/** The counts in words: `541/1,461`, `128/s`, `7 s left`, `2 failed`. */
export function countsOf({ done, expected, endings }: Tally, elapsedMs: number): string[] {
  const perSecond = elapsedMs < 500 ? 0 : done / (elapsedMs / 1_000);
  const leftMs = perSecond > 0 ? ((expected - done) / perSecond) * 1_000 : 0;
  const bad = endings.failed + endings.upstream_failed;
  return [
    `${formatCount(done)}/${formatCount(expected)}`,
    ...(perSecond > 0 ? [`${formatRate(perSecond)}/s`] : []),
    ...(leftMs > 0 ? [`${formatDuration(Math.max(1_000, leftMs))} left`] : []),
    ...(bad > 0 ? [`${formatCount(bad)} failed`] : []),
  ];
}

function formatRate(perSecond: number): string {
  return perSecond >= 10 ? formatCount(Math.round(perSecond)) : perSecond.toFixed(1);
}
