"""The Dagster side: a daily asset whose body is orders.ts, on Bun unless RUNTIME says otherwise."""

import os
import shlex
from pathlib import Path

import dagster as dg

SCRIPT = Path(__file__).with_name("orders.ts")
RUNTIME = shlex.split(os.environ.get("RUNTIME", "bun"))


@dg.asset(
    partitions_def=dg.DailyPartitionsDefinition("2026-01-01"),
    check_specs=[dg.AssetCheckSpec("has_orders", asset="orders")],
)
def orders(context: dg.AssetExecutionContext, pipes: dg.PipesSubprocessClient):
    return pipes.run(
        context=context,
        command=[*RUNTIME, str(SCRIPT)],
        extras={"limit": 4},
    ).get_results()


defs = dg.Definitions(assets=[orders], resources={"pipes": dg.PipesSubprocessClient()})
