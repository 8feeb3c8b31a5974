/** Values for Prefect's two Helm charts. */
import type { JsonRecord } from "../../../src/model/snapshot/snapshot.ts";
import { kubernetesResources } from "../../parts/sizes.ts";
import type { HelmOptions } from "../../plugin.ts";

/** The work pool of the exported deployments. */
const WORK_POOL = "sluice";

/** By chart: a server, and a worker of the work pool whose jobs run the image with the exported project. */
export function prefectHelmValues({ size = "small", image }: HelmOptions): JsonRecord {
  const resources = kubernetesResources(size);
  return {
    "prefect-server": { server: { replicaCount: 1, resources }, postgresql: { enabled: true } },
    "prefect-worker": {
      worker: {
        ...(image && { image: { repository: image.repository, prefectTag: image.tag } }),
        apiConfig: "selfHostedServer",
        config: { workPool: WORK_POOL, type: "kubernetes" },
        selfHostedServerApiConfig: { apiUrl: "http://prefect-server:4200/api" },
        replicaCount: 1,
        resources,
      },
    },
  };
}
