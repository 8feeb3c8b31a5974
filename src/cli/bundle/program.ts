/** The program inside of a bundle: the commands that need the user's module and nothing else, over that module. */
import { type Command, defineCommand } from "../command.ts";
import { list } from "../commands/list.ts";
import { check } from "../commands/check.ts";
import { help } from "../commands/help.ts";
import { snapshot } from "../commands/carry/snapshot.ts";
import { hook } from "../commands/carry/hook.ts";
import { sensor } from "../commands/carry/sensor.ts";
import { step } from "../commands/carry/step.ts";
import type { Host } from "../host/host.ts";
import { usageError } from "../line/usage.ts";
import { importModule, type LoadedModule, type ModuleSource } from "../module/load.ts";
import { runProgram } from "../program.ts";
import type { OpenSession, OpenSessionRequest } from "../session.ts";

/** The commands of a bundle; none of them is told a module. */
const commands: readonly Command[] = [step, hook, sensor, list, check, snapshot, help].map((command) =>
  defineCommand({ ...command, takesModule: false })
);

/** Runs one command over the module that a bundle holds. Gives the exit code. */
export function runBundle(argv: readonly string[], host: Host, source: ModuleSource): Promise<number> {
  return runProgram({ commands, openSession: (request) => openBundle(source, request) }, argv, host);
}

function openBundle(source: ModuleSource, { options, host, notes }: OpenSessionRequest): OpenSession {
  let loaded: Promise<LoadedModule> | undefined;
  const load = (): Promise<LoadedModule> => {
    if (loaded) return loaded;
    host.guardUserCode(notes.pass);
    return loaded = importModule(source, options["load-timeout"], host);
  };
  return {
    moduleName: undefined,
    historyName: "none",
    definitions: async () => (await load()).definitions,
    options: async () => (await load()).options,
    orchestrator: () => Promise.reject(usageError("A bundle keeps no history.", "Use `sluice` itself.")),
    close: () => Promise.resolve(),
  };
}
