/** Finds the IO manager of an asset. */
import type { IOChoice } from "../model/assets/io_choice.ts";
import { SluiceError } from "../model/issue.ts";
import { quote } from "../model/quote.ts";
import { didYouMean } from "../model/suggest.ts";
import type { IOManager } from "./manager.ts";

/** What of an asset decides where its values are kept. */
export interface Kept {
  /** The asset's key. */
  readonly key: string;
  /** What it asks for; undefined for the fallback. */
  readonly io: IOChoice | undefined;
}

/** Finds the manager of an asset, with the options that the asset asks for. */
export type FindManager = (asset: Kept) => IOManager;

/**
 * Opens the look-up over managers by name; of two with one name the later counts. Assets with equal choices get the
 * same object, so ask once per asset and keep it.
 *
 * @param fallback The manager of assets that choose none.
 * @returns A function that throws DEFINITION_INVALID when there is no such manager or it does not take the options.
 */
export function openManagers(managers: Iterable<IOManager>, fallback: string): FindManager {
  const byName = new Map<string, IOManager>();
  for (const manager of managers) byName.set(manager.name, manager);
  const views = new Map<string, IOManager>();
  return ({ key, io }) => {
    const choice = io ?? { manager: fallback };
    const manager = byName.get(choice.manager) ?? refuse(key, choice.manager, byName);
    if (!hasOptions(choice)) return manager;
    const text = JSON.stringify(choice);
    const view = views.get(text) ?? configure(manager, choice, key);
    views.set(text, view);
    return view;
  };
}

function hasOptions(choice: IOChoice): boolean {
  for (const option in choice) if (option !== "manager" && choice[option] !== undefined) return true;
  return false;
}

function configure(manager: IOManager, choice: IOChoice, key: string): IOManager {
  if (manager.configure) return manager.configure(choice);
  const options = Object.keys(choice).filter((option) => option !== "manager");
  throw new SluiceError({
    code: "DEFINITION_INVALID",
    message: `Asset ${quote(key)} asks for ${options.map(quote).join(", ")} of the IO manager ` +
      `${quote(manager.name)}, which takes no options.`,
    path: ["assets", key, "io"],
    hint: `Write io: ${JSON.stringify(manager.name)}.`,
  });
}

function refuse(key: string, name: string, byName: ReadonlyMap<string, IOManager>): never {
  const known = [...byName.keys()];
  throw new SluiceError({
    code: "DEFINITION_INVALID",
    message: `Asset ${quote(key)} names the IO manager ${quote(name)}, which the orchestrator does not have.`,
    path: ["assets", key, "io"],
    hint: didYouMean(name, known) ?? `It has ${known.join(", ")}.`,
  });
}
