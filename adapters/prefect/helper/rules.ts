/** `sluice_prefect/rules.py`: Trigger rules, decided by the flow itself. */
export const rulesModule: string = String
  .raw`"""What must have become of the tasks upstream for a task to run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

# How a task ends, for those that wait for it.
MADE, FAILED, UPSTREAM_FAILED, SKIPPED = "made", "failed", "upstream_failed", "skipped"

# Rules that do not wait for the rest once they say that the task runs.
EARLY = {"one_success", "one_failed", "one_done", "always"}


def judge(rule: str, ends: Sequence[str]) -> str:
    """What becomes of a task whose upstream tasks have ended like this.

    One of "run", "skip" and "fail"; the order of the ends does not matter. For early
    rules "run" holds already when only some have ended.
    """
    count = Counter(ends)
    made, skipped = count[MADE], count[SKIPPED]
    bad = count[FAILED] + count[UPSTREAM_FAILED]
    if not ends:
        return "run"
    match rule:
        case "all_success":
            return "fail" if bad else "skip" if skipped else "run"
        case "all_failed":
            return "skip" if made or skipped else "run"
        case "all_done_min_one_success":
            return "skip" if skipped else "run" if made else "fail"
        case "all_skipped":
            return "skip" if made or bad else "run"
        case "one_success":
            return "run" if made else "fail" if bad else "skip"
        case "one_failed":
            return "run" if bad else "skip"
        case "one_done":
            return "run" if made or count[FAILED] else "skip"
        case "none_failed":
            return "fail" if bad else "run"
        case "none_failed_min_one_success":
            return "fail" if bad else "run" if made else "skip"
        case "none_skipped":
            return "skip" if skipped else "run"
        case _:  # all_done, always
            return "run"
`;
