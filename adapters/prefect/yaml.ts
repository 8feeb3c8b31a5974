/** YAML, as much of it as a deployment file needs. Every text is quoted, and nothing can end its quotes. */

/** A value to be written. */
export type Yaml = string | number | boolean | readonly Yaml[] | { readonly [name: string]: Yaml };

/** A record as lines. */
export function yamlText(record: { readonly [name: string]: Yaml }): string {
  return `${recordLines(record, "").join("\n")}\n`;
}

function recordLines(record: { readonly [name: string]: Yaml }, indent: string): string[] {
  return Object.entries(record).flatMap(([name, value]) => entryLines(`${indent}${name}:`, value, indent));
}

function entryLines(head: string, value: Yaml, indent: string): string[] {
  if (typeof value !== "object") return [`${head} ${scalar(value)}`];
  if (Array.isArray(value)) {
    return value.length === 0 ? [`${head} []`] : [head, ...value.flatMap((item) => itemLines(item, indent))];
  }
  const lines = recordLines(value as { readonly [name: string]: Yaml }, `${indent}  `);
  return lines.length === 0 ? [`${head} {}`] : [head, ...lines];
}

function itemLines(item: Yaml, indent: string): string[] {
  if (typeof item !== "object") return [`${indent}  - ${scalar(item)}`];
  const [first, ...rest] = recordLines(item as { readonly [name: string]: Yaml }, `${indent}    `);
  return [`${indent}  - ${first.trimStart()}`, ...rest];
}

function scalar(value: string | number | boolean): string {
  return typeof value === "string" ? quoted(value) : String(value);
}

/** A text without double braces: when it deploys, Prefect fills in what stands between them, in descriptions too. */
export function withoutTemplates(text: string): string {
  return text.replaceAll("{{", "{\u200b{");
}

/** A text in double quotes, in ASCII. */
function quoted(text: string): string {
  let body = "";
  for (const character of withoutTemplates(text)) {
    const point = character.codePointAt(0) as number;
    if (character === '"' || character === "\\") body += `\\${character}`;
    else if (point >= 0x20 && point < 0x7f) body += character;
    else if (point <= 0xff) body += `\\x${hex(point, 2)}`;
    else body += point <= 0xffff ? `\\u${hex(point, 4)}` : `\\U${hex(point, 8)}`;
  }
  return `"${body}"`;
}

function hex(point: number, digits: number): string {
  return point.toString(16).padStart(digits, "0");
}
