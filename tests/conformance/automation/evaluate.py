"""What Dagster requests in timelines, and how fresh it takes assets to be.

Reads {"timelines", "freshness"}. A timeline has "partitions" (definitions as Sluice writes them), "assets" and
"events"; its answer is a list with one entry for each event "evaluate": the keys requested, by asset, sorted. A
question of freshness has "policy", "madeMs" and "nowMs"; its answer is the state, in small letters.
"""

import json
import sys
from contextlib import ExitStack
from datetime import datetime, timedelta, timezone
from unittest import mock
from zoneinfo import ZoneInfo

import dagster as dg
from dagster._core.definitions.asset_checks.asset_check_evaluation import (
    AssetCheckEvaluationTargetMaterializationData,
)
from dagster._core.definitions.asset_key import AssetCheckKey
from dagster._core.definitions.data_version import DATA_VERSION_TAG
from dagster._core.definitions.declarative_automation.automation_condition import AutomationResult
from dagster._core.definitions.declarative_automation.serialized_objects import (
    AutomationConditionCursor,
    get_serializable_true_subset,
)
from dagster._core.definitions.freshness_evaluator import FRESHNESS_EVALUATORS_BY_POLICY_TYPE
from dagster._core.events import (
    AssetMaterializationPlannedData,
    DagsterEvent,
    DagsterEventType,
    StepMaterializationData,
)
from dagster._core.storage.dagster_run import DagsterRunStatus
from dagster._core.test_utils import create_run_for_test, freeze_time

C = dg.AutomationCondition


def cursor_of(result):
    """What an evaluation remembers, without what only the user interface shows: that takes most of the time."""
    return AutomationConditionCursor(
        previous_requested_subset=get_serializable_true_subset(result.true_subset),
        effective_timestamp=result._context.evaluation_time.timestamp(),
        last_event_id=result._context.max_storage_id,
        node_cursors_by_unique_id=result.get_child_node_cursors(),
        result_value_hash="",
    )


AutomationResult.get_new_cursor = cursor_of
AutomationResult.__repr__ = object.__repr__


def condition(given):
    kind = given["kind"]
    if kind in ("on-cron", "cron-tick-passed", "all-deps-updated-since-cron"):
        return getattr(C, kind.replace("-", "_"))(given["cron"], given["timezone"])
    if kind == "in-latest-time-window":
        lookback = given.get("lookbackMs")
        return C.in_latest_time_window(timedelta(milliseconds=lookback) if lookback else None)
    if kind in ("and", "or"):
        first, *rest = [condition(each) for each in given["of"]]
        for each in rest:
            first = first & each if kind == "and" else first | each
        return first
    if kind == "not":
        return ~condition(given["of"])
    if kind == "newly-true":
        return condition(given["of"]).newly_true()
    if kind == "since-last-handled":
        return condition(given["of"]).since_last_handled()
    if kind == "since":
        return condition(given["of"]).since(condition(given["reset"]))
    if kind in ("any-deps", "all-deps"):
        found = getattr(C, kind.replace("-", "_") + "_match")(condition(given["of"]))
        if given.get("only") is not None:
            found = found.allow(dg.AssetSelection.assets(*given["only"]))
        return found.ignore(dg.AssetSelection.assets(*given["except"])) if given["except"] else found
    if kind in ("any-checks", "all-checks"):
        method = getattr(C, kind.replace("-", "_") + "_match")
        return method(condition(given["of"]), blocking_only=given["blockingOnly"])
    return getattr(C, kind.replace("-", "_"))()


def partitions(definition):
    if definition is None:
        return None
    if definition["kind"] == "static":
        return dg.StaticPartitionsDefinition(definition["keys"])
    if definition["kind"] == "dynamic":
        return dg.DynamicPartitionsDefinition(name=definition["name"])
    if definition["kind"] == "multi":
        dimensions = definition["dimensions"].items()
        return dg.MultiPartitionsDefinition({name: partitions(each) for name, each in dimensions})
    zone = ZoneInfo(definition["timezone"])
    return dg.TimeWindowPartitionsDefinition(
        start=datetime.fromtimestamp(definition["startMs"] / 1000, zone),
        fmt=definition["format"],
        cron_schedule=definition["cron"],
        timezone=definition["timezone"],
    )


def mapping(given):
    if given is None:
        return None
    if given["kind"] == "all":
        return dg.AllPartitionMapping()
    return dg.TimeWindowPartitionMapping(
        start_offset=given["startOffset"],
        end_offset=given["endOffset"],
        allow_nonexistent_upstream_partitions=given["allowNonexistent"],
    )


def declare(asset, spaces, version):
    key = asset["key"]
    spec = dict(
        deps=[dg.AssetDep(dep["key"], partition_mapping=mapping(dep.get("mapping"))) for dep in asset["deps"]],
        partitions_def=spaces[asset["partitions"]] if asset.get("partitions") is not None else None,
    )
    if asset.get("external"):
        return dg.AssetSpec(key, **spec)
    given = asset.get("condition")
    checks = [dg.AssetCheckSpec(c["name"], asset=key, blocking=c["blocking"]) for c in asset.get("checks", [])]

    @dg.asset(
        name=key,
        automation_condition=condition(given) if given else None,
        code_version=version,
        check_specs=checks or None,
        **spec,
    )
    def body():
        return None

    return body


