/** Finding what Dagster has handed over: in the environment, on the command line, or in any mapping. */
import process from "node:process";
import { DagsterPipesError } from "../error.ts";
import { decodeParam, type PipesParams } from "./params.ts";

/** The variable that says where the context lies. Its presence makes a process one of Dagster's. */
export const CONTEXT_VARIABLE = "DAGSTER_PIPES_CONTEXT";
/** The variable that says where messages go. */
export const MESSAGES_VARIABLE = "DAGSTER_PIPES_MESSAGES";

/**
 * Where to look for what Dagster has handed over: a list of command line arguments, or a mapping with the names of
 * the environment variables (`process.env`, the event of a Lambda function, the widgets of a notebook).
 */
export type PipesSource = readonly string[] | Readonly<Record<string, unknown>>;

/** Both halves, unpacked. */
export interface Bootstrap {
  /** Where the context lies. */
  readonly context: PipesParams;
  /** Where messages go. */
  readonly messages: PipesParams;
  /** Whether it was meant for this process as a whole, and not for one of several calls within it. */
  readonly isOfProcess: boolean;
}

/**
 * What Dagster has handed over, or undefined in a process that Dagster did not start. Without a source, the
 * environment is asked first and the command line second.
 *
 * @throws {DagsterPipesError} PARAMS_INVALID when it is there and cannot be read.
 */
export function findBootstrap(source?: PipesSource): Bootstrap | undefined {
  const sources = source === undefined ? [process.env, process.argv] : [source];
  for (const candidate of sources) {
    const context = find(candidate, CONTEXT_VARIABLE);
    if (context === undefined) continue;
    const messages = find(candidate, MESSAGES_VARIABLE);
    if (messages === undefined) throw halved(candidate);
    const isOfProcess = source === undefined || candidate === process.env || candidate === process.argv;
    return { context: decodeParam(context), messages: decodeParam(messages), isOfProcess };
  }
  return undefined;
}

function find(source: PipesSource, variable: string): string | undefined {
  if (isArguments(source)) return findArgument(source, optionOf(variable));
  const value = Object.hasOwn(source, variable) ? source[variable] : undefined;
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The value after `--option`, or after the equals sign in `--option=value`. */
function findArgument(args: readonly string[], option: string): string | undefined {
  const at = args.findIndex((arg) => arg === option || arg.startsWith(`${option}=`));
  if (at < 0) return undefined;
  return args[at] === option ? args[at + 1] : args[at].slice(option.length + 1);
}

function optionOf(variable: string): string {
  return `--${variable.toLowerCase().replaceAll("_", "-")}`;
}

function isArguments(source: PipesSource): source is readonly string[] {
  return Array.isArray(source);
}

function halved(source: PipesSource): DagsterPipesError {
  const [context, messages] = isArguments(source)
    ? [optionOf(CONTEXT_VARIABLE), optionOf(MESSAGES_VARIABLE)]
    : [CONTEXT_VARIABLE, MESSAGES_VARIABLE];
  return new DagsterPipesError("PARAMS_INVALID", `There is ${context} but no ${messages}.`, {
    hint: "Pass on both of what session.get_bootstrap_env_vars() or get_bootstrap_cli_arguments() gives.",
  });
}
