"""What Prefect lacks, seen in Prefect: whether each thing that exports refuse is still not there."""

import asyncio
import inspect
import json
import sys
from datetime import datetime, timezone

from prefect import Flow, Task, events
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.objects import ConcurrencyLimitStrategy
from prefect.deployments import run_deployment
from prefect.events.schemas.automations import Posture
from prefect.schedules import Schedule
from prefect.server.schemas.schedules import CronSchedule


def first_in_2027(cron):
    """The first tick of a cron in 2027, as the server works it out; none where it fails."""
    start = datetime(2027, 1, 1, tzinfo=timezone.utc)
    try:
        schedule = CronSchedule(cron=cron, timezone="UTC")
        return asyncio.run(schedule.get_dates(1, start=start))[0].isoformat()
    except Exception:
        return None


def main():
    json.load(sys.stdin)
    task = set(inspect.signature(Task.__init__).parameters)
    deployment = set(inspect.signature(Flow.to_deployment).parameters)
    limits = {name for name in deployment if "concurren" in name}
    strategies = {strategy.name for strategy in ConcurrencyLimitStrategy}
    timing = deployment | set(inspect.signature(Schedule.__init__).parameters)
    timing |= set(DeploymentScheduleCreate.model_fields)

    def lacks(*words):
        return not any(word in name for name in timing for word in words)

    assert first_in_2027("0 2 * * *") == "2027-01-01T02:00:00+00:00"
    runs = set(inspect.signature(run_deployment).parameters)
    triggers = [name for name in dir(events) if name.endswith("Trigger")]
    print(
        "\n"
        + json.dumps(
            {
                "job.priority": "priority" not in deployment,
                # One limit for each deployment, which queues what is too much or cancels it.
                "job.key.shared": limits == {"concurrency_limit"},
                "job.key.cancel": strategies == {"ENQUEUE", "CANCEL_NEW"},
                "schedule.seconds": first_in_2027("0 2 * * * 30")
                != "2027-01-01T02:00:30+00:00",
                "schedule.years": first_in_2027("0 2 * * * 0 2026") is None,
                "schedule.nearest": first_in_2027("0 2 2W 1 *") is None,
                "schedule.misfire.skip": lacks("catch", "misfire", "late"),
                "schedule.misfire.cap": lacks("catch", "misfire", "late"),
                "schedule.overlap.cancel": strategies == {"ENQUEUE", "CANCEL_NEW"},
                "schedule.jitter": lacks("jitter", "spread", "delay"),
                "schedule.bounds": lacks("start", "end_", "until", "bound"),
                # Automations that run deployments for events, also for events that do not come, and flows that run others.
                "sensor.assets": "EventTrigger" not in triggers,
                "sensor.assets.all": "CompoundTrigger" not in triggers,
                "sensor.runs": "EventTrigger" not in triggers,
                "sensor.runs.all": "EventTrigger" not in triggers,
                "sensor.freshness": "Proactive" not in {each.name for each in Posture},
                "sensor.files": "idempotency_key" not in runs,
                "sensor.http": "idempotency_key" not in runs,
                "sensor.custom": "idempotency_key" not in runs,
                "sensor.partitions": "parameters" not in runs,
                "sensor.disabled": "paused" not in deployment,
                "isolation.memory": not any(
                    "memory" in name.replace("in_memory", "") for name in task
                ),
                # Events, numbers over time and their compositions: nothing about the state of assets.
                "automation.condition": not any("Asset" in name for name in triggers),
            }
        )
    )


main()
