/** How a rule words what it found. */
import type { Issue, IssueCode } from "../issue.ts";
import type { Site } from "../assets/site.ts";

/** An issue with the place of a declaration, where the host gives one. */
export function found(
  code: IssueCode,
  message: string,
  where: { readonly path: readonly string[]; readonly site?: Site; readonly hint?: string | undefined },
): Issue {
  const site = where.site?.text;
  return Object.freeze({
    code,
    message,
    path: where.path,
    ...(site !== undefined && { site }),
    ...(where.hint !== undefined && { hint: where.hint }),
  });
}

/** ` (declared at file:1:2)`, or nothing where the place is unknown. */
export function declaredAt(site: Site): string {
  return site.text ? ` (declared at ${site.text})` : "";
}
