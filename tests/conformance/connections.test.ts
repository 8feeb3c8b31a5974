/** `validateConnection` against the real services. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { dirname, join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { airflowService } from "../../adapters/airflow/deploy/service.ts";
import { dagsterService } from "../../adapters/dagster/deploy/service.ts";
import { prefectService } from "../../adapters/prefect/deploy/service.ts";
import { type ConnectionOptions, probeService, type ValidationResult } from "sluice/adapters";
import { closedPort } from "../support/port.ts";
import { inFolder } from "../support/folder.ts";
import { findPython } from "./python.ts";

/** How a service is started from its Python, and what it says of itself when it is well and alone. */
interface Service {
  readonly name: string;
  readonly variable: string;
  readonly target: typeof dagsterService;
  readonly command: (python: string, port: number) => readonly string[];
  readonly env: (folder: string, port: number) => { readonly [name: string]: string };
  readonly before?: (python: string) => readonly string[];
  readonly warnings: number;
  /** What a token that nobody gave leads to; undefined where the service takes any. */
  readonly wrongToken?: RegExp;
}

const script = (python: string, name: string) => join(dirname(python), name);

const SERVICES: readonly Service[] = [
  {
    name: "Dagster's webserver",
    variable: "SLUICE_DAGSTER_PYTHON",
    target: dagsterService,
    command: (python, port) => [script(python, "dagster-webserver"), "--empty-workspace", "-p", String(port)],
    env: (folder) => ({ DAGSTER_HOME: folder, DAGSTER_DISABLE_TELEMETRY: "1" }),
    warnings: 0,
  },
  {
    name: "Airflow's API server",
    variable: "SLUICE_AIRFLOW_PYTHON",
    target: airflowService,
    before: (python) => [python, "-m", "airflow", "db", "migrate"],
    command: (
      python,
      port,
    ) => [python, "-m", "airflow", "api-server", "--port", String(port), "--workers", "1"],
    env: (folder) => ({ AIRFLOW_HOME: folder, AIRFLOW__CORE__LOAD_EXAMPLES: "False" }),
    warnings: 2,
    wrongToken: /Status 40[13]/,
  },
  {
    name: "Prefect's server",
    variable: "SLUICE_PREFECT_PYTHON",
    target: prefectService,
    command: (python, port) => [script(python, "prefect"), "server", "start", "--port", String(port)],
    env: (folder) => ({
      PREFECT_HOME: folder,
      DO_NOT_TRACK: "1",
      PREFECT_SERVER_ANALYTICS_ENABLED: "false",
    }),
    warnings: 0,
  },
];

function look({ target }: Service, port: number, options: ConnectionOptions = {}): Promise<ValidationResult> {
  return probeService({ ...target.probe, url: `http://127.0.0.1:${port}` }, options);
}

function start(
  [command, ...args]: readonly string[],
  env: { readonly [name: string]: string },
): ChildProcess {
  return spawn(command, args, { env: { ...process.env, ...env }, stdio: "ignore", detached: true });
}

/** Ends a process with all that it started. */
async function end(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.exitCode === null ? child.once("exit", resolve) : resolve(0));
  process.kill(-(child.pid as number), "SIGKILL");
  await gone;
}

/** Looks until the service answers, or its process ends, or two minutes have passed. */
async function whenUp(service: Service, port: number, child: ChildProcess): Promise<ValidationResult> {
  for (let tries = 0; tries < 240; tries++) {
    assert.equal(child.exitCode, null, `${service.name} ended by itself`);
    const found = await look(service, port);
    if (found.success) return found;
    await sleep(500);
  }
  return await look(service, port);
}

for (const service of SERVICES) {
  const python = findPython(service.variable, `the connection to ${service.name}`);
  (python ? describe : describe.skip)(`the connection to ${service.name}`, () => {
    test("is found when the service is up, and not found before and after", () =>
      inFolder(async (folder) => {
        const port = await closedPort();
        const env = service.env(folder, port);
        const closed = await look(service, port);
        assert.equal(closed.success, false);
        assert.match(closed.message, /cannot be reached/);
        if (service.before) {
          const prepared = start(service.before(python as string), env);
          assert.equal(await new Promise((resolve) => prepared.once("exit", resolve)), 0);
        }
        const child = start(service.command(python as string, port), env);
        try {
          const found = await whenUp(service, port, child);
          assert.deepEqual([found.success, found.errors], [true, []], found.message);
          assert.equal(found.warnings.length, service.warnings, found.warnings.join());
          if (service.wrongToken) {
            const refused = await look(service, port, { token: "not-a-token" });
            assert.equal(refused.success, false);
            assert.match(refused.errors[0], service.wrongToken);
            assert.doesNotMatch(JSON.stringify(refused), /not-a-token/);
          }
        } finally {
          await end(child);
        }
        assert.equal((await look(service, port)).success, false);
      }));
  });
}
