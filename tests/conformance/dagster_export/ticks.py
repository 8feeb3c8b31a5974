"""The ticks of Dagster's schedules: reads {"walks": [{"crons", "timezone", "atMs", "count"}]}, writes lists of instants."""

import itertools
import json
import sys

from dagster._utils.schedules import schedule_execution_time_iterator


def walk(case):
    try:
        crons = case["crons"]
        ticks = schedule_execution_time_iterator(
            case["atMs"] / 1000, crons[0] if len(crons) == 1 else crons, case["timezone"]
        )
        return [round(tick.timestamp() * 1000) for tick in itertools.islice(ticks, case["count"])]
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


json.dump([walk(case) for case in json.load(sys.stdin)["walks"]], sys.stdout)
