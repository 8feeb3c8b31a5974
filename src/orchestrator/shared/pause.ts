/** What handing on to another process takes, and waiting a while for it. */
import type { CommandTable } from "../../stores/sqlite/commands.ts";
import type { Parts } from "../parts.ts";

/** What handing on takes. */
export interface RemoteParts {
  readonly parts: Parts;
  readonly commands: CommandTable;
  /** Aborted when this process waits for nothing any more. */
  readonly closing: AbortSignal;
}

/** Waits for a while. */
export function pause({ parts: { clock } }: RemoteParts, delayMs: number): Promise<void> {
  return new Promise((resolve) => void clock.after(delayMs, resolve));
}
