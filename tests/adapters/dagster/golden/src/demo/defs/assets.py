"""The assets."""

from datetime import timedelta

import dagster as dg

from .. import partitions
from ..runner import steps
from ..sluice import assets, conditions

source__api = dg.AssetSpec(
    dg.AssetKey(["source", "api"]),
    description="Made elsewhere.",
)


@dg.multi_asset(name="a_b_d44362d6", specs=[dg.AssetSpec("a-b")])
def a_b_d44362d6(context: dg.AssetExecutionContext):
    yield from steps.run(context, "a-b")


@dg.multi_asset(name="a_b_648fa9b3", specs=[dg.AssetSpec("a_b", skippable=True)])
def a_b_648fa9b3(context: dg.AssetExecutionContext):
    yield from steps.run(context, "a_b")


@dg.multi_asset(
    name="cells__next",
    specs=[
        dg.AssetSpec(
            dg.AssetKey(["cells", "next"]),
            deps=[
                dg.AssetDep(
                    dg.AssetKey(["cells", "sales"]),
                    partition_mapping=partitions.MAPPING_1,
                ),
            ],
        ),
    ],
    partitions_def=partitions.CELLS,
)
def cells__next(context: dg.AssetExecutionContext):
    yield from steps.run(context, "cells/next")


@dg.multi_asset(
    name="cells__sales",
    specs=[
        dg.AssetSpec(
            dg.AssetKey(["cells", "sales"]),
            deps=[dg.AssetKey(["mart", "daily-revenue.v2"])],
        ),
    ],
    partitions_def=partitions.CELLS,
)
def cells__sales(context: dg.AssetExecutionContext):
    yield from steps.run(context, "cells/sales")


@assets.step(
    name="class_0889113e",
    specs=[
        dg.AssetSpec(
            "class",
            deps=[
                dg.AssetDep(
                    dg.AssetKey(["mart", "month"]),
                    partition_mapping=dg.LastPartitionMapping(),
                ),
            ],
        ),
    ],
)
def class_0889113e(context: dg.AssetExecutionContext):
    yield from steps.run(context, "class")


@dg.multi_asset(
    name="grid",
    specs=[dg.AssetSpec("grid")],
    partitions_def=partitions.CELLS_2,
)
def grid(context: dg.AssetExecutionContext):
    yield from steps.run(context, "grid")


@dg.multi_asset(
    name="grown",
    specs=[
        dg.AssetSpec(
            "grown",
            deps=[
                dg.AssetDep(
                    dg.AssetKey(["shop", "sales"]),
                    partition_mapping=dg.AllPartitionMapping(),
                ),
            ],
        ),
    ],
    partitions_def=partitions.CELLS_3,
)
def grown(context: dg.AssetExecutionContext):
    yield from steps.run(context, "grown", dynamic=["shops"])


@dg.multi_asset(
    name="hourly",
    specs=[dg.AssetSpec("hourly")],
    partitions_def=partitions.HOURS,
)
def hourly(context: dg.AssetExecutionContext):
    yield from steps.run(context, "hourly")


@dg.multi_asset(
    name="mart__daily_revenue_v2",
    specs=[
        dg.AssetSpec(
            dg.AssetKey(["mart", "daily-revenue.v2"]),
            deps=[
                dg.AssetKey(["raw", "orders"]),
                dg.AssetDep(
                    dg.AssetKey(["mart", "daily-revenue.v2"]),
                    partition_mapping=dg.TimeWindowPartitionMapping(
                        start_offset=-1,
                        end_offset=-1,
                    ),
                ),
            ],
            group_name="mart/daily_1",
            automation_condition=dg.AutomationCondition.eager(),
            freshness_policy=dg.FreshnessPolicy.cron(
                deadline_cron="0 9 * * *",
                lower_bound_delta=timedelta(hours=1),
                timezone="America/New_York",
            ),
        ),
    ],
    partitions_def=partitions.DAYS,
    backfill_policy=dg.BackfillPolicy.single_run(),
    config_schema={"config": dg.Field(dg.Any, is_required=False)},
)
def mart__daily_revenue_v2(context: dg.AssetExecutionContext):
    yield from steps.run(context, "mart/daily-revenue.v2")


@dg.multi_asset(
    name="mart__month",
    specs=[
        dg.AssetSpec(
            dg.AssetKey(["mart", "month"]),
            deps=[dg.AssetKey(["mart", "daily-revenue.v2"])],
        ),
    ],
    partitions_def=partitions.MONTHS,
)
def mart__month(context: dg.AssetExecutionContext):
    yield from steps.run(context, "mart/month")


