/** Which versions of SQLite can be trusted with a write-ahead log. */

/**
 * Versions before 3.51.3 can lose committed transactions when two connections write and checkpoint at the same
 * instant; 3.50.7 and 3.44.6 have the correction too.
 */
export function isWalSafe(version: string): boolean {
  const [major, minor, patch] = version.split(".").map(Number);
  if (major !== 3) return major > 3;
  if (minor === 50) return patch >= 7;
  if (minor === 44) return patch >= 6;
  return minor > 51 || (minor === 51 && patch >= 3);
}
