/** Generated modules of assets, as a user of a large graph would write them. */

/** A module that imports everything and declares nothing. */
export const nothing: Readonly<Record<string, string>> = {
  "empty.ts": `import * as sluice from "sluice";\nexport default sluice;\n`,
};

/** Modules of 25 assets with three dependencies each; six in ten daily, two monthly, one with two dimensions. */
export function generateGraph(count: number): Record<string, string> {
  const modules: Record<string, string> = {
    "parts.ts":
      `import { dailyPartitions, monthlyPartitions, multiPartitions, staticPartitions } from "sluice";
export const days = dailyPartitions({ start: "2026-01-01" });
export const months = monthlyPartitions({ start: "2026-01-01" });
export const cells = multiPartitions({ day: days, region: staticPartitions(["us", "eu"]) });\n`,
  };
  for (let from = 0; from < count; from += 25) modules[`m${from / 25}.ts`] = generateModule(from);
  return modules;
}

const KINDS = ["days", "days", "days", "days", "days", "days", "months", "months", "cells", ""];

function generateModule(from: number): string {
  const lines = [
    `import { defineAsset } from "sluice";`,
    `import { cells, days, months } from "./parts.ts";`,
    ...(from > 0 ? [`import * as before from "./m${from / 25 - 1}.ts";`] : []),
    `export const used = [cells, days, months];`,
  ];
  for (let index = from; index < from + 25; index++) {
    const deps = [1, 3, 7].map((back) => index - back).filter((number) => number >= Math.max(0, from - 25));
    const named = deps.map((number) => `d${number}: ${number < from ? "before." : ""}a${number}`).join(", ");
    const kind = KINDS[index % KINDS.length];
    const partitions = kind ? `, partitions: ${kind}` : "";
    lines.push(
      `export const a${index} = defineAsset({ key: "a${index}", deps: { ${named} }${partitions}, ` +
        `run: async ({ inputs }) => ({ index: ${index} as number, names: Object.keys(inputs) }) });`,
    );
  }
  return lines.join("\n") + "\n";
}
