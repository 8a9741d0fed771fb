// Installs the dependencies as npm start does, and nothing else.
import { ensureInstalled } from './install.mjs';

await ensureInstalled();