class Timeline:
    def __init__(self, given):
        self.given = given
        self.spaces = [partitions(each) for each in given["partitions"]]
        self.versions = {asset["key"]: asset.get("codeVersion") for asset in given["assets"]}
        self.instance = dg.DagsterInstance.ephemeral()
        self.runs = {}
        self.made = 0
        self.added = {}
        # Asked for with every subset; the answer is looked up here and not in a database.
        self.instance.get_dynamic_partitions = (
            lambda partitions_def_name: self.added.get(partitions_def_name, [])
        )
        self.cursor = None
        self.defs = None

    def load(self):
        self.defs = dg.Definitions(
            assets=[declare(each, self.spaces, self.versions[each["key"]]) for each in self.given["assets"]]
        )

    def report(self, kind, data, run_id):
        self.instance.report_dagster_event(
            DagsterEvent(event_type_value=kind.value, event_specific_data=data, job_name="job"), run_id=run_id
        )

    def start(self, event):
        keys = frozenset(dg.AssetKey(each["asset"]) for each in event["plans"])
        run = create_run_for_test(
            self.instance, job_name="job", status=DagsterRunStatus.STARTED, asset_selection=keys
        )
        self.runs[event["run"]] = run
        for plan in event["plans"]:
            for key in plan["keys"]:
                self.report(
                    DagsterEventType.ASSET_MATERIALIZATION_PLANNED,
                    AssetMaterializationPlannedData(dg.AssetKey(plan["asset"]), partition=key or None),
                    run.run_id,
                )

    def make(self, event):
        run = self.runs.get(event.get("run"))
        for key in event["keys"]:
            self.made += 1
            tags = {DATA_VERSION_TAG: event.get("version") or str(self.made)}
            made = dg.AssetMaterialization(event["asset"], partition=key or None, tags=tags)
            if run is None:
                self.instance.report_runless_asset_event(made)
            else:
                self.report(
                    DagsterEventType.ASSET_MATERIALIZATION, StepMaterializationData(made), run.run_id
                )

    def end(self, event):
        run = self.runs[event["run"]]
        kind = DagsterEventType.RUN_SUCCESS if event["passed"] else DagsterEventType.RUN_FAILURE
        self.report(kind, None, run.run_id)

    def verdict(self, event):
        key = dg.AssetKey(event["asset"])
        latest = self.instance.get_latest_materialization_event(key)
        record = self.instance.fetch_materializations(key, limit=1).records if latest else []
        target = [
            AssetCheckEvaluationTargetMaterializationData(
                storage_id=each.storage_id, run_id=each.run_id, timestamp=each.timestamp
            )
            for each in record
        ]
        self.instance.report_runless_asset_event(
            dg.AssetCheckEvaluation(
                asset_key=key,
                check_name=event["check"],
                passed=event["passed"],
                target_materialization_data=target[0] if target else None,
            )
        )

    def observe(self, event):
        for key in event["keys"]:
            self.instance.report_runless_asset_event(dg.AssetObservation(event["asset"], partition=key or None))

    def evaluate(self, at):
        if self.defs is None:
            self.load()
        result = dg.evaluate_automation_conditions(
            defs=self.defs, instance=self.instance, evaluation_time=at, cursor=self.cursor
        )
        self.cursor = result.cursor
        answer = {}
        for each in result.results:
            requested = result.get_requested_partitions(each.key) if not isinstance(each.key, AssetCheckKey) else set()
            if requested:
                answer[each.key.to_user_string()] = sorted(key or "" for key in requested)
        return answer

    def play(self):
        answers = []
        for event in self.given["events"]:
            at = datetime.fromtimestamp(event["atMs"] / 1000, timezone.utc)
            with freeze_time(at):
                what = event["do"]
                if what == "evaluate":
                    answers.append(self.evaluate(at))
                elif what == "wipe":
                    self.instance.wipe_assets([dg.AssetKey(event["asset"])])
                elif what == "add":
                    self.instance.add_dynamic_partitions(event["name"], event["keys"])
                    self.added[event["name"]] = [*self.added.get(event["name"], []), *event["keys"]]
                elif what == "code":
                    self.versions[event["asset"]] = event["version"]
                    self.defs = None
                else:
                    getattr(self, what)(event)
        return answers


def freshness(question):
    given = question["policy"]
    if given["kind"] == "cron":
        policy = dg.FreshnessPolicy.cron(
            deadline_cron=given["deadlineCron"],
            lower_bound_delta=timedelta(milliseconds=given["lowerBoundMs"]),
            timezone=given["timezone"],
        )
    else:
        warn = given.get("warnMs")
        policy = dg.FreshnessPolicy.time_window(
            fail_window=timedelta(milliseconds=given["failMs"]),
            warn_window=timedelta(milliseconds=warn) if warn else None,
        )
    made = question.get("madeMs")
    entry = mock.Mock(last_materialization=None if made is None else mock.Mock(timestamp=made / 1000))
    evaluator = FRESHNESS_EVALUATORS_BY_POLICY_TYPE[type(policy)]()

    async def record(*_):
        return mock.Mock(asset_entry=entry)

    with ExitStack() as stack:
        stack.enter_context(freeze_time(question["nowMs"] / 1000))
        stack.enter_context(mock.patch("dagster._core.definitions.freshness_evaluator.AssetRecord.gen", record))
        node = mock.Mock(freshness_policy_or_from_metadata=policy)
        return run(evaluator.evaluate_freshness(None, node)).value.lower()


def run(coroutine):
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    raise RuntimeError("a policy waits for something")


def main():
    question = json.load(sys.stdin)
    json.dump(
        {
            "timelines": [Timeline(each).play() for each in question["timelines"]],
            "freshness": [freshness(each) for each in question["freshness"]],
        },
        sys.stdout,
    )


main()
