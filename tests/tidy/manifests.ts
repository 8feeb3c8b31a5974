/** Rules about package.json, deno.json and the lock files: two manifests, one truth. */

import { isProduct, packageOf } from "./imports.ts";
import type { Files } from "./repository.ts";
import type { SyntaxMap } from "./syntax.ts";

type Names = Readonly<Record<string, string>>;

/** Where an export leads: to a source, or by the runtime to a source and to what is built of it. */
export type ExportTarget = string | {
  readonly bun: string;
  readonly node: { readonly types: string; readonly default: string };
  readonly default: string;
};

/** What the rules read of package.json. */
export interface PackageManifest {
  readonly version: string;
  readonly license: string;
  readonly exports: Readonly<Record<string, ExportTarget>>;
  readonly files?: readonly string[];
  readonly bin?: Names;
  readonly scripts: Names;
  readonly dependencies?: Names;
  readonly devDependencies?: Names;
  readonly peerDependencies?: Names;
}

/** What the rules read of deno.json. */
export interface DenoManifest {
  readonly version: string;
  readonly license: string;
  readonly exports: Names;
  readonly imports: Names;
}

/** Both manifests. */
export interface Manifests {
  readonly node: PackageManifest;
  readonly deno: DenoManifest;
}

/** Packages that no file imports, with what they are for. */
const tools: Names = {
  "deno": "the second runtime, and the formatter and linter",
  "@types/bun": "types of bun:test and of the built-in modules",
  "graphology-types": "types that graphology's own declarations import",
};

/** Both manifests, parsed. */
export function readManifests(files: Files): Manifests {
  const read = (path: string): unknown => JSON.parse(files.get(path) ?? "null");
  return { node: read("package.json") as PackageManifest, deno: read("deno.json") as DenoManifest };
}

/** The files at which a user enters: the export map and the commands, without the leading `./`. */
export function entryPoints({ node }: Manifests): string[] {
  return [...Object.values(sourcesOf(node)), ...Object.values(node.bin ?? {})].map((path) =>
    path.replace(/^\.\//, "")
  );
}

/** The sources of the exports. */
function sourcesOf({ exports }: PackageManifest): Names {
  return Object.fromEntries(
    Object.entries(exports).map((
      [path, target],
    ) => [path, typeof target === "string" ? target : target.default]),
  );
}

/** Exports that lead to another source on Bun, or to something built that is not in the package. */
export function findMisbuilt({ node }: Manifests): string[] {
  return Object.entries(node.exports).flatMap(([path, target]) => {
    if (typeof target === "string") return [];
    const built = [target.node.types, target.node.default];
    return [
      ...(target.bun === target.default ? [] : [`${path}: ${target.bun} is not ${target.default}`]),
      ...built
        .filter((file) => !node.files?.includes(file.split("/")[1]))
        .map((file) => `${path}: ${file} is not in the package`),
    ];
  });
}

/** Where the two manifests disagree about version, licence, exports, or the package's own name. */
export function findDifferences({ node, deno }: Manifests): string[] {
  const own = Object.fromEntries(
    Object.entries(deno.imports).filter(([name]) => packageOf(name) === "sluice"),
  );
  const sources = sourcesOf(node);
  const expected = Object.fromEntries(
    Object.entries(sources).map(([path, file]) => [path.replace(/^\./, "sluice"), file]),
  );
  const pairs: readonly [string, unknown, unknown][] = [
    ["version", node.version, deno.version],
    ["license", node.license, deno.license],
    ["exports", sources, deno.exports],
    ["imports", expected, own],
  ];
  return pairs
    .filter(([, left, right]) => JSON.stringify(left) !== JSON.stringify(right))
    .map(([field, left, right]) => `${field}: ${JSON.stringify(left)} is not ${JSON.stringify(right)}`);
}

/** Packages that the product imports but does not depend on, or that anything imports undeclared. */
export function findUndeclared({ node }: Manifests, syntax: SyntaxMap): string[] {
  const shipped = { ...node.dependencies, ...node.peerDependencies };
  const known = { ...shipped, ...node.devDependencies };
  return [...syntax].flatMap(([path, { imports }]) => {
    const declared = isProduct(path) ? shipped : known;
    return imports.flatMap(({ specifier, kind, line }) => {
      const name = kind === "url" ? undefined : packageOf(specifier);
      return !name || name === "sluice" || name in declared
        ? []
        : [`${path}:${line}: ${name} is not declared`];
    });
  });
}

/** Dependencies that the product does not import, and development dependencies that nothing names. */
export function findUnused({ node }: Manifests, syntax: SyntaxMap, files: Files): string[] {
  const used = (name: string, among: (path: string) => boolean): boolean =>
    [...syntax].some(([path, { imports }]) =>
      among(path) && imports.some((found) => packageOf(found.specifier) === name)
    );
  const named = (name: string): boolean => {
    const mention = new RegExp(`["/]${name}["/]`);
    return [...files].some(([path, text]) => syntax.has(path) && mention.test(text));
  };
  const shipped = Object.keys(node.dependencies ?? {}).filter((name) => !used(name, isProduct));
  const others = Object.keys(node.devDependencies ?? {}).filter((name) => !(name in tools) && !named(name));
  return [
    ...shipped.map((name) => `${name}: a dependency that the product does not import`),
    ...others.map((name) => `${name}: a development dependency that no file names`),
  ];
}

/** Direct dependencies that the lock files do not hold as package.json asks, or hold in two versions. */
export function findStaleLocks({ node }: Manifests, files: Files): string[] {
  const bun = parseBunLock(files.get("bun.lock") ?? "{}");
  const deno = JSON.parse(files.get("deno.lock") ?? "{}") as DenoLock;
  const wanted = { ...node.dependencies, ...node.devDependencies };
  const workspace = bun.workspaces?.[""];
  const held = { ...workspace?.dependencies, ...workspace?.devDependencies };
  return [...new Set([...Object.keys(wanted), ...Object.keys(held)])].flatMap((name) => {
    if (wanted[name] !== held[name]) {
      return [`bun.lock: ${name} ${held[name]}, package.json: ${wanted[name]}`];
    }
    const inBun = bun.packages?.[name]?.[0].slice(name.length + 1);
    const specifier = Object.keys(deno.specifiers ?? {}).find((key) => key.startsWith(`npm:${name}@`));
    const inDeno = specifier && deno.specifiers?.[specifier].replace(/_.*/, "");
    return inBun === inDeno ? [] : [`bun.lock: ${name} ${inBun}, deno.lock: ${inDeno}`];
  });
}

/** Commands of the form `bun run x` in documents, for which package.json has no script. */
export function findUnknownScripts({ node }: Manifests, documents: Files): string[] {
  return [...documents].flatMap(([path, text]) =>
    [...text.matchAll(/\bbun(?:@[\d.]+)? run ([\w:-]+)/g)]
      .filter(([, name]) => !(name in node.scripts))
      .map(([, name]) => `${path}: package.json has no script "${name}"`)
  );
}

interface BunLock {
  readonly workspaces?: Readonly<
    Record<string, { readonly dependencies?: Names; readonly devDependencies?: Names }>
  >;
  readonly packages?: Readonly<Record<string, readonly [string, ...unknown[]]>>;
}

interface DenoLock {
  readonly specifiers?: Names;
}

/** bun.lock is JSON that allows a comma before a closing bracket. */
function parseBunLock(text: string): BunLock {
  return JSON.parse(text.replace(/,(?=\s*[}\]])/g, "")) as BunLock;
}
