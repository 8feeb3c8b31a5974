/** A shared history in memory, whose leaders die at moments that a seed chooses: the command table under simulation. */
import {
  defineAsset,
  defineExternalAsset,
  definitions,
  dynamicPartitions,
  memoryIO,
  memoryStore,
} from "sluice";
import { virtualClock } from "sluice/testing";
import { ActiveRuns } from "../../../src/orchestrator/active.ts";
import { openParts, openValues, type Parts } from "../../../src/orchestrator/parts.ts";
import { remoteVerbs } from "../../../src/orchestrator/shared/remote.ts";
import { CommandServer } from "../../../src/orchestrator/shared/server.ts";
import { localVerbs } from "../../../src/orchestrator/verbs/local.ts";
import { recoverBehind } from "../../../src/orchestrator/verbs/seat.ts";
import type { Verbs } from "../../../src/orchestrator/verbs/verbs.ts";
import type { CommandTable, OpenCommand } from "../../../src/stores/sqlite/commands.ts";
import type { RunStore } from "../../../src/stores/store.ts";
import { chance, seededRandom } from "../../../src/testing/simulate/chance.ts";
import { Life } from "../../../src/testing/simulate/life.ts";
import { storeError } from "../../../src/stores/refusal.ts";

interface Row extends OpenCommand {
  taken: number | null;
  answer: string | undefined;
}

/** What a process may do with the table: each access is a moment at which it may die, before or behind it. */
type Access = <T>(name: string, act: () => T) => Promise<T>;

/** One file: its log, its commands and who owns it. */
export class SharedWorld {
  readonly clock = virtualClock(1_000_000);
  readonly store = memoryStore();
  readonly io = memoryIO();
  /** How often the body of each run was begun. */
  readonly bodies = new Map<string, number>();
  crashes = 0;
  readonly #seed: number;
  readonly #crashRate: number;
  readonly #rows: Row[] = [];
  /** Whether the table forgets which commands were begun: a planted fault. */
  readonly #forgetsTaken: boolean;
  #version = 0;
  #fence = 0;
  #accesses = 0;
  #leader: { readonly life: Life; readonly server: CommandServer } | undefined = undefined;

  constructor(seed: number, { crashRate = 0.06, forgetsTaken = false } = {}) {
    this.#seed = seed;
    this.#crashRate = crashRate;
    this.#forgetsTaken = forgetsTaken;
  }

  /** The verbs of a process that follows, and lives as long as the world. */
  async follow(): Promise<{ readonly parts: Parts; readonly verbs: Verbs }> {
    const life = new Life(0, this.clock);
    const parts = await this.#open(life, Object.assign(this.#storeOf(life, 0), { isReadOnly: true }));
    const commands = this.#tableOf((_name, act) => Promise.resolve(act()));
    return { parts, verbs: remoteVerbs({ parts, commands, closing: new AbortController().signal }) };
  }

  /** Lets time pass, with a leader as often as one can be had, until something has settled. */
  async until(work: Promise<unknown>): Promise<void> {
    let isOver = false;
    work.finally(() => isOver = true).catch(() => {});
    for (let turn = 0; !isOver; turn++) {
      if (turn > 5_000) throw new Error(`seed ${this.#seed}: the commands are not answered`);
      if (!this.#leader?.life.isAlive) await this.#lead();
      this.#leader?.server.look().catch(() => {});
      await this.clock.advance(5);
    }
  }

  async #lead(): Promise<void> {
    const fence = ++this.#fence;
    const life = new Life(fence, this.clock);
    const active = new ActiveRuns();
    const parts = await Promise.race([
      this.#open(life, this.#storeOf(life, fence)),
      this.#death(life),
    ]);
    if (!parts) return;
    const verbs = localVerbs(parts, active);
    const recovered = recoverBehind(verbs, active);
    const verbsOf = (id: string) => ({ ...localVerbs(parts, active, id), recover: verbs.recover });
    const commands = this.#tableOf(this.#accessOf(life));
    this.#leader = { life, server: new CommandServer({ parts, verbsOf, commands, active, recovered }) };
    this.#version++;
  }

