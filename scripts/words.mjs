// The command line of programs that run before commander is installed: help, and one sentence for wrong words.
import { parseArgs } from 'node:util';

/** The first sentence of Node's explanation, which goes on with advice. */
export const sentenceOf = (error) => error.message.split('. ')[0];

/**
 * The options that were given, by name; undefined after the help was printed. Wrong words end the process with one
 * sentence and 2.
 */
export function readWords(name, help, options = {}) {
  try {
    const { values } = parseArgs({ options: { ...options, help: { type: 'boolean', short: 'h' } } });
    if (!values.help) return values;
    console.log(help);
    return undefined;
  } catch (error) {
    console.error(`${name}: ${sentenceOf(error)}`);
    process.exit(2);
  }
}
