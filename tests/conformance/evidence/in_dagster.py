"""What Dagster lacks, seen in Dagster: whether each thing that exports refuse is still not there."""

import inspect
import json
import sys

import dagster
from dagster._core.run_coordinator.queued_run_coordinator import QueuedRunCoordinator


def parameters(function):
    return set(inspect.signature(function).parameters)


def ends():
    """What becomes of an asset below one that fails, and of one below an output that is left out."""

    @dagster.multi_asset(
        specs=[dagster.AssetSpec("left_out", skippable=True)], name="leaves_out"
    )
    def leaves_out():
        yield from ()

    @dagster.asset
    def fails():
        raise ValueError("as planned")

    @dagster.asset(deps=["left_out"])
    def below_left_out():
        return 1

    @dagster.asset(deps=["fails"])
    def below_failed():
        return 1

    definitions = [leaves_out, fails, below_left_out, below_failed]
    result = dagster.materialize(definitions, raise_on_error=False)
    events = result.all_events
    return {
        event.node_name
        for event in events
        if event.event_type_value in ("STEP_SKIPPED", "STEP_UPSTREAM_FAILED")
    } | {"ran " + event.node_name for event in events if event.is_step_success}


def run_limits():
    """What may be said of runs with a tag, in the settings of the run queue."""
    queue = QueuedRunCoordinator.config_type()
    one = queue["tag_concurrency_limits"].config_type.inner_type.inner_type
    return set(queue) | set(one.fields)


def reads(cron):
    """Whether a schedule may have a cron."""

    @dagster.job
    def nothing():
        pass

    try:
        dagster.ScheduleDefinition(job=nothing, cron_schedule=cron)
    except dagster.DagsterInvalidDefinitionError:
        return False
    return True


def lacks_schedule_words(schedules, found):
    """Whether nothing that a schedule or what it asks for is given has one of the words in its name."""
    requests = parameters(dagster.RunRequest.__new__)
    return not any(word in name for name in schedules | requests for word in found)


def main():
    json.load(sys.stdin)
    ended = ends()
    steps = parameters(dagster.multi_asset) | parameters(dagster.AssetSpec.__new__)
    deps = parameters(dagster.AssetDep.__new__)
    schedules = parameters(dagster.ScheduleDefinition.__init__)
    limits = run_limits()
    assert reads("0 2 * * *")
    overlaps = ("overlap", "concurren", "collision", "active", "busy")
    has_no_overlap = lacks_schedule_words(schedules, overlaps)
    has_no_misfire = lacks_schedule_words(schedules, ("catch", "misfire", "missed"))
    print(
        json.dumps(
            {
                "dependency.optional": "ran below_left_out" not in ended
                and deps <= {"cls", "asset", "partition_mapping", "metadata"},
                "trigger": "ran below_failed" not in ended
                and not any("rule" in name or "trigger" in name for name in steps),
                "job.key.skip": not any("skip" in name for name in limits),
                "job.key.cancel": not any("cancel" in name for name in limits),
                "schedule.catchUp": not any("catch" in name for name in schedules),
                "schedule.seconds": not reads("30 0 2 * * *")
                and not reads("0 2 * * * 30"),
                "schedule.years": not reads("0 0 2 * * * 2090")
                and not reads("0 2 * * * 0 2090"),
                "schedule.nearest": not reads("0 2 15W * *"),
                "schedule.misfire.once": has_no_misfire,
                "schedule.misfire.cap": has_no_misfire,
                "schedule.overlap.skip": has_no_overlap,
                "schedule.overlap.queueOne": has_no_overlap,
                "schedule.overlap.cancel": has_no_overlap,
                "schedule.jitter": lacks_schedule_words(
                    schedules, ("jitter", "delay", "spread")
                ),
                "schedule.bounds": lacks_schedule_words(
                    schedules, ("start", "end_", "until", "from")
                ),
                "sensor.freshness": not hasattr(
                    dagster.AutomationCondition, "freshness_failed"
                ),
            }
        )
    )


main()
