import { isAlias, isMap, isScalar, isSeq, type Pair, type YAMLMap } from 'yaml';
import { ConfigReading } from './config-reading.js';
import { ConfigurationError } from '../../../config/configuration-error.js';
import { parseConfig } from './parse-config.js';
import { readRegularFile } from './read-regular-file.js';

type Variables = Readonly<Record<string, string | undefined>>;

/** Largest configuration file, in bytes. */
const MAX_FILE_BYTES = 256 * 1024;

/** A configuration is five levels deep. */
const MAX_DEPTH = 32;

/** What a file says, and which files that took. */
export interface FileContent {
  readonly content: unknown;
  /** The file and those that it names. */
  readonly files: readonly string[];
  /** Where the text at a path comes from, if not from the file itself: names of variables, or the path of a file. */
  readonly sources: ReadonlyMap<string, string>;
}

/**
 * Reads a YAML or JSON file of at most 256 KiB. `${NAME}` in a text stands for a variable of the environment, and
 * `{ file: PATH }` for the content of a file of at most 64 KiB without its last line break, as secrets are mounted.
 * Throws a ConfigurationError that names every place that is wrong and quotes nothing.
 */
export function readConfigFile(path: string, variables: Variables): FileContent {
  const root = parseConfig(read(path));
  const reading = new ConfigReading(path, variables);
  const content = root === null ? undefined : resolve(root, [], { reading, anchors: new Map() });
  if (content === undefined || content === null)
    reading.problem('SLUICE_CONFIG names a file that holds nothing');
  if (reading.problems.length > 0) throw new ConfigurationError(reading.problems);
  return { content, files: reading.files, sources: reading.sources };
}

function read(path: string): string {
  try {
    return readRegularFile(path, MAX_FILE_BYTES);
  } catch (error) {
    const why = error instanceof Error ? error.message : 'cannot be read';
    throw new ConfigurationError([`SLUICE_CONFIG names a file that ${why}: ${path}`]);
  }
}

interface Context {
  readonly reading: ConfigReading;
  /** The nodes seen so far that aliases may stand for. */
  readonly anchors: Map<string, unknown>;
}

function resolve(node: unknown, path: readonly string[], context: Context): unknown {
  const { reading, anchors } = context;
  if (path.length > MAX_DEPTH) return reading.problem(`${path[0]} is nested deeper than ${MAX_DEPTH} levels`);
  if (!reading.countValue()) return undefined;
  if (isAlias(node)) {
    if (!anchors.has(node.source))
      return reading.problem(`${path.join('.')} names an anchor that is not there`);
    return resolve(anchors.get(node.source), path, context);
  }
  if ((isMap(node) || isSeq(node) || isScalar(node)) && node.anchor !== undefined)
    anchors.set(node.anchor, node);
  if (isSeq(node)) return node.items.map((item, index) => resolve(item, [...path, String(index)], context));
  if (isMap(node)) return resolveMap(node, path, context);
  if (!isScalar(node)) return undefined;
  return typeof node.value === 'string' ? reading.text(node.value, path) : node.value;
}

function resolveMap(map: YAMLMap, path: readonly string[], context: Context): unknown {
  const [only, ...others] = map.items;
  if (others.length === 0 && isScalar(only?.key) && only.key.value === 'file' && isScalar(only.value)) {
    const { value } = only.value;
    if (typeof value === 'string') return context.reading.secret(value, path);
  }
  const entries = new Map<string, unknown>();
  for (const { key, value } of map.items) {
    const name = nameOf(key);
    const place = [...path, name ?? ''].join('.');
    if (name === undefined)
      context.reading.problem(`${path.join('.') || 'SLUICE_CONFIG'} has a key that is no text`);
    else if (name === '__proto__') context.reading.problem(`${place} is no name`);
    else if (entries.has(name)) context.reading.problem(`${place} stands there twice`);
    else entries.set(name, resolve(value, [...path, name], context));
  }
  return Object.fromEntries(entries);
}

function nameOf(key: Pair['key']): string | undefined {
  if (!isScalar(key)) return undefined;
  return typeof key.value === 'string' || typeof key.value === 'number' ? String(key.value) : undefined;
}
