/** Makes one executable of a module: by Bun, or by Deno where that is what runs. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { SluiceError } from "../../model/issue.ts";

/** What is to be made. */
export interface BundleOrder {
  /** The absolute path of the module. */
  readonly module: string;
  /** The absolute path of the executable. */
  readonly out: string;
  /** The platform to make it for, as the runtime names it. Default: this one. */
  readonly target: string | undefined;
}

/** What of `Bun` is used here. */
interface BunBuilder {
  build(options: {
    readonly entrypoints: readonly string[];
    readonly compile: { readonly outfile: string; readonly target?: string };
    readonly throw: false;
  }): Promise<{ readonly success: boolean; readonly logs: readonly unknown[] }>;
}

/**
 * Makes the executable.
 *
 * @throws {SluiceError} MODULE_INVALID when something that the module imports cannot be found, IO_FAILED when the
 * runtime has no base image for the target or the file cannot be written.
 */
export async function buildBundle(order: BundleOrder): Promise<void> {
  const { Bun } = globalThis as { readonly Bun?: BunBuilder };
  const folder = await mkdtemp(join(tmpdir(), "sluice-bundle-"));
  try {
    const entry = join(folder, "entry.ts");
    await writeFile(entry, entryText(order.module));
    if (Bun) await buildByBun(Bun, entry, order);
    else await buildByDeno(entry, order);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the entry imports of ours. */
const HOST: URL = new URL("../host/process.ts", import.meta.url);
const PROGRAM: URL = new URL("./program.ts", import.meta.url);

/** The module itself is imported when stdout is out of its reach, and not before. */
function entryText(module: string): string {
  const path = (url: URL) => JSON.stringify(fileURLToPath(url));
  const name = JSON.stringify(basename(module));
  return [
    `import process from "node:process";`,
    `import { openProcessHost } from ${path(HOST)};`,
    `import { runBundle } from ${path(PROGRAM)};`,
    `const host = openProcessHost();`,
    `const load = () => import(${JSON.stringify(module)});`,
    `host.exit(await runBundle(process.argv.slice(2), host, { path: ${name}, shown: ${name}, load }));`,
    "",
  ].join("\n");
}

async function buildByBun(
  bun: BunBuilder,
  entry: string,
  { module, out, target }: BundleOrder,
): Promise<void> {
  const compile = { outfile: out, ...(target !== undefined && { target }) };
  let reasons: readonly unknown[];
  try {
    const { success, logs } = await bun.build({ entrypoints: [entry], compile, throw: false });
    if (success) return;
    reasons = logs;
  } catch (error) {
    reasons = error instanceof AggregateError ? error.errors : [error];
  }
  const text = reasons.map((reason) => reason instanceof Error ? reason.message : String(reason)).join("; ");
  const isImport = /could not resolve|no matching export/i.test(text);
  throw failed(module, text, isImport ? "MODULE_INVALID" : "IO_FAILED");
}

async function buildByDeno(entry: string, { module, out, target }: BundleOrder): Promise<void> {
  const config = nearestConfig(dirname(module));
  const args = [
    ...["compile", "--quiet", "--allow-all", "--no-check", "--output", out],
    ...(config === undefined ? [] : ["--config", config]),
    ...(target === undefined ? [] : ["--target", target]),
    entry,
  ];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
  let text = "";
  child.stderr.setEncoding("utf8").on("data", (piece) => text += piece);
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  if (code === 0) return;
  const isImport = /module not found|not a dependency/i.test(text);
  throw failed(module, reasonOf(text), isImport ? "MODULE_INVALID" : "IO_FAILED");
}

function nearestConfig(folder: string): string | undefined {
  for (const name of ["deno.json", "deno.jsonc"]) {
    if (existsSync(join(folder, name))) return join(folder, name);
  }
  return dirname(folder) === folder ? undefined : nearestConfig(dirname(folder));
}

/** The first lines of what Deno says: what failed, and why. */
function reasonOf(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/\u001b\[[\d;]*m/g, "").split("\n")
    .map((line) => line.replace(/^(error:|\s*\d+:)\s*/, "").trim().replace(/\.$/, ""))
    .filter((line) => line !== "" && line !== "Caused by:")
    .slice(0, 3)
    .join(": ");
}

function failed(module: string, why: string, code: "MODULE_INVALID" | "IO_FAILED"): SluiceError {
  const needsImage = /base binary|denort|download|failed to lookup/i.test(why);
  return new SluiceError({
    code,
    message: `No executable could be made of ${basename(module)}: ${
      why.replace(/[.?]+$/, "") || "nobody says why"
    }.`,
    path: ["bundle"],
    ...(needsImage && {
      hint: "The runtime needs its base image for the target: it is downloaded once, and then kept.",
    }),
  });
}
