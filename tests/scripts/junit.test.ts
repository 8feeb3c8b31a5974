import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { readReport, readTimes } from "../../scripts/junit.ts";

const bun = `<testsuites name="bun test" tests="5">
  <testsuite name="tests/x/a.test.ts" tests="5">
    <testsuite name="outer" tests="4">
      <testcase name="one" classname="outer" time="0.000043" assertions="0" />
      <testcase name="two &gt; 1" classname="outer" time="0.013892">
        <failure type="AssertionError" message="1 !== 2&#10;">at &lt;anonymous&gt;</failure>
      </testcase>
      <testcase name="three" classname="outer" time="0">
        <skipped />
      </testcase>
    </testsuite>
    <testcase name="top" classname="" time="0.001376" assertions="0" />
  </testsuite>
</testsuites>`;

const deno = `<testsuites name="deno test" tests="6">
  <testsuite name="./tests/x/a.test.ts" tests="2">
    <testcase name="outer" classname="./tests/x/a.test.ts" line="3" col="1">
      <failure message="1 test step failed">1 test step failed.</failure>
    </testcase>
    <testcase name="top" classname="./tests/x/a.test.ts" line="9" col="1">
    </testcase>
  </testsuite>
  <testsuite name="ext:deno_node/testing.ts" tests="4">
    <testcase name="outer &gt; one" classname="ext:deno_node/testing.ts">
    </testcase>
    <testcase name="outer &gt; inner" classname="ext:deno_node/testing.ts">
    </testcase>
    <testcase name="outer &gt; inner &gt; two &gt; 1" classname="ext:deno_node/testing.ts">
      <failure message="1 !== 2">AssertionError: 1 !== 2</failure>
    </testcase>
    <testcase name="outer &gt; three" classname="ext:deno_node/testing.ts">
      <skipped/>
    </testcase>
  </testsuite>
</testsuites>`;

describe("readReport", () => {
  test("counts the tests of a report by Bun", () => {
    assert.deepEqual(readReport(bun), { passed: 2, failed: 1, skipped: 1 });
  });

  test("counts the same tests in a report by Deno, without the groups they lie in", () => {
    assert.deepEqual(readReport(deno), { passed: 2, failed: 1, skipped: 1 });
  });

  test("counts a group that failed before any of its tests", () => {
    const empty = `<testcase name="broken" classname="a"><failure message="x">x</failure></testcase>`;
    assert.deepEqual(readReport(empty), { passed: 0, failed: 1, skipped: 0 });
  });
});

describe("readTimes", () => {
  test("takes what Bun says of a file, what was made ready before its tests included", () => {
    const timed = bun.replace('a.test.ts" tests="5"', 'a.test.ts" tests="5" time="3.5"');
    assert.deepEqual(readTimes(timed), [{ file: "tests/x/a.test.ts", seconds: 3.5 }]);
  });

  test("adds up what Deno says of the groups in a file, and sorts files", () => {
    const timed = deno.replaceAll('classname="./tests/x/a.test.ts"', 'time="1.25"');
    const other =
      `<testsuite name="./tests/b.test.ts"><testcase name="b" time="4.000"></testcase></testsuite>`;
    assert.deepEqual(readTimes(timed + other), [
      { file: "tests/b.test.ts", seconds: 4 },
      { file: "tests/x/a.test.ts", seconds: 2.5 },
    ]);
  });
});
