/** A session: a step that reports, from `opened` to `closed`. */
import process from "node:process";
import { clearTimeout, setImmediate, setTimeout } from "node:timers";
import type { MessageChannel } from "./channels/channel.ts";
import type { StreamName } from "./channels/stdio.ts";
import { DagsterPipesError } from "./error.ts";
import { createLogger, type PipesLogger } from "./logger.ts";
import { formatMetadata } from "./metadata/map.ts";
import type { Json } from "./metadata/value.ts";
import type { CheckReport, MaterializationReport, PipesContext } from "./pipes_context.ts";
import { type Capture, captureStdio } from "./process/capture.ts";
import { type EndListener, listenToEnd } from "./process/listeners.ts";
import { Step } from "./step.ts";
import type { StepContext } from "./wire/context.ts";
import { describeException } from "./wire/exception.ts";
import { formatMessage, type Method } from "./wire/message.ts";

/** What a session is made of. */
export interface SessionParts {
  readonly context: StepContext;
  readonly channel: MessageChannel;
  readonly isDagster: boolean;
  /** Whether the session lives as long as the process, and is told how that ends. */
  readonly isOfProcess: boolean;
  readonly hasSignals: boolean;
  readonly capturesStdio: boolean;
  readonly graceMs: number;
  readonly openedExtras: Readonly<Record<string, unknown>>;
}

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** The live session. */
export class Session extends Step implements PipesContext, EndListener {
  readonly log: PipesLogger = createLogger((level, message) => this.#report("log", { message, level }));
  readonly #parts: SessionParts;
  readonly #materialized = new Set<string>();
  readonly #abort = new AbortController();
  readonly #stopListening: () => void;
  readonly #capture: Capture | undefined;
  #isSignalUsed = false;
  #isEnding = false;
  #isClosed = false;
  #exitCode: number | undefined;
  #grace: ReturnType<typeof setTimeout> | undefined;
  #closing: Promise<void> | undefined;

  /** Opens a session; the first message is sent. */
  constructor(parts: SessionParts) {
    super(parts.context, parts.isDagster);
    this.#parts = parts;
    this.#send("opened", { extras: parts.openedExtras });
    this.#stopListening = parts.isOfProcess ? listenToEnd(this, parts.hasSignals) : () => {};
    this.#capture = parts.capturesStdio
      ? captureStdio((stream, text) => this.#send("log_external_stream", { stream, text, extras: {} }))
      : undefined;
  }

  get signal(): AbortSignal {
    this.#isSignalUsed = true;
    return this.#abort.signal;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  reportAssetMaterialization({ assetKey, dataVersion, metadata }: MaterializationReport = {}): void {
    const key = this.resolveAssetKey(assetKey);
    if (this.#materialized.has(key)) {
      throw new DagsterPipesError(
        "ALREADY_MATERIALIZED",
        `The asset ${JSON.stringify(key)} was reported before; Dagster fails a step that reports one twice.`,
        { hint: "Collect the metadata and report once." },
      );
    }
    const version = dataVersion === undefined ? null : textOf(dataVersion, "dataVersion");
    this.#report("report_asset_materialization", {
      asset_key: key,
      data_version: version,
      metadata: formatMetadata(metadata),
    });
    this.#materialized.add(key);
  }

