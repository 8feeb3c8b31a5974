"""Lists partition keys and cron ticks with Dagster.

Reads {"definitions": [{"options", "nowMs"}], "crons": [{"cron", "timezone", "atMs", "count"}]}. Local times are texts
without a zone. Writes, in the same order, for a definition its keys (count, first, last, the SHA-256 of all, and all
when they are few), and for a cron the ticks at and after an instant and those at and before it, in milliseconds, or
null when the text is refused. {"error"} stands for what fails or takes too long.
"""

import hashlib
import itertools
import json
import signal
import sys
from datetime import datetime, timezone

import dagster as dg
from dagster._core.instance import DagsterInstance
from dagster._utils.schedules import cron_string_iterator, is_valid_cron_string, reverse_cron_string_iterator

FEW = 64
MOST_SECONDS = 5


class TooSlow(Exception):
    pass


def give_up(signum, frame):
    raise TooSlow


signal.signal(signal.SIGALRM, give_up)


def within_time(run):
    signal.alarm(MOST_SECONDS)
    try:
        return run()
    except Exception as error:
        return {"error": type(error).__name__}
    finally:
        signal.alarm(0)



def naive(text):
    return None if text is None else datetime.fromisoformat(text)


def exclusion(text):
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text


def windows(options):
    shared = {
        "timezone": options.get("timezone"),
        "end_offset": options.get("endOffset", 0),
        "exclusions": [exclusion(each) for each in options.get("exclusions", [])] or None,
    }
    offsets = {"minuteOffset": "minute_offset", "hourOffset": "hour_offset", "dayOffset": "day_offset"}
    given = {python: options[name] for name, python in offsets.items() if name in options}
    start, end, fmt = naive(options["start"]), naive(options.get("end")), options.get("keyFormat")
    if options["kind"] == "cron":
        return dg.TimeWindowPartitionsDefinition(
            start=start, end=end, fmt=fmt, cron_schedule=options["cron"], **shared
        )
    definition = {
        "hour": dg.HourlyPartitionsDefinition,
        "day": dg.DailyPartitionsDefinition,
        "week": dg.WeeklyPartitionsDefinition,
        "month": dg.MonthlyPartitionsDefinition,
    }[options["kind"]]
    return definition(start_date=start, end_date=end, fmt=fmt, **given, **shared)


def partitions(options):
    if options["kind"] == "static":
        return dg.StaticPartitionsDefinition(options["keys"])
    if options["kind"] == "dynamic":
        return dg.DynamicPartitionsDefinition(name=options["name"])
    if options["kind"] == "multi":
        return dg.MultiPartitionsDefinition(
            {name: partitions(each) for name, each in options["dimensions"].items()}
        )
    return windows(options)


def list_keys(case, instance):
    definition = partitions(case["options"])
    now = datetime.fromtimestamp(case["nowMs"] / 1000, timezone.utc)
    keys = list(definition.get_partition_keys(current_time=now, dynamic_partitions_store=instance))
    digest = hashlib.sha256("\n".join(keys).encode()).hexdigest()
    answer = {"count": len(keys), "first": keys[:1], "last": keys[-1:], "sha256": digest}
    return {**answer, "keys": [str(key) for key in keys]} if len(keys) <= FEW else answer


def list_ticks(case):
    cron, zone, at = case["cron"], case["timezone"], case["atMs"] / 1000
    if not is_valid_cron_string(cron):
        return None

    def first(iterate):
        ticks = itertools.islice(iterate(at, cron, zone), case["count"])
        return [round(tick.timestamp() * 1000) for tick in ticks]

    return {
        "ahead": within_time(lambda: first(cron_string_iterator)),
        "behind": within_time(lambda: first(reverse_cron_string_iterator)),
    }


question = json.load(sys.stdin)
with DagsterInstance.ephemeral() as instance:
    for name, keys in question["dynamicKeys"].items():
        for key in keys:
            instance.add_dynamic_partitions(name, [key])
    answer = {
        "definitions": [within_time(lambda: list_keys(case, instance)) for case in question["definitions"]],
        "crons": [list_ticks(case) for case in question["crons"]],
    }
json.dump(answer, sys.stdout)
