import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '../resume/connection.mjs';
import { printOrder } from '../resume/question.mjs';
import { Random } from './random.mjs';
import { Reader } from './reader.mjs';
import { isForgotten } from './is-forgotten.mjs';

/** A stop must be heard within this time, in milliseconds, where nothing is disturbed. */
const STOP_MS = 3_000;
/** How long one may be told to come again while nothing is disturbed any more, in milliseconds. */
const PATIENCE_MS = 5_000;
const AGAIN_MS = 300;
/** A stream ends so long after its last reader has left, in seconds; where it says so, that is short. */
const GRACE = { short: 2, middle: 8, long: 30 };
/** What a stream may take beyond its events, in milliseconds: freezes and outages. */
const SLACK_MS = 40_000;

/** @typedef {import('./world.mjs').World} World */
/** @typedef {import('./world.mjs').Place} Place */
/** @typedef {import('./reader.mjs').Record} Record */
/** @typedef {'whole' | 'cuts' | 'stopped' | 'leaves'} Kind */

/** One stream, its readers and what is done to it. All of it is decided by the seed. */
export class Story {
  #first;
  /** As the first one saw it that saw it. @type {import('./reader.mjs').End | undefined} */
  #end;
  /** When its end was requested, and whether at home. @type {{ at: number, home: boolean, words: string } | undefined} */
  #stopped;
  #graceMs;

  /**
   * @param {World} world
   * @param {number} number
   * @param {number} seed
   */
  constructor(world, number, seed) {
    this.world = world;
    this.random = new Random(seed * 7919 + number);
    const order = {
      stream: number,
      events: this.random.between(60, 250),
      burst: 0,
      ms: this.random.between(50, 150),
    };
    /** @type {Record} */
    this.record = {
      order,
      home: this.#place(),
      id: '',
      startedAt: world.now,
      limitMs: order.events * order.ms * 1.5 + SLACK_MS,
    };
    this.kind = this.#kind();
    const grace = this.kind === 'leaves' ? GRACE.short : this.random.chance(0.5) ? GRACE.middle : GRACE.long;
    this.#graceMs = grace * 1000;
    this.#first = new Reader(world, this.record, `${this.kind}, the first reader`);
  }

