"""Resolves selection texts over asset graphs with Dagster.

Reads a list of {"assets": [...], "texts": [...], "includeSources": bool}; writes for each graph and text the sorted
keys that Dagster selects, or null where its grammar refuses the text.
"""

import json
import sys

import dagster as dg
from dagster._core.definitions.antlr_asset_selection.antlr_asset_selection import AntlrAssetSelectionParser


def declare(asset):
    spec = dg.AssetSpec(
        key=dg.AssetKey(asset["key"].split("/")),
        deps=[dg.AssetKey(parent.split("/")) for parent in asset["parents"]],
        group_name=asset["group"],
        tags=asset["tags"],
        owners=asset["owners"],
        kinds=set(asset["kinds"]),
    )
    if asset["isExternal"]:
        return spec

    @dg.multi_asset(name="make_" + spec.key.to_python_identifier(), specs=[spec])
    def make():
        pass

    return make


def parse(text, include_sources):
    try:
        return AntlrAssetSelectionParser(text, include_sources).asset_selection
    except Exception:
        return None


def resolve(graph, text, include_sources):
    selection = parse(text, include_sources)
    if selection is None:
        return None
    return sorted(key.to_user_string() for key in selection.resolve(graph))


def answer(question):
    definitions = dg.Definitions(assets=[declare(asset) for asset in question["assets"]])
    graph = definitions.resolve_asset_graph()
    return [resolve(graph, text, question["includeSources"]) for text in question["texts"]]


json.dump([answer(question) for question in json.load(sys.stdin)], sys.stdout)
