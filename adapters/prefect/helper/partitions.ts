/** `sluice_prefect/partitions.py`: Partitions of every kind. */
export const partitionsModule: string = String
  .raw`"""Partitions of every kind: the keys that exist at an instant, in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any, Union

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


Partitions = Union[Leaf, Cells]


class Space:
    """The partitions of a definition that exist at an instant, numbered in order.

    Without a definition there is one, the empty text.
    """

    def __init__(self, partitions: Partitions | None, now: int) -> None:
        self.partitions = partitions
        self.now = now
        self.spans = partitions.spans(now) if isinstance(partitions, Windows) else []
        self.leaves = (
            {name: Space(leaf, now) for name, leaf in partitions.dimensions}
            if isinstance(partitions, Cells)
            else {}
        )
        self.keys: Sequence[str]
        if partitions is None:
            self.keys = [""]
        elif isinstance(partitions, Windows):
            self.keys = [partitions.key_of(start) for start, _ in self.spans]
        elif isinstance(partitions, Cells):
            self.keys = _CellKeys(self)
        else:
            self.keys = partitions.keys(now)
        self._places = (
            {} if self.leaves else {key: at for at, key in enumerate(self.keys)}
        )

    def find(self, key: str) -> int | None:
        """The place of a key; None for one that does not exist."""
        if not self.leaves:
            return self._places.get(key)
        parts = key.split("|")
        if len(parts) != len(self.leaves):
            return None
        places = [leaf.find(part) for leaf, part in zip(self.leaves.values(), parts)]
        return None if None in places else self.cell(places)

    def place_of(self, key: str) -> int:
        """The place of a key; ValueError for one that does not exist."""
        place = self.find(key)
        if place is None:
            raise ValueError(f"There is no partition {key!r}. {self._describe()}")
        return place

    def between(self, first: str, last: str) -> Sequence[int]:
        """The places from one key to another; the product of ranges of dimensions."""
        if not self.leaves:
            return range(self.place_of(first), self.place_of(last) + 1)
        self.place_of(first)
        self.place_of(last)
        ranges = [
            leaf.between(low, high)
            for leaf, low, high in zip(
                self.leaves.values(), first.split("|"), last.split("|")
            )
        ]
        return Product(self, ranges)

    def cell(self, places: Iterable[int]) -> int:
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

    @property
    def has_windows(self) -> bool:
        """Whether it, or one of its dimensions, is made of windows of time."""
        spaces = self.leaves.values() or [self]
        return any(isinstance(space.partitions, Windows) for space in spaces)

    def last_at(self, instant: int) -> list[int]:
        """The places of what was the last partition at an earlier instant."""
        if instant == self.now:
            return self.last()
        older = Space(self.partitions, instant)
        places = (self.find(older.keys[place]) for place in older.last())
        return [place for place in places if place is not None]

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
        return Product(self, ranges)

    def _describe(self) -> str:
        if not self.keys:
            return "There are no partitions at this time."
        return f"Keys run from {self.keys[0]!r} to {self.keys[-1]!r}."


class _CellKeys(Sequence[str]):
    """The keys of the cells of a space, made when they are asked for."""

    def __init__(self, space: Space) -> None:
        self._space = space

    def __len__(self) -> int:
        return prod(len(leaf.keys) for leaf in self._space.leaves.values())

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [self[at] for at in range(len(self))[place]]
        places = self._space.places_of_cell(range(len(self))[place])
        leaves = self._space.leaves.values()
        return "|".join(leaf.keys[at] for leaf, at in zip(leaves, places))


class Product(Sequence[int]):
    """The places of cells by their places along each dimension, made when asked for.

    Products of dimensions outgrow any list of them.
    """

    def __init__(self, space: Space, axes: Sequence[Sequence[int]]) -> None:
        self._space = space
        self._axes = axes

    def __len__(self) -> int:
        return prod(len(axis) for axis in self._axes)

    def __iter__(self) -> Iterator[int]:
        return map(self._space.cell, product(*self._axes))

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return [self[each] for each in range(len(self))[at]]
        rest = range(len(self))[at]
        places: list[int] = []
        for axis in reversed(self._axes):
            rest, place = divmod(rest, len(axis))
            places.append(axis[place])
        return self._space.cell(places[::-1])
`;
