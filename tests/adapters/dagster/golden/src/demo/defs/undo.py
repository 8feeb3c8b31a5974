"""What undoes the runs that have failed."""

import dagster as dg

from ..runner import steps
from ..sluice import undo

UNDOS = [undo.Undo("mart/daily-revenue.v2", "mart__daily_revenue_v2")]


@dg.op(name="undo_made")
def undo_made(context: dg.OpExecutionContext) -> None:
    undo.run(context, steps.execute, UNDOS)


@dg.job(
    name="undo_run",
    description="Undoes what the run of the tag sluice/compensates has made.",
)
def undo_run() -> None:
    undo_made()


@dg.run_status_sensor(
    name="undo_failed_runs",
    run_status=dg.DagsterRunStatus.FAILURE,
    request_job=undo_run,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def undo_failed_runs(context: dg.RunStatusSensorContext) -> undo.Asked:
    return undo.request(context, UNDOS, is_canceled=False)


@dg.run_status_sensor(
    name="undo_canceled_runs",
    run_status=dg.DagsterRunStatus.CANCELED,
    request_job=undo_run,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def undo_canceled_runs(context: dg.RunStatusSensorContext) -> undo.Asked:
    return undo.request(context, UNDOS, is_canceled=True)
