"""Automation conditions joined by functions, where Dagster has operators."""

from collections.abc import Sequence
from functools import reduce
from operator import and_, or_

import dagster as dg


def both(*of: dg.AutomationCondition) -> dg.AutomationCondition:
    """All of them hold."""
    return reduce(and_, of)


def either(*of: dg.AutomationCondition) -> dg.AutomationCondition:
    """Any of them holds."""
    return reduce(or_, of)


def negated(of: dg.AutomationCondition) -> dg.AutomationCondition:
    """It does not hold."""
    return ~of


def newly_true(of: dg.AutomationCondition) -> dg.AutomationCondition:
    """It begins to hold."""
    return of.newly_true()


def since_last_handled(of: dg.AutomationCondition) -> dg.AutomationCondition:
    """It has held since the asset was last requested, made or first looked at."""
    return of.since_last_handled()


def since(
    of: dg.AutomationCondition, reset: dg.AutomationCondition
) -> dg.AutomationCondition:
    """From when the first held until the second does."""
    return of.since(reset)


def any_deps(
    of: dg.AutomationCondition,
    *,
    only: Sequence[dg.AssetKey] | None = None,
    but: Sequence[dg.AssetKey] = (),
) -> dg.AutomationCondition:
    """It holds of at least one of some upstream assets."""
    return _among(dg.AutomationCondition.any_deps_match(of), only, but)


def all_deps(
    of: dg.AutomationCondition,
    *,
    only: Sequence[dg.AssetKey] | None = None,
    but: Sequence[dg.AssetKey] = (),
) -> dg.AutomationCondition:
    """It holds of every one of some upstream assets."""
    return _among(dg.AutomationCondition.all_deps_match(of), only, but)


def _among(condition, only, but):
    if only is not None:
        condition = condition.allow(dg.AssetSelection.assets(*only))
    return condition.ignore(dg.AssetSelection.assets(*but)) if but else condition
