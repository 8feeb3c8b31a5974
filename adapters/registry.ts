/** The plugins that a process knows: found, checked, started once, and shut down in turn. */
import { type Issue, SluiceError } from "../src/model/issue.ts";
import { quote } from "../src/model/quote.ts";
import { didYouMean } from "../src/model/suggest.ts";
import { type OrchestratorPlugin, PLUGIN_API_VERSION } from "./plugin.ts";

/** The members that every plugin has, with the type of each. */
export const PLUGIN_MEMBERS: { readonly [member: string]: "string" | "object" | "function" } = Object.freeze({
  name: "string",
  version: "string",
  apiVersion: "string",
  description: "string",
  dependencies: "object",
  createDefinitions: "function",
  createAssetsFromTransforms: "function",
  generateAssets: "function",
  generateSchedules: "function",
  generateSensors: "function",
  generateEntryPointCode: "function",
  getHelmValues: "function",
  validateConnection: "function",
  getResourceRequirements: "function",
  emitLineageEvent: "function",
  scheduleJob: "function",
});

/** Plugins by name. */
export interface PluginRegistry {
  /** The names of the plugins, sorted. */
  readonly names: readonly string[];
  /**
   * Adds a plugin.
   *
   * @throws {SluiceError} PLUGIN_INVALID for a member that is missing or of another type, PLUGIN_INCOMPATIBLE for another
   * version of the interface, PLUGIN_DUPLICATE for a name that is taken.
   */
  register(plugin: OrchestratorPlugin): void;
  /**
   * Gives a plugin, started with all that it depends on.
   *
   * @throws {SluiceError} PLUGIN_UNKNOWN with suggestions, PLUGIN_INVALID when what it depends on is missing or leads back
   * to it, PLUGIN_FAILED when a startup throws.
   */
  get(name: string): Promise<OrchestratorPlugin>;
  /**
   * Adds what packages offer: each module's exports whose name begins with `create` and ends with `Plugin` are called, and
   * plugins among its exports are taken as they are.
   *
   * @param packages Names or addresses, as `import()` takes them.
   * @throws {SluiceError} PLUGIN_UNKNOWN for a module that cannot be loaded, PLUGIN_INVALID for one without a plugin, and
   * what `register` throws.
   */
  discover(packages: readonly string[]): Promise<readonly string[]>;
  /** Shuts down what was started, the last first. Gives why some of it failed; nothing is thrown. */
  close(): Promise<readonly string[]>;
}

/**
 * Makes a registry without plugins.
 *
 * @example
 * ```ts
 * import { createPluginRegistry } from "sluice/adapters";
 * import assert from "node:assert/strict";
 *
 * const registry = createPluginRegistry();
 * assert.deepEqual(registry.names, []);
 * await assert.rejects(registry.get("dagster"), /PLUGIN_UNKNOWN/);
 * ```
 */
export function createPluginRegistry(): PluginRegistry {
  return new Registry();
}

class Registry implements PluginRegistry {
  readonly #plugins = new Map<string, OrchestratorPlugin>();
  readonly #starting = new Map<string, Promise<void>>();
  readonly #started: OrchestratorPlugin[] = [];

