"""What the sensors of an exported project ask for, as a script of happenings unfolds.

Reads {"path", "package", "script"}; each line of the script is ["look", sensor], ["make", key, partition or null], ["write", path] or
["fail", job, sensor]. Writes for each look, and for each failure, what was asked for.
"""

import importlib
import json
import sys
import warnings
from pathlib import Path

import dagster as dg

question = json.load(sys.stdin)
sys.path.insert(0, question["path"] + "/src")
with warnings.catch_warnings():
    warnings.simplefilter("error", FutureWarning)
    warnings.simplefilter("error", DeprecationWarning)
    defs = importlib.import_module(question["package"] + ".definitions").defs
    repository = defs.get_repository_def()
cursors = {}


def told(requests):
    return [
        {
            "runKey": request.run_key,
            "partition": request.partition_key,
            "config": dict(request.run_config or {}),
            "tags": {
                name: value
                for name, value in request.tags.items()
                if not name.startswith(("dagster/", ".")) and name != "sluice/after_run"
            },
        }
        for request in requests
    ]


def look(name, instance):
    sensor = repository.get_sensor_def(name)
    # With a reference to the instance, as Dagster's code server has it
    context = dg.build_sensor_context(
        instance=instance,
        instance_ref=instance.get_ref(),
        cursor=cursors.get(name),
        repository_def=repository,
    )
    data = sensor.evaluate_tick(context)
    cursors[name] = data.cursor
    for change in data.dynamic_partitions_requests:
        if isinstance(change, dg.AddDynamicPartitionsRequest):
            instance.add_dynamic_partitions(change.partitions_def_name, change.partition_keys)
        else:
            for key in change.partition_keys:
                instance.delete_dynamic_partition(change.partitions_def_name, key)
    return told(data.run_requests)


def fail(name, sensor, instance):
    result = defs.resolve_job_def(name).execute_in_process(instance=instance, raise_on_error=False)
    event = next(
        event
        for event in result.all_events
        if event.event_type == dg.DagsterEventType.PIPELINE_FAILURE
    )
    context = dg.build_run_status_sensor_context(
        sensor_name=sensor,
        dagster_instance=instance,
        dagster_run=instance.get_run_by_id(result.run_id),
        dagster_event=event,
    )
    asked = repository.get_sensor_def(sensor)(context)
    found = told(asked)
    assert [request["runKey"] for request in found] == [result.run_id]
    return [{**request, "runKey": "the run"} for request in found]


def step(line, instance):
    verb, *rest = line
    if verb == "look":
        return look(*rest, instance)
    if verb == "fail":
        return fail(*rest, instance)
    if verb == "write":
        Path(rest[0]).parent.mkdir(parents=True, exist_ok=True)
        Path(rest[0]).write_text("x")
    else:
        key, partition = rest
        instance.report_runless_asset_event(
            dg.AssetMaterialization(dg.AssetKey(key.split("/")), partition=partition)
        )
    return None


with dg.DagsterInstance.local_temp() as instance:
    answer = {
        "asked": [step(line, instance) for line in question["script"]],
        "statuses": {
            sensor.name: sensor.default_status.value for sensor in repository.sensor_defs
        },
        "shops": list(instance.get_dynamic_partitions("shops")),
    }
json.dump(answer, sys.stdout)
