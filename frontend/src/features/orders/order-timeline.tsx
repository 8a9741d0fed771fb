import type { TimelineEntry } from '@bramble/contracts/orders';
import { cn } from '../../lib/cn';
import { entryName } from './order-words';

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long' });

/** The timeline of an order. Space is reserved for the usual number of entries, so that new entries move nothing. */
export const OrderTimeline = ({ entries }: { entries: TimelineEntry[] }) => (
  <ol className="grid min-h-[17rem] content-start">
    {entries.map((entry, index) => {
      const last = index === entries.length - 1;
      const at = new Date(entry.at);
      return (
        <li
          key={`${entry.at}-${entry.status}-${index}`}
          className="relative grid grid-cols-[1.5rem_minmax(0,1fr)_auto] gap-x-2 pb-4"
        >
          {!last && <span aria-hidden className="absolute top-3 left-[5px] h-full w-px bg-line-strong" />}
          <span
            aria-hidden
            className={cn(
              'relative mt-1.5 size-3 rounded-full border-2',
              last ? 'border-ink bg-ink' : 'border-line-strong bg-paper',
            )}
          />
          <span>
            <span className={last ? 'font-semibold' : ''}>{entryName(entry.status)}</span>
            {entry.detail && <span className="block text-sm text-ink-muted">{entryName(entry.detail)}</span>}
          </span>
          <time dateTime={entry.at} className="tabular text-right text-sm text-ink-muted">
            {time.format(at)}
            <span className="block text-xs">{day.format(at)}</span>
          </time>
        </li>
      );
    })}
  </ol>
);
