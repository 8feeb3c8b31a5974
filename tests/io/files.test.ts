import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { type FilesIO, filesIO } from "../../src/io/files.ts";
import type { FileFormat } from "../../src/model/assets/io_choice.ts";
import { filesBelow, receiptOf, rejection, temporaryFolder } from "./support.ts";

const ONE = { asset: "raw/orders", partition: "2026-01-01" };
const TWO = { asset: "raw/orders", partition: "2026-01-02" };
const REPORT = { asset: "report", partition: undefined };

/** Runs a test with a manager over a folder of its own. */
function withFiles(work: (io: FilesIO, folder: string) => Promise<void>): () => Promise<void> {
  return async () => {
    using folder = temporaryFolder();
    await work(filesIO({ folder: folder.path }), folder.path);
  };
}

function receiptFile(io: FilesIO, address = ONE): string {
  const path = io.locate(address);
  return join(dirname(path), ".receipts", `${address.partition}.json`);
}

describe("a value that comes late", () => {
  const at = (number: number, history = "h") => ({ ...receiptOf(ONE), fence: { history, number } });

  test(
    "from an owner that was followed by another, is refused and leaves what is there",
    withFiles(async (io, folder) => {
      await io.store(ONE, "first", at(1));
      await filesIO({ folder }).store(ONE, "second", at(2));
      const late = await rejection(io.store(ONE, "late", at(1)));
      assert.equal(late.code, "STEP_LOST");
      assert.match(late.message, /raw\/orders.* comes late: another process has taken over/);
      assert.equal(await io.load(ONE), "second");
      assert.deepEqual((await io.receipt(ONE))?.fence, { history: "h", number: 2 });
      assert.deepEqual(filesBelow(folder).filter((path) => path.includes(".partial")), []);
    }),
  );

  test(
    "is one of the same history only, and of one that is known",
    withFiles(async (io) => {
      await io.store(ONE, "second", at(2));
      await io.store(ONE, "of another history", at(1, "other"));
      assert.equal(await io.load(ONE), "of another history");
      await io.store(ONE, "of nobody", receiptOf(ONE));
      assert.equal(await io.load(ONE), "of nobody");
      assert.equal((await io.receipt(ONE))?.fence, undefined);
      await io.store(ONE, "again", at(1));
      assert.equal(await io.load(ONE), "again");
    }),
  );
});

