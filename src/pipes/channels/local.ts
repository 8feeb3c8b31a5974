/** Reports of a process that Dagster did not start: printed for whoever did. */
import { Buffer } from "node:buffer";
import type { MessageChannel } from "./channel.ts";
import { writeFully } from "./descriptor.ts";

interface Report {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Prints each report to stderr, as a line that starts with `[pipes]`. */
export function openLocalChannel(print: (text: string) => void = printError): MessageChannel {
  return {
    write: (line) => {
      const text = describe(JSON.parse(line));
      if (text !== undefined) print(`[pipes] ${text}\n`);
    },
    close: () => Promise.resolve(),
    closeSync: () => {},
  };
}

function describe({ method, params }: Report): string | undefined {
  switch (method) {
    case "opened":
      return "not started by Dagster: reports are printed here";
    case "log":
      return `${params.level}: ${params.message}`;
    case "report_asset_materialization":
      return `materialized ${params.asset_key || "the asset"}${describeVersion(params)}${
        describeMetadata(params)
      }`;
    case "report_asset_check":
      return `check ${params.check_name} of ${params.asset_key || "the asset"} ${describeVerdict(params)}` +
        describeMetadata(params);
    case "report_custom_message":
      return `message: ${JSON.stringify(params.payload)}`;
    default:
      return undefined;
  }
}

function describeVersion({ data_version }: Report["params"]): string {
  return data_version === null ? "" : ` at version ${data_version}`;
}

function describeVerdict({ passed, severity }: Report["params"]): string {
  return passed ? "passed" : `failed (${severity})`;
}

function describeMetadata({ metadata }: Report["params"]): string {
  if (metadata === null) return "";
  const values = Object.entries(metadata as Record<string, { readonly raw_value: unknown }>);
  return `: ${values.map(([name, { raw_value }]) => `${name}=${JSON.stringify(raw_value)}`).join(", ")}`;
}

function printError(text: string): void {
  writeFully(2, Buffer.from(text), "stderr");
}
