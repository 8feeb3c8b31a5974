"""How the steps of this project are started."""

from pathlib import Path

from .sluice.steps import Steps

PROJECT = Path(__file__).parents[2]

steps = Steps(command=["sluice"], module="definitions.ts", project=PROJECT)
