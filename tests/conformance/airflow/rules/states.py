"""Runs one Dag of dags/ in the real Airflow. Reads {"home", "dag", "env"} and writes the state of each task."""

import json
import os
import sys
import time
from pathlib import Path

question = json.load(sys.stdin)
answers = os.dup(1)
os.dup2(2, 1)
here = Path(__file__).parent
folder = str(here / "dags")
sys.path.insert(0, str(here.parent))
os.environ.update(
    AIRFLOW_HOME=question["home"],
    AIRFLOW__CORE__LOAD_EXAMPLES="False",
    AIRFLOW__CORE__DAGS_FOLDER=folder,
    AIRFLOW__LOGGING__LOGGING_LEVEL="ERROR",
    AIRFLOW__API_AUTH__JWT_SECRET="only within this process, and of 64 bytes " + 22 * "x",
    **question["env"],
)

from versions import dagbag, open_bag, share_server  # noqa: E402

from airflow.dag_processing.bundles.manager import DagBundlesManager  # noqa: E402
from airflow.settings import Session  # noqa: E402
from airflow.utils.db import initdb  # noqa: E402

initdb()
share_server()
DagBundlesManager().sync_bundles_to_db()
bag = open_bag(folder)
assert not bag.import_errors, bag.import_errors
dagbag.sync_bag_to_db(bag, "dags-folder", None)
dagbag.BundleDagBag = lambda **_: None
dagbag.sync_bag_to_db = lambda *_: None
nap = time.sleep
time.sleep = lambda seconds: nap(min(seconds, 0.05))
run = bag.dags[question["dag"]].test()
states = {each.task_id: each.state for each in run.get_task_instances(session=Session())}
os.write(answers, json.dumps(states, default=str).encode())
