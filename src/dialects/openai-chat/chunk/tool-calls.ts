import type { ToolCallDelta } from '../../../core/stream-part.js';
import { isRecord } from './is-record.js';
import { readText } from './read-chunk.js';

/** How many calls of an answer, and how many answers, are remembered: pieces of older calls begin new ones. */
const MAX_REMEMBERED = 1_000;
/** A higher index is none. */
const MAX_INDEX = 65_535;
/** Longer ids are compared by their beginning, in characters. */
const MAX_ID_LENGTH = 256;
/** The key of the call that got a piece last. */
const LATEST = 'latest';

/** A piece of a call as it came. */
interface CallPiece {
  readonly index: number | undefined;
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly json: string | undefined;
}

/** A call of which more pieces may come. */
interface OpenCall {
  readonly number: number;
  hasId: boolean;
  name: string;
  /** The last visible character of its arguments so far; empty before the first one. */
  lastChar: string;
  /** The delta that brought its latest piece. */
  delta: number;
}

/**
 * Tells the tool calls of one stream apart, and numbers them. OpenAI gives each call an `index` and its first piece an `id`.
 * Other servers leave the index out or say 0 of each call, repeat the id and the name with each piece, or give no id.
 */
export class ToolCalls {
  #answers: Map<number, CallsOfAnswer> | undefined;

  /** The pieces in a delta's `tool_calls`, or in the older `function_call`, each with the number of its call. */
  read(choice: number, { tool_calls: list, function_call: single }: ToolCallFields): ToolCallDelta[] {
    const calls: unknown = Array.isArray(list) && list.length > 0 ? list : legacyCall(single);
    if (!Array.isArray(calls)) return [];
    const pieces = (calls as unknown[]).filter(isRecord).map(pieceOf).filter(hasContent);
    if (pieces.length === 0) return [];
    const answer = this.#answer(choice);
    return answer.add(pieces).map((piece) => ({ type: 'tool-call-delta', choice, ...piece }));
  }

  #answer(choice: number): CallsOfAnswer {
    this.#answers ??= new Map();
    let answer = this.#answers.get(choice);
    if (answer !== undefined) return answer;
    if (this.#answers.size >= MAX_REMEMBERED) this.#answers.clear();
    answer = new CallsOfAnswer();
    this.#answers.set(choice, answer);
    return answer;
  }
}

/** The fields of a delta that hold calls. */
interface ToolCallFields {
  readonly tool_calls?: unknown;
  readonly function_call?: unknown;
}

type NumberedPiece = Omit<ToolCallDelta, 'type' | 'choice'>;

class CallsOfAnswer {
  /** By index, by index and id, by id alone and by place in the list; the latest one of each. */
  readonly #open = new Map<string, OpenCall>();
  readonly #numbers = new Set<number>();
  /** All lower numbers are taken. */
  #floor = 0;
  /** Higher than all numbers so far. */
  #next = 0;
  #deltas = 0;

  add(pieces: readonly CallPiece[]): NumberedPiece[] {
    this.#deltas += 1;
    return pieces.flatMap((piece, place) => {
      const slot = slotOf(piece, pieces.length > 1 ? place : undefined);
      const call = this.#find(piece, slot) ?? this.#begin(piece);
      this.#remember(call, piece, slot);
      return this.#format(call, piece);
    });
  }

  #find(piece: CallPiece, slot: string): OpenCall | undefined {
    const { index, id, name } = piece;
    const known = id === undefined ? undefined : this.#open.get(idKey(piece, id));
    if (known !== undefined) return beginsArguments(known, piece) ? undefined : known;
    const inSlot = this.#open.get(slot);
    // What has neither an index nor a name can only be more of the latest call.
    const call = inSlot ?? (index === undefined && name === undefined ? this.#open.get(LATEST) : undefined);
    return call === undefined || this.#isAnother(call, piece) ? undefined : call;
  }

