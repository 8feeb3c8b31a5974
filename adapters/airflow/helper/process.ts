/** The Python module that runs steps in processes. Machinery only: nothing of a user's is in it. */

import { PARTITION_CLASSES } from "./partitions.ts";
import { UNDO_CLASSES } from "./undo.ts";

/** The module. */
export const PROCESS_HELPER: string = String
  .raw`"""Runs steps of Sluice as tasks of Airflow: machinery only, alike in all exports."""

from __future__ import annotations

import contextvars
import itertools
import json
import os
import signal
import subprocess
import threading
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import airflow.sdk
from airflow.sdk import BaseOperator

try:
    from airflow.sdk.exceptions import (
        AirflowException,
        AirflowFailException,
        AirflowSkipException,
        DownstreamTasksSkipped,
    )
except ImportError:  # Airflow 3.1
    from airflow.exceptions import (
        AirflowException,
        AirflowFailException,
        AirflowSkipException,
        DownstreamTasksSkipped,
    )

DONE, FAILED_FOR_GOOD, SKIPPED = 0, 78, 99
FOLDER = Path(__file__).resolve().parent.parent
GRACE = 4.0  # Airflow kills the worker 5 seconds after it was told to stop.
MOST_FACTS = 20  # Each partition has an event, and each event would hold them all.
RetryPolicy = getattr(airflow.sdk, "RetryPolicy", object)


class StepFailed(AirflowException):
    """A step that may be tried again, after so many milliseconds if it said so."""

    def __init__(self, message, retry_after_ms=None):
        super().__init__(message)
        self.retry_after_ms = retry_after_ms


class StepRetry(RetryPolicy):
    """Waits as long as the step's own policy says. Airflow 3.3 and later ask it."""

    def evaluate(self, exception, try_number, max_tries, context=None):
        wait = getattr(exception, "retry_after_ms", None)
        if wait is None:
            return airflow.sdk.RetryDecision.default()
        return airflow.sdk.RetryDecision.retry(delay=timedelta(milliseconds=wait))


${PARTITION_CLASSES}


def wait_for(task, others):
    """What "task << others" does, without hashing all tasks of the Dag each time."""
    for other in others:
        task.upstream_task_ids.add(other.task_id)
        other.downstream_task_ids.add(task.task_id)


class StepTask(BaseOperator):
    """What tasks of steps have in common, wherever these run."""

    template_fields = ()

    def __init__(
        self,
        *,
        command,
        step=None,
        module=None,
        outputs=None,
        partition=None,
        takes_config=False,
        run_tags=None,
        leaves_out=False,
        undoes=None,
        hook=None,
        job=None,
        env=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.step = step
        verb = "step" if hook is None else "hook"
        self.argv = [*command, verb, *([] if module is None else [module])]
        self.outputs = outputs
        self.partition = partition
        self.takes_config = takes_config
        self.run_tags = run_tags
        self.leaves_out = leaves_out
        self.undoes = undoes
        self.hook = hook
        self.job = job
        self.env = env or {}

    def pre_execute(self, context):
        self.undo = None if self.undoes is None else undo_of(self, context)
        self.partitions = self.find_partitions(context)
        many = isinstance(self.partitions, dict) or len(self.partitions or ()) > 1
        if many:  # The limit is that of one partition; the step holds each to it.
            self.execution_timeout = None

    def find_partitions(self, context):
        if self.undo is not None:
            return partitions_of(self.undo["made"])
        if self.partition is None:
            return None
        asked = context["params"].get("partitions")
        if asked is None:
            return self.partition.keys(context["dag_run"])
        return [asked] if isinstance(asked, str) else asked

    def request(self, context):
        """What the step is asked for. Empty parts are left out."""
        if self.hook is not None:
            return hook_request(self, context)
        config = context["params"].get(f"config.{self.step}")
        parts = {
            "version": 1,
            "runId": context["ti"].run_id,
            "step": self.step,
            "attempt": context["ti"].try_number,
            "outputs": self.outputs,
            "partitions": self.partitions,
            "dynamicKeys": context["params"].get("dynamicKeys"),
            "config": config if self.takes_config else None,
            "tags": self.run_tags,
            "job": self.job,
            "undo": self.undo,
        }
        return {name: part for name, part in parts.items() if part is not None}

    def conclude(self, context, code, outcome):
        """Ends the task as the step has ended. A hook decides nothing."""
        if self.hook is not None:
            if code != DONE:
                self.log.warning("The hook was not called: exit code %s", code)
            return None
        for check in outcome.get("checks", ()):
            self.log_check(check)
        if code == DONE and outcome.get("status") == "success":
            self.announce(context, outcome)
            return {name: outcome[name] for name in ("outputs", "checks", "durationMs")}
        if code == SKIPPED and "circuit" in outcome:
            return self.cut_off(outcome)
        if code == SKIPPED:
            raise AirflowSkipException(outcome.get("reason") or "The step skipped.")
        error = outcome.get("error") or {}
        message = f"{error.get('name', 'Exit')}: {error.get('message', code)}"
        if self.undoes is None and not self.is_left_out(context, error):
            tell_failure(context, error)
        if self.is_left_out(context, error):
            raise AirflowSkipException(message)
        if code == FAILED_FOR_GOOD:
            raise AirflowFailException(message)
        raise StepFailed(message, outcome.get("retryAfterMs"))

    def cut_off(self, outcome):
        """What ShortCircuitOperator does: skips what is downstream, and succeeds."""
        self.outlets = []
        direct = outcome["circuit"] == "direct"
        find = self.get_direct_relatives if direct else self.get_flat_relatives
        below = sorted(task.task_id for task in find(upstream=False) if is_step(task))
        self.log.info("Skipping what is downstream: %s", outcome.get("reason"))
        if below:
            raise DownstreamTasksSkipped(tasks=below)

    def log_check(self, check):
        verdict = "passed" if check.get("passed") else "failed"
        level = self.log.info if check.get("passed") else self.log.warning
        level("The check %s of %s %s.", check.get("check"), check.get("asset"), verdict)

    def is_left_out(self, context, error):
        """Whether Airflow's clock asked for a window that the definition leaves out."""
        by_clock = run_type(context["dag_run"]) in ("scheduled", "backfill")
        return self.leaves_out and by_clock and error.get("code") == "PARTITION_UNKNOWN"

    def announce(self, context, outcome):
        """An event for what was made, for each partition, and for nothing else."""
        made = {}
        for output in outcome["outputs"]:
            if output["status"] == "made":
                made.setdefault(output["asset"], []).append(output)
        self.outlets = [outlet for outlet in self.outlets if outlet.name in made]
        for outlet in self.outlets:
            event = context["outlet_events"][outlet]
            outputs = made[outlet.name]
            event.extra.update(facts(outputs, outcome["checks"]))
            keys = [output["partition"] for output in outputs if "partition" in output]
            if keys and hasattr(event, "add_partitions"):
                event.add_partitions(keys)


${UNDO_CLASSES}


class SluiceStep(StepTask):
    """One step, run by the command "sluice step" in a process of its own."""

    def __init__(self, *, cwd=None, **kwargs):
        super().__init__(**kwargs)
        self.cwd = cwd
        self.process = None

    def execute(self, context):
        return self.conclude(context, *self.run_process(self.request(context)))

    def on_kill(self):
        # Called while execute still waits for the process: never wait here.
        if self.process is not None and self.process.poll() is None:
            self.stop(self.process)

    def run_process(self, request):
        process = self.process = subprocess.Popen(
            [*self.argv, "--request", "-", "--watch-stdin"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            cwd=self.cwd or FOLDER,
            env={**os.environ, **self.env},
        )
        context = contextvars.copy_context()
        lines = (self.log_lines, process.stderr)
        logger = threading.Thread(target=context.run, args=lines)
        logger.daemon = True
        logger.start()
        last = b""
        try:
            # The pipe stays open: its end tells the step that this task is dead.
            self.tell(process.stdin, json.dumps(request))
            for line in process.stdout:
                last = line if line.strip() else last
            code = process.wait()
        except BaseException:  # Also AirflowTaskTimeout, which is no Exception.
            self.stop(process)
            process.wait()
            raise
        logger.join(timeout=GRACE)
        return code, read_outcome(last)

    def tell(self, stdin, request):
        try:
            stdin.write(request.encode() + b"\n")
            stdin.flush()
        except BrokenPipeError:  # It ended before it read; its exit code says why.
            pass

    def log_lines(self, stream):
        for line in stream:
            self.log.info("%s", line.decode(errors="replace").rstrip())

    def stop(self, process):
        """Ends the process and all that it started, the deaf ones a little later."""
        signal_group(process, signal.SIGTERM)
        deadline = time.monotonic() + GRACE

        def kill():
            while time.monotonic() < deadline and process.returncode is None:
                time.sleep(0.05)
            signal_group(process, signal.SIGKILL)

        threading.Thread(target=kill, daemon=True).start()


def read_outcome(line):
    """The outcome that a line is; empty for any other line."""
    try:
        outcome = json.loads(line)
    except ValueError:
        outcome = None
    is_outcome = isinstance(outcome, dict) and "status" in outcome
    return outcome if is_outcome else {}


def signal_group(process, number):
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        pass


def facts(outputs, checks):
    """What is told of values beside their events."""
    if len(outputs) > MOST_FACTS:
        return {"sluice": {"partitions": len(outputs)}}
    named = ("partition", "dataVersion", "codeVersion", "metadata")
    told = [{name: each[name] for name in named if name in each} for each in outputs]
    asset = outputs[0]["asset"]
    results = [check for check in checks if check["asset"] == asset]
    extra = {"sluice": told[0] if len(told) == 1 else told}
    return {**extra, "checks": results} if results else extra
`;
