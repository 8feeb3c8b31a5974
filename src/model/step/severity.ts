/** What a failed check means. */

/** How serious a failed check is: `warn` is reported, `error` counts as a failure. */
export type CheckSeverity = "warn" | "error";
