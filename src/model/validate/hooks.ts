/** The shape of hooks: functions by name, and a time limit. */

/** What hooks are, in words. */
export const HOOKS_ARE = "a record of functions by the name of the hook, and timeoutMs above 0,";

/** Whether a value is a record of hooks; their names are looked at elsewhere. */
export function areHooks(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.entries(value).every(([name, hook]) =>
    hook === undefined || !(name.startsWith("on") || name === "timeoutMs") ||
    (name === "timeoutMs" ? Number.isFinite(hook) && hook > 0 : typeof hook === "function")
  );
}
