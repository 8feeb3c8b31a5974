/**
 * What 200 assets of three dependencies each cost the type checker: `tsc` where this runs on Bun, `deno check` where it
 * runs on Deno, each from nothing. Compared with a project that imports the library and declares nothing.
 */
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import process from "node:process";
import { openProject } from "../tests/types/compiler.ts";
import { generateGraph, nothing } from "../tests/types/graph.ts";
import { compare, describeHost, formatTable } from "./harness.ts";

const isFull = process.env.SLUICE_SCALE === "full";
const root = new URL("..", import.meta.url).pathname;
const isDeno = "deno" in process.versions;
const [checker, targetMs] = isDeno ? ["deno check", 1_000] : ["tsc", 500];

/** Checks a project without anything remembered of an earlier time. */
function check(folder: string): void {
  const modules = readdirSync(folder).filter((name) => name.endsWith(".ts"));
  const [command, args] = isDeno
    ? [process.execPath, ["check", "--quiet", ...modules]]
    : [`${root}node_modules/.bin/tsc`, ["-p", "."]];
  const env = { ...process.env, DENO_DIR: `${folder}/.deno` };
  const { status, stderr, stdout } = spawnSync(command, args, { cwd: folder, env, encoding: "utf8" });
  if (status !== 0) throw new Error(`${checker} found errors:\n${stdout}${stderr}`);
}

const projects = [
  { name: "without the library", folder: openProject({ "empty.ts": "export const nothing = 0;\n" }) },
  { name: "an empty project", folder: openProject(nothing) },
  { name: "200 assets", folder: openProject(generateGraph(200)) },
];
try {
  const entries = projects.map(({ name, folder }) => ({
    name,
    run: () => check(folder),
    after: () => rmSync(`${folder}/.deno`, { recursive: true, force: true }),
  }));
  const results = await compare(entries, isFull ? 9 : 3);
  const [, empty, many] = results;
  console.log(`Types by ${checker}; ${describeHost()}; nothing stored`);
  console.log(formatTable([
    ["", "ms", "more than the empty project"],
    ...results.map(({ name, wallMs }) => [name, wallMs.toFixed(0), (wallMs - empty.wallMs).toFixed(0)]),
  ]));
  console.log(
    `Target: at most ${targetMs} ms more; ${many.wallMs - empty.wallMs <= targetMs ? "held" : "missed"}.`,
  );
} finally {
  for (const { folder } of projects) rmSync(folder, { recursive: true });
}