  reportAssetCheck({ checkName, passed, severity = "ERROR", assetKey, metadata }: CheckReport): void {
    if (typeof passed !== "boolean") throw invalid("passed", "true or false");
    if (severity !== "ERROR" && severity !== "WARN") throw invalid("severity", '"ERROR" or "WARN"');
    this.#report("report_asset_check", {
      asset_key: this.resolveAssetKey(assetKey),
      check_name: textOf(checkName, "checkName"),
      passed,
      severity,
      metadata: formatMetadata(metadata),
    });
  }

  reportCustomMessage(payload: Json): void {
    if (payload === undefined) throw invalid("payload", "a JSON value");
    this.#report("report_custom_message", { payload });
  }

  logExternalStream(stream: StreamName, text: string): void {
    if (stream !== "stdout" && stream !== "stderr") throw invalid("stream", '"stdout" or "stderr"');
    this.#report("log_external_stream", { stream, text: textOf(text, "text"), extras: {} });
  }

  /** Sends what was written so far, where writing does not. */
  async flush(): Promise<void> {
    await this.#parts.channel.flush?.();
  }

  close({ error }: { readonly error?: unknown } = {}): Promise<void> {
    this.#closing ??= this.#end(error);
    return this.#closing;
  }

  /**
   * A disposal is not told whether the block has failed. An error that is going to end the process is known in the
   * next turn of the event loop, so a session that lives as long as the process says farewell in that turn.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closing || !this.#parts.isOfProcess || !this.#parts.channel.closeSync) return this.close();
    this.#isEnding = true;
    setImmediate(() => void this.close());
  }

  onSignal(signal: "SIGINT" | "SIGTERM", isOurs: boolean): void {
    const isFirst = !this.#abort.signal.aborted;
    this.#exitCode = EXIT_CODES[signal];
    const reason = new DagsterPipesError("INTERRUPTED", `The process has received ${signal}.`);
    this.#abort.abort(reason);
    if (!isOurs) return;
    const isAwaited = this.#isSignalUsed && isFirst;
    if (isAwaited) this.#grace = setTimeout(() => this.#quit(reason), this.#parts.graceMs);
    else this.#quit(reason);
  }

  onCrash(error: unknown): void {
    this.#closeNow(error);
  }

  onIdle(): void {
    void this.close();
  }

  onExit(code: number): void {
    this.#closeNow(code === 0 ? undefined : new Error(`The process has ended with exit code ${code}.`));
  }

  #quit(reason: DagsterPipesError): void {
    void this.close({ error: reason }).catch(() => {}).then(() => process.exit(this.#exitCode));
  }

  async #end(error: unknown): Promise<void> {
    try {
      this.#finish(error);
    } finally {
      await this.#parts.channel.close();
    }
  }

  /** For a process that has no turn of the event loop left. */
  #closeNow(error: unknown): void {
    if (this.#isClosed) return;
    const { channel } = this.#parts;
    this.#closing = Promise.resolve();
    this.#finish(error);
    if (channel.closeSync) channel.closeSync();
    else {process.stderr.write(
        "[pipes] the process ended before its last messages were sent: close the session\n",
      );}
  }

  /** The last message; nothing is listened to or copied after it. */
  #finish(error: unknown): void {
    const { aborted, reason } = this.#abort.signal;
    const cause = error ?? (aborted ? reason : undefined);
    if (aborted && !process.exitCode) process.exitCode = this.#exitCode;
    clearTimeout(this.#grace);
    this.#stopListening();
    try {
      this.#capture?.stop();
      this.#send("closed", cause === undefined ? {} : { exception: describeException(cause) });
    } finally {
      this.#isClosed = true;
    }
  }

  #report(method: Method, params: Readonly<Record<string, unknown>>): void {
    if (this.#isClosed || this.#isEnding || this.#closing) {
      throw new DagsterPipesError("SESSION_CLOSED", `\`${method}\` comes after the end of the session.`);
    }
    const line = formatMessage(method, params);
    this.#capture?.flush();
    this.#parts.channel.write(line);
  }

  #send(method: Method, params: Readonly<Record<string, unknown>>): void {
    this.#parts.channel.write(formatMessage(method, params));
  }
}

function textOf(value: unknown, name: string): string {
  if (typeof value !== "string") throw invalid(name, "text");
  return value;
}

function invalid(name: string, wanted: string): DagsterPipesError {
  return new DagsterPipesError("VALUE_INVALID", `\`${name}\` is not ${wanted}.`);
}
