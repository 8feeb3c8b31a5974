"""Runs flows of exported projects on a server of their own, and tells what they came to."""

import importlib.util
import json
import os
import sys
import time
import warnings
from concurrent.futures import ThreadPoolExecutor

from prefect import Flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter
from prefect.testing.utilities import prefect_test_harness
from prefect.variables import Variable


def load(folder, place):
    name = f"exported_{place}"
    spec = importlib.util.spec_from_file_location(name, f"{folder}/flows.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    sys.path.insert(0, folder)
    spec.loader.exec_module(module)
    sys.path.remove(folder)
    return module


def set_up(folder):
    spec = importlib.util.spec_from_file_location(
        "setup_server", f"{folder}/setup_server.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.main()


def task_runs(run_id, client):
    found = []
    while True:
        part = client.read_task_runs(
            flow_run_filter=FlowRunFilter(id={"any_": [run_id]}),
            limit=200,
            offset=len(found),
        )
        found += part
        if len(part) < 200:
            return found


def is_settled(task):
    state = task.state
    return state is not None and (state.is_final() or state.name == "NotReady")


def settled(run_id, client):
    """The task runs of a flow run; the server learns of them a moment later."""
    before = None
    for _ in range(120):
        found = task_runs(run_id, client)
        if len(found) == before and all(map(is_settled, found)):
            return found
        before = len(found)
        time.sleep(0.25)
    raise TimeoutError("the task runs do not settle")


def wait_for_event(asset, client):
    """The server learns of what was made a moment after the run that made it."""
    wanted = {
        "event": {"name": ["prefect.asset.materialization.succeeded"]},
        "resource": {"id": [f"sluice://{asset}"]},
    }
    for _ in range(240):
        body = {"limit": 1, "filter": wanted}
        if client._client.post("/events/filter", json=body).json()["events"]:
            return
        time.sleep(0.25)
    raise TimeoutError(f"the server does not learn of {asset}")


def run(flows, step, client):
    if "together" in step:
        with ThreadPoolExecutor() as threads:
            calls = [threads.submit(run, flows, each, client) for each in step["together"]]
            ran = [call.result() for call in calls]
        return {**ran[0], "tasks": [task for each in ran for task in each["tasks"]]}
    for name, value in step.get("variables", {}).items():
        Variable.set(name, value, overwrite=True)
    for asset in step.get("awaited", []):
        wait_for_event(asset, client)
    state = flows[step["flow"]](**step["parameters"], return_state=True)
    tasks = [
        {
            "name": task.name,
            "type": task.state.type.value,
            "state": task.state.name,
            "runs": task.run_count,
        }
        for task in settled(state.state_details.flow_run_id, client)
    ]
    tasks.sort(key=lambda task: task["name"])
    return {
        "type": state.type.value,
        "name": state.name,
        "message": state.message,
        "tasks": tasks,
    }


def run_case(place, case, client):
    module = load(case["folder"], place)
    set_up(case["folder"])
    flows = {
        flow.name: flow for flow in vars(module).values() if isinstance(flow, Flow)
    }
    before = dict(os.environ)
    os.environ.update(case["env"])
    try:
        return [run(flows, step, client) for step in case["runs"]]
    finally:
        os.environ.clear()
        os.environ.update(before)


def events(client):
    time.sleep(2)
    found = []
    body = {"limit": 50, "filter": {"event": {"prefix": ["prefect.asset.", "sluice."]}}}
    page = client._client.post("/events/filter", json=body).json()
    while True:
        found += [
            {
                "event": event["event"],
                "asset": event["resource"]["prefect.resource.id"],
                "payload": event.get("payload") or {},
            }
            for event in page["events"]
        ]
        if not page.get("next_page"):
            return found
        page = client._client.get(page["next_page"]).json()


def main():
    question = json.load(sys.stdin)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", DeprecationWarning)
        with prefect_test_harness(server_startup_timeout=240):
            with get_client(sync_client=True) as client:
                cases = [
                    run_case(place, case, client)
                    for place, case in enumerate(question["cases"])
                ]
                answer = {"cases": cases, "events": events(client)}
    own = [
        str(warning.message)
        for warning in caught
        if "sluice_prefect" in warning.filename or "flows.py" in warning.filename
    ]
    print("\n" + json.dumps({**answer, "warnings": own}))


main()
