/** Opening a session with Dagster. */
import type { MessageChannel } from "./channels/channel.ts";
import type { ChunkOptions } from "./channels/chunks.ts";
import { openLocalChannel } from "./channels/local.ts";
import { fetchContext } from "./context_source.ts";
import { openTarget, wantsStdio } from "./message_target.ts";
import type { PipesContext } from "./pipes_context.ts";
import { createS3Client, type S3Client, type S3Options } from "./s3/client.ts";
import { Session, type SessionParts } from "./session.ts";
import { type Bootstrap, findBootstrap, type PipesSource } from "./wire/bootstrap.ts";
import { parseContext, type StepContext } from "./wire/context.ts";
import { describeException } from "./wire/exception.ts";
import { formatMessage } from "./wire/message.ts";
import type { PipesParams } from "./wire/params.ts";

/** How {@linkcode openDagsterPipes} opens. Nothing is needed where the Python side uses Dagster's own means. */
export interface PipesOptions {
  /** Where to look for what Dagster handed over. Default the environment, then the command line. */
  readonly from?: PipesSource;
  /** Fetches the context from a place that this library does not know; is given what the injector yields. */
  readonly loadContext?: (params: PipesParams) => unknown;
  /** Opens a channel that this library does not know; is given what the reader yields. */
  readonly openMessages?: (params: PipesParams) => MessageChannel | Promise<MessageChannel>;
  /** How to reach S3. */
  readonly s3?: S3Options;
  /** How often messages go to S3. */
  readonly chunks?: ChunkOptions;
  /** The context of a process that Dagster did not start. Default one without assets and partitions. */
  readonly local?: Partial<StepContext>;
  /** Whether what is printed goes to Dagster too. Default what Dagster's reader asks for. */
  readonly captureStdio?: boolean;
  /** Whether SIGINT and SIGTERM abort `signal`. Default true. */
  readonly signals?: boolean;
  /** How long a program that reads `signal` may take to end, in milliseconds. Default 15,000; Dagster waits 20 s. */
  readonly graceMs?: number;
  /** What Dagster's reader is told at the start; its own readers ask for nothing. Default none. */
  readonly openedExtras?: Readonly<Record<string, unknown>>;
}

const LOCAL: StepContext = Object.freeze({
  assetKeys: null,
  codeVersionByAssetKey: null,
  provenanceByAssetKey: null,
  partitionKey: null,
  partitionKeyRange: null,
  partitionTimeWindow: null,
  runId: "local",
  jobName: null,
  retryNumber: 0,
  extras: Object.freeze({}),
});

/**
 * Opens a session with the Dagster that started this process. In any other process it gives a session of the same
 * shape that prints its reports to stderr, so that a script can be tried by hand; `local` gives it a context.
 *
 * Open once, near the beginning, and hand the session on. It ends by `close`, at the end of the block with
 * `await using`, or when the process ends. An error that ends the process arrives in Dagster with its causes.
 * {@linkcode runDagsterPipes} does all of this around one function.
 *
 * @throws {DagsterPipesError} PARAMS_INVALID, CONTEXT_INVALID, CHANNEL_FAILED, CREDENTIALS_MISSING. Where messages
 * can be sent, Dagster is told too.
 * @example
 * ```ts
 * import { openDagsterPipes } from "sluice/pipes";
 * import assert from "node:assert/strict";
 *
 * await using pipes = await openDagsterPipes({ local: { assetKeys: ["orders"], partitionKey: "2026-01-01" } });
 * pipes.log.info("reading %s", pipes.partitionKey);
 * pipes.reportAssetMaterialization({ metadata: { rows: 3 } });
 * assert.equal(pipes.isDagster, false);
 * ```
 */
export async function openDagsterPipes(options: PipesOptions = {}): Promise<PipesContext> {
  const bootstrap = findBootstrap(options.from);
  if (!bootstrap) return openLocal(options);
  const s3 = createS3Client(options.s3);
  const channel = options.openMessages
    ? await options.openMessages(bootstrap.messages)
    : openTarget(bootstrap.messages, s3, options.chunks ?? {});
  const session = await openSession(options, bootstrap, channel, s3).catch(async (error) => {
    await sayWhy(channel, error);
    throw error;
  });
  await session.flush().catch(async (error) => {
    await session.close({ error }).catch(() => {});
    throw error;
  });
  return session;
}

async function openSession(
  options: PipesOptions,
  bootstrap: Bootstrap,
  channel: MessageChannel,
  s3: S3Client,
): Promise<Session> {
  const data = await (options.loadContext?.(bootstrap.context) ?? fetchContext(bootstrap.context, s3));
  return new Session({
    ...partsOf(options),
    context: parseContext(data),
    channel,
    isDagster: true,
    isOfProcess: bootstrap.isOfProcess,
    capturesStdio: options.captureStdio ?? wantsStdio(bootstrap.messages),
  });
}

function openLocal(options: PipesOptions): PipesContext {
  const context = Object.freeze({ ...LOCAL, ...options.local });
  const channel = openLocalChannel();
  return new Session({
    ...partsOf(options),
    context,
    channel,
    isDagster: false,
    isOfProcess: true,
    capturesStdio: false,
  });
}

function partsOf(options: PipesOptions): Pick<SessionParts, "hasSignals" | "graceMs" | "openedExtras"> {
  const { signals = true, graceMs = 15_000, openedExtras = {} } = options;
  return { hasSignals: signals, graceMs, openedExtras };
}

/** A session that could not open, told as one that opened and failed. What then goes wrong hides no first error. */
async function sayWhy(channel: MessageChannel, error: unknown): Promise<void> {
  try {
    channel.write(formatMessage("opened", { extras: {} }));
    channel.write(formatMessage("closed", { exception: describeException(error) }));
    await channel.close();
  } catch {
    // The first error is thrown by the caller.
  }
}
