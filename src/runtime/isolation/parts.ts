/** What an executor is made of. */
import type { ResourceOverride } from "../../model/assets/resource.ts";
import type { Clock } from "../../model/ports.ts";
import type { Fence } from "../../model/step/fence.ts";
import type { Recorder } from "../recorder.ts";
import type { Mask } from "../redact/mask.ts";
import type { IsolationSettings } from "./settings.ts";

/** What an executor works with. */
export interface ExecutorParts {
  readonly settings: IsolationSettings;
  readonly recorder: Recorder;
  readonly clock: Clock;
  /** Who owns the history. */
  readonly fence: Fence | undefined;
  /** Learns the secrets that are revealed elsewhere in this process. */
  readonly mask: Mask;
  /** Values in the place of resources, which do not cross. */
  readonly resources: readonly ResourceOverride[];
}
