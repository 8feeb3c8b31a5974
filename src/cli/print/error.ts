/** Errors for people: what, where with the lines of code, why, and how to mend it. */
import { relative } from "node:path";
import { formatFrame, parsePlace } from "./frame.ts";
import { inert, inertLines } from "./inert.ts";
import { plural } from "./number.ts";
import type { Page } from "./page.ts";
import { readSource } from "./source.ts";

/** One finding, as an issue has it; the code is free, for failures that are no issues. */
export interface Finding {
  readonly code: string;
  readonly message: string;
  readonly path?: readonly string[];
  readonly site?: string;
  readonly hint?: string;
}

/** What an error is made into before it is shown. */
export interface Failure {
  readonly exitCode: number;
  /** Never empty. */
  readonly findings: readonly Finding[];
  /** What led to it, outermost first. */
  readonly causes: readonly string[];
  readonly stack: string | undefined;
}

/** How failures are shown. */
export interface ErrorPage {
  readonly page: Page;
  readonly cwd: string;
  /** Shows the stack trace. */
  readonly isDebug: boolean;
}

const MOST_FINDINGS = 20;

/** A failure as lines. */
export function formatFailure(failure: Failure, around: ErrorPage): string[] {
  const { page } = around;
  const { findings } = failure;
  const shown = findings.slice(0, MOST_FINDINGS);
  const lines = shown.flatMap((finding, index) => [
    ...(index > 0 ? [""] : []),
    ...formatFinding(finding, around),
  ]);
  if (findings.length > 1) {
    const rest = findings.length - shown.length;
    const more = rest > 0 ? `, of which ${rest} are not shown` : "";
    lines.push("", page.style.bold(`${plural(findings.length, "problem")} found${more}.`));
  }
  for (const cause of failure.causes) lines.push(page.style.dim(`  because: ${inert(cause)}`));
  if (around.isDebug && failure.stack) lines.push("", ...inertLines(failure.stack).map(page.style.dim));
  return lines;
}

function formatFinding({ code, message, site, hint }: Finding, around: ErrorPage): string[] {
  const { style } = around.page;
  const [first, ...rest] = inertLines(message);
  const lines = [`${style.red(`error ${code}:`)} ${style.bold(first)}`, ...rest];
  if (site) lines.push(...formatSite(site, around));
  if (hint) {
    lines.push(
      ...inertLines(hint).map((line, index) =>
        index === 0 ? `  ${style.cyan("hint:")} ${line}` : `        ${line}`
      ),
    );
  }
  return lines;
}

function formatSite(site: string, { page, cwd }: ErrorPage): string[] {
  const place = parsePlace(site);
  if (!place) return [`  at ${inert(site)}`];
  const source = readSource(place.file);
  return [
    `  at ${inert(shortPath(place.file, cwd))}:${place.line}:${place.column}`,
    ...(source === undefined ? [] : formatFrame(source, place, page)),
  ];
}

/** A path as seen from the working directory, when that is shorter. */
export function shortPath(path: string, cwd: string): string {
  const seen = relative(cwd, path);
  return seen !== "" && seen.length < path.length && !seen.startsWith("../../..") ? seen : path;
}
