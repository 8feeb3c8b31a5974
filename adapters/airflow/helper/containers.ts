/** The Python modules that run steps in containers of Docker and in pods of Kubernetes. Machinery only. */

/** The part that both have: requests on the command line, and outcomes found among the lines of a log. */
const COMMON = String.raw`
from PROCESS import SKIPPED, StepTask, read_outcome

CODES = {"success": 0, "skipped": SKIPPED, "retry": 75, "failed": 78}


def words_of(request):
    """The request as words, since nothing can be written to the step's input."""
    text = json.dumps(request)
    return ["--request", text.replace("$", "\\u0024")]  # Kubernetes expands $(NAME) in words.


def find_outcome(lines):
    """The last line that is an outcome: the log has both outputs of the step in it."""
    for line in reversed(lines or ()):
        outcome = read_outcome(line)
        if outcome.get("status") in CODES:
            return outcome
    return {}


def code_of(outcome):
    return CODES.get(outcome.get("status"), 1)
`;

const DOCKER = String
  .raw`"""Runs steps of Sluice in containers of Docker: machinery only."""

import json

from airflow.providers.docker.exceptions import (
    DockerContainerFailedException,
    DockerContainerFailedSkipException,
)
from airflow.providers.docker.operators.docker import DockerOperator
COMMON


ENDS = (DockerContainerFailedException, DockerContainerFailedSkipException)


class SluiceDockerStep(StepTask, DockerOperator):
    """One step, run by the command "sluice step" in a container."""

    def __init__(self, *, image, env=None, memory_mb=None, **kwargs):
        named = {"mount_tmp_dir": False, "auto_remove": "success", **kwargs}
        if memory_mb is not None:
            named["mem_limit"] = f"{memory_mb}m"
        super().__init__(
            image=image,
            env=env,
            environment=env,
            skip_on_exit_code=SKIPPED,
            xcom_all=True,
            **named,
        )

    def execute(self, context):
        self.command = [*self.argv, *words_of(self.request(context))]
        try:
            lines = super().execute(context)
        except ENDS as end:
            outcome = find_outcome(end.logs)
            if code_of(outcome) in (0, 1):
                raise
            return self.conclude(context, code_of(outcome), outcome)
        return self.conclude(context, 0, find_outcome(lines))
`;

const KUBERNETES = String
  .raw`"""Runs steps of Sluice in pods of Kubernetes: machinery only."""

import json

from airflow.providers.cncf.kubernetes.callbacks import KubernetesPodOperatorCallback
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk.exceptions import AirflowException
from kubernetes.client import models as k8s
COMMON


class Lines(KubernetesPodOperatorCallback):
    """Keeps the lines that may be the outcome."""

    def __init__(self):
        self.kept = []

    def progress_callback(self, *, line, **_):
        if line.startswith("{"):
            self.kept = [*self.kept[-9:], line]


class SluicePodStep(StepTask, KubernetesPodOperator):
    """One step, run by the command "sluice step" in a pod."""

    def __init__(self, *, image, env=None, memory_mb=None, **kwargs):
        lines = Lines()
        if memory_mb is not None:
            kwargs["container_resources"] = k8s.V1ResourceRequirements(
                limits={"memory": f"{memory_mb}Mi"}
            )
        super().__init__(
            image=image,
            env=env,
            env_vars=env,
            skip_on_exit_code=SKIPPED,
            callbacks=lines,
            get_logs=True,
            **{"name": "sluice-step", **kwargs},
            do_xcom_push=False,
        )
        self.lines = lines

    def execute(self, context):
        [first, *rest] = [*self.argv, *words_of(self.request(context))]
        self.cmds, self.arguments = [first], rest
        self.lines.kept = []
        try:
            super().execute(context)
        except AirflowException:
            outcome = find_outcome(self.lines.kept)
            if code_of(outcome) in (0, 1):
                raise
            return self.conclude(context, code_of(outcome), outcome)
        result = self.conclude(context, 0, find_outcome(self.lines.kept))
        context["ti"].xcom_push(key="return_value", value=result)
        return None
`;

/** The module for Docker; \`helper\` is the name of the one that runs processes. */
export function dockerHelper(helper: string): string {
  return joined(DOCKER, helper);
}

/** The module for Kubernetes. */
export function kubernetesHelper(helper: string): string {
  return joined(KUBERNETES, helper);
}

function joined(text: string, helper: string): string {
  const [before, after] = text.split("COMMON\n");
  return `${before}${COMMON}${after}`.replace("PROCESS", helper);
}
