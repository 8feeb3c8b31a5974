"""Asks Airflow's own arithmetic when tasks are tried again. Reads {"home", "cases"} and writes seconds."""

import json
import os
import sys
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace

question = json.load(sys.stdin)
answers = os.dup(1)
os.dup2(2, 1)
os.environ.update(AIRFLOW_HOME=question["home"], AIRFLOW__LOGGING__LOGGING_LEVEL="ERROR")

from airflow.models.taskinstance import TaskInstance  # noqa: E402

END = datetime(2026, 1, 1, tzinfo=timezone.utc)


def date_of(milliseconds):
    return None if milliseconds is None else datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=milliseconds)


def delay_of(case):
    longest = case.get("maxDelayMs")
    instance = SimpleNamespace(
        retry_delay_override=None,
        task=SimpleNamespace(
            retry_delay=timedelta(milliseconds=case["delayMs"]),
            retry_exponential_backoff=case["multiplier"],
            max_retry_delay=None if longest is None else timedelta(milliseconds=longest),
        ),
        dag_id=case["dagId"],
        task_id=case["taskId"],
        logical_date=date_of(case.get("logicalDateMs")),
        try_number=case["attempt"],
        end_date=END,
        log=SimpleNamespace(warning=lambda *_: None),
    )
    return (TaskInstance.next_retry_datetime(instance) - END) / timedelta(milliseconds=1)


os.write(answers, json.dumps([delay_of(case) for case in question["cases"]]).encode())
