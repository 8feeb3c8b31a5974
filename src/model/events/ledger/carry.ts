/**
 * What is carried over when the events of a run are removed: the rows that cannot be folded from other events, with
 * what is told of their values. Assets keep what they hold, and a fold over what is left gives the same again.
 */
import type { LogFields } from "../../ports.ts";
import type { PartitionIdentity } from "../../partitions/stored.ts";
import type { EventBatch } from "../batch.ts";
import { EVENT_KINDS, type OutputRecord } from "../event.ts";
import { findOutput } from "../outputs.ts";
import type { MaterializationRecord } from "../record.ts";
import type { StepTable } from "../step_table.ts";
import { type AssetBook, UNIT_SHEET } from "./book.ts";
import { hasFailed, hasValue, readRow } from "./row.ts";
import { NONE, rowOf, type Segment, type Sheet } from "./sheet.ts";

const { step_succeeded: SUCCEEDED, step_failed: FAILED, step_undone: UNDONE } = EVENT_KINDS;

/** One row as it was when it was carried, as JSON. */
export interface CarriedRow {
  readonly asset: string;
  /** The name of the axis and the identity on it; absent without partitions. */
  readonly axis?: string;
  readonly identity?: PartitionIdentity;
  readonly partitionKey?: string;
  readonly failed?: true;
  readonly seq: number;
  /** Absent for a row without a value. */
  readonly made?: {
    readonly readSeq: number;
    readonly atMs: number;
    readonly changedSeq: number;
    readonly changedMs: number;
    readonly dataVersion: string;
    readonly codeVersion?: string;
    readonly runId?: string;
    readonly step: number;
    readonly metadata?: LogFields;
  };
}

/** Finds what to carry over of a run whose events are about to go. */
export function carryRun(
  book: AssetBook,
  runId: string,
  steps: StepTable,
  batches: Iterable<EventBatch>,
): readonly CarriedRow[] {
  const run = book.runs.find(runId);
  const rows = new Map<string, CarriedRow>();
  for (const batch of batches) {
    for (let row = 0; row < batch.size; row++) {
      const kind = batch.kindAt(row);
      if (kind !== SUCCEEDED && kind !== FAILED && kind !== UNDONE) continue;
      eachPlace(book, steps, batch.stepAt(row), (place) => {
        const segment = place.sheet.segmentOf(place.ordinal);
        if (!segment) return;
        const isForgotten = kind === UNDONE && segment.seqAt(rowOf(place.ordinal)) === batch.seqAt(row);
        if (!isForgotten && !isNeeded(segment, rowOf(place.ordinal), run)) return;
        const metadata = segment.seqAt(rowOf(place.ordinal)) === batch.seqAt(row)
          ? metadataOf(batch, row, place)
          : undefined;
        const name = `${place.sheet.id} ${place.ordinal}`;
        if (metadata || !rows.has(name)) rows.set(name, carryRow(book, place, metadata));
      });
    }
  }
  return [...rows.values()];
}

/**
 * Whether a row rests on a run: it made the value, or may have made the failure, or the version that a later one was
 * compared with.
 */
function isNeeded(segment: Segment, row: number, run: number): boolean {
  if (hasFailed(segment, row)) return true;
  return hasValue(segment, row) && (segment.runAt(row) === run || segment.versions?.[row] !== undefined);
}

/** A row that a step is about. */
interface Place {
  readonly asset: string;
  readonly sheet: Sheet;
  readonly ordinal: number;
  readonly output: number;
  /** Which of the step's partitions it is. */
  readonly partition: number;
  readonly partitionKey: string | undefined;
}

