/** `sluice_prefect/run.py`: Running steps within a flow. */
export const runModule: string = String
  .raw`"""Runs steps within a flow: upstream first, by priority, with an honest verdict."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping, Sequence
from queue import SimpleQueue
from typing import Any

from prefect import get_run_logger
from prefect.futures import PrefectFuture
from prefect.runtime import flow_run
from prefect.states import Cancelled, Completed, Failed, State

from .graph import Plan, Read, Step, Unit
from .hooks import Job, tell
from .rules import EARLY, FAILED, MADE, SKIPPED, UPSTREAM_FAILED, judge
from .steps import CIRCUITS, RUNS, StepError
from .ticks import Tick
from .undo import Undoing

# A range says as much as a list of more keys than this, in fewer words.
SHORT_LIST = 3


class Project:
    """All steps of a project, and what holds for all of them."""

    def __init__(
        self, *, workers: int, pools: Mapping[str, int], hook: Sequence[str] = ()
    ) -> None:
        self.workers = workers
        # The command that calls a hook of a job.
        self.hook = list(hook)
        self.pools = dict(pools)
        self.steps: dict[str, Step] = {}

    def add(self, step: Step) -> None:
        """Adds a step; those that it reads must be there already."""
        self.steps[step.name] = step

    def run(
        self,
        names: Sequence[str] | None = None,
        *,
        partition: str | list[str] | None = None,
        tick: Tick | None = None,
        defaults: Mapping[str, Any] | None = None,
        config: Mapping[str, Any] | None = None,
        outputs: Mapping[str, list[str]] | None = None,
        tags: Mapping[str, str] | None = None,
        partitions_per_task: int | None = None,
        workers: int | None = None,
        job: Job | None = None,
        undoes: bool = True,
        at: int | None = None,
    ) -> State:
        """Runs steps, all by default, and gives the state that the flow has come to."""
        now = _scheduled() if at is None else at
        wanted: Any = partition
        if tick is not None and not partition:
            now = tick.instant_of(now)
            if not tick.counts(now) or tick.is_missed(now):
                return Cancelled(name="Skipped", message="This tick does not count.")
            tick.wait(now)
            wanted = {tick.partitions: tick.with_passed_over(now)}
        return self._run(
            Plan(self._choose(names), now),
            wanted,
            config={**(defaults or {}), **(config or {})},
            outputs=outputs,
            tags=tags,
            partitions_per_task=partitions_per_task,
            workers=workers,
            job=job,
            undoes=undoes,
        )

    def backfill(
        self,
        first: str | None,
        last: str | None,
        partitions: list[str] | None,
        *,
        steps: list[str] | None = None,
        config: Mapping[str, Any] | None = None,
        partitions_per_task: int | None = None,
    ) -> State:
        """Makes the partitions from the first to the last, those given, or all."""
        chosen = self._choose(steps)
        wanted: Any = partitions or {"all": True}
        if first is not None or last is not None:
            if first is None or last is None or partitions:
                raise ValueError("Give first and last, or partitions, or none of them.")
            wanted = f"{first}...{last}"
        return self._run(
            Plan(chosen, _scheduled()),
            wanted,
            config=config or {},
            partitions_per_task=partitions_per_task,
        )

    def _run(
        self,
        plan: Plan,
        wanted: Any,
        *,
        config: Mapping[str, Any],
        outputs: Mapping[str, list[str]] | None = None,
        tags: Mapping[str, str] | None = None,
        partitions_per_task: int | None = None,
        workers: int | None = None,
        job: Job | None = None,
        undoes: bool = True,
    ) -> State:
        plan.choose(wanted)
        if plan.places and not any(plan.places.values()):
            return Cancelled(name="Skipped", message="There are no partitions yet.")
        request: dict[str, Any] = {"version": 1, "atMs": plan.now}
        if tags:
            request["tags"] = dict(tags)
        if job is not None and job.hears_of_steps:
            request["job"] = job.name
        dynamic_keys = plan.dynamic_keys()
        if dynamic_keys:
            request["dynamicKeys"] = dynamic_keys
        loop = _Loop(self, plan, request, config, outputs or {})
        if workers is not None:
            loop.workers = min(workers, self.workers)
        run_id = str(flow_run.id)
        try:
            units = plan.units(partitions_per_task)
            facts = {"runId": run_id, "tags": dict(tags or {})}
            if job is not None:
                tell(job, "onRunStart", self.hook, RUNS.open(run_id), facts)
            state = loop.run(units)
            is_stopped = RUNS.open(run_id).stopping.is_set()
            if undoes and state.is_failed() and not is_stopped:
                state = loop.undo(units, state)
            if job is not None:
                facts |= {"status": _status(state), "steps": loop.counts(units)}
                tell(job, "onRunEnd", self.hook, RUNS.open(run_id), facts)
            return state
        finally:
            RUNS.close(run_id)

    def _choose(self, names: Sequence[str] | None) -> list[Step]:
        if names is None:
            return list(self.steps.values())
        chosen = set(names)
        unknown = sorted(chosen - set(self.steps))
        if unknown:
            raise ValueError(f"There is no step {unknown[0]!r}.")
        return [step for name, step in self.steps.items() if name in chosen]


def _scheduled() -> int:
    """The instant for which the flow run was scheduled, epoch milliseconds."""
    return int(flow_run.scheduled_start_time.timestamp() * 1000)


class _Loop:
    """One run of some task runs."""

    def __init__(
        self,
        project: Project,
        plan: Plan,
        request: dict[str, Any],
        config: Mapping[str, Any],
        outputs: Mapping[str, list[str]],
    ) -> None:
        self._project = project
        # How many task runs go on at once.
        self.workers = project.workers
        self._plan = plan
        self._request = request
        self._config = config
        self._outputs = outputs
        self._ended: SimpleQueue[int] = SimpleQueue()
        self._futures: dict[int, PrefectFuture[Any]] = {}
        self._in_pool: Counter[str] = Counter()
        # How those have ended that have.
        self._ends: dict[int, str] = {}
        # The same, in the order in which they did.
        self._order: list[int] = []
        # What came of undoing.
        self._undone: Counter[str] = Counter()
        # What a short circuit upstream has cut off, with the reason.
        self._cut: dict[int, str] = {}

    def run(self, units: Sequence[Unit]) -> State:
        """Submits each task run once everything upstream has ended, by priority."""
        missing = [len({at for at, _ in unit.upstream}) for unit in units]
        readers: list[list[int]] = [[] for _ in units]
        for place, unit in enumerate(units):
            for above in {at for at, _ in unit.upstream}:
                readers[above].append(place)
        queued = {
            place
            for place, unit in enumerate(units)
            if not missing[place] or unit.step.trigger_rule == "always"
        }
        ready = [_rank(units, place) for place in queued]
        heapq.heapify(ready)
        running = 0
        while ready or running:
            running += self._submit(units, ready, self.workers - running)
            place = self._ended.get()
            self._futures[place].wait()
            running -= 1
            self._in_pool[units[place].step.pool or ""] -= 1
            self._end(units, readers, place)
            for reader in readers[place]:
                missing[reader] -= 1
                if reader in queued:
                    continue
                if missing[reader] == 0 or self._runs_early(units, units[reader]):
                    queued.add(reader)
                    heapq.heappush(ready, _rank(units, reader))
        return self._verdict(units)

    def _end(
        self, units: Sequence[Unit], readers: Sequence[Sequence[int]], place: int
    ) -> None:
        """Notes how a task run has ended, and what it has cut off by that."""
        self._order.append(place)
        state = self._futures[place].state
        upstream = {self._ends.get(at) for at, _ in units[place].upstream}
        if state.is_completed():
            self._ends[place] = MADE
        elif state.name == "Skipped" or state.name in CIRCUITS.values():
            self._ends[place] = SKIPPED
        elif state.is_pending():
            is_bad = FAILED in upstream or UPSTREAM_FAILED in upstream
            self._ends[place] = UPSTREAM_FAILED if is_bad else SKIPPED
        else:
            self._ends[place] = FAILED
        if state.name not in CIRCUITS.values():
            return
        found = list(readers[place])
        while found:
            below = found.pop()
            if below in self._cut:
                continue
            self._cut[below] = f"cut off upstream: {state.message}"
            if state.name == CIRCUITS["all"]:
                found.extend(readers[below])

    def _runs_early(self, units: Sequence[Unit], unit: Unit) -> bool:
        rule = unit.step.trigger_rule
        return rule in EARLY and judge(rule, self._ends_for(units, unit)) == "run"

    def _ends_for(self, units: Sequence[Unit], unit: Unit) -> list[str]:
        """How those upstream of a task run have ended, as it sees them."""
        reads: dict[int, list[Read]] = {}
        for at, read in unit.upstream:
            reads.setdefault(at, []).append(read)
        return [
            SKIPPED
            if end == MADE and all(self._is_skipped(units, unit, at, r) for r in own)
            else end
            for at, own in reads.items()
            if (end := self._ends.get(at)) is not None
        ]

    def _submit(
        self, units: Sequence[Unit], ready: list[tuple[int, int]], free: int
    ) -> int:
        waiting: list[tuple[int, int]] = []
        started = 0
        while ready and started < free:
            rank = heapq.heappop(ready)
            pool = units[rank[1]].step.pool or ""
            if pool and self._in_pool[pool] >= self._project.pools[pool]:
                waiting.append(rank)
                continue
            self._in_pool[pool] += 1
            self._start(units, rank[1])
            started += 1
        for rank in waiting:
            heapq.heappush(ready, rank)
        return started

    def _start(self, units: Sequence[Unit], place: int) -> None:
        unit = units[place]
        request = self._request_of(unit)
        places = sorted({at for at, _ in unit.upstream})
        rule = unit.step.trigger_rule
        verdict = None if rule is None else judge(rule, self._ends_for(units, unit))
        if place in self._cut:
            request["skip"] = self._cut[place]
            places = []
        elif verdict == "skip":
            request["skip"] = f"its trigger rule {rule} is not met"
            places = []
        elif verdict == "run":
            places = [at for at in places if self._ends.get(at) == MADE]
        elif (skip := self._skip_of(units, unit)) is not None:
            request["skip"] = skip
        upstream = [self._futures[at] for at in places]
        future = unit.step.task.submit(request, wait_for=upstream)
        self._futures[place] = future
        future.add_done_callback(lambda _: self._ended.put(place))

    def _request_of(self, unit: Unit) -> dict[str, Any]:
        step = unit.step
        request = {**self._request, "step": step.name}
        keys = self._plan.keys(unit)
        if keys:
            is_run = unit.places == list(range(unit.places[0], unit.places[-1] + 1))
            is_plain = not self._plan.space(step.partitions).leaves
            is_known = "dynamicKeys" not in self._request
            if len(keys) > SHORT_LIST and is_run and is_plain and is_known:
                request["partitions"] = {"start": keys[0], "end": keys[-1]}
                request["count"] = len(keys)
            else:
                request["partitions"] = keys
        if step.name in self._outputs:
            request["outputs"] = self._outputs[step.name]
        if step.name in self._config:
            request["config"] = self._config[step.name]
        if step.code_versions:
            request["codeVersions"] = dict(step.code_versions)
        return request

    def _skip_of(self, units: Sequence[Unit], unit: Unit) -> str | None:
        """Why a step is skipped although all that it waits for went well."""
        for at, read in unit.upstream:
            if self._is_skipped(units, unit, at, read):
                return f"{read.asset} was skipped"
        return None

    def _is_skipped(
        self, units: Sequence[Unit], unit: Unit, at: int, read: Read
    ) -> bool:
        """Whether a step that is done has left out something that another reads."""
        state = self._futures[at].state
        if not state.is_completed() or read.asset is None:
            return False
        skipped = _data(state).get("skipped", {}).get(read.asset)
        return bool(skipped) and self._reads_any(units[at], unit, read, skipped)

    def _reads_any(
        self, above: Unit, unit: Unit, read: Read, skipped: Sequence[str | None]
    ) -> bool:
        if above.step.partitions is None:
            return True
        keys = self._plan.space(above.step.partitions).keys
        reader = self._plan.reader(unit.step, read)
        wanted = {keys[place] for own in unit.places for place in reader(own)}
        return not wanted.isdisjoint(skipped)

    def counts(self, units: Sequence[Unit]) -> dict[str, int]:
        """How many task runs came to which end, in the words of hooks."""
        ends = Counter(self._ends.values())
        undone, left = self._undone["undone"], self._undone["not undone"]
        counts = {
            "total": len(units),
            "success": ends[MADE] - undone - left,
            "failed": ends[FAILED],
            "skipped": ends[SKIPPED],
            "upstreamFailed": ends[UPSTREAM_FAILED],
        }
        told = {"undone": undone, "undoFailed": left}
        return {**counts, **{name: number for name, number in told.items() if number}}

    def undo(self, units: Sequence[Unit], failure: State) -> State:
        """Undoes what was made, and gives the failure with what came of that."""
        made = {
            place: found
            for place, end in self._ends.items()
            if end == MADE
            and units[place].step.undo is not None
            and (found := _data(self._futures[place].state).get("made"))
        }
        if not made:
            return failure
        undoing = Undoing(
            units,
            made=made,
            ended=self._order,
            request_of=self._request_of,
            pools=self._project.pools,
            workers=self.workers,
        )
        count = self._undone = undoing.run(self._first_error(units))
        told = ", ".join(f"{number} {what}" for what, number in count.items())
        return Failed(message=f"{failure.message} Then {told}.")

    def _first_error(self, units: Sequence[Unit]) -> dict[str, Any]:
        """What failed first."""
        for place in self._order:
            if self._ends[place] != FAILED:
                continue
            state = self._futures[place].state
            error = state.result(raise_on_failure=False)
            if isinstance(error, StepError) and error.error:
                return dict(error.error)
            message = state.message or f"{units[place].step.name} failed"
            return {"name": "Error", "message": message}
        return {"name": "Error", "message": "the run failed"}

    def _verdict(self, units: Sequence[Unit]) -> State:
        """Completed only when nothing has failed."""
        count: Counter[str] = Counter()
        failed: list[str] = []
        for place, unit in enumerate(units):
            state = self._futures[place].state
            if state.is_completed():
                count["done"] += 1
            elif self._ends.get(place) == SKIPPED and not state.is_pending():
                count["skipped"] += 1
            elif state.is_pending():
                count["not reached"] += 1
            elif state.is_cancelled() or state.is_cancelling():
                count["cancelled"] += 1
            else:
                count["failed"] += 1
                failed.append(f"{unit.step.name}: {state.message}")
        summary = ", ".join(f"{number} {what}" for what, number in count.items())
        get_run_logger().info("Steps: %s", summary or "none")
        if failed:
            return Failed(message=f"Steps: {summary}. {failed[0]}")
        if count["cancelled"]:
            return Cancelled(message=f"Steps: {summary}")
        return Completed(message=f"Steps: {summary or 'none'}")


def _status(state: State) -> str:
    if state.is_cancelled() or state.is_cancelling():
        return "canceled"
    return "success" if state.is_completed() else "failed"


def _rank(units: Sequence[Unit], place: int) -> tuple[int, int]:
    return -units[place].step.priority, place


def _data(state: State) -> dict[str, Any]:
    data = state.result(raise_on_failure=False)
    return data if isinstance(data, dict) else {}
`;
