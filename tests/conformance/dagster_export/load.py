"""Loads exported projects with Dagster, and says what is in them.

Reads {"projects": [{"path", "package", "nowMs"}]}. Writes for each what it holds, with every warning, or {"error"}.
"""

import hashlib
import importlib
import json
import os
import shutil
import sys
import tempfile
import traceback
import warnings
from datetime import datetime, timezone

import dagster as dg


def text(key):
    return "/".join(key.path)


def retry(policy):
    if policy is None:
        return None
    return {
        "maxRetries": policy.max_retries,
        "delay": policy.delay,
        "backoff": policy.backoff and policy.backoff.value,
        "jitter": policy.jitter and policy.jitter.value,
    }


def dump_mapping(mapping):
    return None if mapping is None else type(mapping).__name__


def memory_of(config):
    """The memory that a pod may take; Dagster keeps tags that are no texts as JSON."""
    if config is None:
        return None
    parts = json.loads(config) if isinstance(config, str) else config
    return parts["container_config"]["resources"]["limits"]["memory"]


def dump_step(assets):
    op = assets.op
    return {
        "op": op.name,
        "keys": sorted(text(key) for key in assets.keys),
        "reads": sorted({text(key) for key in assets.keys_by_input_name.values()}),
        "retry": retry(op.retry_policy),
        "pool": op.pool,
        "priority": op.tags.get("dagster/priority"),
        "memory": memory_of(op.tags.get("dagster-k8s/config")),
        "canSubset": assets.can_subset,
        "backfill": assets.backfill_policy
        and (assets.backfill_policy.max_partitions_per_run or 0),
        "config": "config" in getattr(op.config_schema.config_type, "fields", {}),
        "checks": sorted([text(key.asset_key), key.name] for key in assets.check_keys),
    }


def dump(case):
    sys.path.insert(0, case["path"] + "/src")
    defs = importlib.import_module(case["package"] + ".definitions").defs
    dg.Definitions.validate_loadable(defs)
    repository = defs.get_repository_def()
    graph = repository.asset_graph
    now = datetime.fromtimestamp(case["nowMs"] / 1000, timezone.utc)
    assets = []
    keys_of = {}
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        partitions = node.partitions_def
        identity = None
        if partitions is not None:
            identity = repr(partitions)
            if identity not in keys_of:
                keys_of[identity] = list_keys(partitions, now)
        assets.append(
            {
                "key": text(key),
                "parents": sorted(text(parent) for parent in node.parent_keys),
                "group": node.group_name,
                "tags": dict(node.tags),
                "kinds": sorted(node.kinds),
                "owners": list(node.owners),
                "codeVersion": node.code_version,
                "description": node.description,
                "metadata": {
                    name: getattr(value, "value", value)
                    for name, value in node.metadata.items()
                    if not name.startswith("dagster/")
                },
                "isExecutable": node.is_executable,
                "partitions": identity and keys_of[identity],
                "automation": type(node.automation_condition).__name__
                if node.automation_condition
                else None,
                "freshness": type(node.freshness_policy).__name__
                if node.freshness_policy
                else None,
            }
        )
    checks = []
    for key in graph.asset_check_keys:
        check = graph.get_check_spec(key)
        checks.append(
            {
                "asset": text(key.asset_key),
                "name": key.name,
                "blocking": check.blocking,
                "description": check.description,
            }
        )
    steps = {id(each): each for each in repository.assets_defs_by_key.values() if each.is_executable}
    steps.update(
        {id(each): each for each in repository.asset_checks_defs_by_key.values() if not each.keys}
    )
    jobs = []
    for job in repository.get_all_jobs():
        if not job.name.startswith("__"):
            jobs.append(
                {
                    "name": job.name,
                    "assets": sorted(text(key) for key in selected_keys(job.asset_layer)),
                    "tags": dict(job.tags),
                    "maxConcurrent": executor_limit(job),
                    "description": job.description,
                }
            )
    schedules = [
        {
            "name": each.name,
            "crons": [each.cron_schedule]
            if isinstance(each.cron_schedule, str)
            else list(each.cron_schedule),
            "timezone": each.execution_timezone,
            "running": each.default_status == dg.DefaultScheduleStatus.RUNNING,
            "description": each.description,
        }
        for each in repository.schedule_defs
    ]
    return {
        "assets": assets,
        "checks": checks,
        "steps": [dump_step(each) for each in steps.values()],
        "jobs": jobs,
        "limits": limits_of(case["path"] + "/deploy/dagster.yaml"),
        "schedules": schedules,
    }


def executor_limit(job):
    """How many steps the executor of a job runs at once; None for that of all jobs."""
    if job.executor_def.name != "multiprocess":
        return None
    return job.executor_def.config_schema.resolve_config({}).value["config"]["max_concurrent"]


def limits_of(path):
    """The limits of tags of an instance that has this configuration."""
    if not os.path.exists(path):
        return []
    with tempfile.TemporaryDirectory() as home:
        shutil.copy(path, home)
        with dg.DagsterInstance.from_config(home) as instance:
            queue = instance.get_concurrency_config().run_queue_config
            return list(queue.tag_concurrency_limits if queue else [])


def selected_keys(layer):
    return getattr(layer, "selected_asset_keys", None) or layer.executable_asset_keys


def list_keys(partitions, now):
    """Of several dimensions each by itself: their product may be millions."""
    if isinstance(partitions, dg.MultiPartitionsDefinition):
        each = sorted(partitions.partitions_defs, key=lambda dimension: dimension.name)
        return {"dimensions": {one.name: list_keys(one.partitions_def, now) for one in each}}
    if isinstance(partitions, dg.DynamicPartitionsDefinition):
        return {"dynamic": partitions.name}
    keys = list(partitions.get_partition_keys(current_time=now))
    return {
        "count": len(keys),
        "first": keys[:1],
        "last": keys[-1:],
        "sha256": hashlib.sha256("\n".join(keys).encode()).hexdigest(),
    }


def load(case):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            answer = dump(case)
        except Exception:
            answer = {"error": traceback.format_exc()}
    told = [f"{type(each.message).__name__}: {each.message}" for each in caught]
    return {**answer, "warnings": told}


json.dump([load(case) for case in json.load(sys.stdin)["projects"]], sys.stdout)
