"""What the schedules and sensors of an exported project ask for.

Reads {"path", "package", "dynamic": {name: keys}, "ticks": [{"schedule", "atMs"}], "sensors": [name]}. Writes for each tick
the requests, with their run config and tags, or the reason of a skip; for each sensor the keys that it adds.
"""

import importlib
import json
import sys
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

import dagster as dg

question = json.load(sys.stdin)
sys.path.insert(0, question["path"] + "/src")
defs = importlib.import_module(question["package"] + ".definitions").defs
repository = defs.get_repository_def()


def tick(case, instance):
    schedule = repository.get_schedule_def(case["schedule"])
    at = datetime.fromtimestamp(case["atMs"] / 1000, ZoneInfo(schedule.execution_timezone))
    context = dg.build_schedule_context(
        instance=instance, scheduled_execution_time=at, repository_def=repository
    )
    data = schedule.evaluate_tick(context)
    return {
        "skip": data.skip_message,
        "keys": [request.partition_key for request in data.run_requests],
        "runKeys": [request.run_key for request in data.run_requests],
        "config": [dict(request.run_config) for request in data.run_requests[:1]],
        "tags": [
            {name: value for name, value in request.tags.items() if not name.startswith(("dagster/", "."))}
            for request in data.run_requests[:1]
        ],
    }


def sense(name, instance):
    sensor = repository.get_sensor_def(name)
    context = dg.build_sensor_context(instance=instance, repository_def=repository)
    data = sensor.evaluate_tick(context)
    return [list(request.partition_keys) for request in data.dynamic_partitions_requests]


with dg.DagsterInstance.local_temp() as instance:
    for name, keys in question["dynamic"].items():
        instance.add_dynamic_partitions(name, keys)
    answer = {
        "ticks": [tick(case, instance) for case in question["ticks"]],
        "sensors": [sense(name, instance) for name in question["sensors"]],
    }
json.dump(answer, sys.stdout)
