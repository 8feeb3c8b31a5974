"""Keeps the keys of growing partitions."""

import dagster as dg

from .. import partitions
from ..sluice import ticks


@dg.sensor(
    name="new_cells_3",
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def new_cells_3(context: dg.SensorEvaluationContext):
    return ticks.new_cells(context, partitions.CELLS_3, partitions.CELLS_3_DIMENSIONS)
