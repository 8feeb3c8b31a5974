/** Rules about the text of files: what a reader on another machine could not see, reach or believe. */

import type { Files } from "./repository.ts";

/** Characters outside of ASCII, tabs and other controls: invisible differences have no place in source. */
export function findForeignCharacters(sources: Files): string[] {
  return findMatches(sources, /[^\n\x20-\x7e]/g, (match) => {
    const code = (match.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    return `the character U+${code}; write it as an escape`;
  });
}

/** Absolute paths of somebody's machine. */
export function findMachinePaths(files: Files): string[] {
  const folders = ["work", "root", "home", "Users", "tmp", "opt", "private"].join("|");
  const pattern = new RegExp(`(?<![\\w.~*)\\]}$/-])/(?:${folders})(?=/[\\w.-]|["'\`\\s)])`, "g");
  return findMatches(files, pattern, (match) => `the machine path ${match}`);
}

/** Hosts from which packages are fetched: which one to use is the reader's own setting. */
export function findRegistryHosts(files: Files): string[] {
  const hosts = [
    /registry\.[a-z]\S*\.[a-z]{2,}/,
    /[\w.-]*pypi\.[a-z]{2,}/,
    /[\w.-]*pythonhosted\.org/,
    /npm\.jsr\.io/,
  ];
  const pattern = new RegExp(`\\b(?:${hosts.map((host) => host.source).join("|")})`, "gi");
  return findMatches(files, pattern, (match) => `the registry ${match}`);
}

/** Notes to self that were never acted upon. */
export function findUnfinished(sources: Files): string[] {
  const pattern = new RegExp(`\\b(?:${["TO" + "DO", "FIX" + "ME", "XX" + "X"].join("|")})\\b`, "g");
  return findMatches(sources, pattern, (match) => `${match}: finish it, or write an issue`);
}

function findMatches(files: Files, pattern: RegExp, say: (match: string) => string): string[] {
  return [...files].flatMap(([path, text]) =>
    text.split("\n").flatMap((line, index) =>
      [...line.matchAll(pattern)].map(([match]) => `${path}:${index + 1}: ${say(match)}`)
    )
  );
}
