"""What becomes of the processes of the helper package: asked without a server."""

import importlib.util
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time

FOLDER = json.load(sys.stdin)["folder"]
spec = importlib.util.spec_from_file_location(
    "process", f"{FOLDER}/sluice_prefect/process.py"
)
process = importlib.util.module_from_spec(spec)
sys.modules["process"] = process
spec.loader.exec_module(process)

PLACE = tempfile.mkdtemp()
ECHO = "import sys; print(sys.stdin.readline(), end=''); print('note', file=sys.stderr); sys.exit(7)"
DEAF = (
    "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "open(os.environ['MARK'], 'w').write(str(os.getpid())); time.sleep(60)"
)
FAMILY = (
    "import os, subprocess, time; child = subprocess.Popen(['sleep', '60']);"
    "open(os.environ['MARK'], 'w').write(str(child.pid)); time.sleep(60)"
)
WATCHING = (
    "import os, sys; sys.stdin.readline(); open(os.environ['MARK'], 'w').write('1');"
    "sys.stdin.read(); open(os.environ['MARK'] + '.end', 'w').write('1')"
)
PARENT = """
import importlib.util, os, sys
spec = importlib.util.spec_from_file_location("process", sys.argv[1])
process = importlib.util.module_from_spec(spec)
sys.modules["process"] = process
spec.loader.exec_module(process)
process.run_process(process.Children(), [sys.executable, "-c", sys.argv[2]], "{}",
    env=os.environ, timeout_seconds=None, log=print)
"""


def run(code, mark, timeout_seconds=None, children=None):
    notes = []
    result = process.run_process(
        children or process.Children(),
        [sys.executable, "-c", code],
        '{"a": "\u00fc"}',
        env={**os.environ, "MARK": f"{PLACE}/{mark}", "PYTHONIOENCODING": "utf-8"},
        timeout_seconds=timeout_seconds,
        log=notes.append,
    )
    return [*result, notes]


def wait_for(path):
    until = time.monotonic() + 60
    while not os.path.exists(path) or not os.path.getsize(path):
        if time.monotonic() > until:
            raise TimeoutError(path)
        time.sleep(0.02)


def is_alive(mark):
    with open(f"{PLACE}/{mark}") as file:
        pid = int(file.read())
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def stopped(code, mark):
    """Stops a process while it runs; the flow run takes no other any more."""
    children = process.Children()
    results = []
    thread = threading.Thread(
        target=lambda: results.append(run(code, mark, children=children))
    )
    thread.start()
    wait_for(f"{PLACE}/{mark}")
    children.stop_all(1.0)
    thread.join(60)
    try:
        children.start([sys.executable, "-c", ""], os.environ)
        refused = False
    except process.StoppedError:
        refused = True
    return {"code": results[0][0], "alive": is_alive(mark), "refused": refused}


def orphaned():
    mark = f"{PLACE}/orphan"
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, process.__spec__.origin, WATCHING],
        env={**os.environ, "MARK": mark},
    )
    wait_for(mark)
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    wait_for(mark + ".end")
    return True


def main():
    process.GRACE_SECONDS = 1.0
    late = run(DEAF, "late", timeout_seconds=3.0)
    answer = {
        "echo": run(ECHO, "echo"),
        "late": [late[0], is_alive("late")],
        "deaf": stopped(DEAF, "deaf"),
        "family": stopped(FAMILY, "family"),
        "orphan": orphaned(),
    }
    print("\n" + json.dumps(answer))


main()
