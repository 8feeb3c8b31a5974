/** `defs/assets.py` of an exported project: a statement for each step, and for each external asset. */
import type { AssetSnapshot, InputSnapshot, StepSnapshot } from "../../../src/model/snapshot/snapshot.ts";
import type { RetryPolicy } from "../../../src/model/policy.ts";
import {
  assignment,
  call,
  type Expression,
  layOut,
  list,
  type NamedArguments,
  pairs,
  set,
} from "../../python/expression.ts";
import { jsonExpression, numberLiteral, textLiteral } from "../../python/literal.ts";
import { conditionExpression, freshnessExpression } from "./conditions.ts";
import { dynamicNames } from "../partitions/encoding.ts";
import { keyExpression } from "./keys.ts";
import { carryMapping } from "../partitions/mappings.ts";
import { variableName } from "./names.ts";
import { carriedMetadata, carriedOwners } from "./fields.ts";
import type { Site } from "../site.ts";

/** An external asset. */
export function externalStatement(asset: AssetSnapshot, site: Site): string {
  const step = site.steps.get(asset.step) as StepSnapshot;
  const place = asset.partitions;
  const value = specExpression(asset, step, site, {
    partitions_def: place === undefined ? undefined : site.partitions.constantOf(place),
  });
  return assignment(variableName(site.externals.get(asset.key) as string, `external ${asset.key}`), value);
}

/** A step that makes assets. */
export function stepStatement(step: StepSnapshot, site: Site): string {
  const { name, partitions, subsettable } = step;
  const op = site.ops.get(name) as string;
  const specs = step.outputs.map(({ key }) =>
    specExpression(site.assets.get(key) as AssetSnapshot, step, site, {})
  );
  const decorator = call(site.plainSteps.has(name) ? "dg.multi_asset" : "assets.step", [], {
    name: textLiteral(op),
    specs: list(specs),
    check_specs: checkSpecs(step),
    partitions_def: partitions === undefined ? undefined : site.partitions.constantOf(partitions),
    can_subset: subsettable && step.outputs.length > 1 ? "True" : undefined,
    backfill_policy: backfillExpression(step),
    ...opArguments(step, site),
  });
  const run = call("steps.run", ["context", textLiteral(name)], runArguments(step, site));
  return [
    layOut(decorator, 0, "@", ""),
    signature(variableName(op, name), "dg.AssetExecutionContext"),
    layOut(run, 4, "    yield from ", ""),
  ].join("\n");
}

/** The first line of a function that takes a context. */
export function signature(name: string, context: string): string {
  const items = [{ before: "context: ", value: context }];
  return layOut({ open: `${name}(`, close: ")", items, isTuple: false }, 0, "def ", ":");
}

/** What ops of assets and of checks have in common. */
export function opArguments(
  { retry, pool, priority, takesConfig, memoryMb }: StepSnapshot,
  { pools }: Site,
): NamedArguments {
  return {
    retry_policy: retry && retryExpression(retry),
    pool: pool === undefined ? undefined : textLiteral(pools.get(pool) as string),
    op_tags: tagsOf(priority, memoryMb),
    config_schema: takesConfig
      ? pairs([[textLiteral("config"), call("dg.Field", ["dg.Any"], { is_required: "False" })]])
      : undefined,
  };
}

/** What executors look at: all of them at the priority, that of Kubernetes at the memory of a pod. */
function tagsOf(priority: number, memoryMb: number | undefined): Expression | undefined {
  const limits = { container_config: { resources: { limits: { memory: `${memoryMb}Mi` } } } };
  const tags = {
    ...priority !== 0 && { "dagster/priority": String(Math.round(priority)) },
    ...memoryMb !== undefined && { "dagster-k8s/config": limits },
  };
  return hasAny(tags) ? jsonExpression(tags) : undefined;
}

/** What the runner is told beside the name of the step. */
export function runArguments({ timeoutMs, inputs }: StepSnapshot, site: Site): NamedArguments {
  const dynamic = [
    ...new Set(
      inputs.flatMap(({ key }) => dynamicNames(site.partitionsAt(site.assets.get(key)?.partitions))),
    ),
  ];
  return {
    timeout: timeoutMs === undefined ? undefined : numberLiteral(timeoutMs / 1000),
    dynamic: dynamic.length > 0 ? list(dynamic.map((each) => textLiteral(each))) : undefined,
  };
}

