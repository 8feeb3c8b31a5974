/** Tells the caller of a step what its body logs, on the stdout that nothing else of the process reaches. */
import type { StepReporter } from "../../model/step/reporter.ts";
import { formatStreamLine } from "../../model/step/stream.ts";
import type { Output } from "../host/host.ts";

/** The reporter that `--stream` asks for. */
export function streamReporter(stdout: Output): StepReporter {
  return {
    opened() {},
    log: (line) => void stdout.write(formatStreamLine({ log: line })),
    element: (remark) => void stdout.write(formatStreamLine({ element: remark })),
    outcome() {},
  };
}
