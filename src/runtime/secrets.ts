/** The values of secrets, looked up when a step needs them. */
import { readFileSync } from "node:fs";
import process from "node:process";
import { asSecret, type RevealSecret, type Secret } from "../model/assets/secret.ts";
import { SluiceError } from "../model/issue.ts";
import type { Mask } from "./redact/mask.ts";
import { recordError } from "./step/errors.ts";

/** Gives the text of a variable; undefined when there is none. */
export type Variables = (name: string) => string | undefined;

/** Reads secrets from variables: `NAME` itself, or the file that `NAME_FILE` names. */
export function openSecrets(variables: Variables = (name) => process.env[name]): RevealSecret {
  return ({ name }: Secret) => {
    const own = variables(name);
    if (own !== undefined) return own;
    const file = variables(`${name}_FILE`);
    if (file === undefined) throw missing(name, `neither ${name} nor ${name}_FILE is set`);
    try {
      return readFileSync(file, "utf8").replace(/\r?\n$/, "");
    } catch (error) {
      throw missing(name, `the file that ${name}_FILE names cannot be read: ${recordError(error).message}`);
    }
  };
}

/** Tells a mask every value before anybody sees it. */
export function concealing(reveal: RevealSecret, mask: Mask): RevealSecret {
  return (secret) => {
    const value = reveal(secret);
    mask.conceal(value, secret.name);
    return value;
  };
}

/**
 * A value with the secrets in it replaced by theirs, at any depth of lists and plain records; the same object where
 * there are none.
 */
export function revealAll(value: unknown, reveal: RevealSecret): unknown {
  if (typeof value !== "object" || value === null) return value;
  const secret = asSecret(value);
  if (secret) return reveal(secret);
  if (Array.isArray(value)) {
    const elements = value.map((element) => revealAll(element, reveal));
    return elements.every((element, at) => element === value[at]) ? value : elements;
  }
  if (!isPlain(value)) return value;
  const entries = Object.entries(value).map(([name, field]) =>
    [name, revealAll(field, reveal), field] as const
  );
  if (entries.every(([, revealed, field]) => revealed === field)) return value;
  return Object.fromEntries(entries);
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function missing(name: string, why: string): SluiceError {
  return new SluiceError({
    code: "SECRET_MISSING",
    message: `There is no value for the secret ${name}: ${why}.`,
    path: ["secrets", name],
    hint: "Set it in the environment of the process that runs steps.",
  });
}
