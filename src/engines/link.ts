/** The way to an engine and back, wherever it works. */
import type { EngineMessage } from "../model/engine/message.ts";
import type { Clock } from "../model/ports.ts";
import type { Orchestrator } from "../orchestrator/contract.ts";
import { Channel } from "./channel.ts";
import { packFailure } from "./failure.ts";
import type { EngineOrder } from "./order.ts";
import { Service } from "./service.ts";

/** An engine as those see it who give it orders. */
export interface EngineLink {
  readonly inbound: Channel<EngineOrder>;
  readonly outbound: Channel<EngineMessage>;
  /** Fulfilled when the engine works no more and `outbound` is closed: with the reason, unless it was told to. Never rejects. */
  readonly ended: Promise<string | undefined>;
  /** Looks whether it is still there: why not, or undefined. */
  look(): string | undefined;
  /** Ends it at once, whatever it does. */
  end(): Promise<void>;
}

/** What a link is opened with. */
export interface LinkParts {
  readonly engineId: string;
  readonly capacity: number;
  /** How many messages each channel holds. */
  readonly channel: number;
  readonly clock: Clock;
}

/** Makes a link. */
export type OpenLink = (parts: LinkParts) => EngineLink;

/** An engine in this thread. */
export function localLink(orchestrator: Orchestrator, isOwner: boolean): OpenLink {
  return ({ channel, ...parts }) => {
    const inbound = new Channel<EngineOrder>(channel);
    const outbound = new Channel<EngineMessage>(channel);
    const service = new Service({ ...parts, orchestrator, isOwner, inbound, outbound });
    return {
      inbound,
      outbound,
      ended: service.serve()
        .then(() => undefined, (error) => packFailure(error).message)
        .finally(() => outbound.close()),
      look: () => undefined,
      end: async () => {
        service.abort("its engine was stopped");
        inbound.close();
      },
    };
  };
}
