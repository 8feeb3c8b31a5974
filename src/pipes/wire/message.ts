/** Messages to Dagster: one line of JSON each. */
import { encodeJson, encodeText } from "./json.ts";

/** The version of the protocol, not of any package. */
export const PROTOCOL_VERSION = "0.1";

/** What can be told to Dagster. */
export type Method =
  | "opened"
  | "closed"
  | "log"
  | "log_external_stream"
  | "report_asset_materialization"
  | "report_asset_check"
  | "report_custom_message";

/**
 * The line of a message, without its newline. Dagster takes exactly the parameters of a method, all of them: one too
 * many or too few ends its reader for good.
 */
export function formatMessage(
  method: Method,
  params: Readonly<Record<string, unknown>>,
  path: string = method,
): string {
  const body = encodeJson(params, path);
  return `{"__dagster_pipes_version":"${PROTOCOL_VERSION}","method":${encodeText(method)},"params":${body}}`;
}

/** A message that does nothing: it prints no text. */
export const NOTHING: string = formatMessage("log_external_stream", {
  stream: "stdout",
  text: "",
  extras: {},
});
