/** Keeping what the steps of a run make: receipts, managers, versions, verdicts. */
import type { Asset } from "../model/assets/declaration.ts";
import type { OutputFacts } from "../model/assets/result.ts";
import { type CheckRecord, EVENT_KINDS } from "../model/events/event.ts";
import type { Fence } from "../model/step/fence.ts";
import { freshVersion } from "../model/events/outputs.ts";
import type { StepOutput } from "../model/step/outcome.ts";
import type { Receipt } from "../io/manager.ts";
import type { StepGraph } from "../planner/steps/table.ts";
import type { Tape } from "./recorder.ts";
import { maskJson } from "./redact/json.ts";
import type { Mask } from "./redact/mask.ts";
import { maskVersion } from "./redact/payload.ts";
import type { Engine } from "./engine.ts";
import { isBlocking, recordVerdict } from "./step/checks.ts";
import { BodyContext } from "./step/context.ts";
import { MadeElsewhere, recordElsewhere } from "./isolation/elsewhere.ts";
import { stillRunning } from "./elements/errors.ts";
import type { InputReader } from "./step/inputs.ts";
import { keepOutputs, type StepResult } from "./step/outputs.ts";
import { BlockedByCheck } from "./step/refusal.ts";
import { deriveVersion } from "./step/version.ts";
import type { Wiring } from "./wiring.ts";

/** Keeps outputs and records verdicts, for the steps that take more than putting one value into a slot. */
export class Keeping {
  readonly #runId: string;
  readonly #graph: StepGraph;
  readonly #wiring: Wiring;
  readonly #reader: InputReader;
  readonly #tape: Tape;
  readonly #mask: Mask;
  readonly #fence: Fence | undefined;
  /** How many checks have failed, by severity. */
  readonly checks: { failed: number; warned: number } = { failed: 0, warned: 0 };

  constructor(
    runId: string,
    graph: StepGraph,
    wiring: Wiring,
    reader: InputReader,
    tape: Tape,
    { mask, fence }: Pick<Engine, "mask" | "fence">,
  ) {
    this.#runId = runId;
    this.#graph = graph;
    this.#wiring = wiring;
    this.#reader = reader;
    this.#tape = tape;
    this.#mask = mask;
    this.#fence = fence;
  }

  /** Checks, keeps and records what a body returned. */
  async keep(step: number, context: BodyContext, result: unknown): Promise<StepResult> {
    const node = this.#graph.nodeOf(step);
    const declaration = this.#wiring.definitions.steps[this.#graph.rankOfSteps[step]];
    const keys = this.#graph.partitionKeys(step);
    const partitions = keys.length > 0 ? keys : undefined;
    const evaluated = (record: CheckRecord) => this.#evaluated(step, context.attempt, record);
    const outputs = this.#graph.outputs(node);
    const running = BodyContext.seal(context, "its step is over");
    // What ran elsewhere has looked at this itself, unless it was ended.
    if (running > 0 && !(result instanceof MadeElsewhere)) throw stillRunning(declaration.name, undefined);
    if (result instanceof MadeElsewhere) {
      const versionOf = (output: StepOutput) => this.#versionOf(output);
      return await recordElsewhere(
        { declaration, outputs, partitions, versionOf, evaluated },
        result.outcome,
      );
    }
    if (declaration.check) {
      const { asset, name: check, severity, blocking } = declaration.check;
      const record = recordVerdict({ asset, check, severity, blocking, partition: partitions?.[0] }, result);
      evaluated(record);
      if (isBlocking(record)) throw new BlockedByCheck(declaration.name, [check], []);
      return { kind: "made", outputs: undefined };
    }
    return await keepOutputs({
      declaration,
      outputs,
      partitions,
      facts: BodyContext.factsOf(context),
      keep: (asset, place, value, facts) =>
        this.#store(step, asset, place, partitions?.[place], value, facts),
      evaluated,
    }, result);
  }

  async #store(
    step: number,
    asset: Asset,
    place: number,
    partition: string | undefined,
    value: unknown,
    facts: OutputFacts,
  ): Promise<string | undefined> {
    const { definitions, managerOf } = this.#wiring;
    const rank = definitions.graph.rankOf(asset.key) as number;
    const said = facts.dataVersion && maskVersion(facts.dataVersion, this.#mask);
    const dataVersion = facts.dataVersion === undefined ? await this.#derive(step, asset, place) : said;
    const receipt: Receipt = {
      version: 1,
      asset: asset.key,
      partition,
      runId: this.#runId,
      atMs: this.#tape.nowMs,
      dataVersion: dataVersion ?? freshVersion(this.#runId, step),
      codeVersion: asset.codeVersion,
      metadata: maskJson(facts.metadata, this.#mask),
      ...(this.#fence && { fence: this.#fence }),
    };
    await managerOf(rank).store({ asset: asset.key, partition }, value, receipt);
    return dataVersion;
  }

  async #versionOf({ asset: key, partition }: StepOutput): Promise<string | undefined> {
    const { definitions, managerOf } = this.#wiring;
    const manager = managerOf(definitions.graph.rankOf(key) as number);
    return (await manager.receipt({ asset: key, partition }))?.dataVersion;
  }

  /** The version of an asset with a code version, where those of all that it read are known. */
  async #derive(step: number, asset: Asset, place: number): Promise<string | undefined> {
    if (asset.codeVersion === undefined) return undefined;
    return await deriveVersion(asset.codeVersion, this.#reader.versioned(step, place));
  }

  #evaluated(step: number, attempt: number, record: CheckRecord): void {
    if (!record.passed) this.checks[record.severity === "error" ? "failed" : "warned"]++;
    this.#tape.push(EVENT_KINDS.check_evaluated, step, attempt, record);
  }
}
