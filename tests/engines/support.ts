/** Assets whose ends a test decides, and engines over them. */
import {
  assetRef,
  createEngines,
  createOrchestrator,
  defineAsset,
  definitions,
  type Engines,
  type EnginesOptions,
  type Orchestrator,
} from "sluice";

/** An orchestrator that leaves nothing behind. */
export const MEMORY = { store: "memory", defaultIO: "memory" } as const;

/** Steps that wait until they are let go, in chains, all in a pool of one slot. */
export interface Held {
  readonly sluice: Orchestrator;
  readonly started: string[];
  /** Lets a step end as soon as it has begun. */
  release(key: string, error?: Error): Promise<void>;
}

/** An orchestrator over chains of held steps. */
export function heldSteps(...chains: readonly (readonly string[])[]): Held {
  const started: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const assets = chains.flatMap((keys) =>
    keys.map((key, place) =>
      defineAsset({
        key,
        pool: "one",
        ...(place > 0 && { after: [assetRef(keys[place - 1])] }),
        run: ({ signal }) => {
          started.push(key);
          return new Promise<string>((resolve, reject) => {
            ends.set(key, (error) => error ? reject(error) : resolve(`${key} made`));
            signal.addEventListener("abort", () => reject(signal.reason));
          });
        },
      })
    )
  );
  return {
    sluice: createOrchestrator(definitions({ assets }), { ...MEMORY, pools: { one: 1 } }),
    started,
    release: async (key, error) => {
      await until(() => ends.has(key));
      ends.get(key)?.(error);
      ends.delete(key);
    },
  };
}

/** Engines by their options, each with the workflow `run-<key>` for what is named. */
export function enginesOver(
  orchestrators: { readonly [id: string]: Orchestrator },
  keys: readonly string[],
  { capacity, ...options }: EnginesOptions & { readonly capacity?: number } = {},
): Engines {
  const engines = createEngines(options);
  for (const [id, orchestrator] of Object.entries(orchestrators)) {
    engines.registerEngine({ id, orchestrator, ...(capacity !== undefined && { capacity }) });
  }
  for (const key of keys) engines.registerWorkflow({ id: `run-${key}`, select: key, outputs: [key] });
  return engines;
}

/** Waits until something is so. */
export async function until(isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error("It is not so after 20 s.");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Time for what should not happen. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 25));
}
