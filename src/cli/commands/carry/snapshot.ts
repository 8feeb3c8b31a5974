/** `sluice snapshot`: the definitions as JSON, and what differs from an older one. */
import { diffSnapshots, type SnapshotChange } from "../../../model/snapshot/diff.ts";
import { parseSnapshot } from "../../../model/snapshot/parse.ts";
import type { Json } from "../../../model/snapshot/snapshot.ts";
import { takeSnapshot } from "../../../model/snapshot/take.ts";
import { type Command, defineCommand } from "../../command.ts";
import { inert } from "../../print/inert.ts";
import { plural } from "../../print/number.ts";
import type { Page } from "../../print/page.ts";
import { readJsonFile, writeJsonFile } from "../../values.ts";

/** Takes a snapshot, or compares with one. */
export const snapshot: Command = defineCommand({
  name: "snapshot",
  summary: "Prints the definitions as JSON, or what has changed since an older snapshot",
  description: [
    "A snapshot holds everything that exports read: assets, steps, partitions, mappings, jobs and schedules, and no " +
    "function, path or secret. The same definitions give the same bytes, in whatever order they are declared.",
  ],
  takesModule: true,
  args: {},
  options: {
    out: { type: "text", value: "FILE", summary: "Writes it to a file" },
    diff: { type: "text", value: "FILE", summary: "Compares with the snapshot in this file" },
    "exit-code": { type: "flag", summary: "With --diff: exit code 1 when something differs" },
  },
  examples: [
    { line: "snapshot weather.ts --out weather.json", summary: "Keeps the definitions as they are" },
    { line: "snapshot weather.ts --diff weather.json", summary: "What has changed since" },
  ],
  async run({ options, session, host, notes }) {
    const taken = takeSnapshot(await session.definitions());
    const { out, diff } = options;
    if (out !== undefined) {
      writeJsonFile(out, taken, host.cwd);
      notes.note(`Wrote ${plural(taken.assets.length, "asset")} to ${inert(out)}.`);
    }
    if (diff === undefined) {
      return {
        text: () => out === undefined ? [JSON.stringify(taken, null, 2)] : [],
        json: () => ({ snapshot: taken }),
      };
    }
    const changes = diffSnapshots(parseSnapshot(readJsonFile(diff, host.cwd)), taken);
    return {
      exitCode: options["exit-code"] && changes.length > 0 ? 1 : 0,
      text: (page) =>
        changes.length === 0 ? ["Nothing has changed."] : changes.map((one) => formatChange(one, page)),
      json: () => ({ changes }),
    };
  },
});

function formatChange({ kind, path, before, after }: SnapshotChange, { style }: Page): string {
  const place = inert(path.join("."));
  if (kind === "added") return `${style.green("+")} ${place}  ${shown(after)}`;
  if (kind === "removed") return `${style.red("-")} ${place}  ${shown(before)}`;
  return `${style.yellow("~")} ${place}  ${shown(before)} -> ${shown(after)}`;
}

/** Whole items are named by their place alone. */
function shown(value: Json | undefined): string {
  if (typeof value === "object" && value !== null) return "";
  return inert(JSON.stringify(value) ?? "");
}
