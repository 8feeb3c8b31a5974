/** Commands: one declaration each gives parsing, help, completion and documentation. */
import type { Definitions } from "../model/definitions.ts";
import type { Orchestrator } from "../orchestrator/contract.ts";
import type { GlobalValues } from "./line/global_options.ts";
import type { Host } from "./host/host.ts";
import type { Notes } from "./host/notes.ts";
import type { ModuleOptions } from "./module/options.ts";
import type { ArgumentSpecs, ArgumentValues, OptionSpecs, OptionValues } from "./line/option.ts";
import type { Page } from "./print/page.ts";

/** Lines of text, all there or still to come. */
export type Lines = Iterable<string> | AsyncIterable<string>;

/** What a command has to say, for people and for programs. Only one of the two is asked for. */
export interface Answer {
  /** Default 0. Read when everything is written. */
  readonly exitCode?: number;
  /** Whether every line is written as soon as it is there. Default false: they are gathered. */
  readonly isLive?: boolean;
  /** The lines for people, without line ends. */
  readonly text: (page: Page) => Lines;
  /** The document of `--json`, without its `schemaVersion`; or objects, one per line. */
  readonly json: (() => object) | { readonly lines: () => Iterable<object> | AsyncIterable<object> };
}

/** The user's module, and what is recorded of it; opened when first asked for, and closed after the answer. */
export interface Session {
  /** The definitions that the module exports; none for a command that takes no module. */
  definitions(): Promise<Definitions>;
  /** The module as typed; undefined where there is none, or where it is built in. */
  readonly moduleName: string | undefined;
  /** The options that the module exports: how its assets are run and kept. */
  options(): Promise<ModuleOptions>;
  /**
   * The orchestrator over the definitions. For a command that only reads, a history that does not exist is not made:
   * it looks into an empty one. One that shares may do so beside others: one of them writes for all.
   */
  orchestrator(use: "read" | "write" | "share"): Promise<Orchestrator>;
  /** Where the history lies, for people. */
  readonly historyName: string;
}

/** One call of a command. */
export interface Call<A = unknown, O = unknown> {
  readonly args: A;
  readonly options: O & GlobalValues;
  readonly session: Session;
  readonly host: Host;
  readonly notes: Notes;
  /** Every command, for those that speak about commands. */
  readonly table: readonly Command[];
}

/** An example, as typed after `sluice`, and what it does. */
export interface Example {
  readonly line: string;
  readonly summary: string;
}

/** What {@linkcode defineCommand} takes. */
export interface CommandSpec<A extends ArgumentSpecs, O extends OptionSpecs> {
  readonly name: string;
  /** One sentence without a full stop. */
  readonly summary: string;
  /** Paragraphs for its help page. */
  readonly description?: readonly string[];
  /** Whether the user's module is among the arguments, where it stands, and whether it may be left out. */
  readonly takesModule: boolean | "second" | "optional";
  readonly args: A;
  readonly options: O;
  readonly examples: readonly [Example, Example, ...Example[]];
  readonly run: (call: Call<ArgumentValues<A>, OptionValues<O>>) => Promise<Answer>;
}

/** A command with the types of its values worn off. */
export interface Command extends Omit<CommandSpec<ArgumentSpecs, OptionSpecs>, "run"> {
  readonly run: (call: Call) => Promise<Answer>;
}

/** Declares a command. */
export function defineCommand<const A extends ArgumentSpecs, const O extends OptionSpecs>(
  spec: CommandSpec<A, O>,
): Command {
  return Object.freeze({ ...spec, run: spec.run as (call: Call) => Promise<Answer> });
}
