/** `sluice_prefect/ticks.py`: Ticks of schedules. */
export const ticksModule: string = String
  .raw`"""What a schedule means by a tick, where Prefect fires at another instant."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from .windows import Cadence, Windows


@dataclass(frozen=True)
class Tick:
    """The ticks of a schedule, and which partitions one of them runs: last or all.

    Prefect fires a repeated wall time the first time and moves one that does not
    exist by the length of the gap. Here a repeated time counts the second time, and
    one that does not exist counts at the first instant after the gap.
    """

    crons: tuple[str, ...]
    timezone: str
    partitions: str = "last"
    catch_up: bool = False
    # Prefect fires no second time while the clock is set back, though the crons tick.
    pauses: bool = False
    # Only ticks at which one of these windows ends count.
    ends_of: Windows | None = None

    def instant_of(self, fired: int) -> int:
        """The tick that is meant by an instant at which Prefect has fired."""
        cadences = self._cadences()
        if any(cadence.has(fired) for cadence in cadences):
            return fired
        for cadence in cadences:
            again = cadence.repeat_of(fired)
            if again is not None and cadence.has(again):
                return again
        return max(next(cadence.backward(fired), fired) for cadence in cadences)

    def with_passed_over(self, tick: int) -> list[int]:
        """A tick, and those right before it at which Prefect fires nothing."""
        ticks = [tick]
        cadences = [each for each in self._cadences() if each.cron.every_hour]
        for cadence in cadences if self.pauses else []:
            for earlier in cadence.backward(tick):
                if cadence.local_at(earlier).fold == 0:
                    break
                ticks.append(earlier)
        return sorted(set(ticks))

    def is_missed(self, tick: int) -> bool:
        """Whether the next tick has come already, and missed ones are let go."""
        if self.catch_up:
            return False
        later = min(cadence.next(tick) for cadence in self._cadences())
        return later <= time.time() * 1000

    def counts(self, tick: int) -> bool:
        """Whether a window ends at a tick, where that is asked for."""
        if self.ends_of is None:
            return True
        spans = replace(self.ends_of, end_offset=0).spans(tick)
        return bool(spans) and spans[-1][1] == tick

    def wait(self, tick: int) -> None:
        """Waits for a tick that is still to come."""
        while (left := tick / 1000 - time.time()) > 0:
            time.sleep(min(left, 1.0))

    def _cadences(self) -> list[Cadence]:
        return [Cadence(cron, self.timezone) for cron in self.crons]
`;
