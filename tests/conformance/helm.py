"""Validates values against the schema of a chart, and finds the paths that its default values do not have."""

import json
import pathlib
import sys

import jsonschema
import yaml
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

KUBERNETES = (
    "https://raw.githubusercontent.com/yannh/kubernetes-json-schema/master/v1.19.0/_definitions.json"
)


def registry(folder):
    text = (folder / "kubernetes-definitions.json").read_text()
    definitions = json.loads(text)
    return Registry().with_resource(KUBERNETES, Resource(contents=definitions, specification=DRAFT7))


def unknown_paths(values, defaults, path):
    """The paths of values that the defaults lack. Below an empty or a missing default anything may stand."""
    if not isinstance(values, dict) or not isinstance(defaults, dict) or not defaults:
        return []
    found = []
    for key, value in values.items():
        if key in defaults:
            found += unknown_paths(value, defaults[key], [*path, key])
        else:
            found.append(".".join([*path, key]))
    return found


def merged(defaults, values):
    """As Helm merges: maps deeply, everything else is replaced."""
    if not isinstance(defaults, dict) or not isinstance(values, dict):
        return values
    result = dict(defaults)
    for key, value in values.items():
        result[key] = merged(defaults.get(key), value)
    return result


def main():
    question = json.load(sys.stdin)
    folder = pathlib.Path(question["folder"])
    answers = []
    for case in question["cases"]:
        chart = case["chart"]
        schema = json.loads((folder / f"{chart}.values.schema.json").read_text())
        validator = jsonschema.Draft7Validator(schema, registry=registry(folder))
        defaults = yaml.safe_load((folder / f"{chart}.values.yaml").read_text())
        found = validator.iter_errors(merged(defaults, case["values"]))
        errors = [f"{error.json_path}: {error.message[:300]}" for error in found]
        answers.append({"errors": errors, "unknown": unknown_paths(case["values"], defaults, [])})
    json.dump(answers, sys.stdout)


main()
