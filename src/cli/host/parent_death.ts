/** On Linux: the kernel ends this process when the one that has started it ends, also while code here computes. */
import process from "node:process";

/** PR_SET_PDEATHSIG, and SIGKILL. */
const SET_SIGNAL = 1;
const KILL = 9;
const LIBRARIES: readonly string[] = ["libc.so.6", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1"];

/** A call of the C library: what to set, its value, and three that are not used. */
type Control = (option: number, value: number, third: number, fourth: number, fifth: number) => number;

/** What of `Deno` or `bun:ffi` is used here. */
interface Foreign {
  dlopen(library: string, symbols: object): { readonly symbols: unknown };
}

/** Asks the kernel for it. Nothing happens where that cannot be had: on other systems, and on Deno without `--allow-ffi`. */
export async function dieWithParent(): Promise<void> {
  if (process.platform !== "linux") return;
  const { Deno } = globalThis as { readonly Deno?: Foreign };
  const symbols = Deno
    ? { prctl: { parameters: ["i32", "usize", "usize", "usize", "usize"], result: "i32" } }
    : { prctl: { args: ["i32", "u64", "u64", "u64", "u64"], returns: "i32" } };
  const foreign = Deno ?? await import("bun:ffi" as string) as Foreign;
  for (const library of LIBRARIES) {
    try {
      const { prctl } = foreign.dlopen(library, symbols).symbols as { readonly prctl: Control };
      prctl(SET_SIGNAL, KILL, 0, 0, 0);
      return;
    } catch {
      continue;
    }
  }
}
