/** What can go wrong between here and a bucket, before it is known whose value it is. */

/** What is known of a fault. */
export interface S3FaultDetails {
  /** The status of the answer; undefined when there was none. */
  readonly status?: number;
  /** The service's own code: `NoSuchBucket`. */
  readonly code?: string;
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** A request that was not answered as it should be. The message is a clause that goes on a sentence. */
export class S3Fault extends Error {
  override readonly name = "S3Fault";
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly hint: string | undefined;

  constructor(message: string, { status, code, hint, cause }: S3FaultDetails = {}) {
    super(message, { cause });
    this.status = status;
    this.code = code;
    this.hint = hint ?? (code === undefined ? undefined : HINTS.get(code));
  }
}

/** The fault that an answer tells: the code and the message of its XML, or the status alone. */
export function faultOf(status: number, body: string): S3Fault {
  const code = inside(body, "Code");
  const message = inside(body, "Message");
  if (code === undefined) {
    return new S3Fault(`the service answers ${status}`, { status, hint: STATUS_HINTS.get(status) });
  }
  const said = message ? ` (${message.replace(/\.$/, "")})` : "";
  return new S3Fault(`the service answers ${status} ${code}${said}`, {
    status,
    code,
    hint: HINTS.get(code) ?? STATUS_HINTS.get(status),
  });
}

/** Whether it is worth asking again: nobody answered, or the service is busy or broken for the moment. */
export function isPassing(fault: unknown): boolean {
  if (!(fault instanceof S3Fault)) return false;
  const { status, code } = fault;
  if (code !== undefined && PASSING.has(code)) return true;
  return status !== undefined && (status >= 500 && status !== 501 || status === 429 || status === 408);
}

/** The text of the first element of a name; the documents that S3 sends need no more of XML. */
export function inside(xml: string, tag: string): string | undefined {
  const found = new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(xml)?.[1];
  return found?.replace(/&(lt|gt|quot|apos|amp|#34|#39);/g, (entity) => ENTITIES.get(entity) as string);
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["&lt;", "<"],
  ["&gt;", ">"],
  ["&quot;", '"'],
  ["&#34;", '"'],
  ["&apos;", "'"],
  ["&#39;", "'"],
  ["&amp;", "&"],
]);

const PASSING: ReadonlySet<string> = new Set([
  "InternalError",
  "OperationAborted",
  "RequestTimeout",
  "ServiceUnavailable",
  "SlowDown",
  "Throttling",
  "ThrottlingException",
  "Unreachable",
]);

const ACCESS =
  "Allow s3:GetObject, s3:PutObject, s3:DeleteObject on the bucket's objects, and s3:ListBucket on the " +
  "bucket: without it what is missing cannot be told from what is forbidden.";

const HINTS: ReadonlyMap<string, string> = new Map([
  ["AccessDenied", ACCESS],
  ["AuthorizationHeaderMalformed", "Give the bucket's own region."],
  ["EntityTooLarge", "One value is one object; slice the asset into partitions."],
  ["ExpiredToken", "Get new credentials."],
  ["InvalidAccessKeyId", "Look at AWS_ACCESS_KEY_ID, or at `credentials`."],
  ["NoSuchBucket", "Make the bucket, or correct its name."],
  ["PermanentRedirect", "Give the bucket's own region, or its `endpoint`."],
  ["RequestTimeTooSkewed", "Set the clock of this machine."],
  ["SignatureDoesNotMatch", "Look at AWS_SECRET_ACCESS_KEY, or at `credentials`."],
]);

const STATUS_HINTS: ReadonlyMap<number, string> = new Map([
  [301, "Give the bucket's own region, or its `endpoint`."],
  [403, ACCESS],
]);
