"""What Prefect lacks, seen in Prefect: whether each thing that exports refuse is still not there."""

import inspect
import json
import sys

from prefect import Task
from prefect import events


def main():
    json.load(sys.stdin)
    task = set(inspect.signature(Task.__init__).parameters)
    submit = set(inspect.signature(Task.submit).parameters)
    triggers = [name for name in dir(events) if name.endswith("Trigger")]
    print(
        "\n"
        + json.dumps(
            {
                "trigger": not any(
                    "rule" in name or "trigger" in name for name in task | submit
                ),
                "isolation.memory": not any(
                    "memory" in name.replace("in_memory", "") for name in task
                ),
                # Events, numbers over time and their compositions: nothing about the state of assets.
                "automation.condition": not any("Asset" in name for name in triggers),
            }
        )
    )


main()
