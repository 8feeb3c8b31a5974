"""Runs steps through the real PipesSubprocessClient and tells what Dagster then knows.

Reads {"cases": [...]} from stdin and writes one answer for each case to the file named by argv[1].
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time

import dagster as dg
from dagster._core.pipes.client import PipesClientCompletedInvocation
from dagster._core.pipes.utils import extract_message_or_forward_to_file
from dagster_shared.serdes import serialize_value

BUCKET = "pipes"
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}


class StdioReader(dg.PipesMessageReader):
    """Reads a standard stream of the child through a pipe, line by line, as Dagster's readers of logs do."""

    def __init__(self, key, stream, forward):
        self.key, self.stream, self.forward = key, stream, forward

    @contextlib.contextmanager
    def read_messages(self, handler):
        target = {"stdout": 1, "stderr": 2}[self.stream]
        readable, writable = os.pipe()
        before = os.dup(target)
        os.dup2(writable, target)
        os.close(writable)

        def follow():
            with open(readable, encoding="utf-8") as lines:
                for line in lines:
                    extract_message_or_forward_to_file(handler, line.rstrip("\n"), self.forward)

        thread = threading.Thread(target=follow)
        thread.start()
        try:
            yield {self.key: self.stream}
        finally:
            os.dup2(before, target)
            os.close(before)
            thread.join()

    def no_messages_debug_text(self):
        return "Attempted to read a standard stream."


class Launcher(dg.PipesSubprocessClient):
    """The real client, with what it hands over moved from the environment to where a case wants it."""

    handover = "environment"

    def run(self, *, context, extras=None, command, env=None, cwd=None):
        if self.handover == "environment":
            return super().run(context=context, extras=extras, command=command, env=env)
        with dg.open_pipes_session(context, self.context_injector, self.message_reader, extras) as session:
            if self.handover == "arguments":
                for option, value in session.get_bootstrap_cli_arguments().items():
                    command = [*command, option, value]
                process = subprocess.Popen(command, env={**os.environ, **(env or {})})
            else:
                mapping = json.dumps(dict(session.get_bootstrap_env_vars()))
                process = subprocess.Popen(command, env={**os.environ, **(env or {}), "HANDOVER": mapping})
            if process.wait() != 0:
                raise RuntimeError(f"code {process.returncode}")
        return PipesClientCompletedInvocation(session)


class Forwarded:
    """Whatever is printed between messages."""

    def __init__(self):
        self.text = ""

    def writelines(self, lines):
        self.text += "".join(lines)

    def write(self, text):
        self.text += text

    def flush(self):
        pass


def exact(value):
    """JSON in which floats and large integers are told apart from other numbers, by their digits."""
    if isinstance(value, dict):
        return {name: exact(item) for name, item in value.items()}
    if isinstance(value, list):
        return [exact(item) for item in value]
    if isinstance(value, float):
        return f"float:{value!r}"
    return f"int:{value}" if type(value) is int and abs(value) > 2**53 else value


def describe_metadata(metadata):
    return {name: exact(json.loads(serialize_value(value))) for name, value in metadata.items()}


def make_injector(case, s3):
    kind = case.get("context", "file")
    if kind == "inline":
        return dg.PipesEnvContextInjector()
    if kind == "s3":
        from dagster_aws.pipes import PipesS3ContextInjector

        return PipesS3ContextInjector(bucket=BUCKET, client=s3)
    return dg.PipesTempFileContextInjector()


def make_reader(case, s3, forwarded):
    kind = case.get("messages", "file")
    stdio = case.get("include_stdio", False)
    if kind == "s3":
        from dagster_aws.pipes import PipesS3MessageReader

        return PipesS3MessageReader(bucket=BUCKET, client=s3, interval=1, include_stdio_in_messages=stdio)
    if kind == "file":
        return dg.PipesTempFileMessageReader(include_stdio_in_messages=stdio)
    key, stream = kind.split(":")
    return StdioReader(key, stream, forwarded)


def make_partitions(case):
    kind = case.get("partitions")
    if kind is None:
        return None
    daily = dg.DailyPartitionsDefinition("2026-01-01", timezone="Europe/Berlin")
    return {
        "daily": daily,
        "static": dg.StaticPartitionsDefinition(["a", "b"]),
        "multi": dg.MultiPartitionsDefinition({"day": daily, "letter": dg.StaticPartitionsDefinition(["a", "b"])}),
    }[kind]


