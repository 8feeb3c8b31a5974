/** Asking a function of the user's what a tick runs, for as long as it may take. */
import type { Skip } from "../../model/assets/result.ts";
import type { Schedule } from "../../model/automation/schedule.ts";
import { readScheduleRequest, type ScheduleRequest } from "../../model/automation/schedule_request.ts";
import type { TriggerHost } from "../contract.ts";

const NOTHING: ScheduleRequest = Object.freeze({});

/** What a tick runs by the function of its schedule, where it has one. Rejects with what that throws, and when it takes too long. */
export async function decide(
  { clock, signal: stopping }: TriggerHost,
  { name, request, requestTimeoutMs }: Schedule,
  atMs: number,
): Promise<ScheduleRequest | Skip> {
  if (!request) return NOTHING;
  const controller = new AbortController();
  const { promise: given, reject } = Promise.withResolvers<never>();
  const end = (reason: unknown) => {
    controller.abort(reason);
    reject(reason);
  };
  const stop = () => end(stopping.reason);
  const late = () =>
    end(new Error(`The request of the schedule ${name} took longer than ${requestTimeoutMs} ms.`));
  const cancel = clock.after(requestTimeoutMs, late);
  stopping.addEventListener("abort", stop);
  try {
    const tick = { schedule: name, atMs, nowMs: clock.now(), signal: controller.signal };
    const asked = (async () => await request(tick))();
    return readScheduleRequest(await Promise.race([asked, given]), name);
  } finally {
    cancel();
    stopping.removeEventListener("abort", stop);
  }
}
