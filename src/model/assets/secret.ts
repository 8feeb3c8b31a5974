/** Secrets: named where they are used, and looked up only in the process that runs a step. */
import { SluiceError } from "../issue.ts";
import { quote, show } from "../quote.ts";

/** The name of a secret; made by {@linkcode secret}. It holds no value, so it can be shown, logged and stored. */
export interface Secret {
  /** Says what this is. */
  readonly kind: "secret";
  /** The name of the environment variable. */
  readonly name: string;
  /** What stands for it in JSON. */
  toJSON(): SecretPlaceholder;
}

/** A secret in JSON. In the config of a run it is replaced by the value when the step runs. */
export interface SecretPlaceholder {
  /** The name of the environment variable. */
  readonly $secret: string;
}

/** Gives the value of a secret. Throws SECRET_MISSING when the environment does not have it. */
export type RevealSecret = (secret: Secret) => string;

/** A name that every shell and container platform takes. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Names a secret. Its value is that of the environment variable `NAME`, or the content of the file that the variable
 * `NAME_FILE` names (less one line end), read in the process that runs a step and when the step needs it:
 *
 * - a resource asks for it in its `setup`: `({ reveal }) => connect(reveal(password))`;
 * - in the config of a run, a job or a schedule, and as a default that a config schema fills in, it is replaced by its
 *   value before the body sees it.
 *
 * JSON of it is `{ "$secret": "NAME" }`: plans, history, snapshots and exports never hold the value.
 *
 * @throws {SluiceError} DEFINITION_INVALID for a name that is not letters, digits and `_`, or begins with a digit.
 * @example
 * ```ts
 * import { defineAsset, defineResource, materialize, secret } from "sluice";
 * import assert from "node:assert/strict";
 * import process from "node:process";
 *
 * const password = secret("WAREHOUSE_PASSWORD");
 * const warehouse = defineResource({
 *   name: "warehouse",
 *   setup: ({ reveal }) => ({ login: () => reveal(password).length }),
 * });
 * const rows = defineAsset({
 *   key: "rows",
 *   resources: { warehouse },
 *   run: ({ resources }) => resources.warehouse.login(),
 * });
 *
 * process.env.WAREHOUSE_PASSWORD = "letmein";
 * assert.equal((await materialize(rows)).value, 7);
 * assert.equal(JSON.stringify({ password }), '{"password":{"$secret":"WAREHOUSE_PASSWORD"}}');
 * ```
 */
export function secret(name: string): Secret {
  if (typeof name !== "string" || !NAME.test(name)) throw invalidName(name);
  return Object.freeze({ kind: "secret" as const, name, toJSON: () => ({ $secret: name }) });
}

/** The secret that a value stands for: one itself, or its placeholder in JSON; undefined for anything else. */
export function asSecret(value: unknown): Secret | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { kind, name, toJSON, $secret } = value as Partial<Secret & SecretPlaceholder>;
  if (kind === "secret" && typeof name === "string" && typeof toJSON === "function") return value as Secret;
  return typeof $secret === "string" && Object.keys(value).length === 1 ? secret($secret) : undefined;
}

function invalidName(name: unknown): SluiceError {
  return new SluiceError({
    code: "DEFINITION_INVALID",
    message: `A secret is named by letters, digits and _, not ${
      typeof name === "string" ? quote(name) : typeof name
    }.`,
    path: ["secrets", show(name)],
    hint: 'Write secret("WAREHOUSE_PASSWORD"), and set that variable where steps run.',
  });
}
