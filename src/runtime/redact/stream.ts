/** Texts that come in pieces, without what is hidden in them even where it begins in one piece and ends in another. */
import { type Forms, type Span, STARS } from "./spans.ts";

/** A filter for a text that comes in pieces; made by `stream()` of a mask. */
export interface MaskStream {
  /** Takes a piece and gives what can be shown now. What may be the beginning of something hidden is held back. */
  write(text: string): string;
  /** Gives what is held back, when nothing follows. */
  end(): string;
}

/** Opens a filter over a set of texts that may grow. It holds back fewer characters than the longest of them has. */
export function openMaskStream(forms: Forms): MaskStream {
  let held = "";
  /** How many characters of what is held belong to something hidden, for which asterisks were shown already. */
  let covered = 0;
  const take = (text: string, isEnd: boolean): string => {
    const spans = withCovered(forms.find(text), covered);
    const cut = isEnd ? text.length : text.length - forms.openEnd(text);
    const shown = renderBefore(text, spans, cut, covered > 0);
    const told = spans.filter(({ start }) => start < cut || (start === 0 && covered > 0));
    held = text.slice(cut);
    covered = Math.max(0, ...told.map(({ end }) => end - cut));
    return shown;
  };
  return {
    write: (text) => forms.isEmpty && held === "" ? text : take(held + text, false),
    end: () => held === "" ? "" : take(held, true),
  };
}

/** Spans joined with the covered beginning. */
function withCovered(spans: readonly Span[], covered: number): readonly Span[] {
  if (covered === 0) return spans;
  const within = spans.filter(({ start }) => start < covered);
  const end = Math.max(covered, ...within.map((span) => span.end));
  return [{ start: 0, end }, ...spans.filter(({ start }) => start >= covered)];
}

/** The text before a place. Of a first span that goes on from before, the asterisks are shown already. */
function renderBefore(text: string, spans: readonly Span[], cut: number, goesOn: boolean): string {
  let shown = "";
  let from = 0;
  for (const [index, { start, end }] of spans.entries()) {
    if (start >= cut) break;
    shown += text.slice(from, start) + (goesOn && index === 0 ? "" : STARS);
    from = end;
  }
  return from < cut ? shown + text.slice(from, cut) : shown;
}
