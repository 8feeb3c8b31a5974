"""Reads literals and files as Python itself does, without running any of them."""

import ast
import functools
import json
import sys


@functools.cache
def constants(source):
    """Every text that is a constant of a file, which has to compile."""
    tree = ast.parse(source)
    compile(source, "exported", "exec")
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def points(text):
    """Texts go back as code points: no encoding on the way can hide a difference."""
    return [ord(character) for character in text]


def main():
    question = json.load(sys.stdin)
    values = [ast.literal_eval(literal) for literal in question["literals"]]
    files = question["files"]
    found = [set().union(*(constants(files[place]) for place in project)) for project in question["projects"]]
    wanted = question.get("wanted", [])
    answer = {
        "values": [points(value) for value in values],
        "constants": [] if wanted else [[points(text) for text in sorted(texts)] for texts in found],
        "missing": [place for place, text in enumerate(wanted) if not any(text in each for each in found[place])],
    }
    json.dump(answer, sys.stdout)


main()
