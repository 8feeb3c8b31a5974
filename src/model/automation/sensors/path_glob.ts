/** Patterns of paths: `*` and `?` stay within one name, `**` stands for any number of folders. Nothing else is special. */

const DEEP = "**";

/** What is wrong with a pattern, as the rest of a sentence; undefined for a pattern that can match. */
export function globProblem(glob: string): string | undefined {
  if (glob === "") return "it is empty";
  if (/^[/\\]|^[A-Za-z]:/.test(glob)) return "it begins at the root; patterns begin at the folder";
  if (glob.includes("\\")) return "it has a backslash; folders are separated by /";
  for (const part of glob.split("/")) {
    if (part === "") return "it has a part without a name";
    if (part === "." || part === "..") return `it has the part ${part}; patterns stay within the folder`;
    if (part !== DEEP && part.includes(DEEP)) return `${DEEP} must be a part by itself: "**/*.csv"`;
  }
  return undefined;
}

/** A pattern that was taken apart. */
export interface PathGlob {
  /** Whether a path matches; its parts are separated by `/`. */
  matches(path: string): boolean;
  /** Whether something below a folder can match. */
  reaches(folder: string): boolean;
}

/** Takes a pattern apart that has no problem. The time of a match grows with the lengths of both, and no faster. */
export function compilePathGlob(glob: string): PathGlob {
  const given = glob.split("/");
  const parts = given.at(-1) === DEEP ? [...given, "*"] : given;
  return {
    matches: (path) => ends(parts, path.split("/")).at(-1) === true,
    reaches: (folder) => folder === "" || ends(parts, folder.split("/")).slice(0, -1).includes(true),
  };
}

/** After all names of a path: for each number of parts whether these many can have matched it. */
function ends(parts: readonly string[], names: readonly string[]): readonly boolean[] {
  let reached = open([true, ...parts.map(() => false)], parts);
  for (const name of names) {
    const next = parts.map(() => false);
    next.push(false);
    for (let at = 0; at < parts.length; at++) {
      if (!reached[at]) continue;
      if (parts[at] === DEEP) next[at] = true;
      else if (matchesName(parts[at], name)) next[at + 1] = true;
    }
    reached = open(next, parts);
  }
  return reached;
}

/** `**` may stand for no folder at all. */
function open(reached: readonly boolean[], parts: readonly string[]): readonly boolean[] {
  const all = [...reached];
  for (let at = 0; at < parts.length; at++) if (all[at] && parts[at] === DEEP) all[at + 1] = true;
  return all;
}

/** One name against one part: only the last star is ever tried again. */
function matchesName(part: string, name: string): boolean {
  const [pattern, text] = [[...part], [...name]];
  let [at, from, star, resume] = [0, 0, -1, 0];
  while (from < text.length) {
    if (at < pattern.length && pattern[at] === "*") [star, resume, at] = [at, from, at + 1];
    else if (at < pattern.length && (pattern[at] === "?" || pattern[at] === text[from])) {
      [at, from] = [at + 1, from + 1];
    } else if (star < 0) return false;
    else [at, resume, from] = [star + 1, resume + 1, resume + 1];
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}
