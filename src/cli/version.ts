/** The version, as both manifests have it. */
import process from "node:process";
import { version } from "../stores/version.ts";
import type { Answer } from "./command.ts";

/** What `--version` says. */
export function answerVersion(runtime: string): Answer {
  return {
    text: () => [`sluice ${version} (${runtime})`],
    json: () => ({ version, runtime, sqlite: sqliteVersion() }),
  };
}

/** The version of SQLite, or null where the runtime has none. */
function sqliteVersion(): string | null {
  try {
    const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
    const database = new DatabaseSync(":memory:");
    const row = database.prepare("select sqlite_version() as version").get();
    database.close();
    return String(row?.version);
  } catch {
    return null;
  }
}
