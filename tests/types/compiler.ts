/** Runs the TypeScript compiler over generated sources, in a folder of its own that is removed afterwards. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";

const root = new URL("../..", import.meta.url).pathname;

/** What the compiler printed. */
export interface Compilation {
  /** Errors as `file.ts: TS1234: what is wrong`; only the library's own have a path before the name. */
  readonly errors: readonly string[];
  /** The figures of `--extendedDiagnostics` by name. */
  readonly figures: ReadonlyMap<string, number>;
}

/** Compiles modules by file name; they import from "sluice". */
export function compile(modules: Readonly<Record<string, string>>): Compilation {
  const folder = openProject(modules);
  try {
    const command = ["-p", folder, "--pretty", "false", "--extendedDiagnostics", "--singleThreaded"];
    const tsc = spawnSync(`${root}node_modules/.bin/tsc`, command, { encoding: "utf8", cwd: root });
    if (tsc.error) throw tsc.error;
    return read(tsc.stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Writes modules into a new folder, set up for `tsc` and `deno check`, and gives its path. The caller removes it. */
export function openProject(modules: Readonly<Record<string, string>>): string {
  mkdirSync(`${root}.cache`, { recursive: true });
  const folder = mkdtempSync(`${root}.cache/types-`);
  for (const [name, text] of Object.entries(modules)) writeFileSync(`${folder}/${name}`, text);
  writeFileSync(`${folder}/tsconfig.json`, JSON.stringify(settings()));
  const { strict, exactOptionalPropertyTypes } = settings().compilerOptions;
  const deno = {
    imports: { "sluice": `${root}mod.ts` },
    nodeModulesDir: "manual",
    compilerOptions: { strict, exactOptionalPropertyTypes },
  };
  writeFileSync(`${folder}/deno.json`, JSON.stringify(deno));
  symlinkSync(`${root}node_modules`, `${folder}/node_modules`);
  return folder;
}

function settings(): {
  readonly compilerOptions: Readonly<Record<string, unknown>>;
  readonly include: readonly string[];
} {
  const { compilerOptions } = JSON.parse(readFileSync(`${root}tsconfig.json`, "utf8"));
  const { isolatedDeclarations: _1, declaration: _2, paths: _3, ...options } = compilerOptions;
  return {
    compilerOptions: { ...options, types: ["bun"], paths: { "sluice": [`${root}mod.ts`] } },
    include: ["*.ts"],
  };
}

function read(output: string): Compilation {
  const errors: string[] = [];
  const figures = new Map<string, number>();
  for (const line of output.split("\n")) {
    const error = /^(.*?)\(\d+,\d+\): error (TS\d+: .*)$/.exec(line);
    const figure = /^([A-Z][A-Za-z ]+):\s+(\d+)/.exec(line);
    if (error) errors.push(`${error[1].replace(/^\.cache\/types-\w+\//, "")}: ${error[2]}`);
    else if (figure) figures.set(figure[1], Number(figure[2]));
  }
  return { errors, figures };
}
