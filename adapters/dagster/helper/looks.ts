/** `sluice/looks.py` of an exported project: what sensors look for, and what they ask Dagster to run. */
export const LOOKS: string = String
  .raw`"""Looks for what sensors watch, and asks for runs."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import product
from typing import Any

import dagster as dg

from .ticks import _axes, _is_time, _keys

# The names of all sensors that led to a run
CAUSED_BY = "sluice/caused_by"
# What a look may take, in seconds: Dagster gives up after 60
LONGEST = 50.0
# How many events of an asset one look reads
MOST = 1000
STATUSES = {
    dg.DagsterRunStatus.SUCCESS: "success",
    dg.DagsterRunStatus.FAILURE: "failed",
    dg.DagsterRunStatus.CANCELED: "canceled",
}
# Runs a process: the request, its time limit, more of its environment, and what it does
Execute = Callable[
    [Mapping[str, Any], float | None, Mapping[str, str], str],
    tuple[int, Mapping[str, Any]],
]
Dimensions = Mapping[str, dg.PartitionsDefinition]


class Target:
    """What a sensor runs, and which partitions of it when nothing else says."""

    def __init__(
        self,
        sensor: str,
        partitions: dg.PartitionsDefinition | None = None,
        dimensions: Dimensions | None = None,
        *,
        every: bool = False,
        ops: Mapping[str, str] | None = None,
        run_config: Mapping[str, Any] | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        self.sensor = sensor
        self._partitions = partitions
        self._dimensions = dimensions
        self._every = every
        self._ops = ops or {}
        self._run_config = run_config
        self._tags = tags or {}

    def requests(
        self,
        context: Any,
        run_key: str | None,
        keys: Sequence[str] | None = None,
        config: Mapping[str, Any] | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> Iterator[dg.RunRequest]:
        """One run for each partition, or one without partitions."""
        for key in self._choose(context, keys):
            name = run_key if run_key is None or key is None else f"{run_key} {key}"
            yield dg.RunRequest(
                run_key=name,
                partition_key=key,
                run_config=self._config(config),
                tags={**self._tags, **(tags or {})},
            )

    def _choose(self, context: Any, keys: Sequence[str] | None) -> Sequence[str | None]:
        if self._partitions is None:
            return [None]
        if keys is not None:
            return list(keys)
        at = datetime.now().astimezone()
        axes = _axes(self._partitions, self._dimensions)
        all_keys = [_keys(axis, at, context) for axis in axes]
        if self._every:
            return ["|".join(cell) for cell in product(*all_keys)]
        has_window = sum(_is_time(each) for each in axes) == 1
        choices = [
            keys if has_window and not _is_time(axis) else keys[-1:]
            for axis, keys in zip(axes, all_keys, strict=True)
        ]
        return ["|".join(cell) for cell in product(*choices)]

    def _config(self, config: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        if config is None:
            return self._run_config
        by_op = {
            self._ops[step]: {"config": {"config": value}}
            for step, value in config.items()
            if step in self._ops
        }
        return {"ops": by_op} if by_op else None


def look(
    context: dg.SensorEvaluationContext, execute: Execute, target: Target
) -> dg.SensorResult:
    """Asks a process of Sluice to look."""
    request: dict[str, Any] = {"version": 1, "sensor": target.sensor}
    if context.cursor is not None:
        request["cursor"] = context.cursor
    if context.last_tick_completion_time is not None:
        request["lastTickMs"] = round(context.last_tick_completion_time * 1000)
    code, answer = execute(request, LONGEST, {}, "sensor")
    if code:
        message = (answer.get("error") or {}).get("message", "")
        raise RuntimeError(f"The sensor could not look ({code}): {message}")
    asked = [
        each
        for run in answer.get("runs", ())
        for each in target.requests(
            context,
            run.get("runKey"),
            run.get("partitions"),
            run.get("config"),
            run.get("tags"),
        )
    ]
    changes = [
        *(
            dg.AddDynamicPartitionsRequest(name, keys)
            for name, keys in answer.get("addPartitions", {}).items()
        ),
        *(
            dg.DeleteDynamicPartitionsRequest(name, keys)
            for name, keys in answer.get("removePartitions", {}).items()
        ),
    ]
    return _result(asked, answer.get("cursor"), answer.get("skip"), changes)


def made(
    context: dg.SensorEvaluationContext,
    target: Target,
    assets: Sequence[dg.AssetKey],
    *,
    wait: bool = False,
    alike: bool = False,
) -> dg.SensorResult:
    """Asks for runs when any, or all, of some assets were made since the last request."""
    names = {key.to_user_string(): key for key in assets}
    if context.cursor is None:
        places = {name: _newest(context, key) for name, key in names.items()}
        cursor = json.dumps({"places": places, "waiting": {}})
        return _result([], cursor, "It begins here.")
    state = json.loads(context.cursor)
    places, waiting = dict(state["places"]), state["waiting"]
    chain: list[str] = []
    fresh = {}
    for name, key in names.items():
        keys, places[name] = _made_since(
            context, key, places.get(name, 0), target.sensor, chain, alike
        )
        fresh[name] = [*dict.fromkeys([*waiting.get(name, ()), *keys])]
    every = [*dict.fromkeys(key for keys in fresh.values() for key in keys)]
    ready = [
        key for key in every if not wait or all(key in keys for keys in fresh.values())
    ]
    left = {
        name: [key for key in keys if key not in ready] for name, keys in fresh.items()
    }
    cursor = json.dumps({"places": places, "waiting": left})
    if not ready:
        return _result([], cursor, "Nothing was made, or not all.")
    tags = _caused_by(target.sensor, chain)
    keys = ready if alike else None
    asked = [*target.requests(context, None, keys, None, tags)]
    return _result(asked, cursor, None)


def ended(
    context: dg.RunStatusSensorContext, target: Target
) -> list[dg.RunRequest] | dg.SkipReason:
    """Asks for a run when another one has ended, and not for what it led to itself."""
    run = context.dagster_run
    chain = _chain(run.tags)
    if target.sensor in chain:
        return dg.SkipReason("This sensor has led to the run.")
    tags = {
        **_caused_by(target.sensor, chain),
        "sluice/after_run": run.run_id,
        "sluice/after_status": STATUSES[run.status],
    }
    return [*target.requests(context, run.run_id, None, None, tags)]


def _result(
    asked: Sequence[dg.RunRequest],
    cursor: str | None,
    reason: str | None,
    changes: Sequence[Any] = (),
) -> dg.SensorResult:
    return dg.SensorResult(
        run_requests=asked or None,
        skip_reason=None if asked else reason,
        cursor=cursor,
        dynamic_partitions_requests=changes or None,
    )


def _newest(context: dg.SensorEvaluationContext, key: dg.AssetKey) -> int:
    records = context.instance.fetch_materializations(key, limit=1).records
    return records[0].storage_id if records else 0


def _made_since(
    context: dg.SensorEvaluationContext,
    key: dg.AssetKey,
    place: int,
    sensor: str,
    chain: list[str],
    alike: bool,
) -> tuple[list[str], int]:
    """What was made after a place by others: keys of partitions, or the empty one."""
    found = []
    records = context.instance.fetch_materializations(
        dg.AssetRecordsFilter(asset_key=key, after_storage_id=place),
        limit=MOST,
        ascending=True,
    ).records
    for record in records:
        place = record.storage_id
        run = context.instance.get_run_by_id(record.run_id)
        names = _chain(run.tags if run else {})
        if sensor in names:
            continue
        chain.extend(name for name in names if name not in chain)
        found.append((record.partition_key if alike else None) or "")
    return found, place


def _chain(tags: Mapping[str, str]) -> list[str]:
    return [name for name in tags.get(CAUSED_BY, "").split(",") if name]


def _caused_by(sensor: str, chain: Sequence[str]) -> dict[str, str]:
    names = [*(name for name in chain if name != sensor), sensor]
    return {"sluice/sensor": sensor, CAUSED_BY: ",".join(names)}
`;
