import { comparePlaces, type ListPlace } from '../list-place.js';

/** A stream, its place and whose it is. */
interface OwnedPlace extends ListPlace {
  readonly owner: string;
}

/** The streams of each owner in their order, so that a part of a list costs as much as it is long. */
export class OwnerLists {
  /** The oldest first: what begins stands at the end. */
  readonly #lists = new Map<string, OwnedPlace[]>();

  add(place: OwnedPlace): void {
    const list = this.#lists.get(place.owner);
    if (list === undefined) {
      this.#lists.set(place.owner, [place]);
      return;
    }
    const at = positionIn(list, place);
    if (isAt(list, at, place)) return;
    // Almost always at the end.
    list.splice(at, 0, place);
  }

  remove(place: OwnedPlace): void {
    const list = this.#lists.get(place.owner);
    if (list === undefined) return;
    const at = positionIn(list, place);
    if (!isAt(list, at, place)) return;
    list.splice(at, 1);
    if (list.length === 0) this.#lists.delete(place.owner);
  }

  clear(): void {
    this.#lists.clear();
  }

  /** Those behind a place, the newest first; undefined for all. Nothing is added or removed while they are read. */
  *after(owner: string, place: ListPlace | undefined): Generator<ListPlace, void> {
    const list = this.#lists.get(owner) ?? [];
    const end = place === undefined ? list.length : positionIn(list, place);
    for (let at = end - 1; at >= 0; at -= 1) {
      const found = list[at];
      if (found !== undefined) yield found;
    }
  }
}

/** The index of the first that is as new as this place, or newer. */
function positionIn(list: readonly OwnedPlace[], place: ListPlace): number {
  let [low, high] = [0, list.length];
  const last = list.at(-1);
  if (last !== undefined && comparePlaces(last, place) > 0) return high;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = list[middle];
    if (other !== undefined && comparePlaces(other, place) > 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isAt(list: readonly OwnedPlace[], at: number, place: ListPlace): boolean {
  const other = list[at];
  return other !== undefined && comparePlaces(other, place) === 0;
}
