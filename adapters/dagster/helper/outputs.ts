/** `sluice/outputs.py` of an exported project: what an outcome says of assets and checks, in Dagster's terms. */
export const OUTPUTS: string = String
  .raw`"""What a step came to, in Dagster's terms: results of assets and of checks."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg


class Outputs:
    """What an outcome says of the assets of a step."""

    def __init__(
        self,
        context: dg.AssetExecutionContext,
        outcome: Mapping[str, Any],
        reports: Sequence[Any],
    ) -> None:
        self._context = context
        self._reported = {
            each.asset_key: each
            for each in reports
            if isinstance(each, dg.MaterializeResult)
        }
        self._checks = outcome.get("checks", [])
        self._made: dict[dg.AssetKey, list[Mapping[str, Any]]] = {}
        self._skipped: set[dg.AssetKey] = set()
        for output in outcome.get("outputs", []):
            key = key_of(output["asset"])
            if output["status"] == "skipped":
                self._skipped.add(key)
            else:
                self._made.setdefault(key, []).append(output)

    @property
    def are_blocked(self) -> bool:
        """Whether everything was made, and a check then failed the step."""
        return not self._missing() and any(
            check["blocking"] and not check["passed"] and check["severity"] == "error"
            for check in self._checks
        )

    def results(self) -> Iterator[dg.MaterializeResult]:
        """What was made, upstream first. Nothing may be missing."""
        missing = self._missing()
        if missing:
            names = ", ".join(text_of(key) for key in missing)
            raise dg.Failure(f"the step did not make {names}", allow_retries=False)
        for key in selected_keys(self._context):
            made = self._made.get(key, [])
            if key in self._skipped:
                self._log(key, made)
            else:
                yield self._result(key, made)

    def log(self) -> None:
        """Records what a failed step made all the same."""
        for key, made in self._made.items():
            self._log(key, made)

    def _missing(self) -> list[dg.AssetKey]:
        return [
            key
            for key in selected_keys(self._context)
            if key not in self._made and key not in self._skipped
        ]

    def _log(self, key: dg.AssetKey, made: Sequence[Mapping[str, Any]]) -> None:
        """Records partitions one by one, since the asset as a whole was not made."""
        for output in made:
            tags = {"dagster/data_version": output.get("dataVersion", "")}
            self._context.log_event(
                dg.AssetMaterialization(
                    asset_key=key,
                    partition=output.get("partition"),
                    metadata=output.get("metadata"),
                    tags=tags if tags["dagster/data_version"] else None,
                )
            )

    def _result(
        self, key: dg.AssetKey, made: Sequence[Mapping[str, Any]]
    ) -> dg.MaterializeResult:
        versions = {output.get("dataVersion") for output in made}
        version = versions.pop() if len(versions) == 1 else None
        if len(made) > 1:
            for output in made:
                self._annotate(key, output, has_version=version is None)
        checks = self._check_results(key)
        if key in self._reported:
            return self._reported[key]._replace(check_results=checks)
        return dg.MaterializeResult(
            asset_key=key,
            metadata=made[0].get("metadata") if len(made) == 1 else None,
            data_version=dg.DataVersion(version) if version else None,
            check_results=checks,
        )

    def _annotate(
        self, key: dg.AssetKey, output: Mapping[str, Any], *, has_version: bool
    ) -> None:
        """Tells what is known of one partition of several; Dagster has one version."""
        metadata = dict(output.get("metadata", {}))
        if has_version and "dataVersion" in output:
            metadata["sluice/data_version"] = output["dataVersion"]
        if metadata:
            self._context.add_asset_metadata(
                metadata=metadata, asset_key=key, partition_key=output["partition"]
            )

    def _check_results(self, key: dg.AssetKey) -> list[dg.AssetCheckResult]:
        verdicts: dict[str, list[Mapping[str, Any]]] = {}
        for check in self._checks:
            if key_of(check["asset"]) == key:
                verdicts.setdefault(check["check"], []).append(check)
        return [check_result(each) for each in verdicts.values()]


def check_result(verdicts: Sequence[Mapping[str, Any]]) -> dg.AssetCheckResult:
    """One result; of several partitions it is the worst."""
    failed = [each for each in verdicts if not each["passed"]]
    errors = [each for each in failed if each["severity"] == "error"]
    worst = (errors or failed or verdicts)[0]
    metadata = dict(worst.get("metadata", {}))
    if len(verdicts) > 1 and failed:
        metadata["sluice/failed_partitions"] = [each["partition"] for each in failed]
    severity = dg.AssetCheckSeverity
    return dg.AssetCheckResult(
        asset_key=key_of(worst["asset"]),
        check_name=worst["check"],
        passed=not failed,
        severity=severity.WARN if worst["severity"] == "warn" else severity.ERROR,
        description=worst.get("description"),
        metadata=metadata,
    )


def selected_keys(context: dg.AssetExecutionContext) -> list[dg.AssetKey]:
    selected = context.selected_asset_keys
    return [spec.key for spec in context.assets_def.specs if spec.key in selected]


def key_of(text: str) -> dg.AssetKey:
    return dg.AssetKey(text.split("/"))


def text_of(key: dg.AssetKey) -> str:
    return "/".join(key.path)
`;
