"""Loads exported projects, and tells what Prefect and the helper package make of them."""

import ast
import hashlib
import importlib.util
import json
import sys
import warnings

import yaml
from prefect import Flow, Task


def load(folder, place):
    name = f"exported_{place}"
    spec = importlib.util.spec_from_file_location(name, f"{folder}/flows.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def digest(keys):
    """What two lists of keys are compared by; of very long ones not every key."""
    text = "\n".join(keys if len(keys) <= 20_000 else [])
    return {
        "count": len(keys),
        "first": keys[0] if keys else None,
        "last": keys[-1] if keys else None,
        "hash": hashlib.sha256(text.encode()).hexdigest(),
    }


class Picked:
    """Some places of a list of keys."""

    def __init__(self, keys, places):
        self.keys, self.places = keys, places

    def __len__(self):
        return len(self.places)

    def __getitem__(self, at):
        return self.keys[self.places[at]]


def describe_task(task):
    assets = getattr(task, "assets", None) or []
    return {
        "name": task.name,
        "description": task.description,
        "retries": task.retries,
        "delays": task.retry_delay_seconds,
        "tags": sorted(task.tags),
        "version": task.version,
        "assets": [
            {
                "key": asset.key,
                "description": asset.properties and asset.properties.description,
                "owners": (asset.properties and asset.properties.owners) or [],
            }
            for asset in assets
        ],
        "upstream": sorted(asset.key for asset in task.asset_deps or []),
    }


def describe_steps(module, instants):
    from sluice_prefect.graph import Plan

    steps = list(module.PROJECT.steps.values())
    described = []
    plans = [Plan(steps, instant) for instant in instants]
    for step in steps:
        reads = []
        for read in step.reads:
            rows = []
            if step.partitions is not None:
                for plan in plans:
                    below = plan.space(step.partitions).keys
                    above = plan.space(plan.steps[read.step].partitions).keys
                    reader = plan.reader(step, read)
                    stride = max(1, len(below) // 10)
                    rows.append(
                        [
                            [below[place], digest(Picked(above, reader(place)))]
                            for place in range(0, len(below), stride)
                        ]
                    )
            reads.append({"step": read.step, "asset": read.asset, "rows": rows})
        described.append(
            {
                "name": step.name,
                "task": describe_task(step.task),
                "partitions": [
                    digest(plan.space(step.partitions).keys)
                    if step.partitions is not None
                    else None
                    for plan in plans
                ],
                "last": [
                    digest(
                        Picked(
                            plan.space(step.partitions).keys,
                            plan.space(step.partitions).last(),
                        )
                    )
                    if step.partitions is not None
                    else None
                    for plan in plans
                ],
                "reads": reads,
            }
        )
    return described


def literals(folder):
    """What the functions of a module give by name, as it stands in the file."""
    with open(f"{folder}/flows.py", "rb") as file:
        tree = ast.parse(file.read())
    found = {"defaults": {}, "metadata": {}, "tags": {}}
    for function in tree.body:
        if not isinstance(function, ast.FunctionDef):
            continue
        for keyword in function.body[0].value.keywords:
            if keyword.arg in found:
                found[keyword.arg][function.name] = ast.literal_eval(keyword.value)
    return found


def meant(questions):
    """Which tick a schedule means by each instant at which Prefect fires."""
    from sluice_prefect import Tick

    answers = []
    for question in questions:
        tick = Tick((question["cron"],), question["timezone"], pauses=True)
        meant = [tick.instant_of(fired) for fired in question["fired"]]
        covered = {each for own in meant for each in tick.with_passed_over(own)}
        answers.append(sorted(covered))
    return answers


def main():
    question = json.load(sys.stdin)
    sys.path.insert(0, question["projects"][0])
    import sluice_prefect.partitions as partitions

    class Variable:
        @staticmethod
        def get(name, default=None):
            return question["dynamicKeys"]

    partitions.Variable = Variable
    answers = []
    for place, folder in enumerate(question["projects"]):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            module = load(folder, place)
        flows = [value for value in vars(module).values() if isinstance(value, Flow)]
        tasks = [value for value in vars(module).values() if isinstance(value, Task)]
        answers.append(
            {
                "warnings": [str(warning.message) for warning in caught],
                "flows": {flow.name: flow.description for flow in flows},
                "taskCount": len(tasks),
                "literals": literals(folder),
                "steps": describe_steps(module, question["instants"]),
            }
        )
    answer = {
        "projects": answers,
        "yaml": [yaml.safe_load(text) for text in question["yaml"]],
        "ticks": meant(question["ticks"]),
    }
    print("\n" + json.dumps(answer))


main()
