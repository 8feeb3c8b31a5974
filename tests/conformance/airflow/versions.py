"""What differs between the versions of Airflow from 3.1 on, behind one set of names."""

import time

try:
    from airflow.dag_processing import dagbag
    from airflow.sdk.exceptions import AirflowFailException
    from airflow.serialization.serialized_objects import DagSerialization
except ImportError:  # Airflow 3.1
    from airflow.exceptions import AirflowFailException
    from airflow.models import dagbag
    from airflow.serialization.serialized_objects import (
        SerializedDAG as DagSerialization,
    )

from airflow.api_fastapi.execution_api.app import InProcessExecutionAPI
from airflow.models.asset import AssetEvent
from airflow.sdk.execution_time import supervisor
from airflow.task import priority_strategy

__all__ = [
    "AirflowFailException",
        "dagbag",
    "key_of",
    "next_run",
    "open_bag",
    "seen_by_scheduler",
    "share_server",
    "weight_rule_of",
]
HAS_KEYS = hasattr(AssetEvent, "partition_key")
Bag = dagbag.BundleDagBag  # Runs put another in its place.


def open_bag(folder):
    """All Dags below a folder."""
    names = {"bundle_name": "dags-folder"} if HAS_KEYS else {}
    return Bag(dag_folder=folder, bundle_path=folder, **names)


def seen_by_scheduler(dag):
    """A Dag as the scheduler has it, which reads it from the database."""
    return DagSerialization.from_dict(DagSerialization.to_dict(dag))


def next_run(timetable, last, restriction):
    """The run behind another one, or the first."""
    if HAS_KEYS:
        return timetable.next_dagrun_info_v2(last_dagrun_info=last, restriction=restriction)
    interval = None if last is None else last.data_interval
    return timetable.next_dagrun_info(last_automated_data_interval=interval, restriction=restriction)


def key_of(run_or_event):
    """The partition key of a run, of what describes one, or of an asset event."""
    return getattr(run_or_event, "partition_key", None)




def weight_rule_of(task):
    """The name of a task's weight rule; Airflow 3.1 has an object in its place."""
    rule = task.weight_rule
    kinds = getattr(priority_strategy, "airflow_priority_weight_strategies", {})
    names = [name for name, kind in kinds.items() if type(rule) is kind]
    return str(getattr(names[0] if names else rule, "value", rule))


def share_server():
    """One server in this process for all tasks, which has started: older versions make one for each, and do not wait."""
    server = InProcessExecutionAPI()
    server.transport  # noqa: B018
    until = time.monotonic() + 60
    while not hasattr(server.app.state, "svcs_registry") and time.monotonic() < until:
        time.sleep(0.01)
    supervisor.in_process_api_server = lambda: server
