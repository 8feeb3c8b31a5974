"""Materializes one day of examples/pipes with the real Dagster, and tells what it then knows."""

import json
import os
import shlex
import sys
from pathlib import Path

question = json.load(sys.stdin)
os.environ["RUNTIME"] = shlex.join(question["runtime"])
sys.path.insert(0, str(Path(__file__).parents[3] / "examples" / "pipes"))
sys.dont_write_bytecode = True

import dagster as dg
import definitions

job = definitions.defs.get_implicit_global_asset_job_def()
with dg.DagsterInstance.ephemeral() as instance:
    result = job.execute_in_process(instance=instance, partition_key=question["day"])
made = result.asset_materializations_for_node("orders")[0]
check = result.get_asset_check_evaluations()[0]
json.dump(
    {
        "success": result.success,
        "partition": made.partition,
        "version": made.tags["dagster/data_version"],
        "rows": made.metadata["dagster/row_count"].value,
        "total": repr(made.metadata["total"].value),
        "records": [record.data for record in made.metadata["preview"].records],
        "check": [check.check_name, check.passed],
    },
    sys.stdout,
)
