/**
 * A number that is stored: `staged` is what the commit in flight writes, `durable` what the last one wrote. Nobody may
 * see the first before it has become the second.
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
