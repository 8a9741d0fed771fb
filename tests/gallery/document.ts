import { format, resolveConfig } from 'prettier';
import type { Busy } from './queue';

export const FILE = 'docs/gallery.md';

export interface Figures {
  /** The last line of counts of 200 buyers for 10 pieces. */
  rush: Record<'sent' | 'accepted' | 'paid' | 'completed' | 'refused', number>;
  /** Seconds from the first order to the last end. */
  rushSeconds: number;
  /** The number of promises that all commands checked. */
  promises: number;
  busy: readonly Busy[];
  /** Events that still waited when the run ended. */
  waitingAtEnd: number;
  refusedNumber: string;
}

const picture = (alt: string, name: string): string => `![${alt}](images/gallery/${name}.png)`;

/** The gallery as text; every figure comes from the run that made the pictures. */
export async function galleryText(figures: Figures): Promise<string> {
  const { rush, rushSeconds, promises, busy, waitingAtEnd, refusedNumber } = figures;
  const [longest] = busy;
  if (!longest) throw new Error('no event ever waited: the queue was not seen');
  const text = [
    '# Gallery',
    '',
    'The pictures show a shop of `npm start` while `npm run stress` sends many orders at the same moment.',
    '`npm run gallery` starts a shop with empty data, runs the commands, takes the pictures and writes this page; its figures',
    'are of that one run. The shop is started with `RATE_LIMIT_FACTOR=100`, so that 200 buyers can sign in from one address',
    'without waiting. The pictures leave out `--url`, the lines of signing in but the last, and the name of the temporary',
    'folder. The command needs a Chromium.',
    '',
    '## The shop starts',
    '',
    '`npm start` finds the stores, migrates, starts every service, and says where the shop is.',
    '',
    picture(
      'Terminal: npm start names the stores, starts six services, and the health answer says that all are up',
      'running-shop',
    ),
    '',
    `## ${rush.sent} buyers, ${rush.completed} pieces`,
    '',
    `${rush.sent} buyers order one piece each at the same moment.`,
    `${rush.accepted} orders were accepted, ${rush.completed} completed and ${rush.refused} refused, ${rushSeconds} s after the first was sent.`,
    '',
    picture(
      `Terminal: the counts up to ${rush.completed} completed and ${rush.refused} refused, and a table of promises, each of them kept`,
      'rush',
    ),
    '',
    '## The queue during the run',
    '',
    'Services publish what happened as events on Redis Streams. A line is the number of events that one reader has not handled',
    `yet. At most ${longest.most} waited, for \`${longest.reader}\`; when the run ended, ${waitingAtEnd} waited.`,
    '',
    picture(
      `Chart of waiting events by time; the longest queue is ${longest.reader} with ${longest.most}, at the end ${waitingAtEnd} wait`,
      'queue',
    ),
    '',
    '## A refused buyer',
    '',
    `Order ${refusedNumber} came too late. Its buyer has paid nothing.`,
    '',
    picture(
      `Storefront: the page of order ${refusedNumber}, which failed because the product was gone`,
      'refused-buyer',
    ),
    '',
    '## The product afterwards',
    '',
    picture('Storefront: the page of the product, which is sold out', 'product-afterwards'),
    '',
    '## A kept answer',
    '',
    'One order is sent 20 times at once with the same `Idempotency-Key`. All 20 answers name one order, and the shop takes one',
    'piece and one payment.',
    '',
    picture(
      'Terminal: one order sent 20 times; all answers name the same order, and it is paid once',
      'kept-answer',
    ),
    '',
    '## The last piece',
    '',
    'Two buyers order the only piece of a product at the same moment; ten products, one after the other. The table counts the',
    'rounds.',
    '',
    picture(
      'Terminal: the counts by second, and a table of promises, each of them kept in 10 of 10 rounds',
      'last-piece',
    ),
    '',
    '## Carts',
    '',
    '20 buyers check out carts of several products at once, and there are too few of two products.',
    `All commands together checked ${promises} promises, and all were kept.`,
    '',
    picture(
      'Terminal: the counts, and a table of promises: no cart is sold in part, and the stock adds up',
      'carts',
    ),
    '',
  ].join('\n');
  return format(text, { ...(await resolveConfig(FILE)), filepath: FILE });
}
