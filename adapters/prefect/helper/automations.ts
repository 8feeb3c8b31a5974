/** `sluice_prefect/automations.py`: Assets that are made by themselves. */
export const automationsModule: string = String
  .raw`"""Assets that are made by themselves, and assets that must not grow too old.

What is known of assets are their events on the server, for as long as it keeps them.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from prefect import get_run_logger
from prefect.client.orchestration import get_client
from prefect.events.filters import (
    EventFilter,
    EventNameFilter,
    EventOccurredFilter,
    EventResourceFilter,
)
from prefect.events.schemas.events import Event
from prefect.states import Cancelled, Completed, Failed, State

from .graph import Plan
from .run import Project
from .steps import SCHEME
from .windows import Cadence

MADE = "prefect.asset.materialization.succeeded"
# The longest time for which events are looked through.
LONGEST = timedelta(days=400)


@dataclass(frozen=True)
class When:
    """When an asset is made by itself: eager, on-cron or on-missing."""

    kind: str
    asset: str
    upstream: tuple[str, ...] = ()
    cron: str = ""
    timezone: str = "UTC"

    def is_due(self, last: Sequence[str]) -> bool:
        """Whether it is to be made now; last names its last partitions."""
        if self.kind == "on-cron":
            cadence = Cadence(self.cron, self.timezone)
            tick = _moment(next(cadence.backward(int(time.time() * 1000) + 1)))
            updated = all(_last_made(asset, tick) for asset in self.upstream)
            return updated and _last_made(self.asset, tick) is None
        upstream = [_last_made(asset) for asset in self.upstream]
        if self.kind == "on-missing":
            return all(upstream) and not _has_been_made(self.asset, last)
        own = _last_made(self.asset)
        changed = [event.occurred for event in upstream if event is not None]
        return bool(changed) and (own is None or own.occurred < max(changed))


def make_when_due(
    project: Project,
    steps: Sequence[str],
    when: When,
    *,
    config: Mapping[str, Any] | None = None,
    outputs: Mapping[str, list[str]] | None = None,
) -> State:
    """Makes an asset when it is due; with windows of time, its last one."""
    now = int(time.time() * 1000)
    plan = Plan([project.steps[name] for name in steps], now)
    plan.choose({"latest": True})
    keys = plan.last_keys()
    if plan.places and not keys:
        return Cancelled(name="Skipped", message="There are no partitions yet.")
    if not when.is_due(keys):
        return Cancelled(name="Skipped", message="The asset is not due.")
    return project.run(
        steps, partition=keys or None, config=config, outputs=outputs, at=now
    )


def require_fresh(asset: str, fail_seconds: float, warn_seconds: float = 0) -> State:
    """Failed when an asset was not made within a span of time up to now."""
    now = datetime.now(timezone.utc)
    made = _last_made(asset, now - timedelta(seconds=fail_seconds))
    if made is None:
        return Failed(message=f"{asset} was not made within {fail_seconds:g} s.")
    age = (now - made.occurred).total_seconds()
    if warn_seconds and age > warn_seconds:
        get_run_logger().warning("%s was made %d s ago", asset, age)
    return Completed(message=f"{asset} was made {age:.0f} s ago.")


def _moment(instant_ms: int) -> datetime:
    return datetime.fromtimestamp(instant_ms / 1000, timezone.utc)


def _events(asset: str, since: datetime | None, limit: int) -> list[Event]:
    earliest = since or datetime.now(timezone.utc) - LONGEST
    wanted = EventFilter(
        event=EventNameFilter(name=[MADE]),
        resource=EventResourceFilter(id=[SCHEME + asset]),
        occurred=EventOccurredFilter(since=earliest),
    )
    with get_client(sync_client=True) as client:
        return list(client.read_events(wanted, limit=limit).events)


def _last_made(asset: str, since: datetime | None = None) -> Event | None:
    """The newest event of an asset that was made; None when there is none."""
    return next(iter(_events(asset, since, 1)), None)


def _has_been_made(asset: str, keys: Sequence[str]) -> bool:
    events = _events(asset, None, 50)
    if not keys:
        return bool(events)
    made: set[Any] = set()
    for event in events:
        made.update(event.payload.get("partitions") or [event.payload.get("partition")])
    return made.issuperset(keys)
`;
