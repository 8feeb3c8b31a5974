/** What containers of each size ask for. */
import { SluiceError } from "../../src/model/issue.ts";
import { quote } from "../../src/model/quote.ts";
import type { JsonRecord } from "../../src/model/snapshot/snapshot.ts";
import type { ResourceSpec, WorkloadSize } from "../plugin.ts";

const SIZES: { readonly [size in WorkloadSize]: ResourceSpec } = {
  small: { cpuRequest: "100m", cpuLimit: "500m", memoryRequest: "256Mi", memoryLimit: "512Mi" },
  medium: { cpuRequest: "250m", cpuLimit: "1000m", memoryRequest: "512Mi", memoryLimit: "1Gi" },
  large: { cpuRequest: "500m", cpuLimit: "2000m", memoryRequest: "1Gi", memoryLimit: "2Gi" },
};

/**
 * What containers of a size ask for.
 *
 * @throws {SluiceError} PLUGIN_INVALID for a size that there is not.
 */
export function resourcesOf(size: WorkloadSize): ResourceSpec {
  if (Object.hasOwn(SIZES, size)) return SIZES[size];
  throw new SluiceError({
    code: "PLUGIN_INVALID",
    message: `There is no workload size ${quote(String(size))}.`,
    path: ["workloadSize"],
    hint: `Sizes are ${Object.keys(SIZES).join(", ")}.`,
  });
}

/** The same as Kubernetes takes it. */
export function kubernetesResources(size: WorkloadSize): JsonRecord {
  const { cpuRequest, cpuLimit, memoryRequest, memoryLimit } = resourcesOf(size);
  return {
    requests: { cpu: cpuRequest, memory: memoryRequest },
    limits: { cpu: cpuLimit, memory: memoryLimit },
  };
}
