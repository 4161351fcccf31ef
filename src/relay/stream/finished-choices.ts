/** Which of a stream's answers have their finish reason. An upstream may say one of them more than once. */
export class FinishedChoices {
  /** Made at the first finish: a stream that runs has none. */
  #finished: Set<number> | undefined;

  /** `wanted`: how many answers the caller requested. */
  constructor(private readonly wanted: number) {}

  /** True if every answer has its finish reason. */
  get areAll(): boolean {
    return (this.#finished?.size ?? 0) >= this.wanted;
  }

  /** Takes the choices that finished in one block. */
  add(choices: readonly number[]): void {
    if (choices.length === 0 || this.areAll) return;
    this.#finished ??= new Set();
    for (const choice of choices) this.#finished.add(choice);
  }
}
