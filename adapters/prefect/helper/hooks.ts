/** `sluice_prefect/hooks.py`: The hooks of a job, called by the flows that are its runs. */
export const hooksModule: string = String
  .raw`"""The hooks of a job: a process is told what becomes of a flow run."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from prefect import get_run_logger

from .process import Children, StoppedError, run_process

# A hook has ten seconds by itself; this is for a process that does not answer.
LONGEST_SECONDS = 120.0


@dataclass(frozen=True)
class Job:
    """A job with hooks: those of its runs, and whether others hear of its steps."""

    name: str
    hooks: Sequence[str] = field(default_factory=list)
    hears_of_steps: bool = False


def tell(
    job: Job,
    hook: str,
    command: Sequence[str],
    children: Children,
    facts: Mapping[str, Any],
) -> None:
    """Calls a hook, where the job has it. It decides nothing: what fails is logged."""
    if hook not in job.hooks:
        return
    logger = get_run_logger()
    line = json.dumps({"version": 1, "hook": hook, "job": job.name, **facts})
    try:
        code, _ = run_process(
            children,
            [*command, "--request", "-", "--watch-stdin"],
            line,
            env=os.environ,
            timeout_seconds=LONGEST_SECONDS,
            log=lambda text: logger.info("%s", text),
        )
    except (StoppedError, OSError) as error:
        logger.warning("The hook %s was not called: %s", hook, error)
        return
    if code:
        logger.warning("The hook %s was not called: exit code %s", hook, code)
`;
