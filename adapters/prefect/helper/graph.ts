/** `sluice_prefect/graph.py`: Steps, and which of their partitions a flow run makes. */
export const graphModule: string = String.raw`"""The steps of a project, and how a flow runs some of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from prefect.tasks import Task

from .mappings import Mapping as Rule
from .mappings import Reader
from .partitions import Dynamic, Partitions, Space


@dataclass(frozen=True)
class Read:
    """Something that a step waits for: a step, its asset, and which partitions."""

    step: str
    asset: str | None = None
    rule: Rule | None = None


@dataclass(frozen=True)
class Step:
    """A step, and the task that runs it."""

    name: str
    task: Task[..., Any]
    reads: tuple[Read, ...] = ()
    partitions: Partitions | None = None
    code_versions: Mapping[str, str] = field(default_factory=dict)
    # How many partitions one task takes; None for all.
    partitions_per_task: int | None = 1
    # Its partitions read earlier ones of its own.
    sequential: bool = False
    pool: str | None = None
    priority: int = 0
    trigger_rule: str | None = None
    # Undoes what it has made in a flow run that failed.
    undo: Task[..., Any] | None = None


@dataclass
class Unit:
    """One task run to be: a step with some of its partitions, by place."""

    step: Step
    places: list[int]
    upstream: list[tuple[int, Read]]


class Plan:
    """Which partitions of which steps a flow run makes."""

    def __init__(self, steps: Sequence[Step], now: int) -> None:
        self.steps = {step.name: step for step in steps}
        self.now = now
        self._spaces: dict[Partitions | None, Space] = {}
        self._readers: dict[tuple[str, Read], Reader] = {}
        self.places: dict[str, list[int]] = {}

    def space(self, partitions: Partitions | None) -> Space:
        """The partitions of a definition at the instant of the plan."""
        if partitions not in self._spaces:
            self._spaces[partitions] = Space(partitions, self.now)
        return self._spaces[partitions]

    def reader(self, step: Step, read: Read) -> Reader:
        """Which upstream partitions are read."""
        key = (step.name, read)
        if key not in self._readers:
            below = self.space(step.partitions)
            above = self.space(self.steps[read.step].partitions)
            rule = read.rule
            everything = range(len(above.keys))
            self._readers[key] = (
                rule.resolve(below, above) if rule else lambda place: everything
            )
        return self._readers[key]

    def choose(self, wanted: Any) -> None:
        """Settles the partitions of every step.

        The first steps take what is wanted, steps with the same partitions the same,
        and others what reads partitions of these. What is wanted is a key, "A...B", a
        list of keys, {"last": instants}, {"latest": True} or {"all": True}.
        """
        is_all = isinstance(wanted, dict) and bool(wanted.get("all"))
        roots: dict[Partitions, list[int]] = {}
        for step in self.steps.values():
            if step.partitions is None:
                continue
            if step.partitions in roots and not is_all:
                self.places[step.name] = roots[step.partitions]
                continue
            mapped = None if is_all else self._mapped(step)
            if mapped is None:
                mapped = _places(self.space(step.partitions), wanted, step.name)
                roots[step.partitions] = mapped
            self.places[step.name] = mapped

    def _mapped(self, step: Step) -> list[int] | None:
        reads = [read for read in step.reads if self._is_chosen(step, read)]
        if not reads:
            return None
        chosen = [
            (self.reader(step, read), set(self.places[read.step])) for read in reads
        ]
        return [
            place
            for place in range(len(self.space(step.partitions).keys))
            if any(not places.isdisjoint(reader(place)) for reader, places in chosen)
        ]

    def _is_chosen(self, step: Step, read: Read) -> bool:
        return read.step != step.name and read.step in self.places

    def units(self, partitions_per_task: int | None) -> list[Unit]:
        """The task runs, upstream first."""
        units: list[Unit] = []
        unit_of: dict[str, dict[int, int]] = {}
        for step in self.steps.values():
            places = self.places.get(step.name, [0])
            if step.partitions is not None and not places:
                continue
            size = partitions_per_task or step.partitions_per_task or len(places)
            own = unit_of.setdefault(step.name, {})
            for at in range(0, len(places), size):
                chunk = places[at : at + size]
                upstream = self._upstream(step, chunk, unit_of)
                if step.sequential and at > 0:
                    upstream.append((len(units) - 1, Read(step.name)))
                own.update((place, len(units)) for place in chunk)
                units.append(Unit(step, chunk, upstream))
        return units

    def _upstream(
        self, step: Step, places: list[int], unit_of: dict[str, dict[int, int]]
    ) -> list[tuple[int, Read]]:
        upstream: dict[tuple[int, Read], None] = {}
        for read in step.reads:
            made = unit_of.get(read.step)
            if made is None or read.step == step.name:
                continue
            reader = self.reader(step, read)
            if len(made) == 1 and self.steps[read.step].partitions is None:
                upstream[(made[0], read)] = None
                continue
            for place in places:
                for above in reader(place):
                    if above in made:
                        upstream[(made[above], read)] = None
        return list(upstream)

    def keys(self, unit: Unit) -> list[str]:
        """The partition keys of a task run; none without partitions."""
        if unit.step.partitions is None:
            return []
        keys = self.space(unit.step.partitions).keys
        return [keys[place] for place in unit.places]

    def last_keys(self) -> list[str]:
        """The keys that were chosen for the first step with partitions."""
        for name, places in self.places.items():
            keys = self.space(self.steps[name].partitions).keys
            return [keys[place] for place in places]
        return []

    def dynamic_keys(self) -> dict[str, list[str]]:
        """The keys of every dynamic definition that steps of this plan have."""
        found: dict[str, list[str]] = {}
        for step in self.steps.values():
            for leaf in _leaves(step.partitions):
                if isinstance(leaf, Dynamic):
                    found[leaf.name] = leaf.keys(self.now)
        return found


def _leaves(partitions: Partitions | None) -> list[Any]:
    return [leaf for _, leaf in getattr(partitions, "dimensions", [("", partitions)])]


def _places(space: Space, wanted: Any, step: str) -> list[int]:
    if wanted is None or wanted == []:
        raise ValueError(
            f"{step} has partitions: say which, by the parameter partition."
        )
    if isinstance(wanted, dict):
        instants = wanted.get("last")
        if instants:
            return sorted({place for at in instants for place in space.last_at(at)})
        is_all = wanted.get("all") or not space.has_windows
        return list(range(len(space.keys))) if is_all else space.last()
    if isinstance(wanted, str):
        first, dots, last = wanted.partition("...")
        places = list(space.between(first, last)) if dots else [space.place_of(wanted)]
        if not places:
            raise ValueError(f"The range {wanted!r} is empty: its end comes first.")
        return places
    return sorted({space.place_of(key) for key in wanted})
`;
