/** `sluice report`: tells the history of a value that was made elsewhere. */
import { type Command, defineCommand } from "../command.ts";
import { inert } from "../print/inert.ts";
import { usageError } from "../line/usage.ts";
import { readJsonObject } from "../values.ts";

/** Records a materialization made elsewhere. */
export const report: Command = defineCommand({
  name: "report",
  summary: "Records that a value was made elsewhere",
  takesModule: true,
  args: { asset: { summary: "The key of the asset", arity: "one" } },
  options: {
    partition: { type: "text", value: "KEY", summary: "The partition that was made", repeats: true },
    "data-version": {
      type: "text",
      value: "TEXT",
      summary: "Identity of the content; equal ones leave downstream fresh",
    },
    metadata: { type: "text", value: "JSON", summary: "Facts about the value, as JSON or as @FILE" },
  },
  examples: [
    { line: "report weather.ts lake/clicks --partition 2012-01-01", summary: "A day arrived" },
    { line: "report weather.ts lake/rates --metadata '{\"rows\":12}'", summary: "With facts about it" },
  ],
  async run({ args, options, session, host }) {
    const asset = (await session.definitions()).asset(args.asset);
    const { partition: keys, "data-version": dataVersion } = options;
    if (asset.partitions && keys.length === 0) {
      throw usageError(`${asset.key} is partitioned: --partition says which was made.`);
    }
    if (!asset.partitions && keys.length > 0) throw usageError(`${asset.key} has no partitions.`);
    const metadata = readJsonObject("--metadata", options.metadata, host.cwd);
    const facts = { ...(dataVersion !== undefined && { dataVersion }), ...(metadata && { metadata }) };
    const orchestrator = await session.orchestrator("write");
    await orchestrator.report(
      asset,
      keys.length === 0 ? facts : keys.map((partition) => ({ ...facts, partition })),
    );
    const what = keys.length === 0 ? asset.key : `${asset.key} ${keys.map(inert).join(", ")}`;
    return {
      text: () => [`Recorded ${what}.`],
      json: () => ({ asset: asset.key, partitions: keys, ...facts }),
    };
  },
});
