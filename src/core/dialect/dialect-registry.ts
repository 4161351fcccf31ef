import type { CallerDialect } from './caller-dialect.js';
import type { Dialect } from './dialect.js';
import type { DialectName } from './dialect-name.js';
import type { UpstreamDialect } from './upstream-dialect.js';
import { SluiceError } from '../sluice-error.js';
import type { Prompt } from '../prompt.js';
import { acceptForeignRequests } from './foreign-requests.js';

/** The wire formats of one application, by name. */
export class DialectRegistry {
  readonly #dialects: ReadonlyMap<DialectName, Dialect>;
  readonly #upstreams: ReadonlyMap<DialectName, UpstreamDialect>;

  /** Throws where two dialects have one name, or a face has another name than its dialect. */
  constructor(dialects: readonly Dialect[]) {
    for (const { name, caller, upstream } of dialects) {
      if ((caller ?? upstream) === undefined) throw new Error(`The dialect '${name}' has no face`);
      if ((caller?.name ?? name) !== name || (upstream?.name ?? name) !== name)
        throw new Error(`A face of the dialect '${name}' has another name`);
    }
    this.#dialects = new Map(dialects.map((dialect) => [dialect.name, dialect]));
    if (this.#dialects.size < dialects.length) throw new Error('Two dialects have the same name');
    const read = (name: DialectName, body: Readonly<Record<string, unknown>>) => this.#promptOf(name, body);
    this.#upstreams = new Map(
      dialects.flatMap(({ name, upstream }) =>
        upstream === undefined ? [] : [[name, acceptForeignRequests(upstream, read)]],
      ),
    );
  }

  /** It takes requests of callers of every dialect. Throws where no dialect of this name faces upstreams. */
  upstream(name: DialectName): UpstreamDialect {
    const dialect = this.#upstreams.get(name);
    if (dialect === undefined) throw new Error(`No upstream dialect is named '${name}'`);
    return dialect;
  }

  /** The dialect of retained streams of this name; undefined where there is none. */
  retained(name: DialectName): RetainedCallerDialect | undefined {
    const caller = this.#dialects.get(name)?.caller;
    return caller !== undefined && isRetained(caller) ? caller : undefined;
  }

  /** The last frames of a retained stream that failed; undefined in a dialect that is not known here. */
  encodeTerminalError(
    { id, dialect }: { readonly id: string; readonly dialect: DialectName },
    number: number,
    error: SluiceError,
  ): string | undefined {
    return this.retained(dialect)?.retained.encodeTerminalError(error, { id, number });
  }

  /** The names of those that face upstreams. */
  get upstreamNames(): DialectName[] {
    return [...this.#upstreams.keys()];
  }

  /** The names of those whose streams can be retained. */
  get retainedNames(): DialectName[] {
    return [...this.#dialects.values()].flatMap(({ name, caller }) => (caller?.retained ? [name] : []));
  }

  /** Throws `invalid-request` where the dialect's requests cannot be said in another one. */
  #promptOf(name: DialectName, body: Readonly<Record<string, unknown>>): Prompt {
    const prompt = this.#dialects.get(name)?.caller?.decodePrompt?.(body);
    if (prompt !== undefined) return prompt;
    throw new SluiceError('invalid-request', 'This request cannot be passed on to a provider of another API');
  }
}

type RetainedFace = NonNullable<CallerDialect['retained']>;

/** A dialect whose streams can be retained. */
export type RetainedCallerDialect = CallerDialect & { readonly retained: RetainedFace };

function isRetained(dialect: CallerDialect): dialect is RetainedCallerDialect {
  return dialect.retained !== undefined;
}