  /** Resolves when nobody reads it any more. */
  async run() {
    const { world, record, kind } = this;
    /** @type {Promise<void>[]} */
    const others = [];
    const path = `/stream?content=${encodeURIComponent(printOrder(record.order))}`;
    const headers = { 'x-sluice-grace': String(this.#graceMs / 1000) };
    const durationMs = record.order.events * record.order.ms;
    const outcome = await this.#first.read(record.home, {
      question: { path, headers },
      ...((kind === 'cuts' || kind === 'leaves') && {
        leaveMs: this.random.between(1500, Math.max(2000, durationMs * 0.6)),
      }),
      onHead: (connection) => {
        record.id = connection.streamId;
        if (connection.status !== 200) return;
        if (kind === 'stopped') others.push(this.#stopLater(durationMs));
        for (let more = this.random.next(); more < 0.35; more += this.random.between(1, 3) / 10)
          others.push(this.#joinLate(durationMs));
      },
    });
    world.count(`streams: ${kind}`);
    if (outcome === 'left') await this.#afterCut();
    else if (outcome !== 'over') this.#fault(this.#first, `${outcome} at its own replica`);
    await Promise.all(others);
    this.#judge(this.#first);
  }

  async #afterCut() {
    // Who leaves before the head has no id to come back with, and its stream is over.
    if (this.record.id === '') return;
    if (this.kind === 'leaves') return this.#expectEnd();
    await this.#readOn(this.#first, { cuts: this.random.between(0, 4) });
  }

  /** Nobody comes back: the stream ends, and its own replica tells so. */
  async #expectEnd() {
    await delay(this.#graceMs + 4_000);
    await this.#readOn(this.#first, { cuts: 0, place: this.record.home });
  }

  /** @param {number} durationMs */
  async #joinLate(durationMs) {
    await delay(this.random.between(500, Math.max(600, durationMs * 0.8)));
    if (this.record.id === '' || this.#first.next === 0) return;
    const reader = new Reader(this.world, this.record, `${this.kind}, a late reader`);
    reader.startAt(this.random.chance(0.5) ? 0 : this.random.between(0, this.#first.next - 1));
    this.world.count('late readers');
    await this.#readOn(reader, { cuts: this.random.between(0, 2), place: this.#place() });
    this.#judge(reader);
  }

  /**
   * Reads to the end, over some cuts, on either replica. Who is told that the frames are gone goes home.
   * @param {Reader} reader
   * @param {{ cuts: number, place?: Place }} how
   */
  async #readOn(reader, { cuts, place }) {
    const { world, record, random } = this;
    let left = cuts;
    let goHome = false;
    /** @type {number | undefined} */
    let waitingSince;
    while (reader.end === undefined) {
      const to = goHome ? record.home : (place ?? this.#place());
      const outcome = await reader.read(to, {
        question: this.#again(reader),
        ...(left > 0 && { leaveMs: random.between(200, 4_000) }),
      });
      world.count(to === record.home ? 'resumed at home' : 'resumed elsewhere');
      if (outcome === 'over' || outcome === 'wrong') return;
      if (outcome === 'nothing') {
        this.#fault(reader, `204 at ${to} without its last frame`);
        return;
      }
      if (outcome === 'left') {
        left -= 1;
        waitingSince = undefined;
        await delay(random.between(0, 1_500));
        continue;
      }
      if (outcome === 'gone' && isForgotten(world, this.#end ?? this.#first.end)) return;
      if (to === record.home) {
        this.#fault(reader, `'${outcome}' at its own replica`);
        return;
      }
      if (outcome === 'gone' && world.emptiedSince(record.startedAt)) {
        world.count('told that it is gone, elsewhere');
        goHome = true;
        continue;
      }
      // It may be that the news of the stream has not come through yet.
      waitingSince ??= world.now;
      const isExplained = world.disturbedSince(world.now - PATIENCE_MS);
      if (!isExplained) {
        this.#fault(reader, `'${outcome}' at ${to}, and nothing was disturbed`);
        return;
      }
      world.count(`told to wait, elsewhere (${outcome})`);
      await delay(AGAIN_MS);
    }
  }

  /** @param {Reader} reader */
  #again(reader) {
    const { record, random } = this;
    const accept = random.chance(0.5) ? { accept: 'text/event-stream' } : {};
    const cursor = reader.cursor === undefined ? {} : { 'last-event-id': reader.cursor };
    const headers = { ...accept, ...cursor };
    const byId = reader.cursor === undefined || random.chance(0.5);
    return { path: byId ? `/v1/streams/${record.id}` : '/stream?content=again', headers };
  }

  /** @param {number} durationMs */
  async #stopLater(durationMs) {
    const { world, record } = this;
    await delay(this.random.between(300, Math.max(400, durationMs * 0.8)));
    const place = this.#place();
    const status = await this.#delete(place);
    if (status === 204) return;
    const isExplained = place !== record.home && world.disturbedSince(record.startedAt);
    if (!isExplained) this.#fault(this.#first, `DELETE at ${place} said ${status}`);
    const home = await this.#delete(record.home);
    if (home !== 204) this.#fault(this.#first, `DELETE at its own replica said ${home}`);
  }

  /** @param {Place} place */
  async #delete(place) {
    const { world, record } = this;
    const question = { port: world.ports[place], path: `/v1/streams/${record.id}`, method: 'DELETE' };
    // The end may come before the answer.
    const stopped = { at: world.now, home: place === record.home, words: `asked at ${place}` };
    this.#stopped = stopped;
    const { status } = await new Connection(question).over;
    stopped.words += `, answered ${status} after ${Math.round(world.now - stopped.at)} ms`;
    world.count(place === record.home ? 'stopped at home' : 'stopped elsewhere');
    return status;
  }

  /**
   * Whether the end that a reader saw is what was done to the stream.
   * @param {Reader} reader
   */
  #judge(reader) {
    const { world } = this;
    const { end } = reader;
    if (end === undefined) return;
    world.count(`ended: ${end.type}${end.code === '' ? '' : ` ${end.code}`}`);
    if (this.#end === undefined) this.#end = end;
    else if (this.#end.type !== end.type || this.#end.code !== end.code) {
      this.#fault(
        reader,
        `ended as ${end.type} ${end.code}, for others as ${this.#end.type} ${this.#end.code}`,
      );
    }
    if (end.type === 'done') this.#judgeDone(reader, end.at);
    else if (!this.#isExplained(end)) this.#fault(reader, `ended as ${end.code}`);
  }

  /**
   * @param {Reader} reader
   * @param {number} at
   */
  #judgeDone(reader, at) {
    if (this.#stopped === undefined) return;
    // A stop that Redis has just taken may be lost with it; a replica that is frozen hears it later.
    const isLost = this.world.disturbedAround(this.#stopped.at, STOP_MS);
    const goneOnMs = at - this.#stopped.at;
    if (goneOnMs > STOP_MS && !isLost) {
      this.#fault(
        reader,
        `went on for ${Math.round(goneOnMs)} ms after it was stopped, ${this.#stopped.words}`,
      );
    }
  }

  /** @param {import('./reader.mjs').End} end */
  #isExplained({ code, at }) {
    if (code === 'cancelled') return this.#stopped !== undefined;
    if (code !== 'client-gone') return false;
    // A reader that reads elsewhere is not seen while Redis is away.
    const isUnseen = this.kind === 'cuts' && this.world.disturbedSince(at - this.#graceMs - PATIENCE_MS);
    return this.kind === 'leaves' || isUnseen;
  }

  /**
   * @param {Reader} reader
   * @param {string} what
   */
  #fault(reader, what) {
    this.world.violate(`${reader.words}: ${what}`);
  }

  /** @returns {Place} */
  #place() {
    return this.random.chance(0.5) ? 'a' : 'b';
  }

  /** @returns {Kind} */
  #kind() {
    const at = this.random.next();
    if (at < 0.35) return 'whole';
    if (at < 0.75) return 'cuts';
    return at < 0.9 ? 'stopped' : 'leaves';
  }
}