describe("filesIO", () => {
  test(
    "writes files that people and other programs can read",
    withFiles(async (io, folder) => {
      await io.store(ONE, { amount: 3 }, receiptOf(ONE));
      await io.configure({ manager: "files", format: "ndjson" }).store(
        REPORT,
        [{ a: 1 }, { a: 2 }],
        receiptOf(REPORT),
      );
      assert.deepEqual(filesBelow(folder), [
        ".receipts/report.json",
        "raw/orders.parts/.receipts/2026-01-01.json",
        "raw/orders.parts/2026-01-01.json",
        "report.ndjson",
      ]);
      assert.equal(readFileSync(io.locate(ONE), "utf8"), '{"amount":3}\n');
      assert.equal(readFileSync(join(folder, "report.ndjson"), "utf8"), '{"a":1}\n{"a":2}\n');
      assert.deepEqual(JSON.parse(readFileSync(receiptFile(io), "utf8")).value, {
        file: "2026-01-01.json",
        bytes: 13,
        sha256: "73cf9c715da172f4f03974ae5b703942708171847d212aa04135d309d53ee235",
      });
    }),
  );

  test(
    "keeps each format in files of its ending",
    withFiles(async (io, folder) => {
      const values: readonly (readonly [FileFormat, string, unknown])[] = [
        ["json", "report.json", { a: [1, null] }],
        ["ndjson", "report.ndjson", [{ a: 1 }, 2]],
        ["text", "report.txt", "# Report\n"],
        ["bytes", "report.bin", Uint8Array.of(0, 255)],
      ];
      for (const [format, file, value] of values) {
        const view = io.configure({ manager: "files", format });
        assert.equal(await view.store(REPORT, value, receiptOf(REPORT)), true);
        assert.deepStrictEqual(await view.load(REPORT), value);
        assert.equal(view.locate(REPORT), join(folder, file));
        assert.equal((await view.receipt(REPORT))?.dataVersion, "v1");
      }
    }),
  );

  test(
    "keeps values of any size as they are",
    withFiles(async (io) => {
      const text = io.configure({ manager: "files", format: "text" });
      for (const length of [0, 65_535, 65_536, 524_287, 524_288, 1_500_000]) {
        const value = "\ud83d\ude00".repeat(length / 2) + "x".repeat(length % 2);
        await text.store(REPORT, value, receiptOf(REPORT));
        assert.equal(await text.load(REPORT), value);
        assert.ok(await text.receipt(REPORT));
        const shifted = `x${value}`;
        await text.store(REPORT, shifted, receiptOf(REPORT));
        assert.equal(await text.load(REPORT), shifted);
      }
      const bytes = io.configure({ manager: "files", format: "bytes" });
      const blob = Uint8Array.from({ length: 3_000_001 }, (_, index) => index * 7);
      await bytes.store(REPORT, blob, receiptOf(REPORT));
      assert.deepStrictEqual(await bytes.load(REPORT), blob);
      assert.ok(await bytes.receipt(REPORT));
    }),
  );

  test(
    "gives files the ending that an asset asks for",
    withFiles(async (io, folder) => {
      const report = io.configure({ manager: "files", format: "text", extension: "md" });
      await report.store(REPORT, "# Report\n", receiptOf(REPORT));
      assert.deepEqual(filesBelow(folder), [".receipts/report.json", "report.md"]);
      assert.equal(await report.load(REPORT), "# Report\n");
      assert.equal((await report.receipt(REPORT))?.dataVersion, "v1");
      assert.match(
        io.configure({ manager: "files", extension: "geojson" }).locate(REPORT),
        /report\.geojson$/,
      );
      assert.match(report.configure({ manager: "files", format: "text" }).locate(REPORT), /report\.md$/);
      assert.match(report.configure({ manager: "files", format: "bytes" }).locate(REPORT), /report\.bin$/);
      await report.remove(REPORT);
      assert.deepEqual(readdirSync(folder), []);
    }),
  );

  test("takes the default format from its options, and refuses others than it has", () => {
    assert.match(filesIO({ folder: "x", format: "text" }).locate(REPORT), /report\.txt$/);
    assert.throws(() => filesIO({ folder: "x", format: "xml" as FileFormat }), {
      code: "DEFINITION_INVALID",
    });
    const lake = filesIO({ folder: "x", name: "lake" });
    assert.equal(lake.name, "lake");
    assert.throws(() => lake.configure({ manager: "lake", fromat: "text" }), {
      message:
        'DEFINITION_INVALID: The IO manager "lake" has no option "fromat".\n    hint: Did you mean format?',
    });
    assert.throws(() => lake.configure({ manager: "lake", extension: "../x" }), {
      code: "DEFINITION_INVALID",
    });
  });
});

describe("a value that is refused", () => {
  test(
    "leaves nothing behind, and is named by asset, partition and path",
    withFiles(async (io, folder) => {
      const error = await rejection(io.store(ONE, { rows: [{ price: NaN }] }, receiptOf(ONE)));
      assert.equal(
        error.message,
        'VALUE_INVALID: The value of asset "raw/orders", partition "2026-01-01" cannot be kept as json: ' +
          "$.rows[0].price is NaN.\n    hint: Use null for a number that is not known.",
      );
      assert.deepEqual(readdirSync(folder), []);
      const metadata = { rows: 1n };
      const slip = await rejection(io.store(ONE, 1, { ...receiptOf(ONE), metadata }));
      assert.match(slip.message, /metadata\.rows is a bigint/);
      assert.deepEqual(readdirSync(folder), []);
    }),
  );

  test(
    "leaves nothing behind when it breaks off in the middle",
    withFiles(async (io, folder) => {
      const rows = io.configure({ manager: "files", format: "ndjson" });
      await rows.store(ONE, [1], receiptOf(ONE));
      const before = filesBelow(folder);
      function* broken(): Generator<string> {
        for (let row = 0; row < 100; row++) yield "x".repeat(10_000);
        throw new RangeError("the source broke");
      }
      assert.match(
        String(await rejection(rows.store(ONE, broken(), receiptOf(ONE)))),
        /^RangeError: the source broke$/,
      );
      assert.deepEqual(filesBelow(folder), before);
      assert.deepEqual(await rows.load(ONE), [1]);
    }),
  );
});

