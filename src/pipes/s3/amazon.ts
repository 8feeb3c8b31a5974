/** How Amazon names its services, and what its answers look like. */

/** The domain of a region's services. */
export function domainOf(region: string): string {
  return region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
}

/** The text of the first such element of an XML answer. */
export function readTag(xml: string, tag: string): string | undefined {
  return xml.match(`<${tag}>([^<]*)</${tag}>`)?.[1];
}

/** What an answer says is wrong, without its XML. */
export function describeFault(xml: string): string {
  const code = readTag(xml, "Code");
  return code ? `${code}: ${readTag(xml, "Message") ?? ""}` : xml.slice(0, 200);
}