function eachPlace(book: AssetBook, steps: StepTable, step: number, visit: (place: Place) => void): void {
  const node = steps.node(steps.nodeOf(step));
  const axis = book.axes.ofStored(node.partitions);
  const keys = steps.partitionKeys(step);
  node.outputs.forEach(({ asset }, output) => {
    const number = book.findAsset(asset);
    if (number === NONE) return;
    if (!axis) {
      const sheet = book.sheets[UNIT_SHEET];
      return visit({ asset, sheet, ordinal: number, output, partition: 0, partitionKey: undefined });
    }
    const sheet = book.findSheet(number, axis.shape);
    if (!sheet) return;
    steps.identities(step).forEach((identity, partition) => {
      const ordinal = sheet.axis?.find(identity) ?? NONE;
      if (ordinal === NONE) return;
      visit({ asset, sheet, ordinal, output, partition, partitionKey: keys[partition] });
    });
  });
}

function metadataOf(batch: EventBatch, row: number, { output, partition }: Place): LogFields | undefined {
  const payload = batch.payloads.get(row) as { readonly outputs?: readonly OutputRecord[] } | undefined;
  return payload?.outputs && findOutput(payload.outputs, output, partition)?.metadata;
}

function carryRow(book: AssetBook, place: Place, metadata: LogFields | undefined): CarriedRow {
  const { asset, sheet, ordinal, partitionKey } = place;
  const segment = sheet.segmentOf(ordinal) as Segment;
  const row = rowOf(ordinal);
  const facts = readRow(book, sheet, ordinal);
  return {
    asset,
    ...(sheet.axis && { axis: sheet.axis.name, identity: sheet.axis.identityAt(ordinal) }),
    ...(partitionKey !== undefined && { partitionKey }),
    ...(hasFailed(segment, row) && { failed: true }),
    seq: segment.seqAt(row),
    ...(facts && {
      made: {
        readSeq: facts.readSeq,
        atMs: facts.materializedMs,
        changedSeq: facts.changedSeq,
        changedMs: facts.changedMs,
        dataVersion: facts.dataVersion,
        ...(facts.codeVersion !== undefined && { codeVersion: facts.codeVersion }),
        ...(facts.runId !== undefined && { runId: facts.runId }),
        step: segment.stepAt(row),
        ...(metadata && { metadata }),
      },
    }),
  };
}

/** What a carried row is about, as a text: a later row of the same name stands in its place. */
export function nameOfCarried({ asset, axis, identity }: CarriedRow): string {
  return JSON.stringify([asset, axis ?? null, identity ?? null]);
}

/** Rows by name, each as it was carried last; what an earlier one told of the same value is not lost. */
export function latestCarried(rows: Iterable<CarriedRow>): Map<string, CarriedRow> {
  const latest = new Map<string, CarriedRow>();
  for (const row of rows) putCarried(latest, row);
  return latest;
}

/** Puts a row that was carried later than all others of its name. */
export function putCarried(latest: Map<string, CarriedRow>, row: CarriedRow): void {
  const name = nameOfCarried(row);
  const earlier = latest.get(name);
  const metadata = earlier?.seq === row.seq ? earlier.made?.metadata : undefined;
  latest.set(name, row.made && metadata ? { ...row, made: { metadata, ...row.made } } : row);
}

/** Writes a carried row back, over whatever other events have made of it. */
export function restoreRow(
  book: AssetBook,
  { asset: key, axis: name, identity, failed, seq, made }: CarriedRow,
): void {
  const asset = book.assetOf(key);
  const axis = name === undefined ? undefined : book.axes.open(name);
  const sheet = axis ? book.sheetFor(asset, axis, seq) : book.sheetAt(UNIT_SHEET);
  const ordinal = axis && identity !== undefined ? axis.intern(identity) : asset;
  book.overwrite(
    sheet,
    ordinal,
    seq,
    failed === true,
    made && {
      ...made,
      run: book.runs.numberOf(made.runId),
      code: book.codes.numberOf(made.codeVersion),
      seq,
    },
  );
}

/** A carried row as a materialization; undefined without a value. */
export function carriedMaterialization(
  { asset, partitionKey, seq, made }: CarriedRow,
): MaterializationRecord | undefined {
  return made && {
    asset,
    partitionKey,
    runId: made.runId,
    atMs: made.atMs,
    seq,
    dataVersion: made.dataVersion,
    codeVersion: made.codeVersion,
    metadata: made.metadata,
  };
}
