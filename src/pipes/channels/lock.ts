/** Taking turns with other processes. */
import { closeSync, openSync, unlinkSync } from "node:fs";
import { pause } from "./descriptor.ts";

/** How often a lock is asked for, 1 ms apart, before its owner is taken for dead: work takes microseconds. */
const PATIENCE = 200;

/**
 * Does something while no other process or thread that asks for the same lock does. The lock is a file that only one
 * can make. Where no such file can be made, the work is done without.
 */
export function takeTurn(path: string, work: () => void): void {
  const isHeld = acquire(path);
  try {
    work();
  } finally {
    if (isHeld) remove(path);
  }
}

function acquire(path: string): boolean {
  for (let attempt = 0;; attempt++) {
    try {
      closeSync(openSync(path, "wx"));
      return true;
    } catch (error) {
      if ((error as { readonly code?: unknown }).code !== "EEXIST") return false;
      if (attempt === PATIENCE) remove(path);
      else pause(1);
    }
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Another process took it for abandoned.
  }
}
