/** The trigger of all sensors: one timer, one subscription, and a runner for each. */
import type { Sensor } from "../../model/automation/sensors/sensor.ts";
import type { Definitions } from "../../model/definitions.ts";
import type { RecordedError } from "../../model/events/event.ts";
import type { TriggerRecord } from "../../model/events/record.ts";
import type { Trigger, TriggerHost, TriggerUnit, UnitsRequest } from "../contract.ts";
import { DueQueue } from "./due.ts";
import { CommitFeed } from "./follow/feed.ts";
import { type FilePort, hostFiles, Listing } from "./files/listing.ts";
import { type Lookers, openLooker } from "./lookers.ts";
import { SensorRunner } from "./runner.ts";
import { targetOf } from "./target.ts";

/** Commits that follow each other closely are looked at together. */
const TOGETHER_MS = 20;

/** What the trigger of sensors works with besides its host. */
export interface SensorSettings {
  readonly definitions: Definitions;
  /** How errors are recorded. */
  readonly describe: (error: unknown) => RecordedError;
  /** Files. Default: those of the host. */
  readonly files?: FilePort;
}

/** The id of a sensor in ticks. */
export function sensorId(name: string): string {
  return `sensor:${name}`;
}

/** Makes the trigger that looks after all sensors of some definitions. */
export function createSensors(settings: SensorSettings): Trigger {
  return new Sensors(settings);
}

class Sensors implements Trigger {
  readonly id = "sensors";
  readonly type = "sensor";
  readonly #settings: SensorSettings;
  #work: Work | undefined = undefined;

  constructor(settings: SensorSettings) {
    this.#settings = settings;
  }

  get isActive(): boolean {
    return this.#work !== undefined;
  }

  async start(host: TriggerHost): Promise<void> {
    if (this.#work || this.#settings.definitions.sensors.size === 0) return;
    this.#work = new Work(host, this.#settings);
    try {
      await this.#work.begin();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    const work = this.#work;
    this.#work = undefined;
    await work?.end();
  }

  units({ records: _ }: UnitsRequest): readonly TriggerUnit[] {
    return [...this.#settings.definitions.sensors.values()].map(({ name, enabled }) => {
      const nextMs = this.#work?.nextMs(name);
      return { id: sensorId(name), enabled, ...(nextMs !== undefined && { nextMs }) };
    });
  }
}

/** Sensors between a start and a stop. */
class Work {
  readonly #host: TriggerHost;
  readonly #queue: DueQueue;
  readonly #feed: CommitFeed;
  readonly #runners: Map<string, SensorRunner> = new Map();
  readonly #byKind: Map<Sensor["watch"]["kind"], SensorRunner[]> = new Map();

  constructor(host: TriggerHost, { definitions, describe, files = hostFiles }: SensorSettings) {
    this.#host = host;
    this.#queue = new DueQueue(host.clock);
    this.#feed = new CommitFeed(host, {
      made: () => {
        this.#hasten("assets");
        this.#hasten("freshness");
      },
      ended: () => this.#hasten("runs"),
      switched: (id, enabled) => this.#runners.get(id)?.switch(enabled),
    });
    const lookers: Lookers = { host, feed: this.#feed, listing: new Listing(files, host.clock) };
    for (const sensor of definitions.sensors.values()) {
      const id = sensorId(sensor.name);
      const target = targetOf(sensor, definitions);
      const asking = { id, sensor, target };
      const looker = openLooker(sensor, target, lookers);
      const runner = new SensorRunner({ host, queue: this.#queue, asking, looker, describe });
      this.#runners.set(id, runner);
      const { kind } = sensor.watch;
      this.#byKind.set(kind, [...this.#byKind.get(kind) ?? [], runner]);
    }
  }

  /** Sensors that follow the log have a place in it from their very first start. */
  async begin(): Promise<void> {
    const seq = await this.#feed.begin();
    const records = new Map((await this.#host.history.triggers()).map((record) => [record.id, record]));
    for (const [id, runner] of this.#runners) runner.resume(records.get(id));
    const followers = ["assets", "runs"].flatMap((kind) => this.#byKind.get(kind as "assets") ?? []);
    await Promise.all(followers.map((runner) => runner.place({ place: seq })));
    for (const [id, runner] of this.#runners) runner.switch(isOn(runner, records.get(id)));
  }

  async end(): Promise<void> {
    this.#feed.close();
    await Promise.all([...this.#runners.values()].map((runner) => runner.end()));
    this.#queue.end();
  }

  nextMs(name: string): number | undefined {
    const runner = this.#runners.get(sensorId(name));
    return runner && this.#queue.dueAt(runner);
  }

  #hasten(kind: "assets" | "runs" | "freshness"): void {
    for (const runner of this.#byKind.get(kind) ?? []) runner.hasten(TOGETHER_MS);
  }
}

function isOn({ asking }: SensorRunner, record: TriggerRecord | undefined): boolean {
  return record?.enabled ?? asking.sensor.enabled;
}
