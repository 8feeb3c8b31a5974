/** Crons and zones in which changes of clocks show. */

/** Twelve zones: gaps and repeats of an hour, half an hour and two hours, at midnight, and where winter is the change. */
export const zones: readonly string[] = [
  "UTC",
  "America/New_York",
  "America/Havana",
  "America/Santiago",
  "Europe/Berlin",
  "Europe/Dublin",
  "Africa/Casablanca",
  "Asia/Beirut",
  "Asia/Kolkata",
  "Australia/Lord_Howe",
  "Pacific/Chatham",
  "Antarctica/Troll",
];

/** Crons; several of one schedule have a semicolon between them. */
export const crons: readonly string[] = [
  "0 * * * *",
  "*/20 * * * *",
  "0 0 * * *",
  "30 2 * * *",
  "15 1,2,3 * * *",
  "0 */2 * * *",
  "0 * * * 1",
  "30 0 1 * *",
  "0 2 * * 0;30 2 * * *",
];
