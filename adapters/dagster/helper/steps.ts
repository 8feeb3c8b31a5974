/** `sluice/steps.py` of an exported project: runs one step in a process, and tells Dagster what became of it. */
export const STEPS: string = String
  .raw`"""Runs a step of Sluice in a process of its own, and tells Dagster what became of it.

The process is given its request on stdin, which stays open: when this process dies, stdin
ends, and the step stops. It answers with one line of JSON on stdout and an exit code:
0 done, 99 skipped, 75 failed and may be tried again, 78 failed for good. What it writes
to stderr goes to Dagster's compute logs.
"""

import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg

DONE, SKIPPED, RETRY, FAILED = 0, 99, 75, 78

# How long a step that is told to stop may take, in seconds
GRACE = 10

RANGE_START = "dagster/asset_partition_range_start"
RANGE_END = "dagster/asset_partition_range_end"


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
            request["outputs"] = [_text(key) for key in _selected(context)]
        if op.has_partition_key or op.has_partition_key_range:
            request["partitions"] = list(op.partition_keys)
        code, outcome = self._attempt(request, timeout)
        if code == SKIPPED:
            context.log.info("The step was skipped: %s", outcome.get("reason", ""))
            return
        outputs = _Outputs(context, request, outcome)
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
        code, outcome = self._attempt(request, timeout)
        verdicts = outcome.get("checks", [])
        if verdicts and code in (DONE, FAILED):
            return _check_result(verdicts)
        raise _failure(op, code, outcome)

    def _attempt(
        self, request: Mapping[str, Any], timeout: float | None
    ) -> tuple[int, Mapping[str, Any]]:
        """One process: its exit code, and the outcome that it wrote."""
        module = [str(self._project / self._module)] if self._module else []
        argv = [*self._command, "step", *module, "--request", "-", "--watch-stdin"]
        with tempfile.TemporaryFile() as answer:
            process = subprocess.Popen(
                argv,
                stdin=subprocess.PIPE,
                stdout=answer,
                cwd=self._project,
                start_new_session=True,
            )
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
            if not name.startswith(("dagster/", ".dagster/"))
        },
    }
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
    return {_text(spec.key): spec.code_version for spec in specs if spec.code_version}


def _selected(context: dg.AssetExecutionContext) -> list[dg.AssetKey]:
    selected = context.selected_asset_keys
    return [spec.key for spec in context.assets_def.specs if spec.key in selected]


def _partitions_of_run(tags: Mapping[str, str]) -> Any:
    """The partitions of a run that are told by its tags alone."""
    if RANGE_START in tags:
        return {"from": tags[RANGE_START], "to": tags[RANGE_END]}
    if "dagster/partition" in tags:
        return [tags["dagster/partition"]]
    raise dg.Failure(
        "The check looks at one partition: run it together with its asset.",
        allow_retries=False,
    )


class _Outputs:
    """What an outcome says of the assets of a step."""

    def __init__(
        self,
        context: dg.AssetExecutionContext,
        request: Mapping[str, Any],
        outcome: Mapping[str, Any],
    ) -> None:
        self._context = context
        self._partitions = request.get("partitions")
        self._checks = outcome.get("checks", [])
        self._made: dict[dg.AssetKey, list[Mapping[str, Any]]] = {}
        self._skipped: set[dg.AssetKey] = set()
        for output in outcome.get("outputs", []):
            key = _key(output["asset"])
            if output["status"] == "skipped":
                self._skipped.add(key)
            else:
                self._made.setdefault(key, []).append(output)

    @property
    def are_blocked(self) -> bool:
        """Whether everything was made, and a check then failed the step."""
        return not self._missing() and any(
            check["blocking"] and not check["passed"] and check["severity"] == "error"
            for check in self._checks
        )

    def results(self) -> Iterator[dg.MaterializeResult]:
        """What was made, upstream first. Nothing may be missing."""
        missing = self._missing()
        if missing:
            names = ", ".join(_text(key) for key in missing)
            raise dg.Failure(f"the step did not make {names}", allow_retries=False)
        for key in _selected(self._context):
            made = self._made.get(key, [])
            if key in self._skipped:
                self._log(key, made)
            else:
                yield self._result(key, made)

    def log(self) -> None:
        """Records what a failed step made all the same."""
        for key, made in self._made.items():
            self._log(key, made)

    def _missing(self) -> list[dg.AssetKey]:
        return [
            key
            for key in _selected(self._context)
            if key not in self._made and key not in self._skipped
        ]

    def _log(self, key: dg.AssetKey, made: Sequence[Mapping[str, Any]]) -> None:
        """Records partitions one by one, since the asset as a whole was not made."""
        for output in made:
            tags = {"dagster/data_version": output.get("dataVersion", "")}
            self._context.log_event(
                dg.AssetMaterialization(
                    asset_key=key,
                    partition=output.get("partition"),
                    metadata=output.get("metadata"),
                    tags=tags if tags["dagster/data_version"] else None,
                )
            )

    def _result(
        self, key: dg.AssetKey, made: Sequence[Mapping[str, Any]]
    ) -> dg.MaterializeResult:
        versions = {output.get("dataVersion") for output in made}
        version = versions.pop() if len(versions) == 1 else None
        if len(made) > 1:
            for output in made:
                self._annotate(key, output, has_version=version is None)
        return dg.MaterializeResult(
            asset_key=key,
            metadata=made[0].get("metadata") if len(made) == 1 else None,
            data_version=dg.DataVersion(version) if version else None,
            check_results=self._check_results(key),
        )

    def _annotate(
        self, key: dg.AssetKey, output: Mapping[str, Any], *, has_version: bool
    ) -> None:
        """Tells what is known of one partition of several; Dagster has one version."""
        metadata = dict(output.get("metadata", {}))
        if has_version and "dataVersion" in output:
            metadata["sluice/data_version"] = output["dataVersion"]
        if metadata:
            self._context.add_asset_metadata(
                metadata=metadata, asset_key=key, partition_key=output["partition"]
            )

    def _check_results(self, key: dg.AssetKey) -> list[dg.AssetCheckResult]:
        verdicts: dict[str, list[Mapping[str, Any]]] = {}
        for check in self._checks:
            if _key(check["asset"]) == key:
                verdicts.setdefault(check["check"], []).append(check)
        return [_check_result(each) for each in verdicts.values()]


def _check_result(verdicts: Sequence[Mapping[str, Any]]) -> dg.AssetCheckResult:
    """One result; of several partitions it is the worst."""
    failed = [each for each in verdicts if not each["passed"]]
    errors = [each for each in failed if each["severity"] == "error"]
    worst = (errors or failed or verdicts)[0]
    metadata = dict(worst.get("metadata", {}))
    if len(verdicts) > 1 and failed:
        metadata["sluice/failed_partitions"] = [each["partition"] for each in failed]
    severity = dg.AssetCheckSeverity
    return dg.AssetCheckResult(
        asset_key=_key(worst["asset"]),
        check_name=worst["check"],
        passed=not failed,
        severity=severity.WARN if worst["severity"] == "warn" else severity.ERROR,
        description=worst.get("description"),
        metadata=metadata,
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


def _key(text: str) -> dg.AssetKey:
    return dg.AssetKey(text.split("/"))


def _text(key: dg.AssetKey) -> str:
    return "/".join(key.path)
`;
