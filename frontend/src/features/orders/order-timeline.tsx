import type { TimelineEntry } from '@bramble/contracts/orders';
import { entryName } from './order-words';

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long' });

/** Everything that happened, newest first. */
export const OrderTimeline = ({ entries }: { entries: TimelineEntry[] }) => (
  <ol className="grid">
    {[...entries].reverse().map((entry, index) => (
      <li
        key={`${entry.at}-${entry.status}`}
        className="relative grid grid-cols-[1.5rem_minmax(0,1fr)_auto] gap-x-2 pb-4"
      >
        {index < entries.length - 1 && (
          <span aria-hidden className="absolute top-3 left-[5px] h-full w-px bg-line" />
        )}
        <span
          aria-hidden
          className={`relative mt-1.5 size-3 rounded-full border-2 ${index === 0 ? 'border-ink bg-ink' : 'border-line-strong bg-paper'}`}
        />
        <span>
          <span className={index === 0 ? 'font-semibold' : ''}>{entryName(entry.status)}</span>
          {entry.detail && <span className="block text-sm text-ink-muted">{entryName(entry.detail)}</span>}
        </span>
        <time dateTime={entry.at} className="tabular text-right text-sm text-ink-muted">
          {time.format(new Date(entry.at))}
          <span className="block text-xs">{day.format(new Date(entry.at))}</span>
        </time>
      </li>
    ))}
  </ol>
);
