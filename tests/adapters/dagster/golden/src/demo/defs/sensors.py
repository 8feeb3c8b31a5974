"""The sensors."""

import dagster as dg

from .. import partitions
from ..sluice import ticks

automation_conditions = dg.AutomationConditionSensorDefinition(
    "automation_conditions",
    target=dg.AssetSelection.all(),
    default_status=dg.DefaultSensorStatus.RUNNING,
)


@dg.sensor(
    name="new_cells_3",
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def new_cells_3(context: dg.SensorEvaluationContext):
    return ticks.new_cells(context, partitions.CELLS_3, partitions.CELLS_3_DIMENSIONS)
