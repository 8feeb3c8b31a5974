/** Turns values into the text of JSON, and makes sure that nothing is lost without a word. */
import { ValueFault } from "./format.ts";
import { DOUBTFUL, findFault, SAME, surveyJson } from "./json_check.ts";

/** Writes the parts of one value. */
export class JsonWriter {
  /** Whether everything written so far comes back equal. */
  isExact = true;

  /** The text of a value that lies at a path: `$`, or `$[17]` given as `$` and 17. */
  text(value: unknown, path: string, index?: number): string {
    try {
      this.#check(value, path, index);
      return JSON.stringify(value);
    } catch (error) {
      if (error instanceof ValueFault) throw error;
      throw new ValueFault(`${at(path, index)} cannot be written (${String(error)})`, undefined, error);
    }
  }

  #check(value: unknown, path: string, index: number | undefined): void {
    const survival = surveyJson(value, 0);
    if (survival === SAME) return;
    const fault = survival === DOUBTFUL ? findFault(value, at(path, index)) : undefined;
    if (fault) throw fault;
    this.isExact = false;
  }
}

function at(path: string, index: number | undefined): string {
  return index === undefined ? path : `${path}[${index}]`;
}
