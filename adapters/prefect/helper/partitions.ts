/** `sluice_prefect/partitions.py`: Partitions of every kind. */
export const partitionsModule: string = String
  .raw`"""Partitions of every kind: the keys that exist at an instant, in order."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Union

from prefect.variables import Variable

from .windows import Windows


@dataclass(frozen=True)
class Names:
    """A fixed list of names."""

    names: tuple[str, ...]

    def keys(self, now: int) -> list[str]:
        """The names."""
        return list(self.names)


@dataclass(frozen=True)
class Dynamic:
    """Names that are added and removed at run time: a list in a Prefect variable."""

    name: str
    variable: str

    def keys(self, now: int) -> list[str]:
        """The names that there are."""
        return [str(name) for name in Variable.get(self.variable, default=[])]


Leaf = Union[Windows, Names, Dynamic]


@dataclass(frozen=True)
class Cells:
    """The product of dimensions; keys join theirs, in this order, by |."""

    dimensions: tuple[tuple[str, Leaf], ...]

    def keys(self, now: int) -> list[str]:
        """The keys of all cells."""
        return [
            "|".join(parts)
            for parts in product(*(leaf.keys(now) for _, leaf in self.dimensions))
        ]


Partitions = Union[Leaf, Cells]


class Space:
    """The partitions of a definition that exist at an instant, numbered in order.

    Without a definition there is one, the empty text.
    """

    def __init__(self, partitions: Partitions | None, now: int) -> None:
        self.partitions = partitions
        self.spans = partitions.spans(now) if isinstance(partitions, Windows) else []
        self.leaves = (
            {name: Space(leaf, now) for name, leaf in partitions.dimensions}
            if isinstance(partitions, Cells)
            else {}
        )
        if partitions is None:
            self.keys = [""]
        elif isinstance(partitions, Windows):
            self.keys = [partitions.key_of(start) for start, _ in self.spans]
        elif isinstance(partitions, Cells):
            parts = product(*(leaf.keys for leaf in self.leaves.values()))
            self.keys = ["|".join(part) for part in parts]
        else:
            self.keys = partitions.keys(now)
        self.places = {key: place for place, key in enumerate(self.keys)}

    def place_of(self, key: str) -> int:
        """The place of a key; ValueError for one that does not exist."""
        place = self.places.get(key)
        if place is None:
            raise ValueError(f"There is no partition {key!r}. {self._describe()}")
        return place

    def between(self, first: str, last: str) -> list[int]:
        """The places from one key to another; the product of ranges of dimensions."""
        if not self.leaves:
            return list(range(self.place_of(first), self.place_of(last) + 1))
        self.place_of(first)
        self.place_of(last)
        ranges = [
            leaf.between(low, high)
            for leaf, low, high in zip(
                self.leaves.values(), first.split("|"), last.split("|")
            )
        ]
        return [self.cell(places) for places in product(*ranges)]

    def cell(self, places: tuple[int, ...]) -> int:
        """The place of a cell by its places along the dimensions."""
        cell = 0
        for leaf, place in zip(self.leaves.values(), places):
            cell = cell * len(leaf.keys) + place
        return cell

    def places_of_cell(self, cell: int) -> list[int]:
        """The places along the dimensions of a cell."""
        places: list[int] = []
        for leaf in reversed(self.leaves.values()):
            cell, place = divmod(cell, len(leaf.keys))
            places.append(place)
        return places[::-1]

    def last(self) -> list[int]:
        """The last partition; of several dimensions every cell of the last windows."""
        if not self.keys:
            return []
        if not self.leaves:
            return [len(self.keys) - 1]
        ranges = [
            leaf.last()
            if isinstance(leaf.partitions, Windows)
            else range(len(leaf.keys))
            for leaf in self.leaves.values()
        ]
        return [self.cell(places) for places in product(*ranges)]

    def _describe(self) -> str:
        if not self.keys:
            return "There are no partitions at this time."
        return f"Keys run from {self.keys[0]!r} to {self.keys[-1]!r}."
`;
