/** The command line that runs one step in a process of its own. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { SluiceError } from "../../../model/issue.ts";

/** A program with its arguments. */
export type Command = readonly [file: string, ...args: readonly string[]];

/** What a command line is made for. */
export interface CommandOrder {
  /** The address of the module that exports the definitions. */
  readonly module: string;
  /** What the user has said; undefined for what can be found. */
  readonly command: readonly string[] | undefined;
  /** The cap on memory, for runtimes whose heap would end before it. */
  readonly memoryMb: number | undefined;
  readonly graceMs: number;
}

/** What of `Deno` is used here. */
interface DenoHost {
  readonly build: { readonly standalone?: boolean };
  readonly permissions: { querySync(descriptor: { readonly name: string }): { readonly state: string } };
}

const SOURCES: URL = new URL("../../../", import.meta.url);

/** The program behind `sluice`: started by its address, and never imported here. */
const MAIN: URL = new URL("cli/main.ts", SOURCES);

const PERMISSIONS: readonly string[] = ["read", "write", "net", "env", "run", "ffi", "sys", "import"];

/**
 * The command line for a step whose request comes on stdin.
 *
 * @throws {SluiceError} DEFINITION_INVALID in an executable that was made of a program: what it would start is itself.
 */
export function stepCommand(order: CommandOrder): Command {
  const { graceMs } = order;
  const [file, ...args] = doorOf(order);
  const rest = ["--request", "-", "--watch-stdin", "--stream", "--grace", `${Math.max(1, graceMs)}ms`];
  return [file, ...args, ...rest];
}

/** All that comes before the options of the step. */
function doorOf({ module, command, memoryMb }: CommandOrder): Command {
  const [file, ...args] = command ?? [];
  if (file !== undefined) return [file, ...args];
  const { Deno } = globalThis as { readonly Deno?: DenoHost };
  if (isCompiled(Deno)) throw compiled();
  const program = [pathOf(MAIN.href), "step", module];
  return [process.execPath, ...Deno ? denoArguments(Deno, module, memoryMb) : [], ...program];
}

/** The permissions of this process, its configuration, and a heap that the cap on memory does not exceed. */
function denoArguments(deno: DenoHost, module: string, memoryMb: number | undefined): readonly string[] {
  const granted = PERMISSIONS.filter((name) => deno.permissions.querySync({ name }).state === "granted");
  const isAll = granted.length === PERMISSIONS.length;
  const config = module.startsWith("file:") ? nearestConfig(dirname(fileURLToPath(module))) : undefined;
  return [
    ...["run", "--quiet", "--no-prompt", "--no-check"],
    ...isAll ? ["--allow-all"] : granted.map((name) => `--allow-${name}`),
    ...config === undefined ? [] : ["--config", config],
    ...memoryMb === undefined ? [] : [`--v8-flags=--max-old-space-size=${Math.ceil(memoryMb)}`],
  ];
}

function nearestConfig(folder: string): string | undefined {
  for (const name of ["deno.json", "deno.jsonc"]) {
    if (existsSync(join(folder, name))) return join(folder, name);
  }
  return dirname(folder) === folder ? undefined : nearestConfig(dirname(folder));
}

function isCompiled(deno: DenoHost | undefined): boolean {
  return deno?.build.standalone === true || /[/\\](?:\$bunfs|~BUN)[/\\]/.test(MAIN.pathname);
}

function pathOf(address: string): string {
  return address.startsWith("file:") ? fileURLToPath(address) : address;
}

function compiled(): SluiceError {
  return new SluiceError({
    code: "DEFINITION_INVALID",
    message: "A compiled executable cannot run steps in processes of their own: it would start itself.",
    path: ["isolation", "command"],
    hint:
      'Make an executable of the module by `sluice bundle`, and name it: isolation: { command: ["./weather", "step"] }.',
  });
}
