import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { ConfigurationError } from './configuration-error.js';

type Variables = Readonly<Record<string, string | undefined>>;

/** A reference to the environment, anywhere in a text. */
const REFERENCE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** What a file says, and which files that took. */
export interface FileContent {
  readonly content: unknown;
  /** The file and those that it names. */
  readonly files: readonly string[];
}

/**
 * Reads a YAML or JSON file. `${NAME}` in a text stands for a variable of the environment, and `{ file: PATH }`
 * for the content of a file without its last line break, as secrets are mounted. Throws a ConfigurationError that
 * names every place that is wrong and quotes nothing.
 */
export function readConfigFile(path: string, variables: Variables): FileContent {
  const document = parseDocument(read(path, 'SLUICE_CONFIG'), { prettyErrors: false });
  if (document.errors.length > 0) {
    throw new ConfigurationError(
      document.errors.map(
        ({ code, pos }) => `SLUICE_CONFIG is no YAML or JSON: ${code} at character ${pos[0]}`,
      ),
    );
  }
  const problems: string[] = [];
  const files = [path];
  const content = resolve(document.toJS(), [], { variables, problems, files });
  if (problems.length > 0) throw new ConfigurationError(problems);
  return { content: content ?? {}, files };
}

interface Context {
  readonly variables: Variables;
  readonly problems: string[];
  readonly files: string[];
}

function resolve(value: unknown, path: readonly string[], context: Context): unknown {
  if (typeof value === 'string') return resolveText(value, path, context);
  if (Array.isArray(value))
    return value.map((item, index) => resolve(item, [...path, String(index)], context));
  if (typeof value !== 'object' || value === null) return value;
  if ('file' in value && typeof value.file === 'string' && Object.keys(value).length === 1) {
    return resolveFile(value.file, path, context);
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, resolve(inner, [...path, key], context)]),
  );
}

function resolveText(text: string, path: readonly string[], { variables, problems }: Context): string {
  return text.replaceAll(REFERENCE, (reference, name: string) => {
    const value = variables[name];
    if (value === undefined || value === '')
      problems.push(`${path.join('.')} names ${reference}, which is not set`);
    return value ?? '';
  });
}

function resolveFile(file: string, path: readonly string[], { problems, files }: Context): string {
  files.push(file);
  try {
    return read(file, path.join('.')).replace(/\r?\n$/, '');
  } catch (error) {
    if (error instanceof ConfigurationError) problems.push(...error.problems);
    return '';
  }
}

function read(file: string, place: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new ConfigurationError([`${place} names a file that cannot be read: ${file}`]);
  }
}
