/** Who asks: bearer tokens, and what a host app knows by itself. */
import { digest, isEqual } from "../signatures/compare.ts";
import { Problem } from "../problem.ts";

/** Says who a request comes from; undefined for nobody who is known. */
export type Authorize = (request: Request) => string | undefined | Promise<string | undefined>;

const BEARER = /^bearer +([A-Za-z0-9._~+/=-]+) *$/i;

/** Knows callers by their tokens. Every token is compared, and in constant time, whichever fits. */
export function byTokens(tokens: ReadonlyMap<string, string>): Authorize {
  const known = Array.from(tokens, ([caller, token]) => ({ caller, digest: digest(token) }));
  return (request) => {
    const given = BEARER.exec(request.headers.get("authorization") ?? "")?.[1];
    if (given === undefined) return undefined;
    const asked = digest(given);
    let found: string | undefined = undefined;
    for (const each of known) if (isEqual(asked, each.digest)) found = each.caller;
    return found;
  };
}

/** The caller of a request. Throws a problem when nobody knows it. */
export async function requireCaller(authorize: Authorize, request: Request): Promise<string> {
  const caller = await authorize(request);
  if (caller !== undefined) return caller;
  throw new Problem(401, "CALLER_UNKNOWN", "The request names no caller that is known here.", {
    hint: "Send the header `Authorization: Bearer <token>`.",
    headers: { "www-authenticate": 'Bearer realm="sluice"' },
  });
}

/** Refuses what a browser sends for a page of another site. What is no browser does not say. */
export function requireSameSite(request: Request): void {
  const site = request.headers.get("sec-fetch-site");
  if (site === null || site === "same-origin" || site === "none") return;
  throw new Problem(403, "ORIGIN_REFUSED", "A page of another site may not ask for this.");
}
