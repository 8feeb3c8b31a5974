/** Rules and channels, held to what they may say. */
import { EVENT_KINDS } from "../../model/events/event.ts";
import { SluiceError } from "../../model/issue.ts";
import { quote } from "../../model/quote.ts";
import { didYouMean } from "../../model/suggest.ts";
import {
  FUNCTION,
  isRecord,
  LIST,
  nameGiven,
  RECORD,
  requireOptions,
  type Shape,
  type Shapes,
  TEXT,
  TEXTS,
} from "../../model/validate/options.ts";
import { SEVERITY } from "../stream/severity.ts";
import type { AlertOptions, AlertRule } from "./contract.ts";

const DELAY: Shape = {
  is: "a number of milliseconds from 0",
  fits: (value) => Number.isFinite(value) && Number(value) >= 0,
};
const OPTIONS: Shapes<AlertOptions> = Object.freeze({
  channels: RECORD,
  rules: LIST,
  onError: FUNCTION,
  clock: RECORD,
});
const RULE: Shapes<AlertRule> = Object.freeze({
  name: TEXT,
  on: TEXTS,
  atLeast: SEVERITY,
  jobs: TEXTS,
  to: TEXTS,
  groupMs: DELAY,
  repeatMs: DELAY,
});

/** Throws MONITOR_INVALID for the first thing that is wrong. */
export function checkAlertOptions(options: AlertOptions): void {
  const of = { what: "createAlerts()", code: "MONITOR_INVALID", path: ["alerts"] } as const;
  requireOptions(options, OPTIONS, { ...of, needed: ["channels", "rules"] });
  for (const [name, channel] of Object.entries<unknown>(options.channels)) {
    if (isRecord(channel) && typeof channel.send === "function") continue;
    throw wrong(["channels", name], `The channel ${quote(name)} is ${nameGiven(channel)} without send().`);
  }
  const names = new Set<string>();
  for (const [place, rule] of options.rules.entries()) {
    checkRule(rule, place, options);
    if (names.has(rule.name)) {
      throw wrong(
        ["rules", rule.name],
        `There are two rules ${quote(rule.name)}.`,
        "Give each its own name.",
      );
    }
    names.add(rule.name);
  }
}

function checkRule(rule: AlertRule, place: number, { channels }: AlertOptions): void {
  const path = ["alerts", "rules", String(place)];
  requireOptions(rule, RULE, {
    what: `The rule ${place + 1} of createAlerts()`,
    code: "MONITOR_INVALID",
    path,
    needed: ["name", "to"],
  });
  const { name } = rule;
  if (rule.to.length === 0) throw wrong(["rules", name], `The rule ${quote(name)} tells nobody.`);
  const known = Object.keys(channels);
  const stranger = rule.to.find((channel) => !known.includes(channel));
  if (stranger !== undefined) {
    const hint = didYouMean(stranger, known) ?? `There are ${known.join(", ") || "no channels"}.`;
    throw wrong(
      ["rules", name, "to"],
      `The rule ${quote(name)} names a channel ${quote(stranger)} that is not there.`,
      hint,
    );
  }
  const events = Object.keys(EVENT_KINDS);
  const unknown = rule.on?.find((type) => !events.includes(type));
  if (unknown === undefined) return;
  throw wrong(
    ["rules", name, "on"],
    `The rule ${quote(name)} looks at events ${quote(unknown)}, which there are none of.`,
    didYouMean(unknown, events),
  );
}

function wrong(path: readonly string[], message: string, hint?: string): SluiceError {
  return new SluiceError({
    code: "MONITOR_INVALID",
    message,
    path: ["alerts", ...path],
    ...(hint !== undefined && { hint }),
  });
}
