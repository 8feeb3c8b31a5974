"""Reads runs and asset events from the database of an Airflow. Reads {"database"}, writes {"runs", "events"}."""

import json
import sqlite3
import sys

question = json.load(sys.stdin)
database = sqlite3.connect(f"file:{question['database']}?mode=ro", uri=True, timeout=30)
runs = database.execute("select dag_id, state, run_type, partition_key from dag_run order by id")
events = database.execute(
    "select asset.name, asset_event.partition_key, asset_event.source_dag_id from asset_event"
    " join asset on asset.id = asset_event.asset_id order by asset_event.id"
)
json.dump(
    {
        "runs": [dict(zip(("dag", "state", "type", "key"), row)) for row in runs],
        "events": [dict(zip(("asset", "key", "dag"), row)) for row in events],
    },
    sys.stdout,
)
