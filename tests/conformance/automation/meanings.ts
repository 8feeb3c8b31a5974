/** What conditions that are made of others mean, written out as Dagster's documentation states it. */
import type { AutomationCondition } from "../../../src/model/automation/condition.ts";

type Given = AutomationCondition;

function plain(kind: string): Given {
  return { kind } as Given;
}

function all(...of: readonly Given[]): Given {
  return { kind: "and", of };
}

function any(...of: readonly Given[]): Given {
  return { kind: "or", of };
}

function not(of: Given): Given {
  return { kind: "not", of };
}

function deps(kind: "any-deps" | "all-deps", of: Given): Given {
  return { kind, of, only: undefined, except: [] };
}

const LATEST: Given = { kind: "in-latest-time-window", lookbackMs: undefined };

/** One step of what a condition means; undefined for one that means itself. */
export function meaningOf(given: Given): Given | undefined {
  const tick = (): Given =>
    "cron" in given ? { kind: "cron-tick-passed", cron: given.cron, timezone: given.timezone } : given;
  const handled = (of: Given): Given => ({ kind: "since-last-handled", of });
  switch (given.kind) {
    case "eager":
      return all(
        LATEST,
        handled(any(plain("newly-missing"), plain("any-deps-updated"))),
        not(plain("any-deps-missing")),
        not(plain("any-deps-in-progress")),
        not(plain("in-progress")),
      );
    case "on-missing":
      return all(LATEST, handled(plain("newly-missing")), not(plain("any-deps-missing")));
    case "on-cron":
      return all(LATEST, handled(tick()), { ...given, kind: "all-deps-updated-since-cron" });
    case "all-deps-updated-since-cron":
      return deps(
        "all-deps",
        any({ kind: "since", of: plain("newly-updated"), reset: tick() }, plain("will-be-requested")),
      );
    case "since-last-handled": {
      const reset = any(plain("newly-requested"), plain("newly-updated"), plain("initial-evaluation"));
      return { kind: "since", of: given.of, reset };
    }
    case "newly-missing":
      return { kind: "newly-true", of: plain("missing") };
    case "in-progress":
      return any(plain("run-in-progress"), plain("backfill-in-progress"));
    case "any-deps-updated": {
      const updated = all(plain("newly-updated"), not(plain("executed-with-root-target")));
      return deps("any-deps", any(updated, plain("will-be-requested")));
    }
    case "any-deps-missing":
      return deps("any-deps", all(plain("missing"), not(plain("will-be-requested"))));
    case "any-deps-in-progress":
      return deps("any-deps", plain("in-progress"));
  }
}