@dg.multi_asset(
    name="mart__week",
    specs=[
        dg.AssetSpec(
            dg.AssetKey(["mart", "week"]),
            deps=[
                dg.AssetDep(
                    dg.AssetKey(["mart", "daily-revenue.v2"]),
                    partition_mapping=partitions.MAPPING_2,
                ),
            ],
            automation_condition=conditions.both(
                conditions.any_deps(
                    dg.AutomationCondition.newly_updated(),
                    but=[dg.AssetKey(["mart", "daily-revenue.v2"])],
                ),
                conditions.negated(
                    conditions.since(
                        dg.AutomationCondition.execution_failed(),
                        dg.AutomationCondition.newly_updated(),
                    ),
                ),
            ),
        ),
    ],
    partitions_def=partitions.DAYS,
    backfill_policy=dg.BackfillPolicy.multi_run(max_partitions_per_run=7),
)
def mart__week(context: dg.AssetExecutionContext):
    yield from steps.run(context, "mart/week")


@dg.multi_asset(
    name="pair",
    specs=[
        dg.AssetSpec(
            dg.AssetKey(["pair", "left"]),
            automation_condition=dg.AutomationCondition.on_cron(
                "0 6 * * *",
                "America/New_York",
            ),
        ),
        dg.AssetSpec(dg.AssetKey(["pair", "right"])),
    ],
    can_subset=True,
)
def pair(context: dg.AssetExecutionContext):
    yield from steps.run(context, "pair")


@dg.multi_asset(
    name="per__region",
    specs=[
        dg.AssetSpec(
            dg.AssetKey(["per", "region"]),
            deps=[
                dg.AssetDep(
                    "grid",
                    partition_mapping=dg.StaticPartitionMapping(
                        {
                            "red|eu|s": "eu",
                            "blue|eu|s": "eu",
                            "red|us|s": "us",
                            "blue|us|s": "us",
                        },
                    ),
                ),
            ],
        ),
    ],
    partitions_def=partitions.NAMES,
)
def per__region(context: dg.AssetExecutionContext):
    yield from steps.run(context, "per/region")


@dg.multi_asset(
    name="quarterly",
    specs=[dg.AssetSpec("quarterly")],
    partitions_def=partitions.WINDOWS,
)
def quarterly(context: dg.AssetExecutionContext):
    yield from steps.run(context, "quarterly")


@dg.multi_asset(
    name="raw__orders",
    specs=[
        dg.AssetSpec(
            dg.AssetKey(["raw", "orders"]),
            deps=[dg.AssetKey(["source", "api"])],
            group_name="raw",
            owners=["ann@example.org", "team:sales"],
            tags={"tier": "gold"},
            kinds={"csv", "duckdb"},
            code_version="1",
            description="Orders \xfcber {{ ds }}.md",
            metadata={
                "rows": 3,
                "nested": {"list": [1, None, True]},
                "sluice/owners": ["bob@example.photography"],
            },
            freshness_policy=dg.FreshnessPolicy.time_window(
                fail_window=timedelta(days=1),
                warn_window=timedelta(minutes=90),
            ),
        ),
    ],
    check_specs=[
        dg.AssetCheckSpec("plain", asset=dg.AssetKey(["raw", "orders"])),
        dg.AssetCheckSpec(
            "gate",
            asset=dg.AssetKey(["raw", "orders"]),
            description="It holds.",
            blocking=True,
        ),
    ],
    partitions_def=partitions.DAYS,
    retry_policy=dg.RetryPolicy(
        max_retries=3,
        delay=1.5,
        backoff=dg.Backoff.EXPONENTIAL,
        jitter=dg.Jitter.FULL,
    ),
    pool="warehouse",
    op_tags={"dagster/priority": "3"},
)
def raw__orders(context: dg.AssetExecutionContext):
    yield from steps.run(context, "raw/orders", timeout=60)


@dg.multi_asset(
    name="shop__sales",
    specs=[dg.AssetSpec(dg.AssetKey(["shop", "sales"]))],
    partitions_def=partitions.DYNAMIC,
)
def shop__sales(context: dg.AssetExecutionContext):
    yield from steps.run(context, "shop/sales")


@dg.multi_asset(
    name="swapped",
    specs=[
        dg.AssetSpec(
            "swapped",
            deps=[
                dg.AssetDep(
                    dg.AssetKey(["per", "region"]),
                    partition_mapping=dg.StaticPartitionMapping(
                        {"us": "eu", "eu": "us"},
                    ),
                ),
            ],
        ),
    ],
    partitions_def=partitions.NAMES,
)
def swapped(context: dg.AssetExecutionContext):
    yield from steps.run(context, "swapped")


@assets.step(
    name="cafe_43a17315",
    specs=[dg.AssetSpec(dg.AssetKey(["\u65e5\u672c", "caf\xe9"]), deps=["class"])],
    check_specs=[
        dg.AssetCheckSpec("has-rows", asset=dg.AssetKey(["\u65e5\u672c", "caf\xe9"])),
    ],
)
def cafe_43a17315(context: dg.AssetExecutionContext):
    yield from steps.run(context, "\u65e5\u672c/caf\xe9")
