/** What a store and the thread that holds its file say to each other. */
import type { Issue } from "../../../model/issue.ts";
import type { FileApi } from "../file/api.ts";
import type { FileOptions } from "../file/open.ts";

/** What a thread is started with. */
export interface ThreadData {
  readonly file: FileOptions;
  readonly waitMs: number;
}

/** A call of the file, with a number for its answer. */
export interface CallMessage {
  readonly id: number;
  readonly name: keyof FileApi;
  readonly values: readonly unknown[];
}

/** What an error is on the way: every error of a store is a list of issues. */
export type Findings = readonly [Issue, ...Issue[]];

/** An answer, or a warning. The answer with the number `OPENED` says whether the file could be opened. */
export type ThreadMessage =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly issues: Findings }
  | { readonly warning: Issue };

/** The number of the first answer. */
export const OPENED = 0;
