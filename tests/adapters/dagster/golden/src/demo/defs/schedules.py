"""The jobs and schedules."""

import dagster as dg

from .. import partitions
from ..sluice import ticks

a_b_job = dg.define_asset_job(
    name="a_b",
    selection=dg.AssetSelection.assets(dg.AssetKey(["pair", "left"])),
)


mixed_job = dg.define_asset_job(
    name="mixed",
    selection=dg.AssetSelection.assets(
        dg.AssetKey(["cells", "sales"]),
        dg.AssetKey(["pair", "left"]),
    ),
)


mixed_part_2_job = dg.define_asset_job(
    name="mixed_part_2",
    selection=dg.AssetSelection.assets(dg.AssetKey(["mart", "daily-revenue.v2"])),
)


raw_job = dg.define_asset_job(
    name="raw",
    selection=dg.AssetSelection.groups("raw"),
    tags={"sluice/compensate": "always"},
)


refresh_job = dg.define_asset_job(
    name="refresh",
    selection=dg.AssetSelection.assets(
        dg.AssetKey(["mart", "daily-revenue.v2"]),
        dg.AssetKey(["raw", "orders"]),
    ),
    config={
        "ops": {
            "mart__daily_revenue_v2": {
                "config": {"config": {"limit": 5, "token": {"$secret": "TOKEN"}}},
            },
        },
    },
    description="Both.",
    tags={"team": "sales"},
)


@dg.schedule(
    name="grown",
    cron_schedule="@daily",
    execution_timezone="UTC",
    target=dg.AssetSelection.assets(dg.AssetKey(["grown"])),
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def grown_schedule(context: dg.ScheduleEvaluationContext):
    return ticks.last(context, partitions.CELLS_3, partitions.CELLS_3_DIMENSIONS)


in_the_gap_schedule = dg.ScheduleDefinition(
    name="in_the_gap",
    cron_schedule="30 1 * * *",
    execution_timezone="Europe/Dublin",
    target=dg.AssetSelection.assets(dg.AssetKey(["class"])),
    default_status=dg.DefaultScheduleStatus.RUNNING,
)


@dg.schedule(
    name="nightly",
    cron_schedule="0 4 * * *",
    execution_timezone="America/New_York",
    target=dg.AssetSelection.assets(
        dg.AssetKey(["mart", "daily-revenue.v2"]),
        dg.AssetKey(["raw", "orders"]),
    ),
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def nightly_schedule(context: dg.ScheduleEvaluationContext):
    return ticks.last(context, partitions.DAYS)


@dg.schedule(
    name="regions",
    cron_schedule="@daily",
    execution_timezone="UTC",
    target=dg.AssetSelection.assets(dg.AssetKey(["per", "region"])),
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def regions_schedule(context: dg.ScheduleEvaluationContext):
    return ticks.every(context, partitions.NAMES)


twice_schedule = dg.ScheduleDefinition(
    name="twice",
    cron_schedule=["0 6 * * *", "30 14 * * *"],
    execution_timezone="America/New_York",
    target=dg.AssetSelection.assets(
        dg.AssetKey(["pair", "left"]),
        dg.AssetKey(["pair", "right"]),
    ),
    default_status=dg.DefaultScheduleStatus.STOPPED,
    tags={"by": "clock"},
)


@dg.schedule(
    name="windows",
    cron_schedule="0 0 1 * *",
    execution_timezone="America/New_York",
    target=dg.AssetSelection.assets(dg.AssetKey(["mart", "month"])),
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def windows_schedule(context: dg.ScheduleEvaluationContext):
    return ticks.ended(context, partitions.MONTHS)
