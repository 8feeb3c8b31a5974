"""Graphs with a short circuit at the top, from SLUICE_CIRCUITS, as a user of Airflow writes them."""

import json
import os

import pendulum
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.python import (
    PythonOperator,
    ShortCircuitOperator,
)
from airflow.sdk import DAG
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException


def fail():
    raise AirflowFailException("no")


def skip():
    raise AirflowSkipException("no")


BODIES = {"fail": fail, "skip": skip}

with DAG("short_circuits", schedule=None, start_date=pendulum.datetime(2026, 1, 1)):
    for graph in json.loads(os.environ.get("SLUICE_CIRCUITS", "[]")):
        tasks = []
        for node in graph:
            named = {"task_id": node["key"].replace("/", "."), "trigger_rule": node["rule"]}
            if node["kind"] in ("ignore", "respect"):
                task = ShortCircuitOperator(
                    python_callable=lambda: False,
                    ignore_downstream_trigger_rules=node["kind"] == "ignore",
                    **named,
                )
            elif node["kind"] in BODIES:
                task = PythonOperator(python_callable=BODIES[node["kind"]], **named)
            else:
                task = EmptyOperator(**named)
            for at in node["after"]:
                tasks[at] >> task
            tasks.append(task)
