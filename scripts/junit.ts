/** Reading the test reports that both runtimes write in the JUnit format. */

import { sumTallies, type Tally } from "./tally.ts";

/**
 * The tally of a report. Deno lists each `describe` as a test too, whose name its tests carry as a prefix
 * (`outer > inner`); only the tests themselves are counted, so that the same files give the same numbers on Bun.
 */
export function readReport(xml: string): Tally {
  const cases = [...xml.matchAll(/<testcase name="([^"]*)"[^>]*?(?:\/>|>([\s\S]*?)<\/testcase>)/g)];
  const listsGroups = xml.includes('<testsuites name="deno test"');
  const groups = new Set(listsGroups ? cases.flatMap(([, name]) => groupsAround(name)) : []);
  return sumTallies(cases.filter(([, name]) => !groups.has(name)).map(([, , body = ""]) => tallyCase(body)));
}

function tallyCase(body: string): Tally {
  const failed = /<(failure|error)\b/.test(body);
  const skipped = !failed && /<skipped\b/.test(body);
  return { passed: failed || skipped ? 0 : 1, failed: failed ? 1 : 0, skipped: skipped ? 1 : 0 };
}

/** The groups that a name lies in: `a > b > c` lies in `a` and in `a > b`. */
function groupsAround(name: string): string[] {
  const parts = name.split(" &gt; ");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join(" &gt; "));
}

/** A test file and how long its tests took. */
export interface FileTime {
  readonly file: string;
  readonly seconds: number;
}

/** How long each file of a report took, the slowest first. Deno does not say it of files, but of what lies in them. */
export function readTimes(xml: string): readonly FileTime[] {
  const files = xml.split(/(?=<testsuite name="[^"]*\.test\.ts")/).slice(1);
  return files.map(timeOf).sort((a, b) => b.seconds - a.seconds);
}

function timeOf(suite: string): FileTime {
  const [head, name] = /^<testsuite name="(?:\.\/)?([^"]*)"[^>]*>/.exec(suite) as RegExpExecArray;
  const own = secondsIn(head);
  if (own !== undefined) return { file: name, seconds: own };
  const cases = suite.slice(0, suite.indexOf("</testsuite>")).match(/<testcase [^>]*>/g) ?? [];
  return { file: name, seconds: cases.reduce((sum, each) => sum + (secondsIn(each) ?? 0), 0) };
}

function secondsIn(tag: string): number | undefined {
  const found = / time="([\d.]+)"/.exec(tag);
  return found ? Number(found[1]) : undefined;
}
