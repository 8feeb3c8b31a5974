/** Rules about who imports whom. Each takes syntax and gives its findings as lines of text; no line, no fault. */

import { posix } from "node:path";
import type { Import, SyntaxMap } from "./syntax.ts";

const stages = ["src/planner", "src/stores", "src/io", "src/net"];
const actors = ["src/runtime", "src/triggers", "src/monitor"];
const engine = ["src/model", ...stages, ...actors, "src/orchestrator"];

/**
 * The import directions of docs/architecture.md: each room of the house and the rooms it may import besides itself.
 * A room that is not listed here may not exist; whoever adds one decides its place first.
 */
const directions: Readonly<Record<string, readonly string[]>> = {
  "src/model": [],
  "src/planner": ["src/model"],
  "src/stores": ["src/model"],
  "src/io": ["src/model"],
  "src/net": ["src/model"],
  "src/runtime": ["src/model", ...stages],
  "src/triggers": ["src/model", ...stages],
  "src/monitor": ["src/model", ...stages],
  "src/orchestrator": ["src/model", ...stages, ...actors],
  "src/engines": engine,
  "src/ui": ["src/model"],
  "src/server": [...engine, "src/engines", "src/ui"],
  "src/cli": [...engine, "src/engines", "src/server", "src/pipes", "adapters"],
  "src/pipes": [],
  "src/testing": [...engine, "src/engines", "adapters"],
  "mod.ts": [...engine, "src/engines"],
  "adapters": ["src/model", "src/pipes", "adapters/local"],
  "adapters/local": ["src/model", "src/stores", "adapters", "src/orchestrator"],
  "examples": [],
};

/** The room of a path: `src/model`, `src/orchestrator` (file or folder), `adapters/local`, `tests`, `mod.ts`. */
export function roomOf(path: string): string {
  const parts = path.split("/");
  if (parts[0] === "src") return `src/${parts[1].replace(/\.tsx?$/, "")}`;
  return path.startsWith("adapters/local/") ? "adapters/local" : parts[0];
}

/** The file that a relative specifier names, or undefined for a package, a built-in or an absolute address. */
export function resolveImport(importer: string, specifier: string): string | undefined {
  return /^\.\.?\//.test(specifier) ? posix.join(posix.dirname(importer), specifier) : undefined;
}

/** Imports against the directions, and files in rooms that the directions do not know. Addresses of data are free. */
export function findWrongDirections(syntax: SyntaxMap): string[] {
  const isGoverned = (path: string): boolean => isProduct(path) || path.startsWith("examples/");
  return [...syntax].filter(([path]) => isGoverned(path)).flatMap(([path, { imports }]) => {
    const room = roomOf(path);
    const allowed = directions[room];
    if (!allowed) return [`${path}: ${room} has no place in the import directions`];
    return relatives(path, imports)
      .filter(({ target, kind }) => kind !== "url" || syntax.has(target))
      .filter(({ target }) => roomOf(target) !== room && !allowed.includes(roomOf(target)))
      .map(({ target, line }) => `${path}:${line}: ${room} may not import ${target}`);
  });
}

/** Relative imports that name no file of the repository: a wrong path, or one without its ending. */
export function findMissingTargets(syntax: SyntaxMap): string[] {
  return [...syntax].flatMap(([path, { imports }]) =>
    relatives(path, imports)
      .filter(({ target, kind }) => kind !== "url" && !syntax.has(target))
      .map(({ target, line }) => `${path}:${line}: there is no ${target}`)
  );
}

/** Imports of a barrel (`mod.ts`), by path anywhere, and by the package's own name from within the product. */
export function findBarrelImports(syntax: SyntaxMap): string[] {
  return [...syntax].flatMap(([path, { imports }]) => {
    const byPath = relatives(path, imports).filter(({ target }) => posix.basename(target) === "mod.ts");
    const byName = imports.filter(({ specifier }) => isProduct(path) && packageOf(specifier) === "sluice");
    return [...byPath, ...byName].map(({ specifier, line }) =>
      `${path}:${line}: imports the barrel ${specifier}`
    );
  });
}

/** Barrels that do more than re-export. */
export function findBusyBarrels(syntax: SyntaxMap): string[] {
  return [...syntax].filter(([path]) => posix.basename(path) === "mod.ts").flatMap(([path, { statements }]) =>
    statements
      .filter(({ kind }) => kind !== "export-from")
      .map(({ line }) => `${path}:${line}: a barrel only re-exports`)
  );
}

/** One line per import cycle found, type imports included, with the whole way round. */
export function findCycles(syntax: SyntaxMap): string[] {
  const cycles: string[] = [];
  const done = new Set<string>();
  const way: string[] = [];
  const walk = (path: string): void => {
    const start = way.indexOf(path);
    if (start >= 0) cycles.push([...way.slice(start), path].join(" > "));
    if (start >= 0 || done.has(path)) return;
    way.push(path);
    for (const { target, kind } of relatives(path, syntax.get(path)?.imports ?? [])) {
      if (kind !== "url") walk(target);
    }
    way.pop();
    done.add(path);
  };
  for (const path of syntax.keys()) walk(path);
  return cycles;
}

/** Files of the product that no entry point leads to. */
export function findUnreachable(syntax: SyntaxMap, entries: readonly string[]): string[] {
  const seen = new Set<string>();
  const queue = [...entries];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    queue.push(...relatives(path, syntax.get(path)?.imports ?? []).map(({ target }) => target));
  }
  return [...syntax.keys()].filter((path) => isProduct(path) && !seen.has(path)).map((path) =>
    `${path}: nothing leads here`
  );
}

/** Packages and SQLite that importing `entry` loads at once, each with the way that leads to it. */
export function findEagerPackages(syntax: SyntaxMap, entry: string): string[] {
  const found: string[] = [];
  const seen = new Set<string>();
  const walk = (path: string, way: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const { specifier, kind } of syntax.get(path)?.imports ?? []) {
      if (kind !== "value") continue;
      const target = resolveImport(path, specifier);
      if (target) walk(target, `${way} > ${target}`);
      else if (!isLight(specifier)) found.push(`${way} > ${specifier}`);
    }
  };
  walk(entry, entry);
  return found;
}

/** The npm package that a specifier names, or undefined for relative paths, built-ins and addresses. */
export function packageOf(specifier: string): string | undefined {
  if (/^(\.|\/|[a-z]+:)/.test(specifier)) return undefined;
  return specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}

/** Says whether a file is part of what is published, as opposed to tests, examples and tools. */
export function isProduct(path: string): boolean {
  return /^(src\/|adapters\/|mod\.ts$)/.test(path);
}

/** Imports by relative path, with the file each one names. */
function relatives(path: string, imports: readonly Import[]): (Import & { readonly target: string })[] {
  return imports.flatMap((found) => {
    const target = resolveImport(path, found.specifier);
    return target === undefined ? [] : [{ ...found, target }];
  });
}

/** Built-ins cost nothing, but SQLite's (and any of Bun's own) do not load everywhere. */
function isLight(specifier: string): boolean {
  return specifier.startsWith("node:") && specifier !== "node:sqlite";
}
