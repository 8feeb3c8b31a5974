"""The partitions of the assets."""

import warnings
from datetime import datetime

import dagster as dg

CELLS = dg.MultiPartitionsDefinition(
    {
        "day": dg.DailyPartitionsDefinition(
            start_date="2026-01-01",
            timezone="America/New_York",
            exclusions=["0 0 * * 0", datetime(2026, 12, 25)],
        ),
        "region": dg.StaticPartitionsDefinition(["eu", "us"]),
    },
)
CELLS_2 = dg.StaticPartitionsDefinition(
    ["red|eu|s", "red|us|s", "blue|eu|s", "blue|us|s"],
)
CELLS_3 = dg.DynamicPartitionsDefinition(name="day|region|shop 5f13e90a")
CELLS_3_DIMENSIONS = {
    "day": dg.DailyPartitionsDefinition(
        start_date="2026-01-01",
        timezone="America/New_York",
        exclusions=["0 0 * * 0", datetime(2026, 12, 25)],
    ),
    "region": dg.StaticPartitionsDefinition(["eu", "us"]),
    "shop": dg.DynamicPartitionsDefinition(name="shops"),
}
HOURS = dg.HourlyPartitionsDefinition(
    start_date="2026-01-01-06:00",
    minute_offset=15,
    timezone="America/New_York",
)
DAYS = dg.DailyPartitionsDefinition(
    start_date="2026-01-01",
    timezone="America/New_York",
    exclusions=["0 0 * * 0", datetime(2026, 12, 25)],
)
MONTHS = dg.MonthlyPartitionsDefinition(
    start_date="2026-01",
    fmt="%Y-%m",
    timezone="America/New_York",
    end_offset=1,
)
NAMES = dg.StaticPartitionsDefinition(["eu", "us"])
WINDOWS = dg.TimeWindowPartitionsDefinition(
    start="2026-01-01",
    end="2030-01-01",
    cron_schedule="0 0 1 1,4,7,10 *",
    fmt="%Y-%m-%d",
)
DYNAMIC = dg.DynamicPartitionsDefinition(name="shops")

with warnings.catch_warnings():
    warnings.simplefilter("ignore", dg.BetaWarning)
    MAPPING_1 = dg.MultiPartitionMapping(
        {
            "day": dg.DimensionPartitionMapping(
                dimension_name="day",
                partition_mapping=dg.TimeWindowPartitionMapping(
                    start_offset=-1,
                    end_offset=-1,
                ),
            ),
            "region": dg.DimensionPartitionMapping(
                dimension_name="region",
                partition_mapping=dg.IdentityPartitionMapping(),
            ),
        },
    )
    MAPPING_2 = dg.TimeWindowPartitionMapping(
        start_offset=-6,
        allow_nonexistent_upstream_partitions=True,
    )
