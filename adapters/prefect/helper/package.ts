/** `sluice_prefect/__init__.py`: What the package offers to flows. */
export const initModule: string = String.raw`"""What the flows of this project are made with."""

from .automations import When, make_when_due, require_fresh
from .graph import Read, Step
from .hooks import Job
from .mappings import ByDimension, Every, Last, Overlap, Same, Table, These
from .partitions import Cells, Dynamic, Names
from .run import Project
from .steps import may_retry, name_of_run, run_step
from .ticks import Tick
from .windows import Windows

__all__ = [
    "ByDimension",
    "Cells",
    "Dynamic",
    "Every",
    "Job",
    "Last",
    "Names",
    "Overlap",
    "Project",
    "Read",
    "Same",
    "Step",
    "Table",
    "These",
    "Tick",
    "When",
    "Windows",
    "make_when_due",
    "may_retry",
    "name_of_run",
    "require_fresh",
    "run_step",
]
`;
