"""The flows of this project."""

from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.assets import Asset, AssetProperties, materialize
from prefect.cache_policies import NO_CACHE
from prefect.states import State
from prefect.task_runners import ThreadPoolTaskRunner

from sluice_prefect import (
    ByDimension,
    Cells,
    Dynamic,
    Last,
    Names,
    Overlap,
    Project,
    Read,
    Same,
    Step,
    Table,
    These,
    Tick,
    When,
    Windows,
    make_when_due,
    may_retry,
    name_of_run,
    require_fresh,
    run_step,
)

HERE = Path(__file__).resolve().parent
COMMAND = ["sluice", "step", str(HERE / "../shop.ts")]
WORKERS = 4
PROJECT = Project(workers=WORKERS, pools={"shop_warehouse_main_49f78612": 2})
DAYS_1A238B1C = Windows(
    cron="0 0 * * *",
    timezone="America/New_York",
    start="2026-01-01T05:00Z",
    key_format="%Y-%m-%d",
    excluding=("0 0 * * 0",),
    excluding_starts=("2026-12-25T05:00Z",),
)
NAMES_1F1C7CFE = Names(("eu", "us"))
CELLS_6D5BAC62 = Cells(dimensions=(("day", DAYS_1A238B1C), ("region", NAMES_1F1C7CFE)))
HOURS_17426F76 = Windows(
    cron="0 * * * *",
    timezone="America/New_York",
    start="2026-01-01T05:00Z",
    key_format="%Y-%m-%d-%H:%M",
    end="2027-01-01T05:00Z",
)
MONTHS_9761E983 = Windows(
    cron="0 0 1 * *",
    timezone="America/New_York",
    start="2026-01-01T05:00Z",
    key_format="%Y-%m",
    end_offset=1,
)
NAMES_28246FA4 = Names(("eu", "us", 'it\'s "x"'))
DYNAMIC_68D2DCA8 = Dynamic("shops", variable="sluice_keys_26c7f9e9")


@materialize(
    Asset(key="sluice://hourly"),
    name="hourly",
    cache_policy=NO_CACHE,
    task_run_name=name_of_run,
    retries=60,
    retry_delay_seconds=0.1,
    retry_condition_fn=may_retry,
)
def hourly_2b2a51df(request: dict[str, Any]) -> State:
    return run_step(request, command=COMMAND)


PROJECT.add(Step("hourly", hourly_2b2a51df, partitions=HOURS_17426F76))


@materialize(
    Asset(key="sluice://per/region"),
    name="per/region",
    cache_policy=NO_CACHE,
    task_run_name=name_of_run,
)
def per_region_96c794e4(request: dict[str, Any]) -> State:
    return run_step(request, command=COMMAND)


PROJECT.add(Step("per/region", per_region_96c794e4, partitions=NAMES_28246FA4))


@materialize(
    Asset(
        key="sluice://raw/orders",
        properties=AssetProperties(
            name="raw/orders",
            description="Orders \xfcber {{ ds }} '''",
            owners=["ann@example.org", "team:sales"],
        ),
    ),
    name="raw/orders",
    description="Orders \xfcber {{ ds }} '''",
    tags=["group=raw", "kind=csv", "tier=gold"],
    version="1",
    asset_deps=["sluice://source/api"],
    cache_policy=NO_CACHE,
    task_run_name=name_of_run,
    retries=3,
    retry_delay_seconds=[0, 3, 9],
    retry_condition_fn=may_retry,
)
def raw_orders_2459fca4(request: dict[str, Any]) -> State:
    return run_step(
        request,
        command=COMMAND,
        pool="shop_warehouse_main_49f78612",
        timeout_seconds=60,
        metadata={"raw/orders": {"rows": 3, "nested": {"list": [1, None, True]}}},
    )


PROJECT.add(
    Step(
        "raw/orders",
        raw_orders_2459fca4,
        partitions=DAYS_1A238B1C,
        code_versions={"raw/orders": "1"},
        pool="shop_warehouse_main_49f78612",
        priority=3,
    ),
)


