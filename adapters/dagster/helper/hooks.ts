/** `sluice/hooks.py` of an exported project: tells the hooks of jobs what becomes of their runs. */
export const HOOKS: string = String
  .raw`"""Tells the hooks of jobs what becomes of their runs, as sensors see it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import dagster as dg

from .outputs import text_of

# The job of a run that has hooks
JOB = "sluice/job"
# What sensors may take for a process, in seconds: Dagster gives up after 60
LONGEST = 40.0
STATUSES = {
    dg.DagsterRunStatus.SUCCESS: "success",
    dg.DagsterRunStatus.FAILURE: "failed",
    dg.DagsterRunStatus.CANCELED: "canceled",
}
# Runs a process: the request, its time limit, more of its environment, and what it does
Execute = Callable[
    [Mapping[str, Any], float | None, Mapping[str, str], str],
    tuple[int, Mapping[str, Any]],
]


def tell(
    context: dg.RunStatusSensorContext,
    execute: Execute,
    jobs: Mapping[str, Sequence[str]],
    hook: str,
) -> dg.SkipReason:
    """Calls a hook of the job of a run, where it has one. A hook decides nothing."""
    run = context.dagster_run
    job = run.tags.get(JOB)
    if job is None or hook not in jobs.get(job, ()):
        return dg.SkipReason("No hook listens.")
    request: dict[str, Any] = {
        "version": 1,
        "hook": hook,
        "runId": run.run_id,
        "job": job,
        "tags": {name: value for name, value in run.tags.items() if not _is_own(name)},
    }
    if hook == "onRunEnd":
        request["status"] = STATUSES[run.status]
        request["steps"] = _counts(context.instance, run.run_id)
    code, outcome = execute(request, LONGEST, {}, "hook")
    if code:
        message = (outcome.get("error") or {}).get("message", "")
        context.log.warning("The hook %s was not called: %s %s", hook, code, message)
    return dg.SkipReason(f"The hook {hook} of {job} was told.")


def _is_own(name: str) -> bool:
    return name.startswith(("dagster/", ".dagster/", "sluice/"))


def _counts(instance: dg.DagsterInstance, run_id: str) -> dict[str, int]:
    """How many ops came to which end. One that skips yields nothing, and succeeds."""
    kinds = dg.DagsterEventType
    planned = set()
    made = set()
    ends: dict[str, dg.DagsterEventType] = {}
    for entry in instance.all_logs(run_id):
        event = entry.dagster_event
        if event is None or event.step_key is None:
            continue
        if event.is_asset_materialization_planned:
            planned.add(event.step_key)
        elif event.is_step_materialization:
            made.add((event.step_key, text_of(event.asset_key)))
        elif event.event_type in (
            kinds.STEP_SUCCESS,
            kinds.STEP_FAILURE,
            kinds.STEP_SKIPPED,
        ):
            ends[event.step_key] = event.event_type
    makers = {step for step, _ in made}
    success = [step for step, end in ends.items() if end == kinds.STEP_SUCCESS]
    failed = [step for step, end in ends.items() if end == kinds.STEP_FAILURE]
    skipped = [step for step in success if step in planned and step not in makers]
    total = len(planned.union(ends))
    left = total - len(success) - len(failed)
    return {
        "total": total,
        "success": len(success) - len(skipped),
        "failed": len(failed),
        "skipped": len(skipped) + (0 if failed else left),
        "upstreamFailed": left if failed else 0,
    }
`;