  get names(): readonly string[] {
    return [...this.#plugins.keys()].sort();
  }

  register(plugin: OrchestratorPlugin): void {
    checkPlugin(plugin);
    if (this.#plugins.has(plugin.name)) {
      throw refused("PLUGIN_DUPLICATE", `There is a plugin ${plugin.name} already.`, [plugin.name]);
    }
    this.#plugins.set(plugin.name, plugin);
  }

  async get(name: string): Promise<OrchestratorPlugin> {
    const plugin = this.#plugins.get(name);
    if (!plugin) {
      const hint = didYouMean(name, this.names) ?? `Plugins are ${this.names.join(", ") || "none"}.`;
      throw refused("PLUGIN_UNKNOWN", `There is no plugin ${quote(String(name))}.`, [String(name)], hint);
    }
    this.#checkDependencies(plugin);
    await this.#start(plugin);
    return plugin;
  }

  async discover(packages: readonly string[]): Promise<readonly string[]> {
    const found: string[] = [];
    for (const name of packages) {
      const plugins = pluginsIn(await load(name));
      if (plugins.length === 0) {
        throw refused("PLUGIN_INVALID", `The package ${quote(name)} exports no plugin.`, [name]);
      }
      for (const plugin of plugins) {
        this.register(plugin);
        found.push(plugin.name);
      }
    }
    return found;
  }

  async close(): Promise<readonly string[]> {
    const failures: string[] = [];
    for (const plugin of this.#started.splice(0).reverse()) {
      this.#starting.delete(plugin.name);
      try {
        await plugin.shutdown?.();
      } catch (error) {
        failures.push(`${plugin.name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    return failures;
  }

  #checkDependencies(plugin: OrchestratorPlugin): void {
    const way: string[] = [];
    const visit = ({ name, dependencies }: OrchestratorPlugin): void => {
      if (way.includes(name)) {
        const circle = [...way.slice(way.indexOf(name)), name].join(" -> ");
        throw refused("PLUGIN_INVALID", `Plugins depend on each other in a circle: ${circle}.`, [name]);
      }
      way.push(name);
      const missing = dependencies.filter((other) => !this.#plugins.has(other));
      if (missing.length > 0) {
        const text = `The plugin ${name} needs ${missing.join(", ")}, which ${
          missing.length > 1 ? "are" : "is"
        } missing.`;
        throw refused("PLUGIN_INVALID", text, [name, "dependencies"], "Register it, or install its package.");
      }
      for (const other of dependencies) visit(this.#plugins.get(other) as OrchestratorPlugin);
      way.pop();
    };
    visit(plugin);
  }

  #start(plugin: OrchestratorPlugin): Promise<void> {
    const known = this.#starting.get(plugin.name);
    if (known) return known;
    const started = this.#startAfter(plugin);
    this.#starting.set(plugin.name, started);
    started.catch(() => this.#starting.delete(plugin.name));
    return started;
  }

  async #startAfter(plugin: OrchestratorPlugin): Promise<void> {
    for (const name of plugin.dependencies) await this.#start(this.#plugins.get(name) as OrchestratorPlugin);
    try {
      await plugin.startup?.();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw refused(
        "PLUGIN_FAILED",
        `The plugin ${plugin.name} did not start: ${reason}`,
        [plugin.name],
        undefined,
        error,
      );
    }
    this.#started.push(plugin);
  }
}

/**
 * Whether a plugin of one version of the interface fits a platform of another: the same major version, and a minor
 * version that is not higher.
 *
 * @throws {SluiceError} PLUGIN_INVALID for what is neither `X.Y` nor `X.Y.Z`.
 */
export function isApiCompatible(plugin: string, platform: string = PLUGIN_API_VERSION): boolean {
  const [major, minor] = versionParts(plugin);
  const [ours, our] = versionParts(platform);
  return major === ours && minor <= our;
}

function versionParts(version: string): readonly [major: number, minor: number] {
  const match = /^(\d+)\.(\d+)(?:\.\d+)?$/.exec(String(version));
  if (!match) {
    throw refused("PLUGIN_INVALID", `${quote(String(version))} is no version of the form X.Y or X.Y.Z.`, [
      "apiVersion",
    ]);
  }
  return [Number(match[1]), Number(match[2])];
}

/**
 * Refuses what is no plugin.
 *
 * @throws {SluiceError} PLUGIN_INVALID with every member that is missing or of another type, PLUGIN_INCOMPATIBLE.
 */
export function checkPlugin(plugin: OrchestratorPlugin): void {
  const issues: Issue[] = [];
  const given = (plugin ?? {}) as unknown as { readonly [member: string]: unknown };
  const name = typeof given.name === "string" ? given.name : "without a name";
  const add = (member: string, problem: string) =>
    issues.push({ code: "PLUGIN_INVALID", message: `The plugin ${name}: ${problem}`, path: [name, member] });
  for (const [member, type] of Object.entries(PLUGIN_MEMBERS)) {
    const found: string = typeof given[member];
    if (found !== type) add(member, `${member} must be a ${type}, not ${found}.`);
  }
  if (typeof given.name === "string" && !/^[a-z][a-z0-9-]*$/.test(given.name)) {
    add("name", "a name is lower-case letters, digits and hyphens.");
  }
  if (typeof given.version === "string" && !/^\d+\.\d+\.\d+$/.test(given.version)) {
    add("version", `${quote(given.version)} is not of the form X.Y.Z.`);
  }
  const [first, ...rest] = issues;
  if (first) throw new SluiceError([first, ...rest]);
  if (isApiCompatible(plugin.apiVersion)) return;
  throw refused(
    "PLUGIN_INCOMPATIBLE",
    `The plugin ${name} is written for version ${plugin.apiVersion} of the interface; this is ${PLUGIN_API_VERSION}.`,
    [name, "apiVersion"],
    "Install a version of the plugin that fits, or a newer Sluice.",
  );
}

async function load(name: string): Promise<{ readonly [name: string]: unknown }> {
  try {
    return await import(name);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw refused(
      "PLUGIN_UNKNOWN",
      `The package ${quote(name)} cannot be loaded: ${reason}`,
      [name],
      "Is it installed?",
      error,
    );
  }
}

function pluginsIn(exports: { readonly [name: string]: unknown }): readonly OrchestratorPlugin[] {
  return Object.entries(exports).flatMap(([name, value]) => {
    if (typeof value === "function" && /^create\w*Plugin$/.test(name)) return [value() as OrchestratorPlugin];
    const isPlugin = typeof value === "object" && value !== null && "apiVersion" in value;
    return isPlugin ? [value as OrchestratorPlugin] : [];
  });
}

function refused(
  code: Issue["code"],
  message: string,
  path: readonly string[],
  hint?: string,
  cause?: unknown,
): SluiceError {
  const issue = { code, message, path: ["plugins", ...path], ...(hint !== undefined && { hint }) };
  return new SluiceError(issue, cause === undefined ? undefined : { cause });
}
