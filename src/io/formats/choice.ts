/** The formats there are, and the one that an asset asks for. */
import { type FileOptions, files, type IOChoice } from "../../model/assets/io_choice.ts";
import { SluiceError } from "../../model/issue.ts";
import { quote } from "../../model/quote.ts";
import { didYouMean } from "../../model/suggest.ts";
import { bytes } from "./bytes.ts";
import type { Format } from "./format.ts";
import { json } from "./json.ts";
import { ndjson } from "./ndjson.ts";
import { text } from "./text.ts";

/** Every format. */
export const FORMATS: readonly Format[] = Object.freeze([json, ndjson, text, bytes]);
/** What an asset may ask for. */
const OPTIONS: readonly string[] = Object.freeze(["format", "extension"]);

/** The format that an asset asks for: the one it names, with the ending it names. */
export function chooseFormat(choice: IOChoice, fallback: Format): Format {
  const { manager, ...options } = choice;
  for (const option of Object.keys(options)) {
    if (!OPTIONS.includes(option)) throw unknownOption(manager, option);
  }
  const { format: name = fallback.name, extension } = files(options as FileOptions);
  const format = FORMATS.find((candidate) => candidate.name === name) as Format;
  const ending = extension ?? (name === fallback.name ? fallback.extension : format.extension);
  return ending === format.extension ? format : Object.freeze({ ...format, extension: ending });
}

function unknownOption(manager: string, option: string): SluiceError {
  return new SluiceError({
    code: "DEFINITION_INVALID",
    message: `The IO manager ${quote(manager)} has no option ${quote(option)}.`,
    path: ["io", option],
    hint: didYouMean(option, OPTIONS) ?? `Its options are ${OPTIONS.join(" and ")}.`,
  });
}
