/** What a step is asked to undo: what it has made in a run that has failed. */
import type { Fields } from "./fields.ts";
import { readError, type StepError } from "./outcome.ts";

/** One value that the run has made. */
export interface UndoOutput {
  /** The asset's key. */
  readonly asset: string;
  /** The partition's key; absent without partitions. */
  readonly partition?: string;
}

/** Why a step is undone, and what of it. */
export interface UndoRequest {
  /** What the run failed for. */
  readonly error: StepError;
  /**
   * What the run has made, as the outcomes of the step had it among their outputs as `made`. Default: the values of the step,
   * and of the partitions of the request, whose receipts name the run.
   */
  readonly made?: readonly UndoOutput[];
  /** Whether values are left where they are, for the caller to remove. Default: as the declaration says. */
  readonly keepsValues?: boolean;
}

/** Reads what a request says of undoing. */
export function readUndo(fields: Fields): UndoRequest {
  return {
    error: fields.within("error", readError),
    ...fields.some("made", (name) => fields.list(name, readMade)),
    ...fields.some("keepsValues", (name) => fields.flag(name)),
  };
}

function readMade(fields: Fields): UndoOutput {
  return {
    asset: fields.text("asset"),
    ...fields.some("partition", (name) => fields.text(name)),
  };
}
