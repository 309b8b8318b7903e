/**
 * What was found out about texts that come again with every event, as keys and names of services do: at most `most` of them,
 * none longer than `longest` characters. A full memory starts empty again.
 */
export class RememberedTexts<Answer> {
  readonly #answers = new Map<string, Answer>();
  readonly #longest: number;
  readonly #most: number;

  constructor({ longest, most }: { longest: number; most: number }) {
    this.#longest = longest;
    this.#most = most;
  }

  get(text: string): Answer | undefined {
    return this.#answers.get(text);
  }

  /** Returns the answer. */
  remember(text: string, answer: Answer): Answer {
    if (text.length > this.#longest) return answer;
    if (this.#answers.size >= this.#most) this.#answers.clear();
    this.#answers.set(text, answer);
    return answer;
  }
}
