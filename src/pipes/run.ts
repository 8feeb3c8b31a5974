/** A session around one function. */
import { openDagsterPipes, type PipesOptions } from "./open.ts";
import type { PipesContext } from "./pipes_context.ts";

/**
 * Opens a session, calls a function with it, and closes the session: with the function's error when it throws, which
 * Dagster shows with its causes, and with that of the interruption when SIGINT or SIGTERM came meanwhile. The error is
 * thrown on, so that the process ends with a code that is not 0; it is this that fails the step in Dagster.
 *
 * @throws what the function throws; {@linkcode DagsterPipesError} INTERRUPTED after a signal, and as
 * {@linkcode openDagsterPipes}.
 * @example
 * ```ts
 * import { runDagsterPipes } from "sluice/pipes";
 * import assert from "node:assert/strict";
 *
 * const rows = await runDagsterPipes(async (pipes) => {
 *   pipes.reportAssetMaterialization({ assetKey: "orders", metadata: { rows: 3 } });
 *   return 3;
 * });
 * assert.equal(rows, 3);
 * ```
 */
export async function runDagsterPipes<Result>(
  body: (pipes: PipesContext) => Result | Promise<Result>,
  options: PipesOptions = {},
): Promise<Result> {
  const pipes = await openDagsterPipes(options);
  try {
    const result = await body(pipes);
    pipes.signal.throwIfAborted();
    await pipes.close();
    return result;
  } catch (error) {
    await pipes.close({ error }).catch((closing) => {
      if (closing === error) return;
      throw new AggregateError([error, closing], "The step has failed, and Dagster could not be told.", {
        cause: error,
      });
    });
    throw error;
  }
}
