/** Values of options that need more than their form: JSON, files, tags. */
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { inert } from "./print/inert.ts";
import { usageError } from "./line/usage.ts";

/** A JSON object given in place or as `@file`; undefined when the option is not given. */
export function readJsonObject(
  option: string,
  text: string | undefined,
  cwd: string,
): { readonly [name: string]: unknown } | undefined {
  if (text === undefined) return undefined;
  const value = readValue(option, text, cwd);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw usageError(
    `${option} is a JSON object, not ${
      value === null ? "null" : Array.isArray(value) ? "a list" : `a ${typeof value}`
    }.`,
  );
}

/** A JSON value given in place or as `@file`. */
export function readValue(option: string, text: string, cwd: string): unknown {
  return text.startsWith("@") ? readJsonFile(text.slice(1), cwd) : parseJson(text, option);
}

/** The JSON value in a file. */
export function readJsonFile(name: string, cwd: string): unknown {
  return parseJson(readText(name, cwd), inert(name));
}

/** Writes a JSON value to a file. */
export function writeJsonFile(name: string, value: unknown, cwd: string): void {
  writeText(name, `${JSON.stringify(value, null, 2)}\n`, cwd);
}

/** Writes a text to a file. */
export function writeText(name: string, text: string, cwd: string): void {
  try {
    writeFileSync(resolve(cwd, name), text);
  } catch (error) {
    throw usageError(`${inert(name)} cannot be written: ${reasonOf(error)}.`);
  }
}

/** The text in a file. */
export function readText(name: string, cwd: string): string {
  try {
    return readFileSync(resolve(cwd, name), "utf8");
  } catch (error) {
    throw usageError(`${inert(name)} cannot be read: ${reasonOf(error)}.`);
  }
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw usageError(`${where} is no JSON: ${reasonOf(error)}.`, "Keys and texts need double quotes.");
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as { readonly code?: string; readonly message: string };
  const known: { readonly [code: string]: string } = {
    ENOENT: "there is no such file or folder",
    EISDIR: "it is a folder",
    EACCES: "that is not allowed",
    ENOTDIR: "a part of its path is no folder",
  };
  return known[code ?? ""] ?? message.replace(/\.$/, "");
}

/** Tags given as `name=value`. */
export function readTags(texts: readonly string[]): { readonly [name: string]: string } {
  return Object.fromEntries(texts.map((text) => splitPair("--tag", text)));
}

/** Values given as `name=value`, each of them JSON, or a text where it is none. */
export function readPairs(option: string, texts: readonly string[]): { readonly [name: string]: unknown } {
  return Object.fromEntries(texts.map((text) => {
    const [name, value] = splitPair(option, text);
    return [name, jsonOrText(value)];
  }));
}

function splitPair(option: string, text: string): readonly [name: string, value: string] {
  const at = text.indexOf("=");
  if (at < 1) throw usageError(`${option} is NAME=VALUE, not "${inert(text.slice(0, 60))}".`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function jsonOrText(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
