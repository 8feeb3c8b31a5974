/** What the assets hold. */
import type { Kind } from "./partitions.ts";

/** One cleaned day: degrees Celsius, millimetres, metres a second. */
export interface Day {
  readonly date: string;
  readonly precipitation: number;
  readonly max: number;
  readonly min: number;
  readonly wind: number;
  readonly kind: Kind;
}

/** One month in figures. */
export interface Month {
  readonly month: string;
  readonly days: number;
  readonly meanMax: number;
  readonly meanMin: number;
  readonly precipitation: number;
  readonly kinds: Readonly<Record<Kind, number>>;
}

/** How many days of a year had one kind of weather. */
export interface KindCount {
  readonly year: string;
  readonly kind: string;
  readonly days: number;
}
