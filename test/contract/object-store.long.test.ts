import { describeObjectStore } from './object-store.contract.ts';
import { temporaryObjectDirectory } from './temporary-object-directory.ts';

describeObjectStore('in a directory, written by a thread', temporaryObjectDirectory);
