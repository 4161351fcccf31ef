import { isRecord } from '../chunk/is-record.js';

/** The words that providers give their errors, without case, separators and a last `error`, by the status of each. */
const STATUS_OF_WORD: ReadonlyMap<string, number> = new Map(
  Object.entries({
    400: 'badrequest invalidrequest invalidargument failedprecondition outofrange validation invalidprompt invalidvalue invalidparameter invalidparams missingrequiredparameter unsupportedparameter unsupportedvalue contextlengthexceeded contextwindowexceeded exceedcontextsize stringabovemaxlength contentfilter contentpolicyviolation responsibleaipolicyviolation datainspectionfailed',
    401: 'authentication unauthenticated unauthorized invalidapikey incorrectapikey invalidauthentication',
    402: 'paymentrequired insufficientcredits insufficientbalance',
    403: 'permission permissiondenied forbidden accessdenied',
    404: 'notfound modelnotfound',
    413: 'requesttoolarge payloadtoolarge requestentitytoolarge contenttoolarge',
    422: 'unprocessable unprocessableentity',
    429: 'ratelimit ratelimited ratelimitexceeded ratelimitreached toomanyrequests resourceexhausted insufficientquota quotaexceeded exceededcurrentquota requests tokens throttling throttled',
    500: 'server internal internalserver api unknown',
    503: 'overloaded engineoverloaded modeloverloaded serviceunavailable unavailable',
    504: 'deadlineexceeded timeout gatewaytimeout',
  }).flatMap(([status, words]) => words.split(' ').map((word) => [word, Number(status)] as const)),
);

/** From the most exact to the least. */
const FIELDS = [
  'code',
  'status',
  'status_code',
  'statusCode',
  'http_code',
  'error_code',
  'type',
  'error_type',
];

/** The HTTP status that an error names, as a number or in a provider's word for it; undefined if it names none. */
export function errorStatus(error: unknown): number | undefined {
  if (!isRecord(error)) return undefined;
  for (const field of FIELDS) {
    const status = statusOf(error[field]);
    if (status !== undefined) return status;
  }
  return undefined;
}

function statusOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value;
  if (typeof number === 'number') {
    return Number.isInteger(number) && number >= 400 && number <= 599 ? number : undefined;
  }
  if (typeof value !== 'string' || value.length > 64) return undefined;
  const word = value.toLowerCase().replaceAll(/[^a-z]/g, '');
  return STATUS_OF_WORD.get(word) ?? STATUS_OF_WORD.get(word.replace(/(?:error|exception)$/, ''));
}
