/** Loading the user's module, and finding the definitions that it exports. */
import { readdirSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Definitions } from "../../model/definitions.ts";
import { SluiceError } from "../../model/issue.ts";
import { suggest } from "../../model/suggest.ts";
import type { Host } from "../host/host.ts";
import { loadFailure } from "./load_failure.ts";
import { findOptions, type ModuleOptions } from "./options.ts";
import { shortPath } from "../print/error.ts";
import { formatDuration } from "../print/number.ts";
import { inert } from "../print/inert.ts";
import { TimeoutError } from "../timeout.ts";

/** Which module to load. */
export interface ModuleRequest {
  /** A path, absolute or from the working directory, or a `file:` address. */
  readonly name: string;
  readonly timeoutMs: number;
}

/** A loaded module. */
export interface LoadedModule {
  readonly path: string;
  readonly definitions: Definitions;
  /** How its assets are run and kept, as far as it says so. */
  readonly options: ModuleOptions;
}

/**
 * Loads a module and gives its definitions: the default export, else the export `definitions`, else the only one;
 * and the export `options`.
 *
 * @throws {SluiceError} MODULE_INVALID when there is no such file, it cannot be loaded, exports no definitions or
 * options of another shape; what `definitions()` found, when that is what it threw.
 */
export async function loadModule(request: ModuleRequest, host: Host): Promise<LoadedModule> {
  const path = findModule(request.name, host.cwd);
  const shown = inert(shortPath(path, host.cwd));
  return await importModule(
    { path, shown, load: () => import(pathToFileURL(path).href) },
    request.timeoutMs,
    host,
  );
}

/** A module that is known, and how to get what it exports. */
export interface ModuleSource {
  readonly path: string;
  /** Its name in messages. */
  readonly shown: string;
  readonly load: () => Promise<{ readonly [name: string]: unknown }>;
}

/** Gets what a module exports, in time, and finds in it what counts. Throws as {@linkcode loadModule} does. */
export async function importModule(
  source: ModuleSource,
  timeoutMs: number,
  host: Host,
): Promise<LoadedModule> {
  const exports = await importInTime(source, timeoutMs, host);
  const definitions = findDefinitions(exports, source.shown);
  return { path: source.path, definitions, options: findOptions(exports, definitions, source.shown) };
}

/** The absolute path of a module. Throws MODULE_INVALID, with suggestions, when there is no such file. */
export function findModule(name: string, cwd: string): string {
  const path = name.startsWith("file:") ? fileURLToPath(name) : resolve(cwd, name);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isFile()) return path;
  const shown = inert(name.slice(0, 200));
  if (stat) throw invalid(`${shown} is a folder, not a module.`, moduleHint(path));
  const similar = suggest(basename(path), modulesIn(dirname(path)));
  throw invalid(
    `There is no module ${shown}.`,
    similar.length > 0
      ? `Did you mean ${
        similar.map((file) => inert(shortPath(resolve(dirname(path), file), cwd))).join(" or ")
      }?`
      : "Give the path of the file that exports your definitions.",
  );
}

function moduleHint(folder: string): string {
  const found = modulesIn(folder).slice(0, 5);
  return found.length === 0
    ? "Give the file that exports your definitions."
    : `It holds ${found.map(inert).join(", ")}.`;
}

function modulesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /\.[cm]?[jt]sx?$/.test(name)).sort();
  } catch {
    return [];
  }
}

async function importInTime(
  { path, shown, load }: ModuleSource,
  timeoutMs: number,
  host: Host,
): Promise<{ readonly [name: string]: unknown }> {
  let stopClock = (): void => {};
  const late = new Promise<never>((_, reject) => {
    stopClock = host.clock.after(timeoutMs, () =>
      reject(
        new TimeoutError(
          `${shown} was not loaded within ${formatDuration(timeoutMs)}.`,
          "Is there an await at its top level that never ends? --load-timeout gives it more time.",
        ),
      ));
  });
  try {
    return await Promise.race([load(), late]);
  } catch (error) {
    throw error instanceof TimeoutError ? error : loadFailure(error, path, host.cwd);
  } finally {
    stopClock();
  }
}

function findDefinitions(exports: { readonly [name: string]: unknown }, shown: string): Definitions {
  const found = Object.entries(exports).filter(([, value]) => kindOf(value) === "definitions");
  const named = (name: string) => found.find(([other]) => other === name)?.[1];
  const chosen = named("default") ?? named("definitions") ?? (found.length === 1 ? found[0][1] : undefined);
  if (chosen) return chosen as Definitions;
  if (found.length > 1) {
    throw invalid(
      `${shown} exports several definitions: ${found.map(([name]) => inert(name)).join(", ")}.`,
      "Export the one to use as default.",
    );
  }
  throw invalid(`${shown} exports no definitions: ${whatElse(exports)}.`, exportHint(exports));
}

function whatElse(exports: { readonly [name: string]: unknown }): string {
  const names = Object.keys(exports);
  if (names.length === 0) return "it exports nothing";
  const few = names.slice(0, 5).map((name) => {
    const kind = kindOf(exports[name]);
    return kind === undefined ? inert(name) : `${inert(name)} (${kind === "asset" ? "an" : "a"} ${kind})`;
  });
  return `it exports ${few.join(", ")}${
    names.length > few.length ? ` and ${names.length - few.length} more` : ""
  }`;
}

function exportHint(exports: { readonly [name: string]: unknown }): string {
  const assets = Object.keys(exports).filter((name) =>
    name !== "default" && kindOf(exports[name]) === "asset"
  );
  const list = assets.slice(0, 5).map(inert).join(", ");
  return `Write \`export default definitions({ assets: [${list === "" ? "..." : list}] })\`.`;
}

/** The `kind` by which declarations are known, also those of another copy of Sluice. */
function kindOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { kind } = value as { kind?: unknown };
  return typeof kind === "string" && KINDS.has(kind) ? kind : undefined;
}

const KINDS: ReadonlySet<string> = new Set(["definitions", "asset", "check", "job", "resource"]);

function invalid(message: string, hint: string): SluiceError {
  return new SluiceError({ code: "MODULE_INVALID", message, path: ["module"], hint });
}
