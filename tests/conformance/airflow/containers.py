"""Steps in containers and pods: the providers' operators, with the container itself replaced by a process.

Reads {"dags", "home", "runner", "dag", "key", "dynamicKeys"} and writes {"absent"} or {"errors", "command", "result", "events"}.
"""

import importlib.metadata
import json
import os
import re
import subprocess
import sys
from unittest import mock

question = json.load(sys.stdin)
answers = os.dup(1)
os.dup2(2, 1)
os.environ.update(
    AIRFLOW_HOME=question["home"],
    AIRFLOW__CORE__LOAD_EXAMPLES="False",
    AIRFLOW__CORE__DAGS_FOLDER=question["dags"],
    AIRFLOW__LOGGING__LOGGING_LEVEL="ERROR",
)
PROVIDERS = {
    "docker": "apache-airflow-providers-docker",
    "kubernetes": "apache-airflow-providers-cncf-kubernetes",
}


def memory_of(task):
    """The cap of a container, or of a pod."""
    if question["runner"] == "docker":
        return task.mem_limit
    return task.container_resources and task.container_resources.limits["memory"]


def has(distribution):
    try:
        importlib.metadata.distribution(distribution)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def run(argv):
    """Both outputs as one, as the log of a container has them."""
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout.splitlines()


def in_docker(self, context):
    from airflow.providers.docker import exceptions

    code, lines = run(self.command)
    if code == 99:
        raise exceptions.DockerContainerFailedSkipException("skipped", logs=lines)
    if code != 0:
        raise exceptions.DockerContainerFailedException("failed", logs=lines)
    return lines


def expand(word):
    """What Kubernetes makes of a word: variables in the place of $(NAME), one dollar for two."""
    known = {"HOME": "expanded"}
    return re.sub(r"\$\$|\$\((\w+)\)", lambda found: known.get(found[1], "$"), word)


def in_pod(self, context):
    from airflow.sdk.exceptions import AirflowException

    code, lines = run([expand(word) for word in (*self.cmds, *self.arguments)])
    for line in lines:
        for callback in self.callbacks:
            callback.progress_callback(line=line, client=None, mode="sync")
    if code != 0:
        raise AirflowException(f"the pod returned {code}")


class Event:
    def __init__(self):
        self.extra, self.keys = {}, []

    def add_partitions(self, keys):
        self.keys += keys


def main():
    if not has(PROVIDERS[question["runner"]]):
        return {"absent": PROVIDERS[question["runner"]]}
    from airflow.dag_processing.dagbag import BundleDagBag

    folder = question["dags"]
    bag = BundleDagBag(dag_folder=folder, bundle_path=folder, bundle_name="dags-folder")
    if bag.import_errors:
        return {"errors": bag.import_errors}
    results = {}
    for task in bag.dags[question["dag"]].tasks:
        results[task.step] = run_task(task)
    tasks = bag.dags[question["dag"]].tasks
    return {
        "errors": {},
        "results": results,
        "images": sorted({task.image for task in tasks}),
        "memory": {task.step: memory for task in tasks if (memory := memory_of(task))},
    }


def run_task(task):
    events = {outlet: Event() for outlet in task.outlets}
    pushed = {}
    instance = mock.Mock(run_id="run_1", try_number=1)
    instance.xcom_push = lambda key, value: pushed.update({key: value})
    context = {
        "params": {"dynamicKeys": question["dynamicKeys"]},
        "ti": instance,
        "dag_run": mock.Mock(partition_key=question["key"], run_type="manual"),
        "outlet_events": events,
    }
    parent = type(task).__mro__[2]
    execute = in_docker if question["runner"] == "docker" else in_pod
    with mock.patch.object(parent, "execute", execute):
        task.pre_execute(context)
        try:
            result = type(task).execute.__wrapped__(task, context)
        except Exception as error:
            result = {"raised": type(error).__name__, "message": str(error)}
    return {"result": result or pushed.get("return_value"), "events": {asset.name: event.keys for asset, event in events.items()}}


os.write(answers, json.dumps(main(), default=str).encode())
