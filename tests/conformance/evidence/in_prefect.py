"""What Prefect lacks, seen in Prefect: whether each thing that exports refuse is still not there."""

import inspect
import json
import sys

from prefect import Flow, Task, events
from prefect.client.schemas.objects import ConcurrencyLimitStrategy


def main():
    json.load(sys.stdin)
    task = set(inspect.signature(Task.__init__).parameters)
    deployment = set(inspect.signature(Flow.to_deployment).parameters)
    limits = {name for name in deployment if "concurren" in name}
    strategies = {strategy.name for strategy in ConcurrencyLimitStrategy}
    triggers = [name for name in dir(events) if name.endswith("Trigger")]
    print(
        "\n"
        + json.dumps(
            {
                "job.priority": "priority" not in deployment,
                # One limit for each deployment, which queues what is too much or cancels it.
                "job.key.shared": limits == {"concurrency_limit"},
                "job.key.cancel": strategies == {"ENQUEUE", "CANCEL_NEW"},
                "isolation.memory": not any(
                    "memory" in name.replace("in_memory", "") for name in task
                ),
                # Events, numbers over time and their compositions: nothing about the state of assets.
                "automation.condition": not any("Asset" in name for name in triggers),
            }
        )
    )


main()
