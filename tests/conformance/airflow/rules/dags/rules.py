"""Every trigger rule below every pair of ends upstream, as an Airflow user would write it."""

import os

import pendulum
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

ENDS = ["success", "failed", "upstream_failed", "skipped"]


def succeed():
    pass


def fail():
    raise AirflowFailException("it is to fail")


def skip():
    raise AirflowSkipException("it is to be skipped")


def upstream(side):
    """One task for each end; what is to be upstream_failed waits for the one that fails."""
    bodies = {"success": succeed, "failed": fail, "upstream_failed": succeed, "skipped": skip}
    tasks = {end: PythonOperator(task_id=f"{side}_{end}", python_callable=bodies[end]) for end in ENDS}
    tasks["failed"] >> tasks["upstream_failed"]
    return tasks


with DAG("trigger_rules", schedule=None, start_date=pendulum.datetime(2026, 1, 1)):
    left, right = upstream("left"), upstream("right")
    for rule in os.environ.get("SLUICE_TRIGGER_RULES", "always").split(","):
        for one in ENDS:
            for other in ENDS:
                below = PythonOperator(task_id=f"{rule}.{one}.{other}", python_callable=succeed, trigger_rule=rule)
                [left[one], right[other]] >> below
