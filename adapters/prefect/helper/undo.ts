/** `sluice_prefect/undo.py`: What a failed flow run has made is undone by the flow itself. */
export const undoModule: string = String
  .raw`"""Undoes what a flow run has made, against the order in which it was made."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from queue import SimpleQueue
from typing import Any

from prefect import get_run_logger
from prefect.futures import PrefectFuture

from .graph import Unit


class Undoing:
    """One compensation while it lasts: the latest end first, as far as edges allow."""

    def __init__(
        self,
        units: Sequence[Unit],
        *,
        made: Mapping[int, Sequence[Mapping[str, Any]]],
        ended: Sequence[int],
        request_of: Callable[[Unit], dict[str, Any]],
        pools: Mapping[str, int],
        workers: int,
    ) -> None:
        self._units = units
        # What is undone, by place.
        self._made = made
        self._order = {place: number for number, place in enumerate(ended)}
        self._request_of = request_of
        self._pools = pools
        self._workers = workers
        self._above = [sorted({at for at, _ in unit.upstream}) for unit in units]
        # How many of those that wait for a task run are not over.
        self._left = Counter(at for above in self._above for at in above)
        self._ready: list[tuple[int, int]] = []
        self._in_pool: Counter[str] = Counter()
        self._ended: SimpleQueue[int] = SimpleQueue()
        self._futures: dict[int, PrefectFuture[Any]] = {}

    def run(self, error: Mapping[str, Any]) -> Counter[str]:
        """Undoes all there is, and gives how many were undone and how many not."""
        count: Counter[str] = Counter()
        for place in range(len(self._units)):
            if not self._left[place]:
                self._reach(place)
        running = self._submit(error, self._workers)
        while running:
            place = self._ended.get()
            self._futures[place].wait()
            running -= 1
            unit = self._units[place]
            self._in_pool[unit.step.pool or ""] -= 1
            state = self._futures[place].state
            is_undone = state.is_completed() or state.name == "Skipped"
            count["undone" if is_undone else "not undone"] += 1
            if not is_undone:
                # The others are undone all the same.
                name = unit.step.name
                get_run_logger().error("%s is not undone: %s", name, state.message)
            self._pass(place)
            running += self._submit(error, self._workers - running)
        return count

    def _reach(self, place: int) -> None:
        """All that waits for a task run is over."""
        if place in self._made:
            heapq.heappush(self._ready, (-self._order[place], place))
        else:
            self._pass(place)

    def _pass(self, place: int) -> None:
        over = [place]
        while over:
            for above in self._above[over.pop()]:
                self._left[above] -= 1
                if self._left[above]:
                    continue
                if above in self._made:
                    self._reach(above)
                else:
                    over.append(above)

    def _submit(self, error: Mapping[str, Any], free: int) -> int:
        waiting: list[tuple[int, int]] = []
        started = 0
        while self._ready and started < free:
            rank = heapq.heappop(self._ready)
            pool = self._units[rank[1]].step.pool or ""
            if pool and self._in_pool[pool] >= self._pools[pool]:
                waiting.append(rank)
                continue
            self._in_pool[pool] += 1
            self._start(rank[1], error)
            started += 1
        for rank in waiting:
            heapq.heappush(self._ready, rank)
        return started

    def _start(self, place: int, error: Mapping[str, Any]) -> None:
        unit = self._units[place]
        made = list(self._made[place])
        request = self._request_of(unit)
        request["undo"] = {"error": dict(error), "made": made}
        keys = dict.fromkeys(one["partition"] for one in made if "partition" in one)
        for name in ("partitions", "count", "outputs", "config"):
            request.pop(name, None)
        if keys:
            request["partitions"] = list(keys)
        future = unit.step.undo.submit(request)
        self._futures[place] = future
        future.add_done_callback(lambda _: self._ended.put(place))
`;
