/** The keys that webhooks are signed with. */
import { asSecret, type Secret } from "../../model/assets/secret.ts";
import { SluiceError } from "../../model/issue.ts";
import { openSecrets } from "../../runtime/secrets.ts";

/** A key as it is given: its text, or the name of the environment variable that has it. */
export type KeyText = string | Secret;

/** The texts of one or several keys. Throws DEFINITION_INVALID for none, and SECRET_MISSING. */
export function keyTexts(what: string, given: KeyText | readonly KeyText[]): readonly string[] {
  const list = Array.isArray(given) ? given : [given];
  const texts = list.map(textOf);
  if (texts.length > 0 && texts.every((text) => typeof text === "string" && text !== "")) {
    return texts as readonly string[];
  }
  throw badKey(what, "needs a secret that is not empty, or several of them");
}

function textOf(given: unknown): unknown {
  const secret = typeof given === "string" ? undefined : asSecret(given);
  return secret ? openSecrets()(secret) : given;
}

/** The error for a key that cannot be used. */
export function badKey(what: string, problem: string): SluiceError {
  return new SluiceError({
    code: "DEFINITION_INVALID",
    message: `${what} ${problem}.`,
    path: ["webhooks", "secret"],
    hint: "Make one with: openssl rand -base64 32",
  });
}