@materialize(
    Asset(key="sluice://shop/sales"),
    name="shop/sales",
    cache_policy=NO_CACHE,
    task_run_name=name_of_run,
)
def shop_sales_cdf5d75a(request: dict[str, Any]) -> State:
    return run_step(request, command=COMMAND)


PROJECT.add(Step("shop/sales", shop_sales_cdf5d75a, partitions=DYNAMIC_68D2DCA8))


@materialize(
    Asset(key="sluice://merged"),
    name="merged",
    asset_deps=["sluice://per/region"],
    cache_policy=NO_CACHE,
    task_run_name=name_of_run,
)
def merged_3f8f09c8(request: dict[str, Any]) -> State:
    return run_step(request, command=COMMAND)


PROJECT.add(
    Step(
        "merged",
        merged_3f8f09c8,
        reads=(
            Read("per/region", "per/region", These(("eu", "us"))),
            Read(
                "per/region",
                "per/region",
                Table({"eu": ("eu",), "us": ("eu", "us")}),
            ),
            Read(
                "per/region",
                "per/region",
                Table({"eu": ("us",), "us": ("eu",), 'it\'s "x"': ("eu",)}),
            ),
        ),
        partitions=NAMES_28246FA4,
    ),
)


@materialize(
    Asset(key="sluice://mart/clean"),
    name="mart/clean",
    asset_deps=["sluice://raw/orders"],
    cache_policy=NO_CACHE,
    task_run_name=name_of_run,
)
def mart_clean_c2139691(request: dict[str, Any]) -> State:
    return run_step(request, command=COMMAND)


@task(name="undo mart/clean", cache_policy=NO_CACHE, task_run_name=name_of_run)
def undo_mart_clean_3734d374(request: dict[str, Any]) -> State:
    return run_step(request, command=COMMAND)


PROJECT.add(
    Step(
        "mart/clean",
        mart_clean_c2139691,
        reads=(Read("raw/orders", "raw/orders", Overlap()),),
        partitions=DAYS_1A238B1C,
        partitions_per_task=None,
        sequential=True,
        undo=undo_mart_clean_3734d374,
    ),
)


@task(
    name="mart/clean:full",
    description="It is full.",
    cache_policy=NO_CACHE,
    task_run_name=name_of_run,
)
def mart_clean_full_51dc7ce3(request: dict[str, Any]) -> State:
    return run_step(request, command=COMMAND)


PROJECT.add(
    Step(
        "mart/clean:full",
        mart_clean_full_51dc7ce3,
        reads=(Read("mart/clean", "mart/clean", Same()),),
        partitions=DAYS_1A238B1C,
    ),
)


