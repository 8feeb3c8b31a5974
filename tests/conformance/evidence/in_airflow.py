"""What Airflow lacks, seen in Airflow: whether each thing that exports refuse is still not there."""

import importlib.util
import inspect
import json
import sys
from datetime import datetime, timezone

from airflow.sdk import DAG, Asset, BaseOperator
from airflow.sdk.definitions.asset import BaseAsset
from airflow.sdk.definitions.deadline import DeadlineReference
from airflow.timetables.base import TimeRestriction
from airflow.timetables.trigger import CronTriggerTimetable


def parameters(function):
    return set(inspect.signature(function).parameters)


def names_below(kind):
    """The names of all classes that are a kind of another."""
    return {kind.__name__}.union(*(names_below(each) for each in kind.__subclasses__()))


def next_after(cron):
    """The first tick of a cron in 2027, as the scheduler asks for it; none where it fails."""
    earliest = datetime(2027, 1, 1, tzinfo=timezone.utc)
    restriction = TimeRestriction(earliest=earliest, latest=None, catchup=True)
    try:
        timetable = CronTriggerTimetable(cron, timezone="UTC")
        timetable.validate()
        first = timetable.next_dagrun_info(
            last_automated_data_interval=None, restriction=restriction
        )
        later = TimeRestriction(earliest=earliest, latest=None, catchup=False)
        timetable.next_dagrun_info(last_automated_data_interval=None, restriction=later)
    except Exception:
        return None
    return first.run_after.isoformat()


def lacks_module(name):
    return importlib.util.find_spec("airflow.providers.standard." + name) is None


def main():
    json.load(sys.stdin)
    conditions = names_below(BaseAsset)
    dag_limits = {
        name
        for name in parameters(DAG.__init__)
        if any(
            word in name for word in ("active_runs", "concurren", "collision", "cancel")
        )
    }
    timing = parameters(DAG.__init__) | parameters(CronTriggerTimetable.__init__)
    misfires = {
        name
        for name in timing
        if any(word in name for word in ("catch", "misfire", "missed", "grace"))
    }
    assert next_after("0 2 * * *") == "2027-01-01T02:00:00+00:00"
    deadlines = [name for name in dir(DeadlineReference) if name.isupper()]
    has_no_age = not any("ASSET" in name for name in deadlines) and not any(
        "fresh" in name for name in parameters(Asset.__init__)
    )
    print(
        "\n"
        + json.dumps(
            {
                # Lists of assets of which all or any were updated, and nothing about their state.
                "automation.condition": not any(
                    word in name.lower()
                    for name in conditions
                    for word in ("missing", "cron", "since", "failed", "check", "not")
                ),
                "freshness.window": has_no_age,
                "freshness.cron": has_no_age,
                # A Dag says how many of its own runs go on at once, and nothing else of runs beside each other.
                "job.key.shared": dag_limits <= {"max_active_runs"},
                "job.key.skip": dag_limits <= {"max_active_runs"},
                "job.key.cancel": dag_limits <= {"max_active_runs"},
                # Past ticks are made up for, all of them, or the latest is run.
                "schedule.misfire.skip": misfires == {"catchup"},
                "schedule.misfire.cap": misfires == {"catchup"},
                "schedule.overlap.skip": dag_limits <= {"max_active_runs"},
                "schedule.overlap.cancel": dag_limits <= {"max_active_runs"},
                "schedule.jitter": not any(
                    word in name
                    for name in timing
                    for word in ("jitter", "spread", "delay")
                ),
                "schedule.seconds": next_after("0 2 * * * 30")
                != "2027-01-01T02:00:30+00:00",
                "schedule.years": next_after("0 2 * * * 0 2090") is None,
                # The second is a Saturday.
                "schedule.nearest": next_after("0 2 2W 1 *")
                != "2027-01-01T02:00:00+00:00",
                # Tasks that look and start runs of other Dags, with what is to be made as their conf.
                "sensor.files": lacks_module("sensors.filesystem"),
                "sensor.http": lacks_module("sensors.python"),
                "sensor.custom": lacks_module("sensors.python"),
                "sensor.runs": lacks_module("sensors.external_task"),
                "sensor.runs.all": lacks_module("sensors.external_task"),
                "sensor.partitions": lacks_module("operators.trigger_dagrun"),
                "sensor.assets": "AssetAny" not in conditions,
                "sensor.assets.all": "AssetAll" not in conditions,
                "sensor.disabled": "is_paused_upon_creation"
                not in parameters(DAG.__init__),
                "sensor.freshness": has_no_age,
                "isolation.memory": not any(
                    "memory" in name for name in parameters(BaseOperator.__init__)
                ),
            }
        )
    )


main()
