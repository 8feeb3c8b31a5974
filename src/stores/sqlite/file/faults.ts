/** What SQLite says when it cannot, as errors of the store: the two runtimes say it in two ways. */
import { SluiceError } from "../../../model/issue.ts";
import { storeError } from "../../refusal.ts";

/** What kind of failure an error of the driver is. */
export type Fault = "busy" | "full" | "readonly" | "notadb" | "cantopen" | "constraint" | "corrupt" | "other";

const BY_NUMBER: ReadonlyMap<number, Fault> = new Map([
  [5, "busy"],
  [6, "busy"],
  [8, "readonly"],
  [11, "corrupt"],
  [13, "full"],
  [14, "cantopen"],
  [19, "constraint"],
  [26, "notadb"],
]);

/** Deno gives no number with some of them. */
const BY_TEXT: readonly (readonly [RegExp, Fault])[] = [
  [/database (table )?is locked|database schema is locked/, "busy"],
  [/readonly database/, "readonly"],
  [/malformed/, "corrupt"],
  [/database or disk is full/, "full"],
  [/unable to open database/, "cantopen"],
  [/constraint failed/, "constraint"],
  [/not a database/, "notadb"],
];

/** What kind of failure an error is. */
export function faultOf(error: unknown): Fault {
  const { errcode, message = "" } = (error ?? {}) as { readonly errcode?: number; readonly message?: string };
  const byNumber = errcode === undefined ? undefined : BY_NUMBER.get(errcode & 0xff);
  return byNumber ?? BY_TEXT.find(([pattern]) => pattern.test(message))?.[1] ?? "other";
}

/** The error that a caller gets for an error of the driver; errors of the store pass. */
export function asStoreError(error: unknown, path: string): SluiceError {
  if (error instanceof SluiceError) return error;
  const said = error instanceof Error ? error.message : String(error);
  const cause = { cause: error };
  switch (faultOf(error)) {
    case "busy":
      return storeError("STORE_LOCKED", path, `Another program holds the store ${path}.`, {
        hint: "Wait until it is done, or end it.",
        ...cause,
      });
    case "full":
      return storeError("STORE_FULL", path, `There is no space left for the store ${path}.`, {
        hint: "Free some space on the disk; nothing of what was acknowledged is lost.",
        ...cause,
      });
    case "readonly":
      return storeError("STORE_READONLY", path, `The store ${path} cannot be written: ${said}.`, {
        hint: "Allow writing to the file and its folder, or open it with readonly: true.",
        ...cause,
      });
    case "cantopen":
      return storeError("STORE_INVALID", path, `The store ${path} cannot be opened.`, {
        hint: "Give the path of a file in a folder that can be read and written.",
        ...cause,
      });
    case "notadb":
      return notOurs(path, error);
    case "constraint":
      return new SluiceError({
        code: "EVENT_REFUSED",
        message:
          `The events are refused: a run of this id, or an event at this place, is recorded already (${said}).`,
        path: ["events"],
      }, { cause: error });
    case "corrupt":
      return damaged(path, said, error);
    default:
      return storeError("STORE_INVALID", path, `The store ${path} failed: ${said}.`, cause);
  }
}

/** Whether one of several calls is to blame for an error. */
export function isRefusal(error: unknown): boolean {
  return error instanceof SluiceError && error.code === "EVENT_REFUSED";
}

/** The error for a file that is no database. */
export function notOurs(path: string, cause?: unknown): SluiceError {
  return storeError("STORE_INVALID", path, `${path} is a file, and no store of Sluice's.`, {
    hint: "Give another path, or move the file away; it was not changed.",
    cause,
  });
}

/** The error for contents that cannot be understood; errors of the store pass. */
export function asDamage(error: unknown, path: string): SluiceError {
  if (error instanceof SluiceError) return error;
  return damaged(path, error instanceof Error ? error.message : String(error), error);
}

/** The error for a file whose pages contradict each other. */
export function damaged(path: string, said: string, error?: unknown): SluiceError {
  return storeError("STORE_INVALID", path, `The store ${path} is damaged: ${said}.`, {
    hint: "Open it with readonly: true to save what can be read, and put a backup in its place.",
    cause: error,
  });
}
