"""Loads exported Dags into the real Airflow and asks it what they are, when they run, and what they do.

Reads {"dags", "home", "ticks", "clocks", "runs"} and writes {"load", "ticks", "clocks", "runs"}: one process, since
importing Airflow costs seconds.
"""

import json
import os
import sys
import threading
from datetime import timedelta
from unittest import mock

question = json.load(sys.stdin)
answers = os.dup(1)
os.dup2(2, 1)
os.environ.update(
    AIRFLOW_HOME=question["home"],
    AIRFLOW__CORE__LOAD_EXAMPLES="False",
    AIRFLOW__CORE__DAGS_FOLDER=question["dags"],
    AIRFLOW__LOGGING__LOGGING_LEVEL="ERROR",
    AIRFLOW__API_AUTH__JWT_SECRET="only within this process, and of 64 bytes " + 22 * "x",
)

from airflow.sdk import TaskGroup  # noqa: E402
from airflow.timetables.base import TimeRestriction  # noqa: E402
from airflow.timetables.trigger import (  # noqa: E402
    CronTriggerTimetable,
    MultipleCronTriggerTimetable,
)
from versions import (  # noqa: E402
    AirflowFailException,
    dagbag,
    key_of,
    next_run,
    open_bag,
    seen_by_scheduler,
    share_server,
    weight_rule_of,
)


def instant(milliseconds):
    import pendulum

    return pendulum.from_timestamp(milliseconds / 1000)


def milliseconds(moment):
    return None if moment is None else round(moment.timestamp() * 1000)


def asset(one):
    return {"name": one.name, "uri": one.uri, "group": one.group, "extra": one.extra}


def seconds(delta):
    return None if delta is None else delta.total_seconds()


def task(one):
    return {
        "step": one.step,
        "label": one.task_display_name,
        "upstream": sorted(one.upstream_task_ids),
        "inlets": [each.name for each in one.inlets],
        "outlets": [asset(each) for each in one.outlets],
        "owner": one.owner,
        "pool": one.pool,
        "past": one.depends_on_past,
        "retries": one.retries,
        "delay": seconds(one.retry_delay),
        "weight": [one.priority_weight, weight_rule_of(one)],
        "timeout": seconds(one.execution_timeout),
        "group": groups_of(one),
        "outputs": one.outputs,
        "partitioned": one.partition is not None,
        "templates": list(one.template_fields),
        "doc": one.doc_md,
        "tags": one.run_tags,
    }


def makes(one):
    """Whether a task makes what a step makes: others undo that, or look how the run has ended."""
    return getattr(one, "step", None) is not None and one.undoes is None


def other(one):
    return {
        "undoes": getattr(one, "undoes", None),
        "hook": getattr(one, "hook", None),
        "upstream": sorted(one.upstream_task_ids),
        "rule": str(getattr(one.trigger_rule, "value", one.trigger_rule)),
        "retries": one.retries,
        "pool": one.pool,
    }


def groups_of(one):
    group = one.task_group
    return group.group_display_name if isinstance(group, TaskGroup) and group.group_id else None


def describe(dag):
    core = seen_by_scheduler(dag)
    return {
        "tasks": {one.task_id: task(one) for one in dag.tasks if makes(one)},
        "others": {one.task_id: other(one) for one in dag.tasks if not makes(one)},
        "round": sorted(core.task_dict) == sorted(dag.task_dict),
        "timetable": type(core.timetable).__name__,
        "tags": sorted(dag.tags),
        "paused": dag.is_paused_upon_creation,
        "catchup": dag.catchup,
        "maxRuns": dag.max_active_runs,
        "maxTasks": dag.max_active_tasks,
        "start": milliseconds(dag.start_date),
        "end": milliseconds(dag.end_date),
        "params": {name: dag.params.get_param(name).value for name in dag.params},
        "description": dag.description,
    }


def load():
    folder = question["dags"]
    bag = open_bag(folder)
    return bag, {
        "errors": bag.import_errors,
        "warnings": [text for each in bag.captured_warnings.values() for text in each if folder in str(text)],
        "dags": {dag_id: describe(dag) for dag_id, dag in bag.dags.items()},
    }


def ticks_of(case):
    """The instants at which a cron runs, from one run to the next as the scheduler goes with catch-up."""
    crons, zone = case["crons"], case["timezone"]
    kind = CronTriggerTimetable if len(crons) == 1 else MultipleCronTriggerTimetable
    timetable = kind(*crons, timezone=zone)
    restriction = TimeRestriction(instant(case["from"]), None, True)
    last, found = None, []
    for _ in range(case["count"]):
        info = timetable.next_dagrun_info(last_automated_data_interval=last, restriction=restriction)
        if info is None:
            break
        found.append(milliseconds(info.run_after))
        last = info.data_interval
    return found


