/** `--short`: fewer of what is drawn at random; every corpus is tried whole all the same. */
export const short = process.env['SECURITY_SHORT'] === '1';
