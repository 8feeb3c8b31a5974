"""What a tick of a schedule runs: the last partition, or all that exist then."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import product
from typing import Any

import dagster as dg

Dimensions = Mapping[str, dg.PartitionsDefinition]


def last(
    context: dg.ScheduleEvaluationContext,
    partitions: dg.PartitionsDefinition,
    dimensions: Dimensions | None = None,
    *,
    run_config: Mapping[str, Any] | None = None,
    tags: Mapping[str, str] | None = None,
) -> list[dg.RunRequest] | dg.SkipReason:
    """Runs the last partition, or every cell of the last window."""
    keys = _last_keys(context, partitions, dimensions)
    _add(context, partitions, dimensions, keys)
    return _requests(context, keys, run_config, tags)


def every(
    context: dg.ScheduleEvaluationContext,
    partitions: dg.PartitionsDefinition,
    dimensions: Dimensions | None = None,
    *,
    run_config: Mapping[str, Any] | None = None,
    tags: Mapping[str, str] | None = None,
) -> list[dg.RunRequest] | dg.SkipReason:
    """Runs every partition."""
    at = context.scheduled_execution_time
    choices = [_keys(axis, at, context) for axis in _axes(partitions, dimensions)]
    keys = ["|".join(cell) for cell in product(*choices)]
    _add(context, partitions, dimensions, keys)
    return _requests(context, keys, run_config, tags)


def ended(
    context: dg.ScheduleEvaluationContext,
    partitions: dg.PartitionsDefinition,
    dimensions: Dimensions | None = None,
    *,
    whole: bool = False,
    run_config: Mapping[str, Any] | None = None,
    tags: Mapping[str, str] | None = None,
) -> list[dg.RunRequest] | dg.SkipReason:
    """Runs the last partition, or all, when a window ends at this instant."""
    at = context.scheduled_execution_time
    windows = next(each for each in _axes(partitions, dimensions) if _is_time(each))
    window = windows.get_prev_partition_window(at, respect_bounds=False)
    is_early = window is None or window.start < windows.start
    is_over = windows.end is not None and at > windows.end
    if is_early or is_over or window.end != at:
        return dg.SkipReason("No window ends at this instant.")
    run = every if whole else last
    return run(context, partitions, dimensions, run_config=run_config, tags=tags)


def new_cells(
    context: dg.SensorEvaluationContext,
    cells: dg.DynamicPartitionsDefinition,
    dimensions: Dimensions,
) -> dg.SensorResult | dg.SkipReason:
    """Adds the keys of cells that have come to be."""
    now = datetime.now().astimezone()
    known = set(_keys(cells, now, context))
    keys = product(*(_keys(each, now, context) for each in dimensions.values()))
    new = [key for key in ("|".join(cell) for cell in keys) if key not in known]
    if not new:
        return dg.SkipReason("All cells are known.")
    return dg.SensorResult(dynamic_partitions_requests=[cells.build_add_request(new)])


def _last_keys(
    context: dg.ScheduleEvaluationContext,
    partitions: dg.PartitionsDefinition,
    dimensions: Dimensions | None,
) -> list[str]:
    at = context.scheduled_execution_time
    axes = _axes(partitions, dimensions)
    has_window = sum(_is_time(each) for each in axes) == 1
    choices = []
    for axis in axes:
        keys = _keys(axis, at, context)
        choices.append(keys if has_window and not _is_time(axis) else keys[-1:])
    return ["|".join(cell) for cell in product(*choices)]


def _add(
    context: dg.ScheduleEvaluationContext,
    partitions: dg.PartitionsDefinition,
    dimensions: Dimensions | None,
    keys: Sequence[str],
) -> None:
    """Adds cells that the sensor has not seen yet."""
    is_growing = isinstance(partitions, dg.DynamicPartitionsDefinition)
    if is_growing and dimensions is not None:
        context.instance.add_dynamic_partitions(partitions.name, keys)


def _axes(
    partitions: dg.PartitionsDefinition, dimensions: Dimensions | None
) -> list[dg.PartitionsDefinition]:
    if dimensions is not None:
        return list(dimensions.values())
    if isinstance(partitions, dg.MultiPartitionsDefinition):
        return [each.partitions_def for each in partitions.partitions_defs]
    return [partitions]


def _is_time(partitions: dg.PartitionsDefinition) -> bool:
    return isinstance(partitions, dg.TimeWindowPartitionsDefinition)


def _keys(
    partitions: dg.PartitionsDefinition,
    at: datetime,
    context: dg.ScheduleEvaluationContext | dg.SensorEvaluationContext,
) -> Sequence[str]:
    if isinstance(partitions, dg.DynamicPartitionsDefinition):
        return context.instance.get_dynamic_partitions(partitions.name)
    return partitions.get_partition_keys(current_time=at)


def _requests(
    context: dg.ScheduleEvaluationContext,
    keys: Sequence[str],
    run_config: Mapping[str, Any] | None,
    tags: Mapping[str, str] | None,
) -> list[dg.RunRequest] | dg.SkipReason:
    if not keys:
        return dg.SkipReason("There is no partition yet.")
    return list(_each(context.scheduled_execution_time, keys, run_config, tags))


def _each(
    at: datetime,
    keys: Sequence[str],
    run_config: Mapping[str, Any] | None,
    tags: Mapping[str, str] | None,
) -> Iterator[dg.RunRequest]:
    for key in keys:
        yield dg.RunRequest(
            run_key=f"{at.isoformat()} {key}",
            partition_key=key,
            run_config=run_config,
            tags=tags,
        )