function retryExpression({ maxRetries, delayMs, backoff, jitter }: RetryPolicy): Expression {
  return call("dg.RetryPolicy", [], {
    max_retries: numberLiteral(maxRetries),
    delay: delayMs === undefined ? undefined : numberLiteral(delayMs / 1000),
    backoff: backoff === undefined || backoff === "constant"
      ? undefined
      : `dg.Backoff.${backoff === "linear" ? "LINEAR" : "EXPONENTIAL"}`,
    jitter: jitter === undefined || jitter === "none"
      ? undefined
      : `dg.Jitter.${jitter === "full" ? "FULL" : "PLUS_MINUS"}`,
  });
}

/** A body that takes many partitions at once gets them in one run, unless a policy says otherwise. */
function backfillExpression({ batch, maxPartitionsPerRun }: StepSnapshot): Expression | undefined {
  if (maxPartitionsPerRun === undefined && !batch) return undefined;
  return maxPartitionsPerRun == null
    ? call("dg.BackfillPolicy.single_run", [])
    : call("dg.BackfillPolicy.multi_run", [], { max_partitions_per_run: numberLiteral(maxPartitionsPerRun) });
}

function checkSpecs({ checks }: StepSnapshot): Expression | undefined {
  if (checks.length === 0) return undefined;
  return list(
    checks.map(({ name, asset, description, blocking }) =>
      call("dg.AssetCheckSpec", [textLiteral(name)], {
        asset: keyExpression(asset),
        description: description === undefined ? undefined : textLiteral(description),
        blocking: blocking ? "True" : undefined,
      })
    ),
  );
}

function specExpression(
  asset: AssetSnapshot,
  step: StepSnapshot,
  site: Site,
  more: NamedArguments,
): Expression {
  const { group, tags, kinds, codeVersion, description, automation, freshness } = asset;
  const owners = carriedOwners(asset);
  const metadata = carriedMetadata(asset);
  const deps = depsExpression(asset, step, site);
  return call("dg.AssetSpec", [keyExpression(asset.key)], {
    deps,
    skippable: step.skippable ? "True" : undefined,
    group_name: group === "default" ? undefined : textLiteral(site.groups.get(group) as string),
    owners: owners.length > 0 ? list(owners.map((each) => textLiteral(each))) : undefined,
    tags: hasAny(tags) ? jsonExpression(tags) : undefined,
    kinds: kinds.length > 0 ? set([...new Set(kinds)].map((each) => textLiteral(each))) : undefined,
    code_version: codeVersion ? textLiteral(codeVersion) : undefined,
    description: description === undefined ? undefined : textLiteral(description),
    metadata: hasAny(metadata) ? jsonExpression(metadata) : undefined,
    automation_condition: automation && conditionExpression(automation),
    freshness_policy: freshness && freshnessExpression(freshness, site.dagster),
    ...more,
  });
}

function hasAny(record: object): boolean {
  return Object.keys(record).length > 0;
}

function depsExpression(
  { key }: AssetSnapshot,
  { inputs, outputs, partitions }: StepSnapshot,
  site: Site,
): Expression | undefined {
  const made = new Set(outputs.map((output) => output.key));
  const own = inputs.filter((input) => input.key === key || !made.has(input.key));
  const deps = uniqueInputs(own).map((input) => {
    const mapped = mappingExpression(input, partitions, site);
    if (mapped === undefined) return keyExpression(input.key);
    return call("dg.AssetDep", [keyExpression(input.key)], { partition_mapping: mapped });
  });
  return deps.length > 0 ? list(deps) : undefined;
}

/** A key may be read under two names; an edge is one. */
export function uniqueInputs(inputs: readonly InputSnapshot[]): readonly InputSnapshot[] {
  const first = new Map<string, InputSnapshot>();
  for (const input of inputs) if (!first.has(input.key)) first.set(input.key, input);
  return [...first.values()];
}

function mappingExpression(
  { key, mapping }: InputSnapshot,
  partitions: number | undefined,
  site: Site,
): Expression | undefined {
  const upstream = site.partitionsAt(site.assets.get(key)?.partitions);
  const { expression, isBeta } = carryMapping(mapping, site.partitionsAt(partitions), upstream);
  return expression !== undefined && isBeta ? site.partitions.mapping(expression) : expression;
}
