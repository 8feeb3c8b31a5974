/** Taking a seat: alone over a history, or together with other processes. */
import { openParts } from "../parts.ts";
import { localVerbs } from "./local.ts";
import { closeParts, recoverBehind, type Seat, type SeatOptions } from "./seat.ts";

/** Opens the history: alone, or together with other processes. */
export async function takeSeat(asked: SeatOptions): Promise<Seat> {
  const { store } = asked.options;
  const isShared = typeof store === "object" && !("append" in store) && store.shared === true;
  if (!isShared) return await takeAlone(asked);
  const { SharedSeat } = await import("../shared/seat.ts");
  return await SharedSeat.take(asked, store);
}

/** Opens a history that nobody else writes as long as it is open. */
async function takeAlone({ definitions, options, values, active }: SeatOptions): Promise<Seat> {
  const parts = await openParts(definitions, options, values);
  const verbs = localVerbs(parts, active);
  const isReadOnly = parts.store.isReadOnly ?? false;
  if (options.recovery?.onStart && !isReadOnly) recoverBehind(verbs, active);
  return {
    parts,
    verbs,
    isReadOnly,
    leads: !isReadOnly,
    onRole: () => () => {},
    subscribe: (listener) =>
      parts.engine.recorder.subscribe((batches) => batches.forEach((batch) => listener(batch))),
    leave: (graceMs, cause) => parts.engine.leave(graceMs, cause),
    close: () => closeParts(parts),
  };
}
