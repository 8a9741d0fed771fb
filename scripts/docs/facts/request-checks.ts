import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type ErrorCode, errorCodes } from '@bramble/contracts/errors';
import { root } from '../../workspace';

/** One thing that is asked of a request. */
export interface Check {
  text: string;
  /** What it is refused with. */
  refusals: readonly ErrorCode[];
  /** What it is answered with here, instead of going on. */
  answer?: string;
}
interface CheckInCode extends Check {
  /** The call by which the code asks it. */
  call: string;
}

const GATEWAY: readonly CheckInCode[] = [
  { call: 'limits.byAddress(', text: 'the limit of its class, by address', refusals: ['rate_limited'] },
  {
    call: 'storefront(req',
    text: 'a page or file, on no reserved path',
    refusals: [],
    answer: 'the storefront',
  },
  { call: 'checkOrigin(req', text: 'was it made by another site?', refusals: ['cross_site'] },
  {
    call: 'checkBody(req',
    text: 'size and media type of the body',
    refusals: ['body_too_large', 'unsupported_media_type'],
  },
  { call: "AppError('not_found')", text: 'an operation of the contracts?', refusals: ['not_found'] },
  { call: 'claimsOf(req', text: 'the session, by cookie or bearer', refusals: ['unauthenticated'] },
  { call: 'limits.byAccount(', text: 'the quota of the account', refusals: ['rate_limited'] },
  {
    call: 'dispatch(req',
    text: 'to the service, with a signed internal token',
    refusals: ['unavailable', 'timeout'],
  },
];

const SERVICE: readonly CheckInCode[] = [
  {
    call: 'checkBodyHeaders(req',
    text: 'size and media type, for other callers',
    refusals: ['body_too_large', 'unsupported_media_type'],
  },
  {
    call: 'authorize(service',
    text: 'the internal token, and the role',
    refusals: ['unauthenticated', 'forbidden'],
  },
  { call: 'options.find?.(', text: 'what the path names, if it is theirs', refusals: ['not_found'] },
  { call: 'validate(operation.query', text: 'the query', refusals: ['invalid_input'] },
  { call: 'validate(operation.body', text: 'the body', refusals: ['invalid_json', 'invalid_input'] },
  {
    call: 'idempotencyKey(req',
    text: 'the Idempotency-Key, where one is needed',
    refusals: ['missing_idempotency_key', 'idempotency_key_reused', 'in_flight'],
  },
  {
    call: 'ifMatchOf(req',
    text: 'If-Match, where a version is needed',
    refusals: ['precondition_required', 'version_conflict'],
  },
  { call: 'handle(input', text: 'the rules of the service', refusals: ['conflict'] },
];

/** Other calls of the two functions: they refuse nothing, or what a listed check is made of. */
const NO_CHECKS = new Set([
  ...['actOf', 'clientAddress', 'currentContext', 'checkAudit'],
  ...['pathWithoutQuery', 'parts.clientOf', 'parts.match', 'isReservedPath', 'wantsPage', 'securityHeaders'],
  ...['res.setHeader', 'allowOrigin', 'isUnambiguousPath', 'setRoute', 'limitClassOf', 'answerOtherMethod'],
  ...['parts.dispatch', 'operation.params?.safeParse', 'AppError', 'queryOf', 'readBody', 'parseJson'],
  ...['requestHash', 'Buffer.alloc', 'reply', 'successOf', 'checkAnswer', 'sendReply', 'setQuiet'],
]);

/**
 * What the gateway asks of a request, then its service, in the order of their code. Throws when the code has another
 * order, or a call that is neither in these lists nor known to refuse nothing.
 */
export const requestChecks = (): { gateway: readonly Check[]; service: readonly Check[] } => ({
  gateway: inOrder('services/gateway/src/edge/edge.ts', 'function handle(', GATEWAY),
  service: inOrder('services/shared/service-kit/src/http/endpoint.ts', 'const run = async', SERVICE),
});

/** The text of the function that begins at `start`, up to the brace that closes it. */
function bodyOf(code: string, start: string): string {
  const from = code.indexOf(start);
  const indent = /[^\n]*$/.exec(code.slice(0, from))?.[0].match(/^ */)?.[0] ?? '';
  const end = code.indexOf(`\n${indent}}`, from);
  return from < 0 || end < 0 ? '' : code.slice(from + start.length, end);
}

function inOrder(file: string, start: string, checks: readonly CheckInCode[]): readonly Check[] {
  const code = readFileSync(path.join(root, file), 'utf8');
  const body = bodyOf(code, start);
  const listed = checks.map(({ call }) => call);
  const unknown = [...body.matchAll(/[\w.?]+(?=\()/g)]
    .filter(
      ({ 0: name, index }) => !listed.some((call) => body.startsWith(call, index)) && !NO_CHECKS.has(name),
    )
    .map(([name]) => name);
  if (unknown.length > 0)
    throw new Error(
      `${file} calls ${unknown.join(', ')}: say in scripts/docs/facts/request-checks.ts what it asks of a request`,
    );
  let from = code.indexOf(start);
  for (const { call } of checks) {
    const at = code.indexOf(call, from);
    if (from < 0 || at < 0)
      throw new Error(
        `${file}: no ${call} in its place; put scripts/docs/facts/request-checks.ts in the order of the code`,
      );
    from = at + call.length;
  }
  return checks;
}

export const refusalWords = (code: ErrorCode): string => `${errorCodes[code].status} ${code}`;