def make_asset(case, s3, custom, forwarded, env):
    specs = [
        dg.AssetSpec(dg.AssetKey(key), code_version=case.get("code_version"), skippable=False)
        for key in case.get("assets", [["report"]])
    ]
    checks = [dg.AssetCheckSpec(name, asset=specs[0].key) for name in case.get("checks", [])]
    retry = dg.RetryPolicy(max_retries=case["retries"]) if "retries" in case else None

    @dg.multi_asset(
        name="step",
        specs=specs,
        check_specs=checks,
        partitions_def=make_partitions(case),
        retry_policy=retry,
    )
    def step(context: dg.AssetExecutionContext):
        client = Launcher(
            context_injector=make_injector(case, s3),
            message_reader=make_reader(case, s3, forwarded),
            termination_timeout_seconds=15,
        )
        client.handover = case.get("handover", "environment")
        done = client.run(
            context=context, command=case["command"], env={**env, **case.get("env", {})}, extras=case.get("extras")
        )
        custom.extend(done.get_custom_messages())
        yield from done.get_results(**({} if case.get("implicit") else {"implicit_materializations": False}))

    return step


def describe_error(error):
    if error is None:
        return None
    return {
        "message": error.message,
        "name": error.cls_name,
        "frames": len(error.stack),
        "stack": "".join(error.stack),
        "cause": describe_error(error.cause),
        "context": describe_error(error.context),
    }


def describe_run(instance, run_id):
    answer = {"materializations": [], "checks": [], "logs": [], "errors": [], "failures": []}
    for entry in instance.all_logs(run_id):
        event = entry.dagster_event
        if event is None:
            answer["logs"].append([entry.level, entry.user_message])
        elif event.event_type_value == "ASSET_MATERIALIZATION":
            made = event.step_materialization_data.materialization
            answer["materializations"].append({
                "key": list(made.asset_key.path),
                "partition": made.partition,
                "version": (made.tags or {}).get("dagster/data_version"),
                "metadata": describe_metadata(made.metadata),
            })
        elif event.event_type_value == "ASSET_CHECK_EVALUATION":
            check = event.asset_check_evaluation_data
            answer["checks"].append({
                "name": check.check_name,
                "passed": check.passed,
                "severity": check.severity.value,
                "metadata": describe_metadata(check.metadata),
            })
        elif event.event_type_value == "ENGINE_EVENT" and event.engine_event_data.error:
            answer["errors"].append({"event": event.message, "error": describe_error(event.engine_event_data.error)})
        elif event.event_type_value == "STEP_FAILURE":
            answer["failures"].append(describe_error(event.step_failure_data.error))
    return answer


def interrupt_when_ready(path):
    """Sends SIGINT to this process, as a canceled run does, once the child says that it is at work."""
    while not os.path.exists(path):
        time.sleep(0.02)
    os.kill(os.getpid(), signal.SIGINT)


def run_case(case, s3, env):
    custom, forwarded = [], Forwarded()
    step = make_asset(case, s3, custom, forwarded, env)
    if case.get("interrupt"):
        ready = os.path.join(tempfile.mkdtemp(), "ready")
        case["extras"] = {"ready": ready}
        threading.Thread(target=interrupt_when_ready, args=[ready], daemon=True).start()
    streams = (Forwarded(), Forwarded())
    with dg.DagsterInstance.ephemeral() as instance:
        captured = contextlib.ExitStack()
        if case.get("include_stdio"):
            captured.enter_context(contextlib.redirect_stdout(streams[0]))
            captured.enter_context(contextlib.redirect_stderr(streams[1]))
        interrupted = False
        with captured:
            for _ in range(case.get("times", 1)):
                try:
                    result = dg.materialize(
                        [step], instance=instance, raise_on_error=False, partition_key=case.get("partition")
                    )
                except dg.DagsterExecutionInterruptedError:
                    interrupted = True
        runs = instance.get_runs()
        answer = describe_run(instance, runs[0].run_id)
    answer.update(
        success=runs[0].is_success, interrupted=interrupted, run_id=runs[0].run_id, custom=exact(custom),
        forwarded=forwarded.text, stdout=streams[0].text, stderr=streams[1].text,
    )
    return answer


@contextlib.contextmanager
def open_s3(is_needed):
    """A server that speaks S3, if any case asks for it."""
    if not is_needed:
        yield None, {}
        return
    import boto3
    from moto.server import ThreadedMotoServer

    os.environ.update(KEYS)
    server = ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    s3 = boto3.client("s3", endpoint_url=endpoint)
    s3.create_bucket(Bucket=BUCKET)
    try:
        yield s3, {"AWS_ENDPOINT_URL_S3": endpoint}
    finally:
        server.stop()


def main():
    cases = json.load(sys.stdin)["cases"]
    needs_s3 = any("s3" in (case.get("context"), case.get("messages")) for case in cases)
    with open_s3(needs_s3) as (s3, env):
        answers = [run_case(case, s3, env) for case in cases]
    with open(sys.argv[1], "w") as output:
        json.dump(answers, output)


main()
