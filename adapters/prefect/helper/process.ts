/** `sluice_prefect/process.py`: Processes that end with their flow run. */
export const processModule: string = String
  .raw`"""The processes in which steps run, and how they end with their flow run."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence

# How long a step that was told to stop may take for it.
GRACE_SECONDS = 5.0


class StoppedError(Exception):
    """No process is started any more."""


class Children:
    """The living processes of one flow run."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._live: set[subprocess.Popen[bytes]] = set()

    def start(
        self, argv: Sequence[str], env: Mapping[str, str]
    ) -> subprocess.Popen[bytes]:
        """Starts a process in a group of its own, whose stdin stays open."""
        with self._lock:
            if self.stopping.is_set():
                raise StoppedError("The flow run is being stopped.")
            child = subprocess.Popen(
                list(argv),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=dict(env),
                start_new_session=True,
            )
            self._live.add(child)
        return child

    def forget(self, child: subprocess.Popen[bytes]) -> None:
        """Takes a process that has ended off the list."""
        with self._lock:
            self._live.discard(child)

    def stop_all(self, grace_seconds: float = GRACE_SECONDS) -> None:
        """Ends every process: SIGTERM, and SIGKILL when that was of no use."""
        self.stopping.set()
        with self._lock:
            live = list(self._live)
        end_processes(live, grace_seconds)


def end_processes(
    children: Sequence[subprocess.Popen[bytes]], grace_seconds: float = GRACE_SECONDS
) -> None:
    """Ends processes and all that they have started."""
    for child in children:
        _signal_group(child, signal.SIGTERM)
    until = time.monotonic() + grace_seconds
    for child in children:
        try:
            child.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            pass
        _signal_group(child, signal.SIGKILL)


def _signal_group(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(child.pid, number)
    except (ProcessLookupError, PermissionError):
        pass


def run_process(
    children: Children,
    argv: Sequence[str],
    line: str,
    *,
    env: Mapping[str, str],
    timeout_seconds: float | None,
    log: Callable[[str], None],
) -> tuple[int | None, str]:
    """Runs a process to its end: its exit code (None when out of time) and its stdout.

    It is given one line on a stdin that stays open until it ends: when this process
    dies, it sees the end of it. What it writes to stderr is logged line by line.
    """
    child = children.start(argv, env)
    output: list[bytes] = []
    readers = [
        threading.Thread(target=_read_all, args=(child.stdout, output), daemon=True),
        threading.Thread(target=_read_lines, args=(child.stderr, log), daemon=True),
    ]
    try:
        for reader in readers:
            reader.start()
        _write_line(child, line)
        try:
            code: int | None = child.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            end_processes([child])
            code = None
        for reader in readers:
            reader.join(GRACE_SECONDS)
    finally:
        if child.poll() is None:
            end_processes([child])
        children.forget(child)
        _close(child)
    return code, b"".join(output).decode("utf-8", "replace")


def _write_line(child: subprocess.Popen[bytes], line: str) -> None:
    assert child.stdin is not None
    try:
        child.stdin.write(line.encode("utf-8") + b"\n")
        child.stdin.flush()
    except BrokenPipeError:
        pass  # It has ended already; its exit code and stderr say why.


def _read_all(stream: object, output: list[bytes]) -> None:
    for part in iter(lambda: stream.read1(65536), b""):
        output.append(part)


def _read_lines(stream: object, log: Callable[[str], None]) -> None:
    for part in stream:
        log(part.decode("utf-8", "replace").rstrip())


def _close(child: subprocess.Popen[bytes]) -> None:
    for stream in (child.stdin, child.stdout, child.stderr):
        try:
            if stream is not None:
                stream.close()
        except OSError:
            pass
`;
