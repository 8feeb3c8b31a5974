/** What sensors look at: files, assets, runs, an address, or whatever a function looks at. */
import type { Awaitable } from "../../assets/result.ts";
import type { SensorTick } from "./tick.ts";
import type { SensorResult } from "./result.ts";

/** Files below a folder. */
export interface FileWatch {
  /** Says what this is. */
  readonly kind: "files";
  /** Where patterns begin. */
  readonly folder: string;
  /** Which paths below it: `*`, `?` and, over folders, `**`. */
  readonly glob: string;
  /** What counts: files that are new, or also those that were written again. */
  readonly events: "created" | "changed";
  /** How long a file must have stayed the same, in milliseconds. */
  readonly settleMs: number;
  /** A run for each file, instead of one for all that one look has found. */
  readonly each: boolean;
  /** Whether files count that are there at the first look. */
  readonly initial: boolean;
}

/** Materializations of assets. */
export interface AssetWatch {
  /** Says what this is. */
  readonly kind: "assets";
  /** The keys, as given. */
  readonly assets: readonly string[];
  /** Whether one of them is enough. */
  readonly when: "any" | "all";
}

/** What runs can come to. */
export type WatchedStatus = "success" | "failed" | "canceled";

/** The ends of runs. */
export interface RunWatch {
  /** Says what this is. */
  readonly kind: "runs";
  /** What they must have come to. */
  readonly statuses: readonly WatchedStatus[];
  /** The names of the jobs whose runs count; undefined for all runs. */
  readonly jobs: readonly string[] | undefined;
}

/** What an address has answered. */
export interface HttpAnswer {
  /** The status of HTTP. */
  readonly status: number;
  /** Headers by lower-case name. */
  readonly headers: { readonly [name: string]: string };
  /** The body as text. */
  readonly body: string;
}

/** The value of a header, or what gives it when a request is made. */
export type HeaderValue = string | (() => Awaitable<string>);

/** What an address answers. */
export interface HttpWatch {
  /** Says what this is. */
  readonly kind: "http";
  /** What is asked for, by GET. */
  readonly url: string;
  /** Headers by name. */
  readonly headers: { readonly [name: string]: HeaderValue };
  /** What decides, in the place of a change of the body or the status. */
  readonly when: ((answer: HttpAnswer) => Awaitable<boolean>) | undefined;
  /** Whether the first answer counts as a change. */
  readonly initial: boolean;
  /** The longest body, in bytes. */
  readonly maxBytes: number;
  /** Hosts, addresses and networks that may be asked though they are not of the public internet, or not encrypted. */
  readonly allow: readonly string[];
}

/** How fresh an asset is. */
export type WatchedFreshness = "pass" | "warn" | "fail";

/** Whether assets keep their freshness policies. */
export interface FreshnessWatch {
  /** Says what this is. */
  readonly kind: "freshness";
  /** The keys, as given. */
  readonly assets: readonly string[];
  /** What counts when it is reached. */
  readonly states: readonly WatchedFreshness[];
}

/** Whatever a function looks at. */
export interface CustomWatch {
  /** Says what this is. */
  readonly kind: "custom";
  /** Looks, and says what is to be run. */
  readonly evaluate: (tick: SensorTick) => Awaitable<SensorResult | undefined>;
}

/** What a sensor looks at. */
export type Watch = FileWatch | AssetWatch | RunWatch | HttpWatch | FreshnessWatch | CustomWatch;
