/** `sluice_prefect/mappings.py`: Which upstream partitions are read. */
export const mappingsModule: string = String
  .raw`"""Which upstream partitions a partition reads, by its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Union

from .partitions import Product, Space
from .windows import Windows, overlapping

# From the place of a partition to the places of the upstream partitions that it reads.
Reader = Callable[[int], Sequence[int]]


def _existing(keys: Sequence[str], space: Space) -> list[int]:
    """The places of those keys that exist."""
    places = (space.find(key) for key in keys)
    return sorted({place for place in places if place is not None})


@dataclass(frozen=True)
class Same:
    """The partition with the same key."""

    def resolve(self, downstream: Space, upstream: Space) -> Reader:
        """Finds keys upstream."""
        keys = downstream.keys
        return lambda place: _existing([keys[place]], upstream)


@dataclass(frozen=True)
class Every:
    """Every upstream partition."""

    def resolve(self, downstream: Space, upstream: Space) -> Reader:
        """All places."""
        everything = range(len(upstream.keys))
        return lambda place: everything


@dataclass(frozen=True)
class Last:
    """The last upstream partition."""

    def resolve(self, downstream: Space, upstream: Space) -> Reader:
        """The last place."""
        last = range(len(upstream.keys))[-1:]
        return lambda place: last


@dataclass(frozen=True)
class These:
    """Given upstream partitions."""

    keys: tuple[str, ...]

    def resolve(self, downstream: Space, upstream: Space) -> Reader:
        """The places of the given keys that exist."""
        given = _existing(self.keys, upstream)
        return lambda place: given


@dataclass(frozen=True)
class Table:
    """The upstream keys by downstream key, which is empty without partitions."""

    rows: dict[str, tuple[str, ...]] = field(hash=False)

    def resolve(self, downstream: Space, upstream: Space) -> Reader:
        """Looks rows up."""
        keys, rows = downstream.keys, self.rows
        return lambda place: _existing(rows.get(keys[place], ()), upstream)


@dataclass(frozen=True)
class Overlap:
    """The upstream windows that overlap a window whose ends are moved."""

    start_offset: int = 0
    end_offset: int = 0

    def resolve(self, downstream: Space, upstream: Space) -> Reader:
        """Looks for windows between the two ends."""
        windows, below, above = downstream.partitions, downstream.spans, upstream.spans
        assert isinstance(windows, Windows)

        def window(place: int, offset: int) -> tuple[int, int]:
            if 0 <= place + offset < len(below):
                return below[place + offset]
            return windows.moved(*below[place], offset)

        def read(place: int) -> Sequence[int]:
            by, until = self.start_offset, self.end_offset
            start = window(place, by)[0] if by <= 0 else window(place, by - 1)[1]
            end = window(place, until)[1] if until >= 0 else window(place, until + 1)[0]
            return overlapping(above, start, end)

        return read


@dataclass(frozen=True)
class ByDimension:
    """Each upstream dimension follows a downstream one by a rule of its own.

    Dimensions that are not named are read whole. A side without dimensions has one,
    named by the empty text.
    """

    links: tuple[tuple[str, str, Mapping], ...]

    def resolve(self, downstream: Space, upstream: Space) -> Reader:
        """Joins what is read along each dimension."""
        below = downstream.leaves or {"": downstream}
        above = upstream.leaves or {"": upstream}
        names = list(below)
        readers = {
            theirs: (names.index(ours), rule.resolve(below[ours], above[theirs]))
            for theirs, ours, rule in self.links
        }

        def read(place: int) -> Sequence[int]:
            own = downstream.places_of_cell(place) if downstream.leaves else [place]
            axes = [
                readers[name][1](own[readers[name][0]])
                if name in readers
                else range(len(leaf.keys))
                for name, leaf in above.items()
            ]
            return Product(upstream, axes) if upstream.leaves else axes[0]

        return read


Mapping = Union[Same, Every, Last, These, Table, Overlap, ByDimension]
`;
