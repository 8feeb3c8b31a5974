/** The options that every command takes. */
import type { OptionValues } from "./option.ts";

/** The declarations of the options that every command takes. */
export const globalOptions = {
  module: {
    type: "text",
    value: "FILE",
    summary: "The module that exports the definitions, instead of the first argument (or SLUICE_MODULE)",
  },
  folder: {
    type: "text",
    value: "DIR",
    summary: "Where the history and the files of assets lie (or SLUICE_FOLDER); .sluice when not given",
  },
  store: {
    type: "text",
    value: "FILE",
    summary:
      'The file of the history, a run bundle, or "memory"; history.sqlite in the folder when not given',
  },
  "load-timeout": {
    type: "duration",
    value: "TIME",
    summary: "How long the module may take to load",
    default: "30s",
  },
  json: { type: "flag", summary: "Prints one JSON document, or one object per line" },
  color: {
    type: "flag",
    summary: "Colour, also where none would be shown (or FORCE_COLOR, NO_COLOR)",
    negatable: true,
  },
  quiet: { type: "flag", summary: "No notes and no progress, only results and errors", short: "q" },
  debug: { type: "flag", summary: "Shows stack traces" },
  help: { type: "flag", summary: "Shows what a command does and takes", short: "h" },
  version: { type: "flag", summary: "Shows the version; with --json also of runtime and SQLite" },
} as const;

/** The values of the options that every command takes. */
export type GlobalValues = OptionValues<typeof globalOptions>;
