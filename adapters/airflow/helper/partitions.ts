/** The part of the helper by which tasks find their partitions. */

/** Classes, and the functions that these need. */
export const PARTITION_CLASSES: string = String
  .raw`class RunKey:
    """The partition key of the run."""

    def keys(self, run):
        key = getattr(run, "partition_key", None)
        if key is None:
            raise AirflowFailException(
                "This task makes partitions, and the run names none: give it a "
                'partition key, or the param "partitions".'
            )
        return [key]


class WindowKey(RunKey):
    """The window that the partition key of the run names, in Sluice's writing."""

    def __init__(self, *, read, write, zone, every_hour=False):
        self.read, self.write, self.zone = read, write, ZoneInfo(zone)
        self.every_hour = every_hour

    def keys(self, run):
        (key,) = super().keys(run)
        try:
            start = datetime.strptime(key, self.read)
        except ValueError:  # It is in Sluice's writing already.
            return [key]
        if start.tzinfo is None:
            start = start.replace(tzinfo=self.zone)
        return [self.format(start.astimezone(self.zone))]

    def format(self, start):
        repeated = self.every_hour and start.fold == 1
        return start.strftime(f"{self.write}%z" if repeated else self.write)


class IntervalStart(WindowKey):
    """The window that begins with the data interval of the run."""

    def __init__(self, *, write, zone, every_hour=False):
        super().__init__(read="", write=write, zone=zone, every_hour=every_hour)

    def keys(self, run):
        if run.data_interval_start is None:
            return super(WindowKey, self).keys(run)
        return [self.format(run.data_interval_start.astimezone(self.zone))]


class LastWindow(IntervalStart):
    """The last window of a cron that is over when the run is due."""

    def __init__(self, *, cron, write, zone, every_hour=False, end_offset=0):
        super().__init__(write=write, zone=zone, every_hour=every_hour)
        self.cron, self.end_offset = cron, end_offset

    def keys(self, run):
        from croniter import croniter

        due = (run.logical_date or run.run_after).astimezone(self.zone)
        local = due.replace(tzinfo=None)
        ticks = croniter(self.cron, local + timedelta(seconds=1))
        start = ticks.get_prev(datetime)
        steps = self.end_offset - 1
        for _ in range(abs(steps)):
            start = ticks.get_prev(datetime) if steps < 0 else ticks.get_next(datetime)
        if self.every_hour:
            elapsed = due.astimezone(timezone.utc) + (start - local)
            return [self.format(elapsed.astimezone(self.zone))]
        return [self.format(first_instant(start, self.zone))]


def first_instant(local, zone):
    """A local time as an instant: the second of two, the end of the gap for none."""
    second = local.replace(tzinfo=zone, fold=1)
    first = local.replace(tzinfo=zone, fold=0)
    if first.utcoffset() >= second.utcoffset():
        return second
    instant = first.astimezone(timezone.utc)
    minute = timedelta(minutes=1)
    while (instant - minute).astimezone(zone).utcoffset() == second.utcoffset():
        instant -= minute
    return instant.astimezone(zone)


class DueWindow(RunKey):
    """The window that is over when the clock's run is due; else that of the key."""

    def __init__(self, *, key, last):
        self.key, self.last = key, last

    def keys(self, run):
        return (self.last if run_type(run) == "scheduled" else self.key).keys(run)


def run_type(run):
    return str(getattr(run.run_type, "value", run.run_type))


class AllWindows:
    """All windows from the first one to the last that is over."""

    def __init__(self, first, last):
        self.first, self.last = first, last

    def keys(self, run):
        (last,) = self.last.keys(run)
        return {"start": self.first, "end": last}


class Keys:
    """Always the same keys."""

    def __init__(self, *keys):
        self.fixed = list(keys)

    def keys(self, run):
        return self.fixed


class Cells:
    """The cells of several dimensions, in the order of their names."""

    def __init__(self, *dimensions):
        self.dimensions = dimensions

    def keys(self, run):
        axes = [dimension.keys(run) for dimension in self.dimensions]
        if not any(isinstance(axis, dict) for axis in axes):
            return ["|".join(cell) for cell in itertools.product(*axes)]
        ends = [axis if isinstance(axis, dict) else edges(axis) for axis in axes]
        return {end: "|".join(each[end] for each in ends) for end in ("start", "end")}


def edges(keys):
    return {"start": keys[0], "end": keys[-1]}`;
