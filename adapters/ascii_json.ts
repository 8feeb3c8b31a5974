/** JSON in ASCII, for files that other programs and people of any terminal read. */

/** A value as indented JSON with a line end, and nothing in it but ASCII. */
export function asciiJson(value: unknown): string {
  const text = JSON.stringify(value, undefined, 2);
  return `${
    text.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
  }\n`;
}
