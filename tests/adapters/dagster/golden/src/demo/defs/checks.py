"""The checks that are steps of their own."""

import dagster as dg

from ..runner import steps
from ..sluice import assets


@dg.asset_check(
    asset=dg.AssetKey(["mart", "daily-revenue.v2"]),
    name="full",
    description="It is full.",
    blocking=True,
)
def mart__daily_revenue_v2_full(context: dg.AssetCheckExecutionContext):
    return steps.check(context, "mart/daily-revenue.v2:full", partitioned=True)


@assets.check(
    spec=dg.AssetCheckSpec("known", asset=dg.AssetKey(["\u65e5\u672c", "caf\xe9"])),
    op_name="cafe_known_d7a22c43",
)
def cafe_known_d7a22c43(context: dg.AssetCheckExecutionContext):
    return steps.check(context, "\u65e5\u672c/caf\xe9:known")
