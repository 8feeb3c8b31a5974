/** Python modules: a docstring, what is imported, and what stands below. */

/** What a module is made of. */
export interface ModuleParts {
  /** What the module is: one line, never text of the user. */
  readonly docstring: string;
  /** Statements, in order. */
  readonly blocks: readonly string[];
  /** Empty lines between blocks: 2 where there are functions among them. */
  readonly gap: 1 | 2;
}

/** The modules of the helper package that definitions use. */
export const HELPERS = ["assets", "conditions", "hooks", "looks", "ticks", "undo"] as const;

/** The text of a module. It imports what its blocks use. */
export function pythonModule({ docstring, blocks, gap }: ModuleParts): string {
  const body = blocks.join("\n".repeat(gap + 1));
  const used = namesIn(body);
  const times = ["datetime", "timedelta"].filter((name) => used.has(`${name}(`));
  const helpers = HELPERS.filter((name) => used.has(`${name}.`));
  const sections = [
    [
      ...used.has("warnings.") ? ["import warnings"] : [],
      ...times.length > 0 ? [`from datetime import ${times.join(", ")}`] : [],
    ],
    [
      ...used.has("dg.") ? ["import dagster as dg"] : [],
      ...used.has("FreshnessPolicy.") ? ["from dagster.preview.freshness import FreshnessPolicy"] : [],
    ],
    [
      ...used.has("partitions.") ? ["from .. import partitions"] : [],
      ...used.has("steps.") ? ["from ..runner import steps"] : [],
      ...helpers.length > 0 ? [`from ..sluice import ${helpers.join(", ")}`] : [],
    ],
  ];
  const imports = sections.filter((lines) => lines.length > 0).map((lines) => lines.join("\n"));
  const head = [`"""${docstring}"""`, ...imports].join("\n\n");
  return `${head}${body.startsWith("@") ? "\n\n\n" : "\n\n"}${body}\n`;
}

/** The names in a text with the sign behind them, less what stands in string literals. */
function namesIn(code: string): ReadonlySet<string> {
  const bare = code.replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, '""');
  return new Set(bare.match(/(?<![\w.])[A-Za-z]+[.(]/g));
}
