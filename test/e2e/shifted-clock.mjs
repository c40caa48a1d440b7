// Loaded into the emulator with `--import`: each SIGUSR2 sets its clock to the next of CLOCK_OFFSETS (seconds, from
// the real time), beginning with the first, and reports it.
const offsets = (process.env.CLOCK_OFFSETS ?? '0').split(',').map(Number);
let current = 0;
const RealDate = Date;

globalThis.Date = class Date extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + offsets[current] * 1_000);
    else super(...given);
  }

  static now() {
    return RealDate.now() + offsets[current] * 1_000;
  }
};

process.on('SIGUSR2', () => {
  current = Math.min(current + 1, offsets.length - 1);
  process.stdout.write(`The clock is ${offsets[current]} s off\n`);
});
