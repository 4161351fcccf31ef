import { jsonMembers, type JsonMember } from './json-members.js';

/** New values of members, as JSON texts by their names; undefined takes a member out. */
export type MemberChanges = Readonly<Record<string, string | undefined>>;

/**
 * The text of a JSON object with some members changed where they stand, in each place if one has several, or added behind the
 * others. Every other byte stays as it is.
 */
export function withMembers(text: string, changes: MemberChanges): string {
  const edit = new Edit(text);
  const missing = new Map(Object.entries(changes));
  for (const member of jsonMembers(text)) {
    missing.delete(member.name);
    if (!Object.hasOwn(changes, member.name)) edit.keep(member);
    else edit.change(member, changes[member.name]);
  }
  for (const [name, value] of missing) edit.add(name, value);
  return edit.result;
}

/** A text that is copied from its beginning, member by member. */
class Edit {
  #pieces = '';
  /** Up to where the text was copied or left out. */
  #at = 0;
  /** Where the member before ends. */
  #previousTo = 0;
  #hasMembers = false;
  readonly #added: string[] = [];

  constructor(private readonly text: string) {}

  get result(): string {
    const end = this.text.lastIndexOf('}');
    const before = this.#hasMembers && this.#added.length > 0 ? ',' : '';
    return `${this.#pieces}${this.text.slice(this.#at, end)}${before}${this.#added.join(',')}${this.text.slice(end)}`;
  }

  keep(member: JsonMember): void {
    this.#skipComma(member);
    this.#hasMembers = true;
    this.#previousTo = member.valueTo;
  }

  change(member: JsonMember, value: string | undefined): void {
    this.#skipComma(member);
    if (value === undefined) {
      // With the comma before it; before the first member that stays there is none.
      this.#copyTo(this.#hasMembers ? this.#previousTo : member.from);
    } else {
      this.#copyTo(member.valueFrom);
      this.#pieces += value;
      this.#hasMembers = true;
    }
    this.#at = this.#previousTo = member.valueTo;
  }

  add(name: string, value: string | undefined): void {
    if (value !== undefined) this.#added.push(`${JSON.stringify(name)}:${value}`);
  }

  /** Behind members that were taken out at the beginning. */
  #skipComma(member: JsonMember): void {
    if (!this.#hasMembers && this.#previousTo > 0) this.#at = member.from;
  }

  #copyTo(to: number): void {
    this.#pieces += this.text.slice(this.#at, to);
  }
}
