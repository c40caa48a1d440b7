import { showTheme, storedTheme } from './view/theme.ts';

/** Runs before the first paint, so that the page does not appear in one scheme and then switch to the other. */
showTheme(storedTheme());
