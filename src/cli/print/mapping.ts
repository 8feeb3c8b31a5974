/** Partition mappings in a few words. */
import type { StepInput } from "../../model/assets/declaration.ts";
import type { Mapping } from "../../model/partitions/mapping.ts";

/** How an input leads to its upstream: the mapping, and whether its value is not read. */
export function describeInput({ name, mapping, isPast }: StepInput): string {
  if (isPast) return "the window before, which must have succeeded";
  const words = [
    ...(mapping === undefined ? [] : [describeMapping(mapping)]),
    ...(name === undefined ? ["after"] : []),
  ];
  return words.join(", ");
}

/** A mapping in a few words: `time-window -1 to -1`, `specific us, eu`, `multi day by month, region`. */
export function describeMapping(mapping: Mapping): string {
  switch (mapping.kind) {
    case "identity":
    case "all":
    case "last":
      return mapping.kind;
    case "specific":
      return `specific ${few(mapping.keys)}`;
    case "static":
      return `static over ${Object.keys(mapping.downstreamByUpstream).length} keys`;
    case "time-window":
      return mapping.startOffset === 0 && mapping.endOffset === 0
        ? "time-window"
        : `time-window ${mapping.startOffset} to ${mapping.endOffset}`;
    case "multi-to-single":
      return mapping.dimension === undefined ? "multi-to-single" : `multi-to-single by ${mapping.dimension}`;
    case "multi":
      return `multi ${
        few(
          Object.entries(mapping.upstream).map(([upstream, { dimension }]) =>
            upstream === dimension ? upstream : `${upstream} by ${dimension}`
          ),
        )
      }`;
    case "custom":
      return `custom ${mapping.name}`;
  }
}

function few(texts: readonly string[]): string {
  return texts.length <= 3
    ? texts.join(", ")
    : `${texts.slice(0, 3).join(", ")} and ${texts.length - 3} more`;
}
