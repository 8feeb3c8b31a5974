/** `sluice wipe`: forgets what was made. */
import type { Asset } from "../../model/assets/declaration.ts";
import type { Orchestrator } from "../../orchestrator/contract.ts";
import { requestedSubset } from "../../planner/partitions.ts";
import type { PartitionRequest } from "../../planner/request.ts";
import { type Command, defineCommand } from "../command.ts";
import type { Host } from "../host/host.ts";
import { plural } from "../print/number.ts";
import { partitionOptions, readPartitions } from "../request.ts";
import { usageError } from "../line/usage.ts";

/** Forgets materializations and removes values. */
export const wipe: Command = defineCommand({
  name: "wipe",
  summary: "Forgets what an asset has, and removes its stored values",
  description: ["Asks before it does, unless --yes is given. Without a terminal to ask at, --yes is needed."],
  takesModule: true,
  args: { asset: { summary: "The key of the asset", arity: "one" } },
  options: {
    ...partitionOptions,
    yes: { type: "flag", summary: "Does it without asking", short: "y" },
  },
  examples: [
    {
      line: "wipe weather.ts clean/days --range 2012-01-01...2012-01-03",
      summary: "Three days, after a question",
    },
    { line: "wipe weather.ts report --all --yes", summary: "All of an asset, at once" },
  ],
  async run({ args, options, session, host }) {
    const asset = (await session.definitions()).asset(args.asset);
    const request = readPartitions(options);
    if (asset.partitions && request === undefined) {
      throw usageError(
        `${asset.key} is partitioned: say which of its partitions.`,
        "Give --partition, --range or --all.",
      );
    }
    if (!asset.partitions && request !== undefined && request !== "all") {
      throw usageError(`${asset.key} has no partitions.`);
    }
    const orchestrator = await session.orchestrator("write");
    const recorded = await countRecorded(orchestrator, asset, request ?? "all");
    const isAgreed = options.yes || recorded === 0 || await agree(asset, recorded, host);
    const wiped = isAgreed ? await orchestrator.wipe(asset, request ?? "all") : 0;
    const what = asset.partitions ? `${plural(wiped, "partition")} of ${asset.key}` : asset.key;
    return {
      text: () => [
        !isAgreed
          ? "Nothing was wiped."
          : wiped === 0
          ? `${asset.key} had nothing to wipe.`
          : `Wiped ${what}.`,
      ],
      json: () => ({ asset: asset.key, wiped }),
    };
  },
});

async function countRecorded(
  orchestrator: Orchestrator,
  asset: Asset,
  request: PartitionRequest,
): Promise<number> {
  const { space, materialized } = await orchestrator.partitions(asset);
  return requestedSubset(space, request, asset.key).intersect(materialized).size;
}

async function agree({ key, partitions }: Asset, recorded: number, host: Host): Promise<boolean> {
  const what = partitions ? `${plural(recorded, "partition")} of ${key}` : key;
  const answer = await host.ask(`Forget ${what} and remove what is stored? [y/N] `);
  if (answer === undefined) throw usageError("There is nobody to ask.", "--yes wipes without asking.");
  return /^y(es)?$/i.test(answer.trim());
}
