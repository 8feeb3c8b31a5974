/**
 * The grammar of names other than keys: one rule for each kind of name.
 *
 * All are ASCII, so that every target can carry them. Each rule allows what Dagster allows, less the line feed that
 * it lets pass at the end; group, job, schedule, sensor and check names may also hold `-` and `.`, which exporters replace.
 */
import { SluiceError } from "./issue.ts";
import { nameCharacter, nameType, quote } from "./quote.ts";

/** The kinds of names that have a rule. */
export type NameKind =
  | "group"
  | "tag"
  | "tag value"
  | "kind"
  | "owner"
  | "job"
  | "schedule"
  | "sensor"
  | "multi-asset"
  | "check"
  | "pool";

/** A pattern, and the same in words for a hint. */
interface NameRule {
  readonly pattern: RegExp;
  readonly grammar: string;
}

/** The longest name, in characters. Tags, their values and kinds are held to 63. */
export const MAX_NAME_LENGTH: number = 255;

const WORD: NameRule = {
  pattern: /^[A-Za-z0-9_][A-Za-z0-9_.\-]*$/,
  grammar: 'letters, digits, "_", "." and "-", the first being a letter, a digit or "_"',
};

const PATH: NameRule = {
  pattern: /^[A-Za-z0-9_][A-Za-z0-9_.\-]*(?:\/[A-Za-z0-9_][A-Za-z0-9_.\-]*)*$/,
  grammar:
    'words joined by "/", each of letters, digits, "_", "." and "-", the first being a letter, a digit or "_"',
};

const RULES: { readonly [kind in NameKind]: NameRule } = {
  group: PATH,
  job: WORD,
  schedule: WORD,
  sensor: WORD,
  "multi-asset": WORD,
  check: WORD,
  pool: PATH,
  kind: { pattern: /^[A-Za-z0-9_.\-]{1,63}$/, grammar: '1 to 63 letters, digits, "_", "." and "-"' },
  tag: {
    pattern: /^(?:[A-Za-z0-9_.\-]{1,63}\/)?[A-Za-z0-9_.\-]{1,63}$/,
    grammar:
      '1 to 63 letters, digits, "_", "." and "-", after a prefix of the same form and "/" where there is one',
  },
  "tag value": {
    pattern: /^[A-Za-z0-9_.\-]{0,63}$/,
    grammar: 'at most 63 letters, digits, "_", "." and "-"',
  },
  owner: {
    pattern: /^(?:team:[A-Za-z0-9_.\-]+|[A-Za-z0-9._%+\-]+@[A-Za-z0-9.\-]+\.[A-Za-z]{2,})$/,
    grammar: 'an e-mail address, or "team:" and letters, digits, "_", "." and "-"',
  },
};

/** What is wrong with a name, as a sentence; undefined for a name that follows the rule of its kind. */
export function nameProblem(kind: NameKind, text: string): string | undefined {
  if (typeof text !== "string") {
    return `A ${kind} is a text, not ${nameType(text)}.`;
  }
  if (text.length <= MAX_NAME_LENGTH && RULES[kind].pattern.test(text)) return undefined;
  if (text === "") return `The ${kind} is empty.`;
  if (text.length > MAX_NAME_LENGTH) {
    return `The ${kind} ${quote(text)} is ${text.length} characters long; ${MAX_NAME_LENGTH} are allowed.`;
  }
  const foreign = [...text].findIndex((character) => !/[A-Za-z0-9_.\-\/@:%+]/.test(character));
  if (foreign < 0) return `The ${kind} ${quote(text)} is not of the form of a ${kind}.`;
  const character = nameCharacter([...text][foreign]);
  return `The ${kind} ${quote(text)} has ${character} at character ${foreign + 1}.`;
}

/** The rule of a kind of name in one line, for hints. */
export function nameGrammar(kind: NameKind): string {
  return `A ${kind} is ${RULES[kind].grammar}.`;
}

/**
 * Reads a name of a kind.
 *
 * @throws {SluiceError} DEFINITION_INVALID when the name breaks the rule of its kind.
 */
export function parseName(kind: NameKind, text: string): string {
  const problem = nameProblem(kind, text);
  if (problem === undefined) return text;
  throw new SluiceError({ code: "DEFINITION_INVALID", message: problem, path: [], hint: nameGrammar(kind) });
}
