import { inspect } from 'node:util';

/** What a walk has seen, so that a value that leads to itself is walked once. */
type Seen = Set<object>;

/**
 * The secrets that can be reached from a value by whoever holds it: by its fields and getters, its prototype's getters, what
 * it holds as a Map, a Set, bytes or an iterable, its symbols, its JSON and what `util.inspect` prints of it.
 */
export function secretsIn(value: unknown, secrets: readonly string[]): string[] {
  const texts: string[] = [];
  walk(value, texts, new Set());
  texts.push(inspect(value, { depth: 12, showHidden: true, maxStringLength: null, maxArrayLength: null }));
  texts.push(jsonOf(value));
  const all = texts.join('\n');
  return secrets.filter((secret) => all.includes(secret));
}

function walk(value: unknown, texts: string[], seen: Seen): void {
  if (typeof value === 'string' || typeof value === 'symbol') texts.push(String(value));
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) return;
  seen.add(value);
  if (ArrayBuffer.isView(value))
    texts.push(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString());
  if (value instanceof Map) for (const entry of value) walk(entry, texts, seen);
  if (value instanceof Set) for (const entry of value) walk(entry, texts, seen);
  for (
    let from: object | null = value;
    from !== null && !isBuiltIn(from);
    from = Object.getPrototypeOf(from) as object | null
  ) {
    for (const name of Reflect.ownKeys(from)) {
      walk(name, texts, seen);
      walk(readField(value, name), texts, seen);
    }
  }
}

const BUILT_IN = new Set<object>([
  Object.prototype,
  Function.prototype,
  Array.prototype,
  Map.prototype,
  Set.prototype,
  Error.prototype,
]);

function isBuiltIn(value: object): boolean {
  return BUILT_IN.has(value);
}

/** A getter that throws tells nothing. */
function readField(value: object, name: string | symbol): unknown {
  try {
    return Reflect.get(value, name) as unknown;
  } catch {
    return undefined;
  }
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '';
  }
}
