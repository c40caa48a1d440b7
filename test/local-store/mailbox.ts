/** What is sent is taken in the same order, also by one who is early. */
export class Mailbox<Item> {
  readonly #items: Item[] = [];
  readonly #takers: ((item: Item) => void)[] = [];

  send(item: Item): void {
    const taker = this.#takers.shift();
    if (taker === undefined) this.#items.push(item);
    else taker(item);
  }

  take(): Promise<Item> {
    const item = this.#items.shift();
    return item === undefined ? new Promise((taker) => this.#takers.push(taker)) : Promise.resolve(item);
  }

  get waiting(): number {
    return this.#items.length;
  }
}
