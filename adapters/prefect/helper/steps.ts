/** `sluice_prefect/steps.py`: Steps as tasks. */
export const stepsModule: string = String
  .raw`"""Steps as Prefect tasks: a request goes to a process, and its outcome is a state."""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

from prefect import get_run_logger
from prefect.concurrency.sync import concurrency
from prefect.context import AssetContext, TaskRunContext
from prefect.events import emit_event
from prefect.runtime import flow_run, task_run
from prefect.states import Cancelled, Completed, State

from .process import GRACE_SECONDS, Children, StoppedError, run_process

SCHEME = "sluice://"

DONE = 0
RETRY = 75
FAILED = 78
SKIPPED = 99
# The names of states in which what is downstream was cut off, by how far that reaches.
CIRCUITS = {"all": "ShortCircuit", "direct": "DirectShortCircuit"}

_LEVELS = {"debug": 10, "info": 20, "warn": 30, "error": 40}


class StepError(Exception):
    """A step that failed, and whether trying it again may help."""

    def __init__(
        self, message: str, may_retry: bool, error: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.may_retry = may_retry
        # What the step itself said.
        self.error = error


class Runs:
    """The processes by flow run."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._children: dict[str, Children] = {}

    def open(self, run_id: str) -> Children:
        """The processes of a flow run."""
        with self._lock:
            return self._children.setdefault(run_id, Children())

    def close(self, run_id: str) -> None:
        """Ends the processes of a flow run."""
        with self._lock:
            children = self._children.pop(run_id, None)
        if children is not None:
            children.stop_all()


RUNS = Runs()


def may_retry(task: object, run: object, state: State) -> bool:
    """Whether a failed step is tried again: not one that failed for good."""
    try:
        state.result()
    except StepError as error:
        return error.may_retry
    except Exception:
        return True
    return False


def name_of_run() -> str:
    """The name of a task run: its step and partitions."""
    request = (task_run.parameters or {}).get("request") or {}
    what = "undo " if "undo" in request else ""
    keys = _format_partitions(request.get("partitions"))
    return f"{what}{request.get('step')}{keys}"


def _format_partitions(partitions: Any) -> str:
    if not partitions:
        return ""
    if isinstance(partitions, dict):
        return f" [{partitions['start']}...{partitions['end']}]"
    rest = f" and {len(partitions) - 1} more" if len(partitions) > 1 else ""
    return f" [{partitions[0]}{rest}]"


def run_step(
    request: dict[str, Any],
    *,
    command: list[str],
    pool: str | None = None,
    timeout_seconds: float | None = None,
    metadata: Mapping[str, Mapping[str, Any]] | None = None,
) -> State:
    """Runs a step and gives the state it came to.

    Raises StepError when it failed. A skipped step is Cancelled: it claims nothing,
    and nothing downstream of it runs.
    """
    reason = request.get("skip")
    if reason is not None:
        return Cancelled(name="Skipped", message=reason)
    run_id = str(flow_run.id or "local")
    attempt = task_run.run_count or 1
    logger = get_run_logger()
    children = RUNS.open(run_id)
    own = {name: value for name, value in request.items() if name != "count"}
    line = json.dumps({**own, "runId": run_id, "attempt": attempt})
    slot = concurrency(pool, occupy=1, strict=True) if pool else nullcontext()
    with slot:
        try:
            code, output = run_process(
                children,
                [*command, "--request", "-", "--watch-stdin"],
                line,
                env=os.environ,
                timeout_seconds=_limit(request, timeout_seconds),
                log=lambda text: logger.log(*_leveled(text)),
            )
        except StoppedError as error:
            raise StepError(str(error), False) from error
        except OSError as error:
            raise StepError(f"The step could not be started: {error}", False) from error
    outcome = _read_outcome(output)
    _report_checks(outcome, logger)
    if code == DONE:
        return _completed(outcome, metadata or {})
    if code == SKIPPED:
        name = CIRCUITS.get(outcome.get("circuit", ""), "Skipped")
        return Cancelled(name=name, message=outcome.get("reason") or "skipped")
    if children.stopping.is_set():
        raise StepError("The flow run was stopped.", False)
    if code == FAILED:
        message = _problem(request, outcome, "failed for good")
        raise StepError(message, False, outcome.get("error"))
    _wait_for_retry(outcome, attempt, children)
    what = "ran out of time" if code is None else f"failed with exit code {code}"
    raise StepError(_problem(request, outcome, what), True, outcome.get("error"))


def _limit(request: dict[str, Any], timeout_seconds: float | None) -> float | None:
    """The step keeps its time itself; this is for one that answers no more."""
    if timeout_seconds is None:
        return None
    partitions = request.get("partitions")
    count = len(partitions) if isinstance(partitions, list) else request.get("count", 1)
    return timeout_seconds * count + 2 * GRACE_SECONDS


def _leveled(text: str) -> tuple[int, str, str]:
    word, colon, rest = text.partition(": ")
    level = _LEVELS.get(word) if colon else None
    return (logging.INFO, "%s", text) if level is None else (level, "%s", rest)


def _read_outcome(output: str) -> dict[str, Any]:
    lines = output.strip().splitlines()
    try:
        outcome = json.loads(lines[-1]) if lines else {}
    except ValueError:
        return {}
    return outcome if isinstance(outcome, dict) else {}


def _problem(request: dict[str, Any], outcome: dict[str, Any], what: str) -> str:
    error = outcome.get("error") or {}
    return (
        f"{request['step']} {what}: {error.get('message') or 'no outcome was written'}"
    )


def _wait_for_retry(outcome: dict[str, Any], attempt: int, children: Children) -> None:
    """Waits for what the step asks for beyond the delay that Prefect waits anyway."""
    context = TaskRunContext.get()
    if context is None or attempt > context.task.retries:
        return
    delays = context.task.retry_delay_seconds or 0
    if isinstance(delays, list):
        delays = delays[min(attempt, len(delays)) - 1]
    wish = (outcome.get("retryAfterMs") or 0) / 1000 - delays
    if wish > 0:
        children.stopping.wait(wish)


def _completed(
    outcome: dict[str, Any], metadata: Mapping[str, Mapping[str, Any]]
) -> State:
    """Completed, with what was skipped; only what was made is a materialization."""
    outputs = outcome.get("outputs") or []
    by_asset: dict[str, list[dict[str, Any]]] = {}
    for output in outputs:
        by_asset.setdefault(output["asset"], []).append(output)
    context = AssetContext.get()
    for asset in list(context.downstream_assets) if context else []:
        own = by_asset.get(asset.key.removeprefix(SCHEME), [])
        made = [output for output in own if output["status"] == "made"]
        if made:
            facts = _metadata(made, outcome.get("checks") or [])
            declared = metadata.get(own[0]["asset"])
            asset.add_metadata({**facts, "declared": declared} if declared else facts)
        else:
            context.downstream_assets.discard(asset)
    skipped: dict[str, list[str | None]] = {}
    for output in outputs:
        if output["status"] == "skipped":
            skipped.setdefault(output["asset"], []).append(output.get("partition"))
    named = ("asset", "partition")
    made = [
        {name: output[name] for name in named if name in output}
        for output in outputs
        if output["status"] == "made"
    ]
    return Completed(data={"skipped": skipped, "made": made})


def _metadata(
    outputs: list[dict[str, Any]], checks: list[dict[str, Any]]
) -> dict[str, Any]:
    """The facts of one asset; those of several partitions by partition."""
    facts = [_facts(output, checks) for output in outputs]
    if len(facts) == 1:
        return facts[0]
    partitions = [fact.pop("partition", None) for fact in facts]
    return {
        "partitions": partitions,
        "byPartition": {str(key): fact for key, fact in zip(partitions, facts)},
    }


def _facts(output: dict[str, Any], checks: list[dict[str, Any]]) -> dict[str, Any]:
    names = ("partition", "dataVersion", "codeVersion", "metadata")
    facts = {name: output[name] for name in names if name in output}
    own = {
        check["check"]: check["passed"]
        for check in checks
        if check["asset"] == output["asset"]
        and check.get("partition") == output.get("partition")
    }
    return {**facts, "checks": own} if own else facts


def _report_checks(outcome: dict[str, Any], logger: Any) -> None:
    """Every result of a check is an event of its asset, and a line in the log."""
    for check in outcome.get("checks") or []:
        verdict = "passed" if check["passed"] else "failed"
        is_error = not check["passed"] and check["severity"] == "error"
        level = logging.ERROR if is_error else logging.INFO
        if not check["passed"] and not is_error:
            level = logging.WARNING
        partition = check.get("partition")
        where = f" [{partition}]" if partition is not None else ""
        logger.log(
            level, "Check %s of %s%s %s", check["check"], check["asset"], where, verdict
        )
        emit_event(
            event=f"sluice.check.{verdict}",
            resource={
                "prefect.resource.id": SCHEME + check["asset"],
                "sluice.check": check["check"],
                "sluice.severity": check["severity"],
            },
            payload=check,
        )
`;