describe("a value that cannot be read", () => {
  test(
    "is missing, with the path, and with the format it was kept in before",
    withFiles(async (io, folder) => {
      assert.equal(
        (await rejection(io.load(ONE))).message,
        'VALUE_MISSING: There is no value of asset "raw/orders", partition "2026-01-01": there is no file ' +
          `${io.locate(ONE)}.\n    hint: Materialize it first.`,
      );
      await io.store(REPORT, "text", receiptOf(REPORT));
      const text = io.configure({ manager: "files", format: "text" });
      assert.match(
        (await rejection(text.load(REPORT))).message,
        /hint: There is .*report\.json from when it was kept as json\. Materialize it again\./,
      );
      assert.deepEqual([await text.has(REPORT), await text.receipt(REPORT)], [false, undefined]);
      await text.remove(REPORT);
      assert.deepEqual(readdirSync(folder), []);
    }),
  );

  test(
    "is corrupt, with the path and how to mend it",
    withFiles(async (io) => {
      await io.store(ONE, { a: 1 }, receiptOf(ONE));
      writeFileSync(io.locate(ONE), '{"a":');
      const error = await rejection(io.load(ONE));
      assert.equal(error.code, "VALUE_INVALID");
      assert.match(
        error.message,
        /asset "raw\/orders", partition "2026-01-01" cannot be read as json: it is not JSON \(.+\)\. The file is .+01\.json\./,
      );
      assert.match(error.message, /hint: Materialize it again, or restore the file\./);
    }),
  );
});

describe("a disk that fails", () => {
  test(
    "is reported with the system's error, and the old value stays",
    withFiles(async (io, folder) => {
      await io.store(ONE, "old", receiptOf(ONE));
      mkdirSync(io.locate(TWO));
      const error = await rejection(io.store(TWO, "new", receiptOf(TWO)));
      assert.equal(error.code, "IO_FAILED");
      assert.match(
        error.message,
        /could not be kept \(file .*2026-01-02\.json\): .*(EISDIR|EPERM|EEXIST|ENOTEMPTY)/,
      );
      assert.match(error.message, /hint: Something else lies at that path; move it away\./);
      assert.ok(error.cause instanceof Error && "code" in error.cause);
      assert.equal((await rejection(io.load(TWO))).code, "IO_FAILED");
      assert.equal(await io.has(TWO), false);
      assert.equal(await io.load(ONE), "old");
      assert.deepEqual(readdirSync(join(folder, "raw/orders.parts/.partial")), []);
    }),
  );

  test(
    "is reported when a file is in the way of a folder",
    withFiles(async (io, folder) => {
      writeFileSync(join(folder, "raw"), "");
      const error = await rejection(io.store(ONE, 1, receiptOf(ONE)));
      assert.equal(error.code, "IO_FAILED");
      assert.deepEqual([await io.has(ONE), await io.receipt(ONE)], [false, undefined]);
      assert.equal((await rejection(io.load(ONE))).code, "VALUE_MISSING");
      rmSync(join(folder, "raw"));
      await io.store(ONE, 1, receiptOf(ONE));
      assert.equal(await io.load(ONE), 1);
    }),
  );
});

describe("a receipt", () => {
  test(
    "does not count when the value is newer, and counts again with its own value",
    withFiles(async (io, folder) => {
      await io.store(ONE, "first", receiptOf(ONE, "v1"));
      const slip = receiptFile(io);
      const value = io.locate(ONE);
      copyFileSync(slip, join(folder, "old-receipt"));
      copyFileSync(value, join(folder, "old-value"));
      await io.store(ONE, "other", receiptOf(ONE, "v2"));
      copyFileSync(join(folder, "old-receipt"), slip);
      assert.equal(await io.receipt(ONE), undefined);
      assert.equal(await io.load(ONE), "other");
      copyFileSync(join(folder, "old-value"), value);
      assert.equal((await io.receipt(ONE))?.dataVersion, "v1");
    }),
  );

  test(
    "does not count when the value was changed by hand or is gone, or when it is torn",
    withFiles(async (io) => {
      await io.store(ONE, "first", receiptOf(ONE));
      writeFileSync(io.locate(ONE), '"First"\n');
      assert.equal(await io.receipt(ONE), undefined);
      assert.equal(await io.load(ONE), "First");
      rmSync(io.locate(ONE));
      assert.equal(await io.receipt(ONE), undefined);
      await io.store(ONE, "first", receiptOf(ONE));
      assert.ok(await io.receipt(ONE));
      writeFileSync(receiptFile(io), readFileSync(receiptFile(io), "utf8").slice(0, -20));
      assert.equal(await io.receipt(ONE), undefined);
    }),
  );

  test(
    "goes with the value into another folder",
    withFiles(async (io, folder) => {
      await io.store(ONE, "first", receiptOf(ONE));
      const copy = filesIO({ folder: join(folder, "copy") });
      for (const file of [io.locate(ONE), receiptFile(io)]) {
        const target = join(copy.folder, file.slice(folder.length));
        mkdirSync(dirname(target), { recursive: true });
        copyFileSync(file, target);
      }
      assert.deepEqual(await copy.receipt(ONE), await io.receipt(ONE));
    }),
  );
});