  /** True if a piece in the place of a call is the first one of another call. */
  #isAnother(call: OpenCall, piece: CallPiece): boolean {
    const { index, id, name, json } = piece;
    if (name === undefined) {
      // There are servers that give each piece an id of its own: one with more arguments and no name begins nothing.
      return id !== undefined && call.hasId && (json === undefined || beginsArguments(call, piece));
    }
    if (id !== undefined && (call.hasId || index === undefined)) return true;
    if (call.name === '') return false;
    if (call.lastChar !== '') {
      return name !== call.name || (call.lastChar === '}' && startsObject(json ?? '{'));
    }
    return call.delta === this.#deltas || (index === undefined && name !== call.name);
  }

  #begin({ index }: CallPiece): OpenCall {
    if (this.#numbers.size >= MAX_REMEMBERED) {
      this.#floor = this.#next;
      this.#numbers.clear();
      this.#open.clear();
    }
    const isFree = index !== undefined && index >= this.#floor && !this.#numbers.has(index);
    const number = isFree ? index : this.#next;
    this.#numbers.add(number);
    this.#next = Math.max(this.#next, number + 1);
    return { number, hasId: false, name: '', lastChar: '', delta: 0 };
  }

  #remember(call: OpenCall, piece: CallPiece, slot: string): void {
    this.#open.set(slot, call);
    this.#open.set(LATEST, call);
    // A server may leave the index out of the first piece and name it later.
    if (piece.index === undefined) this.#open.set(indexKey(call.number), call);
    if (piece.id !== undefined) this.#open.set(idKey(piece, piece.id), call);
  }

  /** What is new in a piece; nothing if it only repeats the id or the name. */
  #format(call: OpenCall, { id, name, json }: CallPiece): NumberedPiece[] {
    const isNewId = id !== undefined && !call.hasId;
    const isOpen = call.lastChar === '' || call.name === '';
    const isNewName = name !== undefined && isOpen && name !== call.name;
    call.hasId ||= isNewId;
    if (isNewName) call.name += name;
    if (json !== undefined) call.lastChar = json.trimEnd().at(-1) ?? call.lastChar;
    call.delta = this.#deltas;
    if (!isNewId && !isNewName && json === undefined) return [];
    return [
      {
        index: call.number,
        ...(isNewId && { id }),
        ...(isNewName && { name }),
        ...(json !== undefined && { arguments: json }),
      },
    ];
  }
}

/** True if the arguments in a piece begin after those of the call have ended: no JSON text continues like this. */
function beginsArguments({ lastChar }: OpenCall, { json }: CallPiece): boolean {
  return lastChar === '}' && json !== undefined && startsObject(json);
}

function startsObject(json: string): boolean {
  return json.trimStart().startsWith('{');
}

function slotOf({ index }: CallPiece, place: number | undefined): string {
  if (index !== undefined) return indexKey(index);
  return place === undefined || place >= MAX_REMEMBERED ? LATEST : `place ${place}`;
}

function indexKey(index: number): string {
  return `index ${index}`;
}

function idKey({ index }: CallPiece, id: string): string {
  return `id ${index ?? ''} ${id.slice(0, MAX_ID_LENGTH)}`;
}

/** The older single call, which some servers still stream. */
function legacyCall(single: unknown): unknown {
  return isRecord(single) ? [{ index: 0, function: single }] : undefined;
}

function pieceOf(call: Readonly<Record<string, unknown>>): CallPiece {
  const { id, function: called } = call;
  const { name, arguments: json } = isRecord(called) ? called : {};
  return {
    index: indexOf(call['index']),
    id: readText(id) || undefined,
    name: readText(name) || undefined,
    json: readArguments(json),
  };
}

function hasContent({ id, name, json }: CallPiece): boolean {
  return id !== undefined || name !== undefined || json !== undefined;
}

/** A number, or a text of digits. */
function indexOf(value: unknown): number | undefined {
  const index = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value;
  const isIndex = typeof index === 'number' && Number.isInteger(index) && index >= 0 && index <= MAX_INDEX;
  return isIndex ? index : undefined;
}

/** Pieces of JSON text; some servers send the arguments as they are, and whole. */
function readArguments(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : undefined;
}
