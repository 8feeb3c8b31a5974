"""Maps sets of partition keys with Dagster's partition mappings.

Reads {"dynamicKeys", "cases", "pairs"}, with definitions and mappings as Sluice writes them. A case has "nowMs",
"downstream", "upstream", "mapping", "downstreamSets" and "upstreamSets"; the answer has the keys of both sides, for
each downstream set the upstream keys and the keys that are required but do not exist, and for each upstream set the
downstream keys. A pair has "downstream", "upstream" and "mapping"; the answer is whether Dagster accepts it.
"""

import json
import sys
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

import dagster as dg
from dagster._core.definitions.partitions.context import partition_loading_context
from dagster._core.definitions.partitions.utils.mapping import infer_partition_mapping


def instant(ms, zone):
    return None if ms is None else datetime.fromtimestamp(ms / 1000, ZoneInfo(zone))


def partitions(definition):
    if definition["kind"] == "static":
        return dg.StaticPartitionsDefinition(definition["keys"])
    if definition["kind"] == "dynamic":
        return dg.DynamicPartitionsDefinition(name=definition["name"])
    if definition["kind"] == "multi":
        return dg.MultiPartitionsDefinition(
            {name: partitions(dimension) for name, dimension in definition["dimensions"].items()}
        )
    zone = definition["timezone"]
    return dg.TimeWindowPartitionsDefinition(
        start=instant(definition["startMs"], zone),
        end=instant(definition.get("endMs"), zone),
        fmt=definition["format"],
        cron_schedule=definition["cron"],
        timezone=zone,
        end_offset=definition["endOffset"],
        exclusions=[
            each if isinstance(each, str) else instant(each, zone) for each in definition["exclusions"]
        ]
        or None,
    )


def mapping(given):
    kind = given["kind"]
    if kind == "identity":
        return dg.IdentityPartitionMapping()
    if kind == "all":
        return dg.AllPartitionMapping()
    if kind == "last":
        return dg.LastPartitionMapping()
    if kind == "specific":
        return dg.SpecificPartitionsPartitionMapping(given["keys"])
    if kind == "static":
        return dg.StaticPartitionMapping(given["downstreamByUpstream"])
    if kind == "time-window":
        return dg.TimeWindowPartitionMapping(
            start_offset=given["startOffset"],
            end_offset=given["endOffset"],
            allow_nonexistent_upstream_partitions=given["allowNonexistent"],
        )
    if kind == "multi-to-single":
        return dg.MultiToSingleDimensionPartitionMapping(given.get("dimension"))
    return dg.MultiPartitionMapping(
        {
            name: dg.DimensionPartitionMapping(follows["dimension"], mapping(follows["mapping"]))
            for name, follows in given["upstream"].items()
        }
    )


def subset(definition, keys):
    return definition.empty_subset().with_partition_keys(keys)


def answer(question, instance):
    down = partitions(question["downstream"])
    up = partitions(question["upstream"])
    now = datetime.fromtimestamp(question["nowMs"] / 1000, timezone.utc)
    given = question.get("mapping")
    rule = infer_partition_mapping(mapping(given) if given else None, down, up)
    with partition_loading_context(now, instance):
        upstream = []
        for keys in question["downstreamSets"]:
            result = rule.get_upstream_mapped_partitions_result_for_partitions(subset(down, keys), down, up)
            upstream.append(
                {
                    "existing": list(result.partitions_subset.get_partition_keys()),
                    "missing": list(result.required_but_nonexistent_partition_keys),
                }
            )
        downstream = [
            list(rule.get_downstream_partitions_for_partitions(subset(up, keys), up, down).get_partition_keys())
            for keys in question["upstreamSets"]
        ]
        return {
            "mapping": type(rule).__name__,
            "downstreamKeys": list(down.get_partition_keys()),
            "upstreamKeys": list(up.get_partition_keys()),
            "upstream": upstream,
            "downstream": downstream,
        }


def accepts(pair):
    down = partitions(pair["downstream"])
    up = partitions(pair["upstream"])
    try:
        given = pair.get("mapping")
        rule = infer_partition_mapping(mapping(given) if given else None, down, up)
        rule.validate_partition_mapping(up, down)
        return True
    except Exception:
        return False


def main():
    question = json.load(sys.stdin)
    with dg.DagsterInstance.ephemeral() as instance:
        for name, keys in question["dynamicKeys"].items():
            instance.add_dynamic_partitions(name, keys)
        answers = [answer(each, instance) for each in question["cases"]]
    json.dump({"cases": answers, "pairs": [accepts(each) for each in question["pairs"]]}, sys.stdout)


main()
