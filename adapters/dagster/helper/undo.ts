/** `sluice/undo.py` of an exported project: undoes what a failed run has made, in a run of its own. */
export const UNDO: string = String
  .raw`"""Undoes what a run that has failed has made, in a run of its own.

A sensor looks for runs that have failed, and asks for a run of the job that undoes.
Its one op asks the steps of that run, the latest end first and one after the other.
What could not be undone does not keep the others from it.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg

from .outputs import key_of, text_of
from .steps import DONE, RETRY, SKIPPED

# The run that is undone, of a run that undoes; and when a run is to be undone.
OF, MODE = "sluice/compensates", "sluice/compensate"
KINDS = {
    dg.DagsterEventType.ASSET_MATERIALIZATION,
    dg.DagsterEventType.ASSET_CHECK_EVALUATION,
    dg.DagsterEventType.STEP_FAILURE,
    dg.DagsterEventType.STEP_SUCCESS,
}

# What a sensor asks for
Asked = dg.RunRequest | dg.SkipReason
# Runs a process: the request, its time limit, more of its environment
Execute = Callable[
    [Mapping[str, Any], float | None, Mapping[str, str]], tuple[int, Mapping[str, Any]]
]


@dataclass(frozen=True)
class Undo:
    """A step that can be undone, and how often it is tried."""

    step: str
    op: str
    retries: int = 0
    timeout: float | None = None


def request(
    context: dg.RunStatusSensorContext, undos: Sequence[Undo], *, is_canceled: bool
) -> Asked:
    """Asks for a run that undoes what another one has made."""
    run = context.dagster_run
    mode = run.tags.get(MODE)
    if OF in run.tags:
        return dg.SkipReason("The run undoes another one.")
    if mode == "never" or (is_canceled and mode != "always"):
        return dg.SkipReason("What the run has made is to stay.")
    if run.tags.get("dagster/will_retry") == "true":
        return dg.SkipReason("The run is tried again.")
    if not any(_made(context.instance, run.run_id, undos)):
        return dg.SkipReason("The run has made nothing that can be undone.")
    tags = {name: value for name, value in run.tags.items() if not _is_own(name)}
    return dg.RunRequest(run_key=run.run_id, tags={**tags, OF: run.run_id})


def _is_own(name: str) -> bool:
    return name.startswith(("dagster/", ".dagster/", "sluice/key"))


def run(
    context: dg.OpExecutionContext, execute: Execute, undos: Sequence[Undo]
) -> None:
    """Undoes the run that the tags name. Fails when something could not be undone."""
    run_id = context.run.tags.get(OF)
    if run_id is None:
        raise dg.Failure(f"Say what to undo, by the tag {OF}.", allow_retries=False)
    error = _first_error(context.instance, run_id)
    failed = []
    for undo, made in _made(context.instance, run_id, undos):
        if not _undo(context, execute, undo, run_id, made, error):
            failed.append(undo.step)
    if failed:
        names = ", ".join(failed)
        raise dg.Failure(f"Not undone: {names}", allow_retries=False)


def _undo(
    context: dg.OpExecutionContext,
    execute: Execute,
    undo: Undo,
    run_id: str,
    made: Mapping[str, list[str]],
    error: Mapping[str, Any],
) -> bool:
    """One step with all of its attempts."""
    partitions = sorted({key for keys in made.values() for key in keys})
    request = {
        "version": 1,
        "runId": run_id,
        "step": undo.step,
        "maxRetries": undo.retries,
        "undo": {"error": dict(error)},
        **({"partitions": partitions} if partitions else {}),
    }
    for attempt in range(1, undo.retries + 2):
        code, outcome = execute({**request, "attempt": attempt}, undo.timeout, {})
        if code == SKIPPED:
            context.log.info("%s: %s", undo.step, outcome.get("reason", ""))
            return True
        if code == DONE:
            _tell(context, undo, run_id, outcome)
            return True
        told = outcome.get("error") or {}
        context.log.error("%s is not undone: %s", undo.step, told.get("message"))
        if code != RETRY:
            return False
        if attempt <= undo.retries:
            time.sleep((outcome.get("retryAfterMs") or 0) / 1000)
    return False


def _tell(
    context: dg.OpExecutionContext, undo: Undo, run_id: str, outcome: Mapping[str, Any]
) -> None:
    """Dagster takes no materialization back: what became of it is an observation."""
    context.log.info("%s is undone.", undo.step)
    for output in outcome.get("outputs", []):
        context.log_event(
            dg.AssetObservation(
                asset_key=key_of(output["asset"]),
                partition=output.get("partition"),
                metadata={"sluice/undone": run_id},
            )
        )


def _made(
    instance: dg.DagsterInstance, run_id: str, undos: Sequence[Undo]
) -> Iterator[tuple[Undo, Mapping[str, list[str]]]]:
    """What steps of a run have made, partitions by asset: the latest end first."""
    by_op = {undo.op: undo for undo in undos}
    made: dict[str, dict[str, list[str]]] = {}
    ended: list[str] = []
    blocked: set[str] = set()
    for event in _events(instance, run_id):
        step = (event.step_key or "").split("[")[0]
        if event.is_step_success:
            ended.append(step)
        elif event.is_step_materialization:
            value = event.step_materialization_data.materialization
            keys = made.setdefault(step, {}).setdefault(text_of(value.asset_key), [])
            keys.extend([] if value.partition is None else [value.partition])
        elif event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            check = event.asset_check_evaluation_data
            is_error = check.severity == dg.AssetCheckSeverity.ERROR
            if check.blocking and not check.passed and is_error:
                blocked.add(step)
    for step in reversed(ended):
        if step in by_op and step in made and step not in blocked:
            yield by_op[step], made[step]


def _first_error(instance: dg.DagsterInstance, run_id: str) -> Mapping[str, Any]:
    """What failed first, in the words of its step."""
    for event in _events(instance, run_id):
        if not event.is_step_failure:
            continue
        failure = event.step_failure_data
        told = failure.user_failure_data
        text = (told.description if told else None) or failure.error_display_string
        name, colon, message = text.partition(": ")
        if colon and name.isidentifier():
            return {"name": name, "message": message}
        return {"name": "Error", "message": text}
    return {"name": "Error", "message": "the run has failed"}


def _events(instance: dg.DagsterInstance, run_id: str) -> Iterator[dg.DagsterEvent]:
    for entry in instance.all_logs(run_id, of_type=KINDS):
        if entry.dagster_event is not None:
            yield entry.dagster_event
`;
