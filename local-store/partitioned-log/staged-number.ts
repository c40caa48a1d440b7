/**
 * A stored number: `staged` is the value that the commit in flight writes, `durable` the value of the last commit.
 * Nobody may see the first before it has become the second.
 */
export class StagedNumber {
  durable: number;
  staged: number;

  constructor(durable: number) {
    this.durable = durable;
    this.staged = durable;
  }

  settle(isDurable: boolean): void {
    if (isDurable) this.durable = this.staged;
    else this.staged = this.durable;
  }
}
