/** A stream that another request may be given, as a log keeps it under a name. */
export interface StreamAlias {
  readonly id: string;
  /** The hash of the request. */
  readonly hash: string;
  readonly route: string;
  /** `upstream/model` that served. */
  readonly target: string | undefined;
  readonly attempts: number;
  /** What callers see of the upstream's headers. */
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined while it runs. */
  readonly ended: AliasedEnd | undefined;
}

/** How and when a stream that has a name ended. */
export interface AliasedEnd {
  /** Its model ended it by itself. */
  readonly whole: boolean;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export function serializeAlias({ id, hash, route, target, attempts, headers, ended }: StreamAlias): string {
  return JSON.stringify({ id, hash, route, target, attempts, headers, ended });
}

/** Undefined for what `serializeAlias` has not printed. */
export function parseAlias(text: string): StreamAlias | undefined {
  const value = asFields(parse(text));
  if (value === undefined) return undefined;
  const { id, hash, route, target, attempts } = value;
  const [headers, ended] = [asFields(value['headers']), readEnd(value['ended'])];
  if (typeof id !== 'string' || typeof hash !== 'string' || typeof route !== 'string') return undefined;
  if (target !== undefined && typeof target !== 'string') return undefined;
  if (typeof attempts !== 'number' || headers === undefined) return undefined;
  if (value['ended'] !== undefined && ended === undefined) return undefined;
  const passed = Object.entries(headers).map(([name, header]) => [name, String(header)] as const);
  return { id, hash, route, target, attempts, headers: Object.fromEntries(passed), ended };
}

function readEnd(value: unknown): AliasedEnd | undefined {
  const { whole, at } = asFields(value) ?? {};
  return typeof whole === 'boolean' && typeof at === 'number' ? { whole, at } : undefined;
}

function asFields(value: unknown): Partial<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null ? { ...value } : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
