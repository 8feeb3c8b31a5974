/** What happens, as automation has to know it: what becomes due, and what conditions ask beside facts. */
import type { SluiceEvent } from "../../model/events/event.ts";
import type { RunStatus, StepStatus } from "../../model/events/status.ts";
import type { Agenda } from "../../planner/automation/agenda.ts";
import type { AutomationProgram } from "../../planner/automation/program.ts";
import type { AutomationWorld } from "../../planner/automation/world.ts";
import type { PlanningContext } from "../../planner/context.ts";
import type { TriggerHistory } from "../contract.ts";
import { Backfills } from "./backfills.ts";
import { UnderWay } from "./under_way.ts";
import { Verdicts } from "./verdicts.ts";

/** How many of the latest runs are looked through at the start. */
const RECENT_RUNS = 200;
const OVER: ReadonlySet<RunStatus> = new Set(["success", "failed", "canceled"]);
const OPEN: ReadonlySet<StepStatus> = new Set(["pending", "running", "up_for_retry"]);

/** Follows events for a program. */
export class Watch {
  readonly #underWay: UnderWay;
  readonly #verdicts: Verdicts;
  readonly #backfills: Backfills = new Backfills();
  readonly #checked: ReadonlySet<string>;

  constructor(program: AutomationProgram) {
    const checked = program.assets.flatMap(({ asksChecks, watches }) => asksChecks ? [...watches] : []);
    this.#checked = new Set(checked);
    this.#underWay = new UnderWay((asset) => program.watchers.has(asset));
    this.#verdicts = new Verdicts((asset) => this.#checked.has(asset));
  }

  /** Reads what happened before anybody followed. */
  async load(history: TriggerHistory): Promise<void> {
    const runs = await history.runs({ limit: RECENT_RUNS });
    for (const { id } of [...runs].reverse()) {
      const [created] = await history.events({ runId: id, limit: 1 });
      if (created) this.#underWay.take(created);
    }
    for (const { id, status } of runs) {
      if (OVER.has(status)) this.#underWay.end(id);
      else await this.#loadSteps(id, history);
      if (status === "interrupted" || status === "parked") this.#underWay.leave(id);
    }
    await this.#verdicts.load(this.#checked, history);
    for (const { id } of await history.backfills({ limit: RECENT_RUNS })) {
      await this.#backfills.load(id, history);
    }
  }

  async #loadSteps(id: string, history: TriggerHistory): Promise<void> {
    for (const { step, status } of await history.steps(id)) {
      if (!OPEN.has(status)) this.#underWay.endStep(id, step);
    }
  }

  /** Counts an event, and puts on the agenda what it makes due. */
  take(event: SluiceEvent, agenda: Agenda): void {
    for (const asset of this.#underWay.take(event)) agenda.touch(asset);
    if (this.#backfills.take(event)) agenda.touchAll();
    const checked = this.#verdicts.take(event);
    if (checked !== undefined) agenda.touch(checked);
    if (event.type === "asset_reported" || event.type === "asset_wiped") agenda.touch(event.payload.asset);
    else if (event.type === "partitions_added" || event.type === "partitions_removed") {
      agenda.touchKeys(event.payload.name);
    }
  }

  /** The moment as conditions see it. */
  world(planning: PlanningContext): AutomationWorld {
    return {
      planning,
      runsUnderWay: (asset) => this.#underWay.of(asset, planning.factsOf(asset).space),
      backfillsUnderWay: (asset) => this.#backfills.of(asset, planning),
      wasToMake: (runId, asset) => this.#underWay.wasToMake(runId, asset),
      verdicts: (asset) => this.#verdicts.of(asset),
    };
  }
}
