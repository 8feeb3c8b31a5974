"""What Airflow lacks, seen in Airflow: whether each thing that exports refuse is still not there."""

import inspect
import json
import sys

from airflow.sdk import DAG, Asset, BaseOperator
from airflow.sdk.definitions.asset import BaseAsset
from airflow.sdk.definitions.deadline import DeadlineReference


def parameters(function):
    return set(inspect.signature(function).parameters)


def names_below(kind):
    """The names of all classes that are a kind of another."""
    return {kind.__name__}.union(*(names_below(each) for each in kind.__subclasses__()))


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
                "isolation.memory": not any(
                    "memory" in name for name in parameters(BaseOperator.__init__)
                ),
            }
        )
    )


main()
