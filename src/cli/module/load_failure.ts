/** Why a module could not be loaded, said alike whatever the runtime says. */
import { fileURLToPath } from "node:url";
import { type Issue, SluiceError } from "../../model/issue.ts";
import { shortPath } from "../print/error.ts";
import { readSource } from "../print/source.ts";
import { inert } from "../print/inert.ts";

/** What the runtimes put into the errors of `import()`, so far as it helps. */
interface ImportError {
  readonly name?: string;
  readonly message?: string;
  readonly stack?: string;
  readonly code?: string;
  /** Of Bun: what was not found, and who asked for it. */
  readonly specifier?: string;
  readonly referrer?: string;
  /** Of Bun: where the syntax is wrong. */
  readonly position?: { readonly file?: string; readonly line?: number; readonly column?: number } | null;
  readonly errors?: readonly unknown[];
}

/** The failure of an import as an error with the user's file on top. */
export function loadFailure(error: unknown, path: string, cwd: string): SluiceError {
  if (isSluiceError(error)) return error;
  const found = asImportError(error);
  const shown = inert(shortPath(path, cwd));
  const issue = missingImport(found, path, cwd) ?? syntaxProblem(found, shown) ?? thrown(error, found, shown);
  return new SluiceError({ code: "MODULE_INVALID", path: ["module"], ...issue }, { cause: error });
}

/** Whether something is an error of Sluice, also of another copy of it. */
export function isSluiceError(error: unknown): error is SluiceError {
  if (!(error instanceof Error) || error.name !== "SluiceError") return error instanceof SluiceError;
  return Array.isArray((error as { issues?: unknown }).issues);
}

type Finding = Pick<Issue, "message" | "site" | "hint">;

function asImportError(error: unknown): ImportError {
  if (typeof error !== "object" || error === null) return {};
  const { errors } = error as ImportError;
  return error instanceof AggregateError && errors?.length ? asImportError(errors[0]) : error as ImportError;
}

function missingImport(error: ImportError, path: string, cwd: string): Finding | undefined {
  if (error.code !== "ERR_MODULE_NOT_FOUND") return undefined;
  const message = inertText(error.message);
  const wanted = error.specifier ??
    /(?:Import|Module not found|Cannot find (?:module|package)) ["']([^"']+)["']/.exec(message)?.[1];
  if (wanted === undefined) return undefined;
  const site = placeIn(message) ?? placeIn(inertText(error.stack));
  const importer = error.referrer ?? site?.replace(/:\d+:\d+$/, "") ?? path;
  const shown = inert(shortPath(importer, cwd));
  const found = site ?? findMention(importer, wanted);
  const at = found === undefined ? {} : { site: found };
  if (/^(\.|\/|file:)/.test(wanted)) {
    const file = wanted.startsWith("file:") ? shortPath(fileURLToPath(wanted), cwd) : wanted;
    return { message: `${shown} imports "${inert(file)}", and there is no such file.`, ...at };
  }
  const name = wanted.replace(/^(npm|jsr):/, "");
  return {
    message: `${shown} imports "${inert(wanted)}", which is not installed.`,
    ...at,
    hint: `Install it with \`bun add ${inert(name)}\` or \`deno add npm:${inert(name)}\`.`,
  };
}

/** Where a file first names a module; Bun says which file asks for it, and not where. */
function findMention(file: string, specifier: string): string | undefined {
  const source = readSource(file);
  const at = source?.search(new RegExp(`["'\`]${RegExp.escape(specifier)}["'\`]`)) ?? -1;
  if (source === undefined || at < 0) return undefined;
  const lines = source.slice(0, at).split("\n");
  return `${file}:${lines.length}:${lines[lines.length - 1].length + 1}`;
}

function syntaxProblem(error: ImportError, shown: string): Finding | undefined {
  const { position } = error;
  const message = inertText(error.message);
  if (position?.file && position.line) {
    return {
      message: `${shown} cannot be read: ${message}.`,
      site: `${position.file}:${position.line}:${position.column ?? 1}`,
    };
  }
  const [, problem] =
    /SyntaxError: ([^\n]+)/.exec(error.name === "SyntaxError" ? `SyntaxError: ${message}` : message) ??
      [];
  if (problem === undefined) return undefined;
  const site = placeIn(message) ?? placeIn(inertText(error.stack));
  const what = problem.replace(/ at file:.*/, "").replace(/\.$/, "");
  return { message: `${shown} cannot be read: ${what}.`, ...(site !== undefined && { site }) };
}

function thrown(error: unknown, { name, message, stack }: ImportError, shown: string): Finding {
  const what = error instanceof Error ? `${name}: ${message}` : `it threw ${String(error)}`;
  const site = placeIn(inertText(stack));
  return {
    message: `${shown} failed while it was loaded: ${what.replace(/\.$/, "")}.`,
    ...(site !== undefined && { site }),
  };
}

/** Text of a runtime without the colours that it may carry. */
function inertText(text: string | undefined): string {
  return (text ?? "").split("\n").map(inert).join("\n");
}

/** The first place in a text or a stack that lies in a file of the user's. */
function placeIn(text: string): string | undefined {
  for (
    const [, place] of text.matchAll(
      /(?:\(|at |@)(?:async )?((?:file:\/\/|\/|[A-Za-z]:\\)[^()\n]+?:\d+:\d+)/g,
    )
  ) {
    const path = place.startsWith("file:") ? decodePlace(place) : place;
    if (!path.startsWith(OWN_FOLDER) && !path.includes("/node_modules/")) return path;
  }
  return undefined;
}

function decodePlace(place: string): string {
  const [, url, rest] = /^(.*?)((?::\d+){2})$/.exec(place) as unknown as [string, string, string];
  try {
    return fileURLToPath(url) + rest;
  } catch {
    return place;
  }
}

/** The folder of our own code, whose frames tell a user nothing. */
const OWN_FOLDER: string = fileURLToPath(new URL("../..", import.meta.url));
