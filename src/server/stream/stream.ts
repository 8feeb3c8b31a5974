/** `GET /events`: what is recorded, as server-sent events. */
import { EVENT_KINDS, type EventName, type SluiceEvent } from "../../model/events/event.ts";
import type { Heard, Monitor, MonitorFilter } from "../../monitor/stream/contract.ts";
import { didYouMean } from "../../model/suggest.ts";
import { SEVERITIES, type Severity } from "../../monitor/stream/severity.ts";
import { Problem } from "../problem.ts";

/** What is asked for: a place to go on behind, and what is wanted. Throws a problem for what is none. */
export function filterOf(query: URLSearchParams, lastEventId: string | undefined): MonitorFilter {
  const after = lastEventId || query.get("after");
  const atLeast = query.get("atLeast");
  const types = query.get("types")?.split(",");
  const runId = query.get("run");
  if (after !== null && !/^\d{1,15}$/.test(after)) throw invalid("after is the id of an event");
  if (atLeast !== null && !SEVERITIES.includes(atLeast as Severity)) {
    throw invalid(`atLeast is one of ${SEVERITIES.join(", ")}`);
  }
  const stranger = types?.find((type) => !Object.hasOwn(EVENT_KINDS, type));
  if (stranger !== undefined) {
    throw invalid(
      didYouMean(stranger, Object.keys(EVENT_KINDS)) ?? "types are names of events, parted by commas",
    );
  }
  return {
    ...(after !== null && { after: Number(after) }),
    ...(atLeast !== null && { atLeast: atLeast as Severity }),
    ...(types && { types: types as EventName[] }),
    ...(runId !== null && { runId }),
  };
}

function invalid(message: string): Problem {
  return new Problem(400, "QUERY_INVALID", message.endsWith("?") ? message : `${message}.`);
}

const utf8 = new TextEncoder();

/**
 * The body of a stream. Nothing is taken from the monitor before whoever reads has room for it: one that never reads costs
 * no more than the buffer of its subscription. While nothing happens, a comment says that the stream is there.
 */
export function eventStream(
  monitor: Monitor,
  filter: MonitorFilter,
  heartbeatMs: number,
): ReadableStream<Uint8Array> {
  const stream = monitor.subscribe(filter);
  let timer: ReturnType<typeof setInterval> | undefined = undefined;
  const end = (): void => {
    clearInterval(timer);
    stream.close();
  };
  return new ReadableStream({
    start: (controller) => {
      controller.enqueue(utf8.encode(": listening\n\n"));
      timer = setInterval(() => {
        if ((controller.desiredSize ?? 0) > 0) controller.enqueue(utf8.encode(": still here\n\n"));
      }, heartbeatMs);
    },
    pull: async (controller) => {
      const next = await stream.next();
      if (next.done) {
        clearInterval(timer);
        controller.close();
      } else controller.enqueue(utf8.encode(messageOf(next.value)));
    },
    cancel: end,
  }, { highWaterMark: 16 });
}

/** One message. Types and ids are ours: no text of users stands outside of the data, which is one line of JSON. */
function messageOf(message: Heard): string {
  if (message.kind !== "event") return `event: ${message.kind}\ndata: ${JSON.stringify(message)}\n\n`;
  const { id, severity, event } = message;
  return `id: ${id}\nevent: ${event.type}\ndata: ${JSON.stringify({ severity, ...plain(event) })}\n\n`;
}

/** An event as JSON. The steps of a run are asked for by their own address: here stands how many there are. */
function plain(event: SluiceEvent): object {
  if (event.type !== "run_created") return event;
  const { steps, ...payload } = event.payload;
  return { ...event, payload: { ...payload, steps: steps.count } };
}
