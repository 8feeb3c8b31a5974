/** Values for Dagster's Helm chart. */
import type { JsonRecord } from "../../../src/model/snapshot/snapshot.ts";
import { kubernetesResources } from "../../parts/sizes.ts";
import type { HelmOptions } from "../../plugin.ts";

/** Where the image has the exported project. */
const PROJECT = "/app";

/** A webserver, a daemon, and a server of the exported code, from the image that holds the project and the step's executable. */
export function dagsterHelmValues({ size = "small", image }: HelmOptions): JsonRecord {
  const resources = kubernetesResources(size);
  const { repository = "sluice/dagster-project", tag = "latest" } = image ?? {};
  return {
    dagsterWebserver: { replicaCount: 1, resources },
    dagsterDaemon: { enabled: true, resources },
    "dagster-user-deployments": {
      enabled: true,
      deployments: [{
        name: "sluice",
        image: { repository, tag, pullPolicy: "IfNotPresent" },
        dagsterApiGrpcArgs: ["--python-file", `${PROJECT}/definitions.py`],
        port: 3030,
        includeConfigInLaunchedRuns: { enabled: true },
        resources,
      }],
    },
    runLauncher: {
      type: "K8sRunLauncher",
      config: { k8sRunLauncher: { resources: kubernetesResources(size === "small" ? "medium" : "large") } },
    },
    postgresql: { enabled: true },
  };
}