describe("remove", () => {
  test(
    "takes empty folders along, and no others",
    withFiles(async (io, folder) => {
      for (const address of [ONE, TWO, REPORT]) await io.store(address, 1, receiptOf(address));
      await io.remove(ONE);
      assert.deepEqual(filesBelow(join(folder, "raw")), [
        "orders.parts/.receipts/2026-01-02.json",
        "orders.parts/2026-01-02.json",
      ]);
      await io.remove(TWO);
      assert.deepEqual(readdirSync(folder).sort(), [".partial", ".receipts", "report.json"]);
      await io.remove(REPORT);
      assert.deepEqual(readdirSync(folder), []);
    }),
  );

  test(
    "and writing to one folder do not disturb each other",
    withFiles(async (io, folder) => {
      const addresses = Array.from(
        { length: 60 },
        (_, index) => ({ asset: "raw/orders", partition: `p${index}` }),
      );
      const flicker = async (address: typeof ONE, times: number) => {
        for (let time = 0; time < times; time++) {
          await io.store(address, time, receiptOf(address));
          await io.remove(address);
        }
      };
      await Promise.all(addresses.map((address, index) => flicker(address, 1 + index % 4)));
      assert.deepEqual(readdirSync(folder), []);
    }),
  );

  test(
    "and writing by several managers of one folder do not disturb each other",
    withFiles(async (_io, folder) => {
      const managers = [1, 2, 3].map(() => filesIO({ folder }));
      const work = async (io: FilesIO, address: typeof ONE) => {
        for (let time = 0; time < 12; time++) {
          await io.store(address, time, receiptOf(address));
          await io.remove(address);
        }
      };
      await Promise.all(managers.flatMap((io) => [work(io, ONE), work(io, TWO)]));
      assert.deepEqual(readdirSync(folder), []);
    }),
  );

  test(
    "by somebody else is noticed by the next write",
    withFiles(async (io, folder) => {
      await io.store(ONE, 1, receiptOf(ONE));
      rmSync(join(folder, "raw"), { recursive: true });
      await io.store(ONE, 2, receiptOf(ONE));
      assert.equal(await io.load(ONE), 2);
      rmSync(join(folder, "raw/orders.parts/.receipts"), { recursive: true });
      await io.store(ONE, 3, receiptOf(ONE));
      assert.ok(await io.receipt(ONE));
    }),
  );
});

describe("unfinished files of a crash", () => {
  const rubbish = (folder: string, name: string, minutesOld: number): string => {
    const path = join(folder, "raw/orders.parts/.partial", name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "half of a val");
    const at = Date.now() / 1_000 - minutesOld * 60;
    utimesSync(path, at, at);
    return path;
  };
  const left = (folder: string): string[] => readdirSync(join(folder, "raw/orders.parts/.partial"));

  test(
    "are ignored, and swept by the next write to the folder when they are old",
    withFiles(async (io, folder) => {
      rubbish(folder, "old", 16);
      rubbish(folder, "young", 1);
      assert.equal(await io.has(ONE), false);
      await io.store(ONE, 1, receiptOf(ONE));
      assert.deepEqual(left(folder), ["young"]);
      await io.remove(ONE);
      assert.deepEqual(left(folder), ["young"]);
    }),
  );

  test(
    "are not in the way, even of a manager that makes the same names",
    withFiles(async (_io, folder) => {
      const random = { next: () => 0.5 };
      const clock = { now: () => 0, after: () => () => {} };
      await filesIO({ folder, clock, random }).store(ONE, 1, receiptOf(ONE));
      const names = Array.from({ length: 9 }, (_, index) => `${process.pid}-i0000000-${index}`);
      for (const name of names) rubbish(folder, name, 0);
      const again = filesIO({ folder, clock, random });
      await again.store(ONE, 2, receiptOf(ONE));
      await again.store(TWO, "x".repeat(200_000), receiptOf(TWO));
      assert.deepEqual([await again.load(ONE), (await again.load(TWO) as string).length], [2, 200_000]);
      assert.ok(await again.receipt(ONE));
      assert.deepEqual(left(folder).sort(), names);
    }),
  );

  test(
    "are swept on demand",
    withFiles(async (io, folder) => {
      await io.store(ONE, 1, receiptOf(ONE));
      await io.store(REPORT, 1, receiptOf(REPORT));
      rubbish(folder, "old", 16);
      rubbish(folder, "young", 1);
      writeFileSync(join(folder, ".partial/root"), "");
      assert.equal(await io.sweep(), 1);
      assert.deepEqual(left(folder), ["young"]);
      assert.equal(await io.sweep({ olderThanMs: -1_000 }), 2);
      assert.deepEqual(left(folder), []);
      assert.equal(await io.load(ONE), 1);
      assert.equal(await filesIO({ folder: join(folder, "nowhere") }).sweep(), 0);
    }),
  );
});
