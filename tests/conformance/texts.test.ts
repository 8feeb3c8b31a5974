/** Hostile texts through Python's own eyes: literals read back as they were, and exports hold them as data. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  defineAsset,
  defineJob,
  definitions,
  SluiceError,
  type Snapshot,
  staticPartitions,
  takeSnapshot,
} from "sluice";
import { type ExportedProject, loadTarget, TARGETS, textLiteral } from "sluice/adapters";
import { FIELDS, HOSTILE, NAMES } from "./texts/fields.ts";
import { askPython, atScale, findPython } from "./python.ts";

const python = findPython("SLUICE_DAGSTER_PYTHON", "hostile texts");

/** Texts of every kind of character, the same for the same seed. */
const fuzzed = fc.sample(fc.string({ unit: "binary", maxLength: 40 }), { seed: 4, numRuns: 2_000 });

interface Answer {
  readonly values: readonly (readonly number[])[];
  readonly constants: readonly (readonly (readonly number[])[])[];
  readonly missing: readonly number[];
}

const fromPoints = (points: readonly number[]) => points.map((point) => String.fromCodePoint(point)).join("");

/** Some targets break braces and dangerous endings with a character that nobody sees. */
const seen = (text: string) => text.replaceAll("\u200b", "");

(python ? describe : describe.skip)("hostile texts", () => {
  const texts = [...HOSTILE, ...fuzzed.slice(0, atScale(300, 2_000))].filter((text) => text.trim() !== "");
  const assets = texts.map((description, index) =>
    defineAsset({
      key: `a${index}`,
      description,
      codeVersion: `${index} ${description}`,
      metadata: { [`m ${description}`]: description },
      run: () => 1,
    })
  );
  const keys = ["it's", '"q"', "{{ x }}", "%s", "\u65e5", "a\\"];
  const sliced = defineAsset({ key: "sliced", partitions: staticPartitions(keys), run: () => 1 });
  const job = defineJob({ name: "job", selection: "a0", description: HOSTILE[1], config: {} });
  const snapshot = takeSnapshot(definitions({ assets: [...assets, sliced], jobs: [job] }));

  test("are literals that Python reads as they were, and data in every target's files", async () => {
    const projects = await Promise.all(TARGETS.map(async (name) => {
      const { files } = await (await loadTarget(name)).createDefinitions(snapshot, {
        name: "hostile",
        command: ["x"],
      });
      const sources = files.filter(({ path }) => path.endsWith(".py")).map(({ text }) => text);
      for (const { path, text } of files) {
        assert.ok(/^\p{ASCII}*$/u.test(text), `${name}: ${path} is not ASCII`);
      }
      for (const { path } of files) assert.match(path, /^[\w./-]+$/);
      return sources;
    }));
    const literals = [...HOSTILE, ...fuzzed].map(textLiteral);
    const { values, constants } = ask(literals, projects);
    assert.deepEqual(values.map(fromPoints), [...HOSTILE, ...fuzzed]);
    for (const [place, name] of TARGETS.entries()) {
      const known = new Set(constants[place].map((points) => seen(fromPoints(points))));
      // Airflow declares no sets of partitions: their keys are given with a run.
      const expected = name === "airflow" ? texts : [...texts, ...keys];
      const lost = expected.filter((text) => !known.has(seen(text)));
      assert.deepEqual(lost, [], name);
    }
  });
});

(python ? describe : describe.skip)("hostile texts in every field", () => {
  test("stand there as data, or are refused where they are defined", async () => {
    const sent: { readonly field: string; readonly text: string; readonly target: string }[] = [];
    const projects: (readonly string[])[] = [];
    let refused = 0;
    for (const [field, graphOf] of Object.entries(FIELDS)) {
      for (const text of [...HOSTILE, ...NAMES]) {
        const snapshot = snapshotOf(() => graphOf(text));
        if (!snapshot) {
          refused++;
          continue;
        }
        for (const target of TARGETS) {
          const { files } = await exportTo(target, snapshot);
          sent.push({ field, text, target });
          projects.push(files.filter(({ path }) => path.endsWith(".py")).map(({ text }) => text));
          for (const { path, text } of files) {
            assert.ok(/^\p{ASCII}*$/u.test(text), `${field} ${target}: ${path} is not ASCII`);
            assert.match(path, /^[\w./-]+$/);
          }
        }
      }
    }
    assert.ok(refused > 100 && sent.length > 500, `${refused} refused, ${sent.length} sent`);
    const { missing } = ask([], projects, sent.map(({ text }) => text));
    const lost = new Set(missing.map((place) => `${sent[place].target}: ${sent[place].field}`));
    for (const name of lost) {
      assert.ok(LEFT_OUT.includes(name) || RENAMED.has(name), `${name} is neither carried nor left out`);
    }
    for (const name of [...RENAMED, ...LEFT_OUT]) assert.ok(lost.has(name), `${name} is carried after all`);
  });
});

/** Names that are written in another form, which the target allows. */
const RENAMED: ReadonlySet<string> = new Set([
  "dagster: a group",
  "dagster: the name of a job",
  "dagster: the name of a schedule",
  "prefect: a pool",
  // A key is a pool there.
  ...["airflow", "dagster", "prefect"].map((target) => `${target}: a concurrency key`),
  // Braces are broken by a character that nobody sees.
  "prefect: the description of a job",
  "prefect: the description of a schedule",
]);

/** What only the step itself knows, which has the module; keys of partitions come to Airflow with its runs. */
const LEFT_OUT: readonly string[] = [
  ...["airflow", "dagster", "prefect"].flatMap((target) =>
    [
      "the name of an input",
      "the name of a resource",
      "the name under which a resource is used",
      "the name of an output",
    ]
      .map((field) => `${target}: ${field}`)
  ),
  ...["airflow", "prefect"].flatMap((target) =>
    [
      // A Dag or a deployment counts its own runs, and needs no name for them.
      "the key of the runs of a job",
      "the description of an external asset",
      "the name of a check inside",
      "the description of a check inside",
    ]
      .map((field) => `${target}: ${field}`)
  ),
  ...[
    "a static key",
    "the name of dynamic partitions",
    "the name of a dimension",
    "a key of a dimension",
    "a key that a mapping names",
    "a key in the table of a mapping",
  ].map((field) => `airflow: ${field}`),
];

/** Asks Python; files that projects have in common are sent once. */
function ask(
  literals: readonly string[],
  projects: readonly (readonly string[])[],
  wanted: readonly string[] = [],
): Answer {
  const files = new Map<string, number>();
  const places = projects.map((project) =>
    project.map((text) => {
      const place = files.get(text) ?? files.size;
      files.set(text, place);
      return place;
    })
  );
  const url = new URL("texts.py", import.meta.url);
  return askPython(python as string, url, { literals, files: [...files.keys()], projects: places, wanted });
}

/** The snapshot of a graph; undefined where its texts are refused, in a typed way. */
function snapshotOf(graph: () => ReturnType<typeof FIELDS[string]>): Snapshot | undefined {
  try {
    const made = graph();
    return takeSnapshot("graph" in made ? made : definitions({ assets: made }));
  } catch (error) {
    if (error instanceof SluiceError) return undefined;
    throw error;
  }
}

async function exportTo(target: typeof TARGETS[number], snapshot: Snapshot): Promise<ExportedProject> {
  const plugin = await loadTarget(target);
  return plugin.createDefinitions(snapshot, { name: "hostile", command: ["x"] });
}
