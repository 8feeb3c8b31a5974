/** What engines say, as it is told to subscribers: with its severity, and without values. */
import type { EngineMessage, EngineStatus, WorkflowResponse } from "../../model/engine/message.ts";
import type { EngineNotice } from "./contract.ts";
import type { Severity } from "./severity.ts";

const BY_STATUS: { readonly [status in EngineStatus]: Severity } = {
  idle: "info",
  running: "info",
  paused: "warning",
  error: "error",
  stopped: "info",
};

const BY_END: { readonly [status in WorkflowResponse["status"]]: Severity } = {
  success: "info",
  failed: "error",
  canceled: "warning",
  interrupted: "warning",
  parked: "critical",
  refused: "error",
};

/** A notice of a message. */
export function noticeOf(message: EngineMessage): EngineNotice {
  switch (message.type) {
    case "status_update":
      return { kind: "engine", severity: BY_STATUS[message.status], message };
    case "health_response":
      return { kind: "engine", severity: message.healthy ? "info" : "error", message };
    case "workflow_response": {
      const { outputs: _, ...rest } = message;
      return { kind: "engine", severity: BY_END[message.status], message: rest };
    }
  }
}
