"""Runs exported projects with Dagster, step by step as a user would launch them.

Reads {"projects": [{"path", "package", "env", "runs": [{"assets", "partitions", "job"}]}]}: partitions are a list of keys,
one run each, or {"start", "end"}, one run. Writes for each what the runs came to and what the instance's event log holds.
"""

import importlib
import json
import os
import sys
import time
import traceback

import dagster as dg
from dagster._core.definitions.sensor_definition import SensorType


def text(key):
    return "/".join(key.path)


def plain(value):
    return getattr(value, "value", value)


def told(metadata):
    return {
        "metadata": {name: plain(value) for name, value in metadata.items()},
        "types": {name: type(value).__name__ for name, value in metadata.items()},
    }


def describe(records):
    events = []
    for event in (record.dagster_event for record in records if record.is_dagster_event):
        kind = event.event_type_value
        if kind == "ASSET_MATERIALIZATION":
            made = event.step_materialization_data.materialization
            events.append(
                {
                    "kind": "made",
                    "asset": text(made.asset_key),
                    "partition": made.partition,
                    **told(made.metadata),
                    "dataVersion": made.tags.get("dagster/data_version"),
                    "codeVersion": made.tags.get("dagster/code_version"),
                }
            )
        elif kind == "ASSET_CHECK_EVALUATION":
            check = event.asset_check_evaluation_data
            events.append(
                {
                    "kind": "checked",
                    "asset": text(check.asset_key),
                    "check": check.check_name,
                    "passed": check.passed,
                    "severity": check.severity.value,
                    **told(check.metadata),
                    "description": check.description,
                }
            )
        elif kind in ("STEP_SKIPPED", "STEP_UP_FOR_RETRY", "STEP_RESTARTED", "STEP_SUCCESS"):
            events.append({"kind": kind, "step": event.step_key})
        elif kind == "STEP_FAILURE":
            failure = event.step_failure_data
            data = failure.user_failure_data
            events.append(
                {
                    "kind": kind,
                    "step": event.step_key,
                    "error": (data.description if data else None)
                    or (failure.error.message if failure.error else None),
                    **told(data.metadata if data else {}),
                }
            )
    return events


def ways(run):
    partitions = run.get("partitions")
    if partitions is None:
        return [{}]
    if isinstance(partitions, dict):
        return [
            {
                "tags": {
                    "dagster/asset_partition_range_start": partitions["start"],
                    "dagster/asset_partition_range_end": partitions["end"],
                }
            }
        ]
    return [{"partition_key": key} for key in partitions]


def followed(defs, instance, run_id):
    """The runs that sensors of the project ask for when a run has begun or ended, as the daemon would ask them."""
    run = instance.get_run_by_id(run_id)
    events = {
        entry.dagster_event.event_type_value: entry.dagster_event
        for entry in instance.all_logs(run_id)
        if entry.is_dagster_event
    }
    for word, kind in (("started", "PIPELINE_START"), ("succeeded", "PIPELINE_SUCCESS"), ("failed", "PIPELINE_FAILURE")):
        for sensor in defs.get_repository_def().sensor_defs if kind in events else ():
            if sensor.sensor_type != SensorType.RUN_STATUS or word not in sensor.name:
                continue
            context = dg.build_run_status_sensor_context(
                sensor_name=sensor.name,
                dagster_event=events[kind],
                dagster_instance=instance,
                dagster_run=run,
            )
            asked = sensor(context)
            if isinstance(asked, dg.RunRequest):
                job = defs.resolve_job_def(asked.job_name or sensor.job_name)
                yield job.execute_in_process(instance=instance, tags=asked.tags, raise_on_error=False)


def execute(case):
    sys.path.insert(0, case["path"] + "/src")
    before = dict(os.environ)
    os.environ.update(case.get("env", {}))
    try:
        defs = importlib.import_module(case["package"] + ".definitions").defs
        runs = []
        with dg.DagsterInstance.ephemeral() as instance:
            for run in case["runs"]:
                selection = run.get("assets") and [dg.AssetKey(key.split("/")) for key in run["assets"]]
                job = defs.resolve_job_def(run["job"]) if run.get("job") else None
                for way in ways(run):
                    began = time.monotonic()
                    if job is None:
                        name = defs.get_repository_def().get_implicit_global_asset_job_def().name
                    else:
                        name = job.name
                    result = defs.resolve_job_def(name).execute_in_process(
                        instance=instance, asset_selection=selection, raise_on_error=False, **way
                    )
                    seconds = time.monotonic() - began
                    events = describe(instance.all_logs(result.run_id))
                    after = [
                        {"success": each.success, "events": describe(instance.all_logs(each.run_id))}
                        for each in followed(defs, instance, result.run_id)
                    ]
                    ran = {"success": result.success, "seconds": seconds, "events": events}
                    runs.append({**ran, "after": after})
        return {"runs": runs}
    except Exception:
        return {"error": traceback.format_exc()}
    finally:
        os.environ.clear()
        os.environ.update(before)


json.dump([execute(case) for case in json.load(sys.stdin)["projects"]], sys.stdout)
