"""Steps whose keys or check names Dagster's own decorators refuse.

Dagster names inputs and outputs after keys, and takes letters and digits of ASCII only,
and no word of Python. Here they are numbered, so that any key can be used.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import dagster as dg


def step(
    *,
    name: str,
    specs: Sequence[dg.AssetSpec],
    check_specs: Sequence[dg.AssetCheckSpec] = (),
    partitions_def: dg.PartitionsDefinition | None = None,
    can_subset: bool = False,
    backfill_policy: dg.BackfillPolicy | None = None,
    retry_policy: dg.RetryPolicy | None = None,
    pool: str | None = None,
    op_tags: Mapping[str, Any] | None = None,
    config_schema: Mapping[str, Any] | None = None,
) -> Callable[[Callable[..., Any]], dg.AssetsDefinition]:
    """As dg.multi_asset is, for any key."""
    made = {spec.key for spec in specs}
    read = {
        dep.asset_key: None
        for spec in specs
        for dep in spec.deps
        if dep.asset_key not in made or dep.partition_mapping is not None
    }
    outputs = {
        f"output_{place}": dg.Out(
            dg.Nothing,
            is_required=not (can_subset or spec.skippable),
            code_version=spec.code_version,
        )
        for place, spec in enumerate(specs)
    }
    checks = {f"check_{place}": spec for place, spec in enumerate(check_specs)}

    def decorate(body: Callable[..., Any]) -> dg.AssetsDefinition:
        return dg.AssetsDefinition(
            node_def=dg.op(
                name=name,
                ins={f"input_{place}": dg.In(dg.Nothing) for place in range(len(read))},
                out={
                    **outputs,
                    **{check: dg.Out(is_required=not can_subset) for check in checks},
                },
                retry_policy=retry_policy,
                pool=pool,
                tags=op_tags,
                config_schema=config_schema,
            )(body),
            keys_by_input_name={
                f"input_{place}": key for place, key in enumerate(read)
            },
            keys_by_output_name={
                f"output_{place}": spec.key for place, spec in enumerate(specs)
            },
            check_specs_by_output_name=checks,
            specs=[
                spec.replace_attributes(partitions_def=partitions_def) for spec in specs
            ],
            backfill_policy=backfill_policy,
            can_subset=can_subset,
        )

    return decorate


def check(
    *,
    spec: dg.AssetCheckSpec,
    op_name: str,
    retry_policy: dg.RetryPolicy | None = None,
    pool: str | None = None,
    op_tags: Mapping[str, Any] | None = None,
    config_schema: Mapping[str, Any] | None = None,
) -> Callable[[Callable[..., Any]], dg.AssetChecksDefinition]:
    """As dg.asset_check is, for any key, name of a check and name of an op."""
    read = dict.fromkeys([spec.asset_key, *(d.asset_key for d in spec.additional_deps)])

    def decorate(body: Callable[..., Any]) -> dg.AssetChecksDefinition:
        return dg.AssetChecksDefinition.create(
            node_def=dg.op(
                name=op_name,
                ins={f"input_{place}": dg.In(dg.Nothing) for place in range(len(read))},
                out={"result": dg.Out()},
                retry_policy=retry_policy,
                pool=pool,
                tags=op_tags,
                config_schema=config_schema,
            )(body),
            keys_by_input_name={
                f"input_{place}": key for place, key in enumerate(read)
            },
            check_specs_by_output_name={"result": spec},
            can_subset=False,
        )

    return decorate
