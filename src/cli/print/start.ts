/** What is said before anything runs, and when nothing has to. */
import type { RunPlan } from "../../planner/plan.ts";
import type { Answer } from "../command.ts";
import type { Notes } from "../host/notes.ts";
import { inert } from "./inert.ts";

/** The answer when a plan is empty. */
export function answerNothing(): Answer {
  return { text: () => ["Nothing to do."], json: () => ({ run: null, failures: [] }) };
}

/** Notes what is about to run, and what a reader should know about it. */
export function notePlan(title: string, { warnings }: RunPlan, notes: Notes): void {
  const { style } = notes.page;
  notes.note(
    `Running ${title}`,
    ...warnings.map((warning) => `${style.yellow("warning:")} ${inert(warning)}`),
  );
}
