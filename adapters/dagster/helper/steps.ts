/** `sluice/steps.py` of an exported project: runs one step in a process, and tells Dagster what became of it. */
export const STEPS: string = String
  .raw`"""Runs a step of Sluice in a process of its own, and tells Dagster what became of it.

The process is given its request on stdin, which stays open: when this process dies, stdin
ends, and the step stops. It answers with one line of JSON on stdout and an exit code:
0 done, 99 skipped, 75 failed and may be tried again, 78 failed for good. While it runs it
reports by Pipes: its log, and what it made and checked. What it writes to stderr goes to
Dagster's compute logs.
"""

import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import dagster as dg

from .outputs import Outputs, check_result, selected_keys, text_of

DONE, SKIPPED, RETRY, FAILED = 0, 99, 75, 78

# How long a step that is told to stop may take, in seconds
GRACE = 10

RANGE_START = "dagster/asset_partition_range_start"
RANGE_END = "dagster/asset_partition_range_end"


class PipesContext:
    """A context for Pipes, without its demand that every output be reported.

    A step that skips reports none.
    """

    def __init__(self, context: Any) -> None:
        self._context = context

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)

    def set_requires_typed_event_stream(self, **_: Any) -> None:
        pass


class PipesReader(dg.PipesTempFileMessageReader):
    """A reader for one process. Dagster warns of its own property of this name."""

    expected_writer_count = 1


class Steps:
    """Starts the steps of one module."""

    def __init__(
        self, *, command: Sequence[str], module: str | None = None, project: Path
    ) -> None:
        self._command = command
        self._module = module
        self._project = project

    def run(
        self,
        context: dg.AssetExecutionContext,
        step: str,
        *,
        timeout: float | None = None,
        dynamic: Sequence[str] = (),
    ) -> Iterator[dg.MaterializeResult]:
        """Makes what is selected of a step. Yields nothing when the step is skipped."""
        op = context.op_execution_context
        request = _request(op, step, dynamic)
        request["codeVersions"] = _code_versions(context)
        if context.assets_def.can_subset:
            request["outputs"] = [text_of(key) for key in selected_keys(context)]
        if op.has_partition_key or op.has_partition_key_range:
            request["partitions"] = list(op.partition_keys)
        code, outcome, reports = self._attempt(context, request, timeout)
        if code == SKIPPED:
            context.log.info("The step was skipped: %s", outcome.get("reason", ""))
            return
        outputs = Outputs(context, outcome, reports)
        if code == DONE or (code == FAILED and outputs.are_blocked):
            yield from outputs.results()
        else:
            outputs.log()
            raise _failure(op, code, outcome)

    def check(
        self,
        context: dg.AssetCheckExecutionContext,
        step: str,
        *,
        timeout: float | None = None,
        dynamic: Sequence[str] = (),
        partitioned: bool = False,
    ) -> dg.AssetCheckResult:
        """Evaluates the check that is a step."""
        op = context.op_execution_context
        request = _request(op, step, dynamic)
        if partitioned:
            request["partitions"] = _partitions_of_run(op.run.tags)
        code, outcome, _ = self._attempt(op, request, timeout)
        verdicts = outcome.get("checks", [])
        if verdicts and code in (DONE, FAILED):
            return check_result(verdicts)
        raise _failure(op, code, outcome)

    def _attempt(
        self, context: Any, request: Mapping[str, Any], timeout: float | None
    ) -> tuple[int, Mapping[str, Any], Sequence[Any]]:
        """One process: its exit code, its outcome, and what it reported by Pipes."""
        with dg.open_pipes_session(
            context=PipesContext(context),
            context_injector=dg.PipesTempFileContextInjector(),
            message_reader=PipesReader(),
        ) as session:
            bootstrap = session.get_bootstrap_env_vars()
            code, outcome = self.execute(request, timeout, bootstrap)
        return code, outcome, session.get_reported_results()

    def execute(
        self,
        request: Mapping[str, Any],
        timeout: float | None,
        bootstrap: Mapping[str, str],
        verb: str = "step",
    ) -> tuple[int, Mapping[str, Any]]:
        """One process: its exit code and its outcome."""
        module = [str(self._project / self._module)] if self._module else []
        argv = [*self._command, verb, *module, "--request", "-", "--watch-stdin"]
        with tempfile.TemporaryFile() as answer:
            process = self._start(argv, answer, {**os.environ, **bootstrap})
            try:
                _send(process, request)
                code = process.wait(None if timeout is None else timeout + GRACE)
            except subprocess.TimeoutExpired:
                _stop(process)
                return RETRY, {"error": {"message": f"it took more than {timeout} s"}}
            except BaseException:
                _stop(process)
                raise
            finally:
                _close(process)
            answer.seek(0)
            return _read(code, answer.read())

    def _start(
        self, argv: Sequence[str], answer: IO[bytes], env: Mapping[str, str]
    ) -> subprocess.Popen:
        try:
            return subprocess.Popen(
                argv,
                stdin=subprocess.PIPE,
                stdout=answer,
                env=env,
                cwd=self._project,
                start_new_session=True,
            )
        except OSError as error:
            raise dg.Failure(
                f"The step could not be started: {error}. Its command is in runner.py, "
                "and must be on the PATH.",
                allow_retries=False,
            ) from error


def _send(process: subprocess.Popen, request: Mapping[str, Any]) -> None:
    assert process.stdin is not None
    try:
        process.stdin.write(json.dumps(request).encode() + b"\n")
        process.stdin.flush()
    except BrokenPipeError:
        pass  # it has ended already, and its exit code says why


def _close(process: subprocess.Popen) -> None:
    assert process.stdin is not None
    try:
        process.stdin.close()
    except BrokenPipeError:
        pass


def _stop(process: subprocess.Popen) -> None:
    """Asks the process group to end, and ends it when it does not."""
    try:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=GRACE)
    except (ProcessLookupError, subprocess.TimeoutExpired):
        pass
    finally:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()


def _read(code: int, text: bytes) -> tuple[int, Mapping[str, Any]]:
    try:
        outcome = json.loads(text)
    except ValueError:
        outcome = None
    if isinstance(outcome, dict):
        return code, outcome
    message = f"the process ended with exit code {code} and without an outcome"
    return code or RETRY, {"error": {"message": message}}


def _request(
    op: dg.OpExecutionContext, step: str, dynamic: Sequence[str]
) -> dict[str, Any]:
    tags = op.run.tags
    request: dict[str, Any] = {
        "version": 1,
        "runId": op.run.run_id,
        "step": step,
        "attempt": op.retry_number + 1,
        "tags": {
            name: value
            for name, value in tags.items()
            if not name.startswith(("dagster/", ".dagster/", "sluice/job"))
        },
    }
    if "sluice/job" in tags:
        request["job"] = tags["sluice/job"]
    policy = op.op_def.retry_policy
    if policy is not None:
        request["maxRetries"] = policy.max_retries
    config = op.op_config or {}
    if "config" in config:
        request["config"] = config["config"]
    if dynamic:
        request["dynamicKeys"] = {
            name: list(op.instance.get_dynamic_partitions(name)) for name in dynamic
        }
    return request


def _code_versions(context: dg.AssetExecutionContext) -> dict[str, str]:
    specs = context.assets_def.specs
    return {text_of(spec.key): spec.code_version for spec in specs if spec.code_version}


def _partitions_of_run(tags: Mapping[str, str]) -> Any:
    """The partitions of a run that are told by its tags alone."""
    if RANGE_START in tags:
        return {"start": tags[RANGE_START], "end": tags[RANGE_END]}
    if "dagster/partition" in tags:
        return [tags["dagster/partition"]]
    raise dg.Failure(
        "The check looks at one partition: run it together with its asset.",
        allow_retries=False,
    )


def _failure(
    op: dg.OpExecutionContext, code: int, outcome: Mapping[str, Any]
) -> Exception:
    """What ends the attempt: a wish for another one, or a failure for good."""
    error = outcome.get("error") or {"message": f"the process ended with code {code}"}
    description = ": ".join(
        text for text in (error.get("name"), error.get("message")) if text
    )
    causes = [f"{each['name']}: {each['message']}" for each in error.get("causes", [])]
    policy = op.op_def.retry_policy
    if code == RETRY and policy is not None and op.retry_number < policy.max_retries:
        wait = outcome.get("retryAfterMs")
        op.log.warning("The step failed and is tried again: %s", description)
        return dg.RetryRequested(
            max_retries=policy.max_retries,
            seconds_to_wait=None if wait is None else wait / 1000,
        )
    return dg.Failure(
        description=description,
        metadata={
            "exit_code": code,
            **({"code": error["code"]} if "code" in error else {}),
            **({"stack": error["stack"]} if "stack" in error else {}),
            **({"causes": causes} if causes else {}),
        },
        allow_retries=code not in (RETRY, FAILED),
    )
`;
