/** `sluice bundle`: one executable of the user's module. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { buildBundle } from "../../bundle/build.ts";
import { type Command, defineCommand } from "../../command.ts";
import { usageError } from "../../line/usage.ts";
import { findModule } from "../../module/load.ts";
import { shortPath } from "../../print/error.ts";
import { inert } from "../../print/inert.ts";

/** Compiles a module. */
export const bundle: Command = defineCommand({
  name: "bundle",
  summary: "Makes one executable of a module, which runs its steps where nothing is installed",
  description: [
    "The executable holds the module, all that it imports and the runtime, and offers `step`, `list`, `check` and " +
    "`snapshot`, which take no module then. Files that the module reads by path are not in it.",
    "Run by Bun it is `bun build --compile`; run by Deno, `deno compile`. The runtime downloads its base image for " +
    "another target when it is first asked for.",
  ],
  takesModule: true,
  args: {},
  options: {
    out: { type: "text", value: "FILE", summary: "Writes it to a file" },
    target: {
      type: "text",
      value: "TARGET",
      summary: "The platform, as the runtime names it: bun-linux-x64, aarch64-apple-darwin",
    },
  },
  examples: [
    { line: "bundle weather.ts --out weather", summary: "For this platform" },
    {
      line: "bundle weather.ts --out weather --target bun-linux-arm64",
      summary: "For a container on another one",
    },
  ],
  async run({ options: { out, target }, session, host, notes }) {
    if (out === undefined) throw usageError("Say where the executable goes.", "Give --out FILE.");
    await session.definitions();
    const path = resolve(host.cwd, out);
    await buildBundle({ module: findModule(session.moduleName ?? "", host.cwd), out: path, target });
    const { size } = statSync(path);
    notes.note(`Wrote ${inert(shortPath(path, host.cwd))}, ${Math.round(size / 1_000_000)} MB.`);
    return { text: () => [], json: () => ({ path, size }) };
  },
});
