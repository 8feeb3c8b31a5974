/** Steps that fan out, for tests of elements. */
import {
  createOrchestrator,
  defineAsset,
  definitions,
  type Each,
  type ElementRecord,
  type OrchestratorOptions,
} from "sluice";

/** A body. */
export type Run = (
  context: { readonly each: Each; readonly attempt: number; readonly signal: AbortSignal },
) => unknown;

/** One asset that fans out. */
export function open(run: Run, rules: object = {}, options: OrchestratorOptions = {}) {
  const pages = defineAsset({ key: "pages", elements: true, ...rules, run: run as never });
  return createOrchestrator(definitions({ assets: [pages] }), {
    store: "memory",
    defaultIO: "memory",
    ...options,
  });
}

/** Path, status and attempts of each element. */
export function told(records: readonly ElementRecord[]): readonly string[] {
  return records.map(({ path, status, attempts }) => `${path} ${status} ${attempts}`);
}

/** Runs it once, and tells all there is to tell. */
export async function runOnce(run: Run, rules: object = {}, options: OrchestratorOptions = {}) {
  await using sluice = open(run, rules, options);
  const result = await sluice.materialize("*");
  const [step] = await sluice.steps(result.id);
  const elements = await sluice.elements(result.id);
  const value = result.status === "success" ? await sluice.load("pages") : undefined;
  return { result, step, elements, value, logs: await sluice.logs(result.id) };
}
