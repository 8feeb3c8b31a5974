/** One attempt in a worker: what its body is called with, and what it says meanwhile. */
import type { Partitioned } from "../../../model/assets/partitioned.ts";
import type { StepDeclaration } from "../../../model/assets/declaration.ts";
import type { OutputFacts } from "../../../model/assets/result.ts";
import type { RemoteElements } from "../../elements/remote.ts";
import { BodyContext, type NamedValues } from "../../step/context.ts";
import type { WorkerPool } from "./pool.ts";
import type { UndoTask } from "../../undo/context.ts";
import { ElementPools } from "./element_pools.ts";
import { packFailure } from "./failure.ts";
import type { Remark, StepIntroduction, TaskArgument, TaskExtra, UndoValue } from "./protocol.ts";

/** What an attempt is made with. */
export interface AttemptParts {
  readonly pool: WorkerPool;
  readonly declaration: StepDeclaration;
  readonly step: StepIntroduction;
  readonly context: BodyContext;
  /** What is to be undone of it; undefined where it is to be made. */
  readonly undo: UndoTask | undefined;
}

/** Makes an attempt. Rejects with what the body has thrown, or with what became of its worker. */
export async function attemptInWorker(
  { pool, declaration, step, context, undo }: AttemptParts,
): Promise<unknown> {
  const gathering = undo ? undoArgument(undo, context) : argumentOf(declaration, context);
  const gathered = gathering instanceof Promise ? await gathering : gathering;
  const elements = declaration.elements && !undo ? BodyContext.openRemote(context) : undefined;
  const argument = elements ? await withElements(gathered, elements) : gathered;
  BodyContext.throwIfAborted(context);
  const { id, tags } = context.run;
  const call = pool.call({
    step,
    run: pool.runOf(id, tags),
    attempt: context.attempt,
    argument,
    listener: (remark) => "gate" in remark ? pools?.hear(remark) : hear(context, elements, remark),
  });
  const pools = elements && new ElementPools({
    step: declaration.name,
    openGate: (name) => elements.openGate(name),
    tell: (admission) => pool.admit(call, admission),
  });
  BodyContext.onAbort(context, (reason) => pool.abort(call, reason));
  return pools ? call.promise.finally(() => pools.close()) : call.promise;
}

function hear(context: BodyContext, elements: RemoteElements | undefined, remark: Remark): void {
  if ("facts" in remark) context.report(remark.facts as OutputFacts);
  else if ("event" in remark) elements?.hear(remark);
  else if ("level" in remark) {
    const { level, message, fields, element } = remark;
    if (element === undefined) context.log[level](message, fields);
    else elements?.log(element, level, message, fields);
  }
}

/** What an undo step may load is loaded before: it cannot be asked for from there. */
async function undoArgument({ error, values, load }: UndoTask, context: BodyContext): Promise<TaskArgument> {
  const loaded = values.map(async (value): Promise<UndoValue> => {
    const { asset, place, partition } = value;
    const head = { asset: asset.key, place, partition };
    try {
      return { ...head, loaded: { value: await load(value) } };
    } catch (thrown) {
      return { ...head, loaded: { failure: packFailure(thrown) } };
    }
  });
  return { extra: { partitions: context.partitions, undo: { error, values: await Promise.all(loaded) } } };
}

async function withElements(
  argument: TaskArgument | undefined,
  elements: RemoteElements,
): Promise<TaskArgument> {
  return { ...argument, extra: { ...argument?.extra, elements: await elements.request() } };
}

/** What the body reads; undefined when that is nothing. */
function argumentOf(
  declaration: StepDeclaration,
  context: BodyContext,
): TaskArgument | undefined | Promise<TaskArgument> {
  const { inputs, partitions, subsettable, config } = declaration;
  const reads = inputs.some(({ name }) => name !== undefined);
  if (!reads && !partitions && !subsettable && !config) return undefined;
  const extra: TaskExtra | undefined = partitions || subsettable || config
    ? {
      ...(partitions && { partitions: context.partitions }),
      ...(subsettable && { selected: [...context.selected] }),
      ...(config && { config: { given: givenConfig(declaration, context) } }),
    }
    : undefined;
  const argument: TaskArgument = {
    ...(reads && { inputs: context.inputs }),
    ...(extra && { extra }),
  };
  const collections = reads ? collectionsIn(context.inputs) : [];
  return collections.length === 0 ? argument : withCollections(argument, collections);
}

function givenConfig({ name }: StepDeclaration, context: BodyContext): unknown {
  const config = BodyContext.originOf(context)?.config ?? {};
  return Object.hasOwn(config, name) ? config[name] : undefined;
}

function collectionsIn(inputs: NamedValues): readonly string[] {
  return Object.keys(inputs).filter((name) => isCollection(inputs[name]));
}

function isCollection(value: unknown): value is Partitioned<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value &&
    typeof (value as { readonly load?: unknown }).load === "function";
}

/** Collections are lazy here, and cross as a whole. */
async function withCollections(
  { inputs = {}, extra }: TaskArgument,
  collections: readonly string[],
): Promise<TaskArgument> {
  const loaded = await Promise.all(
    collections.map(async (name) => [name, await (inputs[name] as Partitioned<unknown>).load()] as const),
  );
  return { inputs: { ...inputs, ...Object.fromEntries(loaded) }, extra: { ...extra, collections } };
}
