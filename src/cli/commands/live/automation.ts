/** `sluice automation`: which assets are made by themselves, and why one is or is not. */
import type { Asset } from "../../../model/assets/declaration.ts";
import { quote } from "../../../model/quote.ts";
import type { AssetFreshness } from "../../../model/automation/freshness_state.ts";
import { formatAutomation } from "../../../planner/automation/explanation.ts";
import { unitOf } from "../../../triggers/automation/records.ts";
import type { TriggerStatus } from "../../../triggers/status.ts";
import { type Answer, type Command, defineCommand, type Session } from "../../command.ts";
import { usageError } from "../../line/usage.ts";
import { type Column, formatColumns } from "../../print/columns.ts";
import { inert } from "../../print/inert.ts";
import { formatInstant, plural } from "../../print/number.ts";
import type { Page } from "../../print/page.ts";

/** Lists assets that have a condition or a freshness policy, or explains one. */
export const automation: Command = defineCommand({
  name: "automation",
  summary:
    "Lists assets that are made by themselves or may grow too old, or explains what a condition would decide now",
  description: [
    "`sluice automation MODULE explain ASSET` says what stands in the way of an asset, and prints its condition term by term: " +
    "`yes`, `no`, or for how many of its partitions a term holds. Nothing is started or recorded.",
  ],
  takesModule: true,
  args: {
    words: { summary: "explain, and the key of an asset; without them, all are listed", arity: "many" },
  },
  options: {},
  examples: [
    { line: "automation shop.ts", summary: "All of them, with how fresh they are" },
    { line: "automation shop.ts explain report", summary: "Why report is, or is not, to be made now" },
  ],
  async run({ args: { words }, session }) {
    const [action, key, more] = words;
    if (action === undefined) return await listAll(session);
    if (action !== "explain" || key === undefined || more !== undefined) {
      throw usageError(
        `sluice automation does not know ${quote(words.join(" "))}.`,
        "Write `sluice automation MODULE explain ASSET`.",
      );
    }
    const explanation = await (await session.orchestrator("read")).explainAutomation(key);
    return {
      text: () => formatAutomation(explanation).split("\n").map(inert),
      json: () => ({ ...explanation }),
    };
  },
});

/** An asset, what is recorded of its condition, and how fresh it is. */
interface Row {
  readonly asset: Asset;
  readonly status: TriggerStatus | undefined;
  readonly freshness: AssetFreshness | undefined;
}

async function listAll(session: Session): Promise<Answer> {
  const { assets } = await session.definitions();
  const orchestrator = await session.orchestrator("read");
  const statuses = new Map((await orchestrator.triggers()).map((status) => [status.id, status]));
  const rows: Row[] = [];
  for (const asset of assets) {
    if (!asset.automation && !asset.freshness) continue;
    const status = statuses.get(unitOf(asset.key));
    rows.push({ asset, status, freshness: await orchestrator.freshness(asset) });
  }
  return {
    text: (page) =>
      rows.length === 0
        ? ["No asset of the module has a condition or a freshness policy."]
        : formatList(rows, page),
    json: () => ({ assets: rows.map(rowJson) }),
  };
}

const COLUMNS: readonly Column<Row>[] = [
  { title: "asset", text: ({ asset }) => inert(asset.key) },
  { title: "condition", text: ({ asset }) => asset.automation?.kind ?? "" },
  { title: "is", text: ({ asset, status }) => asset.automation ? status?.isOn ? "on" : "off" : "" },
  { title: "last request", text: ({ status }) => instantOf(status?.lastRequest?.atMs) },
  { title: "fresh", text: ({ freshness }) => freshness?.state ?? "" },
  { title: "made", text: ({ freshness }) => instantOf(freshness?.madeMs) },
];

function formatList(rows: readonly Row[], page: Page): string[] {
  return [...formatColumns(rows, COLUMNS, page), page.style.dim(plural(rows.length, "asset"))];
}

function instantOf(atMs: number | undefined): string {
  return atMs === undefined ? "" : formatInstant(atMs);
}

function rowJson({ asset, status, freshness }: Row): object {
  return {
    asset: asset.key,
    condition: asset.automation,
    isOn: status?.isOn,
    lastRequest: status?.lastRequest,
    freshness,
  };
}
