/** `definitions.py` of an exported project: everything that is in its folder defs. */
import { call, type Expression, layOut, LINE, list, name } from "../../python/expression.ts";
import type { Site } from "../site.ts";

/** What there is to load: modules of `defs`, and names in them such as `schedules.nightly_job`. */
export interface Contents {
  readonly assets: readonly string[];
  readonly checks: readonly string[];
  readonly jobs: readonly string[];
  readonly schedules: readonly string[];
  readonly sensors: readonly string[];
}

/** Graphs are built by recursion in Dagster: chains that are deeper than this need a higher limit. */
const DEEP = 300;

/** `definitions.py`. Nothing in it is looked up in the project's folder, so that an installed package loads as well. */
export function definitionsModule(contents: Contents, site: Site): string {
  const { assets, checks, jobs, schedules, sensors } = contents;
  const depth = longestChain(site);
  const hasExternals = site.externals.size > 0;
  const value = call("dg.Definitions", [], {
    assets: loader("dg.load_assets_from_modules", assets, hasExternals ? { include_specs: "True" } : {}),
    asset_checks: loader("dg.load_asset_checks_from_modules", checks),
    jobs: names(jobs),
    schedules: names(schedules),
    sensors: names(sensors),
  });
  const automation = [...jobs, ...schedules, ...sensors].map((each) => each.slice(0, each.indexOf(".")));
  const modules = [...new Set([...assets, ...checks, ...automation])].sort();
  const sections = [
    '"""The definitions of this project: all that lies in its folder defs."""',
    ...depth > DEEP ? ["import sys"] : [],
    "import dagster as dg",
    ...modules.length > 0 ? [importLine(modules)] : [],
    ...depth > DEEP
      ? [`# Dagster walks chains of assets by recursion\nsys.setrecursionlimit(${1000 + 20 * depth})`]
      : [],
    layOut(value, 0, "defs = ", ""),
  ];
  return `${sections.join("\n\n")}\n`;
}

function loader(
  callee: string,
  modules: readonly string[],
  more: { readonly include_specs?: Expression } = {},
): Expression | undefined {
  return modules.length === 0 ? undefined : call(callee, [names(modules) as Expression], more);
}

function names(all: readonly string[]): Expression | undefined {
  return all.length === 0 ? undefined : list(all.map((each) => name(each)));
}

function importLine(modules: readonly string[]): string {
  const line = `from .defs import ${modules.join(", ")}`;
  if (line.length <= LINE) return line;
  return `from .defs import (\n${modules.map((each) => `    ${each},\n`).join("")})`;
}

/** The length of the longest chain of steps. */
function longestChain({ snapshot, assets }: Site): number {
  const readers = new Map<string, string[]>();
  const waiting = new Map<string, number>();
  for (const { name, inputs } of snapshot.steps) {
    const upstream = new Set(
      inputs.map(({ key }) => assets.get(key)?.step as string).filter((each) => each !== name),
    );
    waiting.set(name, upstream.size);
    for (const each of upstream) {
      const found = readers.get(each);
      if (found) found.push(name);
      else readers.set(each, [name]);
    }
  }
  let length = 0;
  let level = [...waiting].filter(([, count]) => count === 0).map(([name]) => name);
  for (; level.length > 0; length++) {
    const next: string[] = [];
    for (const reader of level.flatMap((name) => readers.get(name) ?? [])) {
      const left = (waiting.get(reader) as number) - 1;
      waiting.set(reader, left);
      if (left === 0) next.push(reader);
    }
    level = next;
  }
  return length;
}
