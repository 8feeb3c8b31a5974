/** What can go wrong below the level at which an asset is known; turned into Sluice's errors above. */

/** An operation of the file system that failed. */
export class DiskFault extends Error {
  override readonly name = "DiskFault";
  /** The system's code: `ENOSPC`. */
  readonly code: string;

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.code = codeOf(cause);
  }
}

/** Waits for an operation of the file system, and gives its failure as a {@linkcode DiskFault}. */
export async function onDisk<T>(operation: Promise<T>): Promise<T> {
  try {
    return await operation;
  } catch (error) {
    throw new DiskFault(error);
  }
}

/** Waits for an operation that may find nothing to do; gives undefined then. */
export async function ifThere<T>(operation: Promise<T>): Promise<T | undefined> {
  try {
    return await operation;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error instanceof DiskFault ? error : new DiskFault(error);
  }
}

/** Whether an operation failed because there is no such file or folder. */
export function isAbsent(error: unknown): boolean {
  const code = error instanceof DiskFault ? error.code : codeOf(error);
  return code === "ENOENT" || code === "ENOTDIR";
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
