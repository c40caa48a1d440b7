import { chromium, type Browser } from 'playwright-core';

/** The browser of Debian, which `set-up.sh` installs. */
const executablePath = '/usr/bin/chromium';

/** Starts Chromium. Its own sandbox does not work for root, the user of CI in its container. */
export function launchChromium(args: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0, args: [...args] });
}
