// Loaded into the emulator by `--import`: at each SIGUSR2 a promise is rejected that nobody awaits.
process.on('SIGUSR2', () => void Promise.reject(new Error('nobody awaits this')));
