/** `sluice audit`: who has asked for what. */
import { type AuditEntry, formatBy } from "../../../model/audit/audit.ts";
import { type Command, defineCommand } from "../../command.ts";
import { type Column, formatColumns } from "../../print/columns.ts";
import { formatInstant } from "../../print/number.ts";
import type { Page } from "../../print/page.ts";

const VERBS: readonly AuditEntry["verb"][] = [
  "run",
  "rerun",
  "compensate",
  "backfill",
  "cancel",
  "recover",
  "report",
  "wipe",
  "addPartitions",
  "removePartitions",
  "prune",
  "pause",
  "resume",
  "pauseTrigger",
  "resumeTrigger",
];

/** Lists who has started, canceled, paused or changed what. */
export const audit: Command = defineCommand({
  name: "audit",
  summary: "Lists who has started, canceled, paused or changed what, newest first",
  description: [
    "Reads the history in the folder; the module is not needed.",
    "An entry says what was asked for, by whom and through which door: cli, api, http, engine, schedule, sensor. Whether it was done is " +
    "in the record of what it is about.",
  ],
  takesModule: false,
  args: {},
  options: {
    actor: { type: "text", value: "NAME", summary: "Only what NAME has asked for" },
    via: {
      type: "text",
      value: "DOOR",
      summary: "Only what came through this door: cli, schedule, schedule:nightly",
    },
    verb: { type: "text", value: "VERB", summary: "Only this", choices: VERBS },
    before: {
      type: "count",
      least: 1,
      value: "SEQ",
      summary: "Only what is older than the entry of this number, for the next page",
    },
    limit: { type: "count", least: 1, value: "N", summary: "Shows at most N entries", default: "20" },
  },
  examples: [
    { line: "audit --actor ada", summary: "What ada has asked for last" },
    { line: "audit --verb wipe --json", summary: "Who has wiped values, as JSON" },
  ],
  async run({ options, session }) {
    const { actor, via, verb, before, limit } = options;
    const orchestrator = await session.orchestrator("read");
    const entries = await orchestrator.audit({
      ...(actor !== undefined && { actor }),
      ...(via !== undefined && { via }),
      ...(verb !== undefined && { verb: verb as AuditEntry["verb"] }),
      ...(before !== undefined && { before }),
      limit,
    });
    return {
      text: (page) => entries.length === 0 ? [`Nothing in ${session.historyName}.`] : format(entries, page),
      json: () => ({ entries }),
    };
  },
});

function format(entries: readonly AuditEntry[], page: Page): string[] {
  const columns: readonly Column<AuditEntry>[] = [
    { title: "seq", text: ({ seq }) => String(seq), align: "right" },
    { title: "when", text: ({ atMs }) => formatInstant(atMs) },
    { title: "by", text: ({ by }) => formatBy(by) },
    { title: "what", text: ({ verb }) => verb },
    { title: "of", text: ({ subject }) => subject },
  ];
  return formatColumns(entries, columns, page);
}
