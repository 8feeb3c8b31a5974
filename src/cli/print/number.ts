/** Counts, durations and instants as people write them. */

const counts = new Intl.NumberFormat("en-US");

/** `1461` as `1,461`. */
export function formatCount(count: number): string {
  return counts.format(count);
}

/** `3 partitions`, `1 partition`, `2 entries`. */
export function plural(count: number, noun: string): string {
  const many = /[^aeiou]y$/.test(noun)
    ? `${noun.slice(0, -1)}ies`
    : /(s|ch|sh|x)$/.test(noun)
    ? `${noun}es`
    : `${noun}s`;
  return `${formatCount(count)} ${count === 1 ? noun : many}`;
}

const UNITS: readonly (readonly [string, number])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
];

/** A length of time in at most two units: `12 ms`, `1.2 s`, `42 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1_000) return `${Math.round(durationMs)} ms`;
  if (durationMs < 9_950) return `${(durationMs / 1_000).toFixed(1)} s`;
  const seconds = Math.round(durationMs / 1_000) * 1_000;
  const first = UNITS.findIndex(([, unitMs]) => seconds >= unitMs);
  const [unit, unitMs] = UNITS[first];
  const [nextUnit, nextMs] = UNITS[Math.min(first + 1, UNITS.length - 1)];
  const rest = Math.floor((seconds % unitMs) / nextMs);
  return `${Math.floor(seconds / unitMs)} ${unit}${rest > 0 ? ` ${rest} ${nextUnit}` : ""}`;
}

/** Reads `250ms`, `90s`, `10m`, `2h` or a plain number of seconds; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit = "s"] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|min|h|d)?$/.exec(text.trim()) ?? [];
  if (amount === undefined) return undefined;
  const unitMs = { ms: 1, s: 1_000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 }[unit] as number;
  return Number(amount) * unitMs;
}

/** An instant in the zone of the host: `2026-01-31 08:15:00`. */
export function formatInstant(instantMs: number): string {
  const date = new Date(instantMs);
  if (Number.isNaN(date.getTime())) return "?";
  const two = (part: number): string => String(part).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
