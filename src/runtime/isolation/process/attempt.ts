/** One attempt in a process of its own: started, heard, stopped in time, and read. */
import process from "node:process";
import { setTimeout } from "node:timers";
import { type Clock, systemClock } from "../../../model/ports.ts";
import { formatStepRequest } from "../../../model/step/request.ts";
import { parseStreamLine } from "../../../model/step/stream.ts";
import type { ElementsRequest } from "../../../model/elements/remark.ts";
import type { StepLogLine } from "../../../model/step/reporter.ts";
import type { RemoteElements } from "../../elements/remote.ts";
import { BodyContext } from "../../step/context.ts";
import { MadeElsewhere } from "../elsewhere.ts";
import { timeoutError } from "../../step/errors.ts";
import { MARK } from "../mark.ts";
import { GRACE_MS, type IsolationSettings } from "../settings.ts";
import { Child } from "./child.ts";
import { stepCommand } from "./command.ts";
import { type Kill, readEnd } from "./ending.ts";
import { watchMemory } from "./memory.ts";
import { type IsolatedStep, requestOf } from "./request.ts";

/** A process that does not say within this time that it has heard is not going to stop by itself, milliseconds. */
const DEAF_MS = 500;

/** What an attempt is made with. */
export interface AttemptParts {
  readonly step: IsolatedStep;
  readonly context: BodyContext;
  readonly settings: IsolationSettings;
  /** The address of the module. */
  readonly module: string;
  readonly clock: Clock;
}

/**
 * Makes an attempt. Settles when its process and all that this has started are gone.
 *
 * @throws {SluiceError} STEP_TIMEOUT, MEMORY_EXCEEDED, STEP_CRASHED; what the attempt was told to stop for.
 */
export async function attemptInProcess(parts: AttemptParts): Promise<MadeElsewhere> {
  const { step: { declaration, undo }, context, clock } = parts;
  const { timeoutMs, isolation } = declaration;
  context.signal.throwIfAborted();
  const elements = declaration.elements && !undo ? BodyContext.openRemote(context) : undefined;
  const order = orderOf(parts, await elements?.request());
  context.signal.throwIfAborted();
  let lastLine: string | undefined;
  let kill: Kill | undefined;
  let isLate = false;
  const child = new Child({
    command: order.command,
    env: order.env,
    request: formatStepRequest(order.request),
    heard: (line) => {
      const told = parseStreamLine(line);
      if (told === undefined) lastLine = line;
      else if ("log" in told) hearLine(context, elements, told.log);
      else if ("element" in told) elements?.hear(told.element);
      else stops.heard();
    },
  });
  const stops = new Stops(child, parts.settings.graceMs ?? GRACE_MS);
  const stop = () => stops.stop();
  const callOff = timeoutMs === undefined ? ignore : clock.after(timeoutMs, () => {
    isLate = true;
    stop();
  });
  const endWatch = child.pid === undefined || isolation?.memoryMb === undefined
    ? ignore
    : watchMemory(child.pid, isolation.memoryMb, (heldMb) => {
      kill = { code: "MEMORY_EXCEEDED", heldMb };
      child.kill();
    });
  context.signal.addEventListener("abort", stop);
  const end = await child.ended;
  context.signal.removeEventListener("abort", stop);
  callOff();
  endWatch();
  stops.end();
  if (isLate) throw timeoutError(declaration);
  if (end.code === undefined && context.signal.aborted) throw context.signal.reason;
  const outcome = readEnd(declaration, order.request, end, lastLine, kill);
  if (outcome.error?.code === "STEP_TIMEOUT") throw timeoutError(declaration);
  return new MadeElsewhere(outcome);
}

/** The deadline is told only where both processes have the same clock. */
function orderOf(
  { step, context, settings, module, clock }: AttemptParts,
  elements: ElementsRequest | undefined,
) {
  const { timeoutMs, isolation } = step.declaration;
  const deadlineMs = timeoutMs === undefined || clock !== systemClock ? undefined : clock.now() + timeoutMs;
  const { command, graceMs = GRACE_MS } = settings;
  return {
    command: stepCommand({ module, command, memoryMb: isolation?.memoryMb, graceMs }),
    env: environmentOf(settings),
    request: { ...requestOf(step, context, deadlineMs), ...(elements && { elements }) },
  };
}

/** That of this process, but for what would send values, config or reports elsewhere than inline steps do. */
function environmentOf(
  { folder, defaultIO }: IsolationSettings,
): { readonly [name: string]: string | undefined } {
  const { SLUICE_IO: _io, SLUICE_CONFIG: _config, DAGSTER_PIPES_CONTEXT: _pipes, ...env } = process.env;
  return { ...env, SLUICE_FOLDER: folder, SLUICE_DEFAULT_IO: defaultIO, [MARK]: "process" };
}

/** Stops a process: asked first, and killed when it does not hear, or takes too long. */
class Stops {
  readonly #child: Child;
  readonly #graceMs: number;
  #isStopping = false;
  #timer: ReturnType<typeof setTimeout> | undefined = undefined;

  constructor(child: Child, graceMs: number) {
    this.#child = child;
    this.#graceMs = graceMs;
  }

  stop(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#child.ask();
    this.#killIn(Math.min(DEAF_MS, this.#graceMs));
  }

  /** The process has said that it stops. It says so too when its own clock tells it first. */
  heard(): void {
    this.#isStopping = true;
    this.#killIn(this.#graceMs);
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #killIn(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#child.kill(), delayMs);
  }
}

/** A line of the body, or of one of its elements. */
function hearLine(context: BodyContext, elements: RemoteElements | undefined, line: StepLogLine): void {
  const { level, message, fields, element } = line;
  if (element === undefined) context.log[level](message, fields);
  else elements?.log(element, level, message, fields);
}

function ignore(): void {}
