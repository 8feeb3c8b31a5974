"""Deploys an exported project to a server of its own, and tells what is there."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager

QUESTION = json.load(sys.stdin)
FOLDER = QUESTION["folder"]
HOME = tempfile.mkdtemp(prefix="prefect-home-")
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    PORT = free.getsockname()[1]
os.environ.update(
    PREFECT_HOME=HOME,
    PREFECT_API_URL=f"http://127.0.0.1:{PORT}/api",
    PREFECT_SERVER_ALLOW_EPHEMERAL_MODE="false",
    **QUESTION["env"],
)

import httpx  # noqa: E402
from prefect.client.orchestration import get_client  # noqa: E402
from prefect.client.schemas.filters import FlowRunFilter  # noqa: E402


def prefect(*args, **options):
    return subprocess.run(
        [sys.executable, "-m", "prefect", "--no-prompt", *args],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        **options,
    )


def wait_for(what, check, seconds=240):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = check()
        if found:
            return found
        time.sleep(0.2)
    raise TimeoutError(what)


def is_up():
    try:
        return (
            httpx.get(f"http://127.0.0.1:{PORT}/api/health", timeout=2).text == "true"
        )
    except httpx.HTTPError:
        return False


def describe(deployment, flows):
    return {
        "name": deployment.name,
        "flow": flows[deployment.flow_id],
        "description": deployment.description,
        "tags": sorted(deployment.tags),
        "entrypoint": deployment.entrypoint,
        "pool": deployment.work_pool_name,
        "limit": deployment.global_concurrency_limit and deployment.global_concurrency_limit.limit,
        "strategy": deployment.concurrency_options
        and deployment.concurrency_options.collision_strategy.value,
        "schedules": sorted(
            (
                {
                    "slug": schedule.slug,
                    "active": schedule.active,
                    **schedule.schedule.model_dump(mode="json"),
                }
                for schedule in deployment.schedules
            ),
            key=lambda schedule: schedule["slug"],
        ),
    }


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@contextmanager
def worker():
    """A worker that takes runs for as long as this lasts."""
    process = subprocess.Popen(
        [
            sys.executable,
            *("-m", "prefect", "worker", "start", "--pool", "default", "--name", "w"),
        ],
        cwd=FOLDER,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def follow_an_event(client, maker, follower):
    """Makes an asset, and tells of the run that its event starts."""
    run = client.create_flow_run_from_deployment(
        maker.id, parameters={"steps": ["base"]}
    )
    wait_for("the asset", lambda: client.read_flow_run(run.id).state.is_final(), 240)
    wanted = FlowRunFilter(deployment_id={"any_": [follower.id]})
    found = wait_for(
        "the run that follows",
        lambda: [
            each
            for each in client.read_flow_runs(flow_run_filter=wanted)
            if each.state.is_final()
        ],
        240,
    )
    return [
        {"type": each.state.type.value, "by": each.created_by.type, "message": each.state.message}
        for each in found
    ]


def cancel_a_run(client, deployment):
    """Starts a run, cancels it while its step waits, and tells what is left of it."""
    from prefect.states import Cancelling

    marks = QUESTION["marks"]
    run = client.create_flow_run_from_deployment(deployment.id)
    wait_for("the step", lambda: os.path.exists(f"{marks}/pid"), 240)
    with open(f"{marks}/pid") as file:
        pid = int(file.read())
    begun = time.monotonic()
    client.set_flow_run_state(run.id, Cancelling(), force=True)
    state = wait_for(
        "the end of the run",
        lambda: (found := client.read_flow_run(run.id).state).is_final() and found,
        240,
    )
    return {
        "type": state.type.value,
        "seconds": time.monotonic() - begun,
        "alive": is_alive(pid),
        "stopped": os.path.exists(f"{marks}/stopped"),
        "again": os.path.exists(f"{marks}/again"),
    }


def main():
    server = subprocess.Popen(
        [
            sys.executable,
            *("-m", "prefect", "server", "start"),
            *("--host", "127.0.0.1", "--port", str(PORT)),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    answer = {}
    try:
        wait_for("the server", is_up)
        prefect("work-pool", "create", "default", "--type", "process", check=True)
        setup = subprocess.run(
            [sys.executable, "setup_server.py"],
            cwd=FOLDER,
            capture_output=True,
            text=True,
        )
        answer["setup"] = [setup.returncode, setup.stderr[-2000:]]
        for attempt in ("deploy", "again"):
            done = prefect("deploy", "--all")
            answer[attempt] = [done.returncode, (done.stdout + done.stderr)[-3000:]]
        with get_client(sync_client=True) as client:
            flows = {flow.id: flow.name for flow in client.read_flows()}
            deployments = client.read_deployments()
            answer["deployments"] = [describe(each, flows) for each in deployments]
            found = client._client.post("/automations/filter", json={}).json()
            answer["automations"] = found
            limits = client.read_global_concurrency_limits(limit=50, offset=0)
            answer["limits"] = {limit.name: limit.limit for limit in limits}
            if QUESTION["runs"]:
                named = {each.name: each for each in deployments}
                follower = named[QUESTION["follower"]]
                with worker():
                    answer["followed"] = follow_an_event(client, named["all"], follower)
                    answer["cancel"] = cancel_a_run(client, named["waiting"])
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
    print("\n" + json.dumps(answer))


main()
