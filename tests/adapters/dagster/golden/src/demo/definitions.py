"""The definitions of this project: all that lies in its folder defs."""

import dagster as dg

from .defs import assets, checks, schedules, sensors, undo

defs = dg.Definitions(
    assets=dg.load_assets_from_modules([assets], include_specs=True),
    asset_checks=dg.load_asset_checks_from_modules([checks]),
    jobs=[
        schedules.a_b_job,
        schedules.mixed_job,
        schedules.mixed_part_2_job,
        schedules.raw_job,
        schedules.refresh_job,
        undo.undo_run,
    ],
    schedules=[
        schedules.grown_schedule,
        schedules.in_the_gap_schedule,
        schedules.nightly_schedule,
        schedules.regions_schedule,
        schedules.twice_schedule,
        schedules.windows_schedule,
    ],
    sensors=[
        sensors.automation_conditions,
        sensors.new_cells_3,
        undo.undo_failed_runs,
        undo.undo_canceled_runs,
    ],
)
