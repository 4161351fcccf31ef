import { z } from 'zod';
import type { Dialect } from '../core/dialect/dialect.js';
import { DialectRegistry } from '../core/dialect/dialect-registry.js';
import { builtInDialects } from '../dialects/index.js';
import { ConfigurationError } from './configuration-error.js';

/** The option `dialects`. Functions alone make a dialect: a file can name none. */
export const dialectsSchema = z.array(z.custom<Dialect>(isDialect, 'must be a dialect')).default([]);

/** The dialects that upstreams name, in options of which other parts may be wrong. */
const namesSchema = z.looseObject({
  upstreams: z.record(z.string(), z.looseObject({ dialect: z.string().optional().catch(undefined) })),
});

/**
 * The dialects of a module: those of this package, and the host's own. Throws a ConfigurationError where two have one name;
 * what is no dialect is left to `readSettings`.
 */
export function readDialects(options: unknown): DialectRegistry {
  const parsed = z.looseObject({ dialects: dialectsSchema }).safeParse(options);
  const own = parsed.success ? parsed.data.dialects : [];
  try {
    return new DialectRegistry([...builtInDialects, ...own]);
  } catch (error) {
    throw new ConfigurationError([`dialects: ${error instanceof Error ? error.message : ''}`]);
  }
}

/** What is wrong with the dialects that upstreams name, each with its path. */
export function unknownDialects(options: unknown, { upstreamNames }: DialectRegistry): string[] {
  const parsed = namesSchema.safeParse(options);
  if (!parsed.success) return [];
  return Object.entries(parsed.data.upstreams).flatMap(([name, { dialect }]) =>
    dialect === undefined || upstreamNames.includes(dialect)
      ? []
      : [`upstreams.${name}.dialect is none of ${upstreamNames.join(', ')}`],
  );
}

function isDialect(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { name, caller, upstream }: { name?: unknown; caller?: unknown; upstream?: unknown } = value;
  const faces = [
    ...(caller === undefined ? [] : [hasFunction(caller, 'encoder')]),
    ...(upstream === undefined ? [] : [hasFunction(upstream, 'decoder')]),
  ];
  return typeof name === 'string' && faces.length > 0 && faces.every(Boolean);
}

function hasFunction(face: unknown, name: string): boolean {
  return typeof face === 'object' && face !== null && typeof Reflect.get(face, name) === 'function';
}