class Run:
    """What the helper reads of a run."""

    def __init__(self, info, key):
        self.partition_key = key
        self.run_type = "scheduled"
        self.logical_date = None if info.data_interval is None else info.logical_date
        self.run_after = info.run_after
        interval = info.data_interval
        self.data_interval_start = None if interval is None else interval.start


def keys_of(partition, run):
    """The keys that a task makes; none where it refuses to guess them."""
    try:
        return partition.keys(run)
    except AirflowFailException:
        return None


def clock_of(bag, case):
    """The runs of a scheduled Dag, and the partitions that its helper makes of each."""
    dag = bag.dags[case["dag"]]
    timetable = seen_by_scheduler(dag).timetable
    earliest = max(milliseconds(dag.start_date) or 0, case["from"])
    latest = None if dag.end_date is None else instant(milliseconds(dag.end_date))
    restriction = TimeRestriction(instant(earliest), latest, True)
    partitions = [each.partition for each in dag.tasks if makes(each) and each.partition is not None]
    found, last = [], None
    for _ in range(case["count"]):
        info = next_run(timetable, last, restriction)
        if info is None:
            break
        run = Run(info, key_of(info))
        keys = keys_of(partitions[0], run) if partitions else None
        found.append({"at": milliseconds(info.run_after), "run": key_of(info), "keys": keys})
        last = info
    return found


def run_of(case):
    """Runs a Dag through Airflow's own task runner, and reads back what it did."""
    from airflow.models.asset import AssetEvent, AssetModel
    from airflow.models.xcom import XComModel
    from airflow.settings import Session
    from airflow.utils.types import DagRunType

    run_id = f"run_{case['id']}"

    def create(*, dag, session, **rest):
        wanted = ("run_after", "conf", "triggered_by", "logical_date", "data_interval", "start_date")
        named = {name: rest[name] for name in wanted if name in rest}
        if case.get("key") is not None:
            named["partition_key"] = case["key"]
            named["partition_date"] = None
        run = dag.create_dagrun(
            run_id=run_id, run_type=DagRunType(case.get("type", "manual")), state="running", session=session, **named
        )
        session.commit()
        return run

    # Airflow writes what a run is given into params that the Dag keeps; a worker reads the file anew for each task.
    dag = load()[0].dags[case["dag"]]
    for each in dag.tasks if "timeout" in case else ():
        each.execution_timeout = timedelta(seconds=case["timeout"])
    operator = type(dag.tasks[0])
    run_process = operator.run_process

    def run_and_kill(self, *arguments):
        if "kill" in case:
            threading.Timer(case["kill"], self.on_kill).start()
        return run_process(self, *arguments)

    with (
        mock.patch.object(operator, "run_process", run_and_kill),
        mock.patch("airflow.models.dagrun.get_or_create_dagrun", create),
        mock.patch.dict(os.environ, case.get("env") or {}),
    ):
        run = dag.test(logical_date=None, run_conf=case.get("conf"))
    session = Session()
    tasks = {
        each.task_id: {"state": each.state and each.state.value if hasattr(each.state, "value") else each.state, "tries": each.try_number}
        for each in run.get_task_instances(session=session)
    }
    events = session.query(AssetEvent, AssetModel).join(AssetModel, AssetModel.id == AssetEvent.asset_id).filter(
        AssetEvent.source_dag_id == case["dag"], AssetEvent.source_run_id == run_id
    )
    found = [{"asset": model.name, "key": key_of(event), "extra": event.extra} for event, model in events]
    xcoms = session.query(XComModel).filter(XComModel.run_id == run_id, XComModel.dag_id == case["dag"])
    values = {each.task_id: XComModel.deserialize_value(each) for each in xcoms if each.key == "return_value"}
    return {"state": str(getattr(run.state, "value", run.state)), "tasks": tasks, "events": found, "xcoms": values}


def prepare(bag):
    """A database with the Dags in it; afterwards neither parses nor synchronizes again, and naps are short."""
    import time

    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.utils.db import initdb

    initdb()
    share_server()
    DagBundlesManager().sync_bundles_to_db()
    dagbag.sync_bag_to_db(bag, "dags-folder", None)
    dagbag.BundleDagBag = lambda **_: None
    dagbag.sync_bag_to_db = lambda *_: None
    nap = time.sleep
    time.sleep = lambda seconds: nap(min(seconds, 0.05))


bag, loaded = load()
answer = {
    "load": loaded,
    "ticks": [ticks_of(case) for case in question.get("ticks", [])],
    "clocks": [clock_of(bag, case) for case in question.get("clocks", [])],
    "runs": [],
}
if question.get("runs"):
    prepare(bag)
    answer["runs"] = [run_of(case) for case in question["runs"]]
os.write(answers, json.dumps(answer, default=str).encode())
