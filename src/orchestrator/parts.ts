/** The parts of an orchestrator, opened together and closed together. */
import type { FindManager } from "../io/managers.ts";
import type { ResourceOverride } from "../model/assets/resource.ts";
import type { Definitions } from "../model/definitions.ts";
import type { Clock, Random } from "../model/ports.ts";
import type { Pace } from "../runtime/pace.ts";
import type { Recorder } from "../runtime/recorder.ts";
import type { Slots } from "../runtime/slots.ts";
import type { RunStore } from "../stores/store.ts";

/** What the verbs of an orchestrator work with. */
export interface Parts {
  readonly definitions: Definitions;
  readonly store: RunStore;
  readonly recorder: Recorder;
  readonly pace: Pace;
  readonly slots: Slots;
  readonly findManager: FindManager;
  readonly resources: readonly ResourceOverride[];
  readonly clock: Clock;
  readonly random: Random;
  /** How many steps of one run may be under way at once. */
  readonly concurrency: number;
}
