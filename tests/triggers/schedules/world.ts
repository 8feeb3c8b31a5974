/** One schedule over a clock that can be set, for tests of what it does. */
import {
  createOrchestrator,
  defineAsset,
  defineSchedule,
  type Definitions,
  definitions,
  memoryStore,
  type Orchestrator,
  type OrchestratorOptions,
  type RunStore,
  type ScheduleSpec,
} from "sluice";
import { type WallClock, wallClock } from "../../support/clock.ts";

/** An hour. */
export const HOUR = 3_600_000;
/** When every world begins. */
export const START: number = Date.UTC(2026, 0, 1);

/** One schedule of an asset that takes some time, over a clock that can be set. */
export interface World {
  readonly clock: WallClock;
  readonly sluice: Orchestrator;
  /** Opens another orchestrator over the same history. */
  readonly reopen: (spec?: Partial<ScheduleSpec>) => Orchestrator;
  /** When runs were due that were requested, in the order of their ticks. */
  readonly requested: () => Promise<readonly string[]>;
  readonly faults: StoreFaults;
  readonly told: (status: "skipped" | "failed") => Promise<readonly (string | undefined)[]>;
}

/** What fails of a store. */
export interface StoreFaults {
  facts?: Error | undefined;
}

/** A store that outlives its orchestrators, and may fail. */
function keptStore(faults: StoreFaults): RunStore {
  const store = memoryStore();
  return new Proxy(store, {
    get: (_, name) => {
      if (name === "facts" && faults.facts) return () => Promise.reject(faults.facts);
      if (name === "close") return () => Promise.resolve();
      const value = Reflect.get(store, name, store);
      return typeof value === "function" ? value.bind(store) : value;
    },
  });
}

export function worldOf(
  spec: Partial<ScheduleSpec>,
  { takesMs = 0, ...options }: OrchestratorOptions & { readonly takesMs?: number } = {},
): World {
  const clock = wallClock(START);
  const faults: StoreFaults = {};
  const store = keptStore(faults);
  const work = defineAsset({
    key: "work",
    run: ({ signal }) =>
      takesMs === 0 ? "" : new Promise((resolve, reject) => {
        clock.after(takesMs, () => resolve(""));
        signal.addEventListener("abort", () => reject(signal.reason));
      }),
  });
  const of = (more: Partial<ScheduleSpec>): Definitions =>
    definitions({
      assets: [work],
      schedules: [defineSchedule({ name: "s", cron: "0 * * * *", target: work, ...spec, ...more })],
    });
  const reopen = (more: Partial<ScheduleSpec> = {}) =>
    createOrchestrator(of(more), { store, defaultIO: "memory", clock, ...options });
  const sluice = reopen();
  const ticks = async () => (await sluice.ticks({ limit: 10_000 })).toReversed();
  return {
    clock,
    sluice,
    reopen,
    faults,
    requested: async () =>
      (await ticks()).filter(({ status }) => status === "requested").map(({ dueMs }) => timeOf(dueMs)),
    told: async (status) =>
      (await ticks()).filter((each) => each.status === status).map(({ reason, error }) =>
        reason ?? error?.message
      ),
  };
}

/** An instant of the first day as its time, any other with its day. */
export function timeOf(ms = NaN): string {
  const [day, time] = new Date(ms).toISOString().split("T");
  return `${day === "2026-01-01" ? "" : `${day.slice(8)} `}${time.slice(0, -5).replace(/:00$/, "")}`;
}

/** Closes without waiting for what takes its time. */
export async function end(sluice: Orchestrator, clock: WallClock): Promise<void> {
  const closing = sluice.close({ graceMs: 0 });
  await clock.advance(60_000);
  await closing;
}