@materialize(
    Asset(key="sluice://pair/left"),
    Asset(
        key="sluice://pair/right",
        properties=AssetProperties(
            name="pair/right",
            description="xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        ),
    ),
    name="pair",
    version='{"pair/left":"l1"}',
    asset_deps=["sluice://shop/sales"],
    cache_policy=NO_CACHE,
    task_run_name=name_of_run,
)
def pair_47d8bd46(request: dict[str, Any]) -> State:
    return run_step(request, command=COMMAND, metadata={"pair/left": {"side": "left"}})


PROJECT.add(
    Step(
        "pair",
        pair_47d8bd46,
        reads=(Read("shop/sales", "shop/sales"),),
        code_versions={"pair/left": "l1"},
    ),
)


@materialize(
    Asset(key="sluice://cells"),
    name="cells",
    asset_deps=["sluice://mart/clean"],
    cache_policy=NO_CACHE,
    task_run_name=name_of_run,
)
def cells_57104c57(request: dict[str, Any]) -> State:
    return run_step(request, command=COMMAND)


PROJECT.add(
    Step(
        "cells",
        cells_57104c57,
        reads=(
            Read("mart/clean", "mart/clean", ByDimension((("", "day", Overlap()),))),
            Read("mart/clean:full", None, ByDimension((("", "day", Overlap()),))),
        ),
        partitions=CELLS_6D5BAC62,
    ),
)


@materialize(
    Asset(key="sluice://mart/month"),
    name="mart/month",
    asset_deps=["sluice://mart/clean"],
    cache_policy=NO_CACHE,
    task_run_name=name_of_run,
)
def mart_month_26f74968(request: dict[str, Any]) -> State:
    return run_step(request, command=COMMAND)


PROJECT.add(
    Step(
        "mart/month",
        mart_month_26f74968,
        reads=(
            Read("mart/clean", "mart/clean", Overlap()),
            Read("mart/clean:full", None, Overlap()),
        ),
        partitions=MONTHS_9761E983,
    ),
)


@materialize(
    Asset(key="sluice://mart/week"),
    name="mart/week",
    asset_deps=["sluice://mart/clean"],
    cache_policy=NO_CACHE,
    task_run_name=name_of_run,
)
def mart_week_0297b928(request: dict[str, Any]) -> State:
    return run_step(request, command=COMMAND)


PROJECT.add(
    Step(
        "mart/week",
        mart_week_0297b928,
        reads=(
            Read("mart/clean", "mart/clean", Overlap(start_offset=-6)),
            Read("mart/clean:full", None, Overlap(start_offset=-6)),
        ),
        partitions=DAYS_1A238B1C,
        partitions_per_task=7,
    ),
)


@materialize(
    Asset(key="sluice://cells/next"),
    name="cells/next",
    asset_deps=["sluice://cells"],
    cache_policy=NO_CACHE,
    task_run_name=name_of_run,
)
def cells_next_cbe041eb(request: dict[str, Any]) -> State:
    return run_step(request, command=COMMAND)


PROJECT.add(
    Step(
        "cells/next",
        cells_next_cbe041eb,
        reads=(
            Read(
                "cells",
                "cells",
                ByDimension((("day", "day", Overlap(start_offset=-1, end_offset=-1)),)),
            ),
        ),
        partitions=CELLS_6D5BAC62,
    ),
)


@materialize(
    Asset(key="sluice://class"),
    name="class",
    asset_deps=["sluice://mart/month"],
    cache_policy=NO_CACHE,
    task_run_name=name_of_run,
)
def class_0889113e(request: dict[str, Any]) -> State:
    return run_step(request, command=COMMAND)


PROJECT.add(
    Step("class", class_0889113e, reads=(Read("mart/month", "mart/month", Last()),)),
)


@task(name="class:known", cache_policy=NO_CACHE, task_run_name=name_of_run)
def class_known_35ea3224(request: dict[str, Any]) -> State:
    return run_step(request, command=COMMAND)


PROJECT.add(Step("class:known", class_known_35ea3224, reads=(Read("class", "class"),)))


@flow(
    name="shop.all",
    description="Runs every step.",
    version="e3057a1a",
    task_runner=ThreadPoolTaskRunner(max_workers=WORKERS),
)
def run_all(
    partition: str | list[str] | None = None,
    steps: list[str] | None = None,
    config: dict[str, Any] | None = None,
    partitions_per_task: int | None = None,
) -> State:
    return PROJECT.run(
        steps,
        partition=partition,
        config=config,
        partitions_per_task=partitions_per_task,
    )


@flow(
    name="shop.backfill",
    description="Makes partitions, from the first to the last or those given, upstream first.",
    version="e3057a1a",
    task_runner=ThreadPoolTaskRunner(max_workers=WORKERS),
)
def backfill(
    first: str | None = None,
    last: str | None = None,
    partitions: list[str] | None = None,
    steps: list[str] | None = None,
    config: dict[str, Any] | None = None,
    partitions_per_task: int | None = None,
) -> State:
    return PROJECT.backfill(
        first,
        last,
        partitions,
        steps=steps,
        config=config,
        partitions_per_task=partitions_per_task,
    )


@flow(
    name="shop.job.left-only",
    version="5ef862ab",
    task_runner=ThreadPoolTaskRunner(max_workers=WORKERS),
)
def job_left_only_ea9b62b4(
    config: dict[str, Any] | None = None,
) -> State:
    return PROJECT.run(
        ["pair"],
        config=config,
        outputs={"pair": ["pair/left"]},
        undoes=False,
    )


@flow(
    name="shop.job.refresh",
    description="Both.",
    version="6de04aa1",
    task_runner=ThreadPoolTaskRunner(max_workers=WORKERS),
)
def job_refresh_c84ea9d3(
    partition: str | list[str] | None = None,
    config: dict[str, Any] | None = None,
    partitions_per_task: int | None = None,
) -> State:
    return PROJECT.run(
        ["raw/orders", "mart/clean", "mart/clean:full"],
        partition=partition,
        defaults={"mart/clean": {"limit": 5, "token": {"$secret": "TOKEN"}}},
        config=config,
        tags={"team": "sales"},
        partitions_per_task=partitions_per_task,
    )


@flow(
    name="shop.schedule.nightly",
    version="6de04aa1",
    task_runner=ThreadPoolTaskRunner(max_workers=WORKERS),
)
def schedule_nightly_ba0f4544(
    partition: str | list[str] | None = None,
    config: dict[str, Any] | None = None,
    partitions_per_task: int | None = None,
) -> State:
    return PROJECT.run(
        ["raw/orders", "mart/clean", "mart/clean:full"],
        partition=partition,
        tick=Tick(("30 2 * * *",), "America/New_York"),
        defaults={"mart/clean": {"limit": 6}},
        config=config,
        tags={"team": "sales"},
        partitions_per_task=partitions_per_task,
    )


@flow(
    name="shop.schedule.off",
    description="Off at first.",
    version="8030aeef",
    task_runner=ThreadPoolTaskRunner(max_workers=WORKERS),
)
def schedule_off_a94eb52c(
    partition: str | list[str] | None = None,
    config: dict[str, Any] | None = None,
    partitions_per_task: int | None = None,
) -> State:
    return PROJECT.run(
        ["per/region"],
        partition=partition,
        tick=Tick(("0 6 * * 1", "0 0 * * *"), "UTC", partitions="all"),
        config=config,
        tags={"a": "b"},
        partitions_per_task=partitions_per_task,
    )


@flow(
    name="shop.schedule.windows",
    version="b265dfbd",
    task_runner=ThreadPoolTaskRunner(max_workers=WORKERS),
)
def schedule_windows_063a65c8(
    partition: str | list[str] | None = None,
    config: dict[str, Any] | None = None,
    partitions_per_task: int | None = None,
) -> State:
    return PROJECT.run(
        ["hourly"],
        partition=partition,
        tick=Tick(
            ("0 * * * *",),
            "America/New_York",
            catch_up=True,
            ends_of=HOURS_17426F76,
        ),
        config=config,
        partitions_per_task=partitions_per_task,
    )


@flow(
    name="shop.automation.mart_clean_c2139691",
    description="Makes an asset when it is due.",
    version="fd78f224",
    task_runner=ThreadPoolTaskRunner(max_workers=WORKERS),
)
def automation_mart_clean_c2139691_293f7d13(
    config: dict[str, Any] | None = None,
) -> State:
    return make_when_due(
        PROJECT,
        ["mart/clean", "mart/clean:full"],
        When("eager", "mart/clean", upstream=("raw/orders",)),
        config=config,
    )


@flow(
    name="shop.freshness.raw_orders_2459fca4",
    description="Fails when an asset was not made in time.",
    version="643d5437",
    task_runner=ThreadPoolTaskRunner(max_workers=WORKERS),
)
def freshness_raw_orders_2459fca4_ad0fbda1() -> State:
    return require_fresh("raw/orders", 86400)
