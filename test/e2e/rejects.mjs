// Loaded into the emulator with `--import`: at each SIGUSR2, a promise that nobody awaits is rejected.
process.on('SIGUSR2', () => void Promise.reject(new Error('nobody awaits this')));
