/** A queue that delivers items in order, even to receivers that come first. */
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
