/** Assets as Airflow knows them. */
import type { AssetSnapshot, JsonRecord } from "../../src/model/snapshot/snapshot.ts";
import { assignment, call } from "../python/expression.ts";
import { identifierOf } from "../python/identifier.ts";
import { jsonExpression, textLiteral } from "../python/literal.ts";

/** The variable that holds an asset. */
export function assetName(key: string): string {
  return identifierOf(key).toUpperCase();
}

/** An asset as a statement. What Airflow has no field for stands in `extra`, where its API shows it. */
export function assetStatement(asset: AssetSnapshot): string {
  const { key, group } = asset;
  const extra = extraOf(asset);
  return assignment(
    assetName(key),
    call("Asset", [], {
      name: textLiteral(key),
      uri: textLiteral(assetUri(key)),
      group: textLiteral(group),
      extra: Object.keys(extra).length > 0 ? jsonExpression(extra) : undefined,
    }),
  );
}

/** The address of an asset: a scheme of its own, which Airflow leaves as it is. */
export function assetUri(key: string): string {
  return `x-sluice://${key.split("/").map(encodeURIComponent).join("/")}`;
}

function extraOf({ description, tags, owners, kinds, metadata, codeVersion }: AssetSnapshot): JsonRecord {
  return {
    ...(description !== undefined && { description }),
    ...(kinds.length > 0 && { kinds }),
    ...(owners.length > 0 && { owners }),
    ...(Object.keys(tags).length > 0 && { tags }),
    ...(codeVersion !== undefined && { codeVersion }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
  };
}