  /** Fulfilled when a process is dead. */
  async #death(life: Life): Promise<undefined> {
    while (life.isAlive) await this.clock.advance(1);
    return undefined;
  }

  #open(life: Life, store: RunStore): Promise<Parts> {
    const options = {
      store,
      io: [this.io],
      defaultIO: "memory",
      clock: life.clock,
      random: seededRandom(this.#seed * 1_000 + life.number),
      recovery: { maxRecoveries: 1_000 },
    };
    return openParts(this.definitions, options, openValues(options));
  }

  /** The log as one process reaches it: it writes as long as it is the owner, and may die behind a commit. */
  #storeOf(life: Life, fence: number): RunStore {
    const access = this.#accessOf(life);
    const own = {
      fence: { history: "h", number: fence },
      append: (batches: Parameters<RunStore["append"]>[0]) =>
        access("append", () => {
          if (fence !== this.#fence) throw storeError("STORE_LOCKED", "The store was taken over.", "memory");
          return this.store.append(batches);
        }).then((done) => done),
      close: () => Promise.resolve(),
    };
    return new Proxy(this.store, {
      get: (store, name) => {
        if (Object.hasOwn(own, name)) return own[name as keyof typeof own];
        const value = Reflect.get(store, name);
        return typeof value === "function" ? value.bind(store) : value;
      },
      set: (_store, name, value) => Reflect.set(own, name, value),
    }) as RunStore;
  }

  #accessOf(life: Life): Access {
    return async (name, act) => {
      await life.alive();
      this.#crash(life, `before ${name}`);
      await life.alive();
      const done = await act();
      this.#crash(life, `behind ${name}`);
      await life.alive();
      return done;
    };
  }

  #crash(life: Life, where: string): void {
    if (life.number === 0 || chance(this.#seed, where, this.#accesses++) >= this.#crashRate) return;
    life.kill();
    this.crashes++;
  }

  #tableOf(access: Access): CommandTable {
    const find = (id: string) => this.#rows.find((row) => row.id === id);
    const change = (change: () => boolean) => {
      this.#version++;
      return change();
    };
    return {
      send: (id, request) =>
        access(
          "send",
          () => void change(() => !!this.#rows.push({ id, request, taken: null, answer: undefined })),
        ),
      answer: (id) => access("answer", () => find(id)?.answer),
      forget: (id) =>
        access("forget", () => void this.#rows.splice(this.#rows.findIndex((row) => row.id === id), 1)),
      open: () =>
        access(
          "open",
          () =>
            this.#rows.filter(({ answer }) => answer === undefined).map(({ id, request, taken }) => ({
              id,
              request,
              taken: this.#forgetsTaken ? null : taken,
            })),
        ),
      take: (id, fence) =>
        access("take", () =>
          change(() => {
            const row = find(id);
            if (fence !== this.#fence || !row) return false;
            row.taken = fence;
            return true;
          })),
      reply: (id, fence, answer) =>
        access("reply", () =>
          change(() => {
            const row = find(id);
            if (fence !== this.#fence || !row) return false;
            row.answer = answer;
            return true;
          })),
      serve: () => Promise.resolve(),
      isServed: () => true,
      sweep: () => Promise.resolve(),
      version: () => this.#version,
      hasWriter: () => this.#leader?.life.isAlive ?? false,
      fence: () => this.#fence,
      lastSeq: () => this.store.lastSeq,
      close: () => Promise.resolve(),
    };
  }

  /** Two steps, one of which takes its time, an asset that is made elsewhere, and keys. */
  readonly definitions = (() => {
    const first = defineAsset({
      key: "first",
      run: async ({ run }) => {
        this.bodies.set(run.id, (this.bodies.get(run.id) ?? 0) + 1);
        await new Promise<void>((resolve) => void this.clock.after(7, resolve));
        return 1;
      },
    });
    const second = defineAsset({ key: "second", deps: { first }, run: ({ inputs }) => inputs.first + 1 });
    const outside = defineExternalAsset({ key: "outside" });
    const keyed = defineAsset({ key: "keyed", partitions: dynamicPartitions("keys"), run: () => 1 });
    return definitions({ assets: [first, second, outside, keyed] });
  })();
}
