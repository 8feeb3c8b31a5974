"""Reads literals and files as Python itself does, without running any of them."""

import ast
import json
import sys


def constants(source):
    """Every text that is a constant of a file, and whether the file is ASCII and compiles."""
    tree = ast.parse(source)
    compile(source, "exported", "exec")
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def main():
    question = json.load(sys.stdin)
    values = [ast.literal_eval(literal) for literal in question["literals"]]
    found = [sorted({text for source in sources for text in constants(source)}) for sources in question["projects"]]
    # Texts go back as code points: no encoding on the way can hide a difference.
    points = [[ord(character) for character in value] for value in values]
    json.dump({"values": points, "constants": [[list(map(ord, text)) for text in texts] for texts in found]}, sys.stdout)


main()
