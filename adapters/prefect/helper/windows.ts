/** `sluice_prefect/windows.py`: Windows of time. */
export const windowsModule: string = String
  .raw`"""Windows of time: which there are at an instant, and their keys.

All instants are epoch milliseconds.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import cached_property
from zoneinfo import ZoneInfo

DAY_MS = 86_400_000
EPOCH = datetime(1970, 1, 1)
# As long as the rarest weekday of 29 February.
SEARCH_MS = 41 * 366 * DAY_MS
FIRST_DAY = date(1000, 1, 1)
LAST_DAY = date(9999, 12, 30)


class Cron:
    """A cron text of five plain fields: lists of numbers, *, L, L5 and 1#2.

    When both days are set, either is enough.
    """

    def __init__(self, text: str) -> None:
        minutes, hours, days, months, weekdays = text.split()
        self.minutes = _numbers(minutes, range(60))
        self.hours = _numbers(hours, range(24))
        self.months = set(_numbers(months, range(1, 13)))
        self.every_hour = len(self.hours) == 24
        self.times = [
            hour * 60 + minute for hour in self.hours for minute in self.minutes
        ]
        self._days = None if days == "*" else days.split(",")
        self._weekdays = None if weekdays == "*" else weekdays.split(",")

    def ticks_on(self, day: date) -> bool:
        """Whether it ticks on a day of the calendar."""
        if day.month not in self.months:
            return False
        if self._days is None and self._weekdays is None:
            return True
        return any(_is_day(item, day) for item in self._days or ()) or any(
            _is_weekday(item, day) for item in self._weekdays or ()
        )


def _numbers(field_text: str, values: range) -> list[int]:
    if field_text == "*":
        return list(values)
    return sorted({int(item) for item in field_text.split(",")})


def _is_day(item: str, day: date) -> bool:
    if item == "L":
        return (day + timedelta(days=1)).month != day.month
    return int(item) == day.day


def _is_weekday(item: str, day: date) -> bool:
    weekday = day.isoweekday() % 7
    if item.startswith("L"):
        return int(item[1:]) == weekday and (day + timedelta(days=7)).month != day.month
    if "#" in item:
        number, nth = item.split("#")
        return int(number) == weekday and (day.day - 1) // 7 + 1 == int(nth)
    return int(item) == weekday


class Cadence:
    """A cron in a zone.

    Crons of every hour follow elapsed time, the others the wall clock: a time that
    does not exist ticks at the first instant after the gap, and one that exists twice
    ticks the second time.
    """

    def __init__(self, cron: str, zone: str) -> None:
        self.cron = Cron(cron)
        self.zone = ZoneInfo(zone)

    def ticks_of(self, day: date) -> list[int]:
        """The ticks whose wall times are on a day, in ascending order."""
        if not self.cron.ticks_on(day):
            return []
        midnight = datetime(day.year, day.month, day.day)
        start = self._instant(midnight, 0)
        if self._is_even(midnight, start):
            return [start + minute * 60_000 for minute in self.cron.times]
        ticks: set[int] = set()
        for hour in self.cron.hours:
            for minute in self.cron.minutes:
                ticks.update(self._instants(midnight.replace(hour=hour, minute=minute)))
        return sorted(ticks)

    def _is_even(self, midnight: datetime, start: int) -> bool:
        """Whether the clock is not set on a day, which is nearly always so."""
        following = self._instant(midnight + timedelta(days=1), 0)
        return following - start == DAY_MS and self._instant(midnight, 1) == start

    def forward(self, from_ms: int) -> Iterator[int]:
        """The ticks at and after an instant."""
        day = _day_of(from_ms) - timedelta(days=2)
        latest = from_ms - 1
        while day < LAST_DAY:
            for tick in self.ticks_of(day):
                if tick > latest:
                    latest = tick
                    yield tick
            day += timedelta(days=1)

    def backward(self, before_ms: int) -> Iterator[int]:
        """The ticks before an instant, the last first."""
        day = _day_of(before_ms) + timedelta(days=2)
        earliest = before_ms
        while day > FIRST_DAY:
            for tick in reversed(self.ticks_of(day)):
                if tick < earliest:
                    earliest = tick
                    yield tick
            day -= timedelta(days=1)

    def next(self, instant_ms: int) -> int:
        """The first tick after an instant."""
        return next(self.forward(instant_ms + 1))

    def has(self, instant_ms: int) -> bool:
        """Whether it ticks at an instant."""
        return next(self.forward(instant_ms), None) == instant_ms

    def _instants(self, wall: datetime) -> Sequence[int]:
        early = self._instant(wall, 0)
        late = self._instant(wall, 1)
        if early == late:
            return (early,)
        if early < late:
            return (early, late) if self.cron.every_hour else (late,)
        return () if self.cron.every_hour else (self._change_between(late, early),)

    def _instant(self, wall: datetime, fold: int) -> int:
        offset = wall.replace(tzinfo=self.zone, fold=fold).utcoffset()
        return _milliseconds(wall - (offset or timedelta(0)) - EPOCH)

    def _change_between(self, low: int, high: int) -> int:
        """The instant at which the clock is set forward."""
        before = self.offset_at(low)
        while high - low > 1:
            middle = (low + high) // 2
            if self.offset_at(middle) == before:
                low = middle
            else:
                high = middle
        return high

    def repeat_of(self, instant_ms: int) -> int | None:
        """The second instant at which the wall clock shows the same."""
        local = self.local_at(instant_ms)
        again = self._instant(local.replace(tzinfo=None), 1)
        return again if local.fold == 0 and again > instant_ms else None

    def offset_at(self, instant_ms: int) -> timedelta:
        """What the wall clock is ahead of UTC."""
        return self.local_at(instant_ms).utcoffset() or timedelta(0)

    def local_at(self, instant_ms: int) -> datetime:
        """What the wall clock shows."""
        utc = (EPOCH + timedelta(milliseconds=instant_ms)).replace(tzinfo=timezone.utc)
        return utc.astimezone(self.zone)


def instant(text: str) -> int:
    """The instant that an ISO 8601 text with an offset names."""
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return _milliseconds(moment.astimezone(timezone.utc).replace(tzinfo=None) - EPOCH)


def _day_of(instant_ms: int) -> date:
    return (EPOCH + timedelta(milliseconds=instant_ms)).date()


def _milliseconds(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)


@dataclass(frozen=True)
class Windows:
    """Windows between the ticks of a cron, from a start on."""

    cron: str
    timezone: str
    start: str
    key_format: str
    end: str | None = None
    # Windows added after the last one, or left out before it.
    end_offset: int = 0
    # Windows that start at a tick of one of these crons, or at one of these instants.
    excluding: tuple[str, ...] = ()
    excluding_starts: tuple[str, ...] = ()

    @cached_property
    def cadence(self) -> Cadence:
        """The ticks at which windows begin and end."""
        return Cadence(self.cron, self.timezone)

    @cached_property
    def _excluded_by(self) -> list[Cadence]:
        return [Cadence(cron, self.timezone) for cron in self.excluding]

    @cached_property
    def _excluded_at(self) -> set[int]:
        return {instant(text) for text in self.excluding_starts}

    @cached_property
    def _start(self) -> int:
        return instant(self.start)

    @cached_property
    def _end(self) -> int | None:
        return None if self.end is None else instant(self.end)

    def spans(self, now: int) -> list[tuple[int, int]]:
        """The start and the end of every window that exists at an instant."""
        bounds = self._bounds(now)
        if bounds is None:
            return []
        first, last = bounds
        spans: list[tuple[int, int]] = []
        start: int | None = None
        for tick in self.cadence.forward(first):
            if start is not None and not self._is_excluded(start):
                spans.append((start, tick))
            if tick > last:
                break
            start = tick
        return spans

    def keys(self, now: int) -> list[str]:
        """The keys of the windows that exist at an instant."""
        return [self.key_of(start) for start, _ in self.spans(now)]

    def key_of(self, start: int) -> str:
        """The key of the window that begins at an instant."""
        local = self.cadence.local_at(start)
        key = local.strftime(self.key_format)
        is_second = local.fold == 1 and self.cadence.cron.every_hour
        return key + local.strftime("%z") if is_second and not self._has_offset else key

    @property
    def _has_offset(self) -> bool:
        return "%z" in self.key_format.replace("%%", "")

    def moved(self, start: int, end: int, offset: int) -> tuple[int, int]:
        """The window a number of windows after the one from a start to an end."""
        if offset > 0:
            later = self._from(end, offset - 1)
            start = end if later is None else later
        elif offset < 0:
            earlier = self._until(start, -offset - 1)
            start = start if earlier is None else earlier
        else:
            return start, end
        return start, self.cadence.next(start)

    def _is_excluded(self, start: int) -> bool:
        return start in self._excluded_at or any(
            cadence.has(start) for cadence in self._excluded_by
        )

    def _bounds(self, now: int) -> tuple[int, int] | None:
        first = self._from(self._start, 0)
        if first is None or (self._end is not None and self._end <= self._start):
            return None
        limit = now
        if self.end_offset > 0:
            limit = self._from(now, self.end_offset)
        elif self.end_offset < 0:
            limit = self._until(now, -self.end_offset - 1)
        if limit is None or self.cadence.next(first) > limit:
            return None
        last = self._last(now)
        return first, first if last is None else max(first, last)

    def _last(self, now: int) -> int | None:
        if self.end_offset == 0:
            return self._until(now if self._end is None else min(now, self._end), 0)
        if self.end_offset < 0:
            by_now = self._until(now, -self.end_offset)
        else:
            complete = self._until(now, 0)
            by_now = None
            if complete is not None:
                by_now = self._from(self.cadence.next(complete), self.end_offset - 1)
        by_end = None if self._end is None else self._until(self._end, 0)
        if by_end is None or by_now is None:
            return by_now
        return min(by_end, by_now)

    def _from(self, instant: int, n: int) -> int | None:
        """The start of the n-th window, from 0, of those from an instant on."""
        limit = instant + SEARCH_MS
        for tick in self.cadence.forward(instant):
            if tick > limit:
                return None
            if self._is_excluded(tick):
                continue
            if n == 0:
                return tick
            n -= 1
            limit = tick + SEARCH_MS
        return None

    def _until(self, instant: int, n: int) -> int | None:
        """The start of the n-th window back, from 0, of those that ended by then."""
        ticks = self.cadence.backward(instant + 1)
        limit = instant - SEARCH_MS
        if next(ticks, None) is None:
            return None
        for tick in ticks:
            if tick < limit:
                return None
            if self._is_excluded(tick):
                continue
            if n == 0:
                return tick
            n -= 1
            limit = tick - SEARCH_MS
        return None


def overlapping(spans: Sequence[tuple[int, int]], start: int, end: int) -> range:
    """The places of the windows that overlap a span of time."""
    first = bisect_left(spans, start, key=lambda span: span[1] - 1)
    return range(first, max(first, bisect_left(spans, end, key=lambda span: span[0])))
`;
