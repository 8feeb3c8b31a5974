/** The files below a folder, by relative path. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

/** A hash of each file's bytes, by path; files whose path matches `ignore` are left out. */
export function hashTree(folder: string, ignore: RegExp = /$^/): ReadonlyMap<string, string> {
  const hashes = new Map<string, string>();
  if (!existsSync(folder)) return hashes;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path);
    if (!entry.isFile() || ignore.test(name)) continue;
    hashes.set(name, createHash("sha256").update(readFileSync(path)).digest("hex"));
  }
  return new Map([...hashes].sort(([a], [b]) => (a < b ? -1 : 1)));
}
