import { readRegularFile } from './read-regular-file.js';

type Variables = Readonly<Record<string, string | undefined>>;

/** A reference to the environment, anywhere in a text. */
const REFERENCE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** What one configuration may come to, with its aliases, variables and files. */
const MAX_VALUES = 50_000;
const MAX_CHARACTERS = 4 * 1024 * 1024;
const MAX_FILES = 1_000;

/** Largest file that stands for one text, in bytes. */
const MAX_SECRET_BYTES = 64 * 1024;

/** One reading of a configuration file: what it took, what is wrong with it, and that it stays within bounds. */
export class ConfigReading {
  readonly problems: string[] = [];
  readonly files: string[];
  /** Where a text comes from, by its path: names of variables, or the path of a file. */
  readonly sources = new Map<string, string>();
  #values = 0;
  #characters = 0;

  constructor(
    file: string,
    private readonly variables: Variables,
  ) {
    this.files = [file];
  }

  /** Notes what is wrong. */
  problem(problem: string): undefined {
    this.problems.push(problem);
  }

  /** Counts one more value; false when there are too many, so that no more are read. */
  countValue(): boolean {
    this.#values += 1;
    if (this.#values === MAX_VALUES + 1)
      this.problem(`SLUICE_CONFIG comes to more than ${MAX_VALUES} values`);
    return this.#values <= MAX_VALUES;
  }

  /** The text with its variables in their places. */
  text(text: string, path: readonly string[]): string {
    const names = new Set<string>();
    const place = path.join('.');
    const resolved = text.replaceAll(REFERENCE, (reference, name: string) => {
      const value = this.variables[name] ?? '';
      if (value === '') this.problem(`${place} names ${reference}, which is not set`);
      names.add(name);
      return this.#withinBounds(value);
    });
    if (names.size > 0) this.sources.set(place, [...names].join(', '));
    return resolved;
  }

  /** The content of a file without its last line break. */
  secret(file: string, path: readonly string[]): string {
    const place = path.join('.');
    const number = this.files.push(file) - 1;
    if (number === MAX_FILES + 1) this.problem(`SLUICE_CONFIG names more than ${MAX_FILES} files`);
    if (number > MAX_FILES) return '';
    this.sources.set(place, file);
    try {
      const content = readRegularFile(file, MAX_SECRET_BYTES).replace(/\r?\n$/, '');
      if (content.trim() === '') this.problem(`${place} names a file that holds nothing: ${file}`);
      return this.#withinBounds(content);
    } catch (error) {
      const why = error instanceof Error ? error.message : 'cannot be read';
      this.problem(`${place} names a file that ${why}: ${file}`);
      return '';
    }
  }

  #withinBounds(text: string): string {
    const before = this.#characters;
    this.#characters += text.length;
    if (this.#characters <= MAX_CHARACTERS) return text;
    if (before <= MAX_CHARACTERS)
      this.problem(`SLUICE_CONFIG comes to more than ${MAX_CHARACTERS} characters`);
    return '';
  }
}
