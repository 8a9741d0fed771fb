import { useQuery } from '@tanstack/react-query';
import { useLocation, useNavigate } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { useEffect, useId, useState } from 'react';
import { Plate } from '../../components/plate';
import { Price } from '../../components/price';
import { announce } from '../../lib/announce';
import { cn } from '../../lib/cn';
import { suggestionsQuery } from './catalogue.queries';

const PAUSE_MS = 200;

const useSettled = (value: string): string => {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
};

/**
 * Search as a combobox: suggestions after a pause, arrows to choose, Enter to open, Escape to close and keep the text.
 * Requests are keyed by their text and aborted when it changes, so a late answer never replaces a newer one.
 */
export const SearchBox = ({ query = '', className }: { query?: string | undefined; className?: string }) => {
  const id = useId();
  const navigate = useNavigate();
  const [text, setText] = useState(query);
  const path = useLocation({ select: ({ pathname }) => pathname });
  const here = `${path} ${query}`;
  const [shownFor, setShownFor] = useState(here);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  if (shownFor !== here) {
    setShownFor(here);
    setText(query);
  }

  const settled = useSettled(text.trim());
  const { data } = useQuery(suggestionsQuery(settled));
  const items = open && settled === text.trim() && settled.length > 1 ? data : undefined;
  const found = items?.length;
  useEffect(() => {
    if (found !== undefined) announce(found === 0 ? 'No suggestions' : `${found} suggestions`);
  }, [found, settled]);

  const close = () => {
    setOpen(false);
    setActive(-1);
  };
  const openProduct = (productId: string) => {
    close();
    void navigate({ to: '/products/$productId', params: { productId } });
  };
  const submit = () => {
    close();
    const q = text.trim();
    void navigate({ to: '/', search: q ? { q } : {} });
  };

  return (
    <form
      role="search"
      className={cn('relative min-w-0', className)}
      onSubmit={(event) => {
        event.preventDefault();
        const chosen = items?.[active];
        if (chosen) openProduct(chosen.id);
        else submit();
      }}
      onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && close()}
    >
      <Search
        className="pointer-events-none absolute top-1/2 left-3 size-4 -translate-y-1/2 text-ink-muted"
        aria-hidden
      />
      <input
        type="search"
        role="combobox"
        aria-label="Search the board"
        aria-expanded={Boolean(items?.length)}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={items?.[active] ? `${id}-${active}` : undefined}
        autoComplete="off"
        enterKeyHint="search"
        placeholder="Search"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setActive(-1);
          setOpen(true);
        }}
        onKeyDown={(event) => {
          const last = (items?.length ?? 0) - 1;
          if (event.key === 'ArrowDown' && last >= 0) setActive(active >= last ? 0 : active + 1);
          else if (event.key === 'ArrowUp' && last >= 0) setActive(active <= 0 ? last : active - 1);
          else if (event.key === 'Escape') close();
          else return;
          event.preventDefault();
        }}
        className="min-h-11 w-full rounded-control border border-line-strong bg-surface pr-3 pl-9 hover:border-ink [&::-webkit-search-cancel-button]:hidden"
      />
      <ul
        id={`${id}-list`}
        role="listbox"
        aria-label="Suggestions"
        hidden={!items?.length}
        className="absolute inset-x-0 top-full z-20 mt-2 overflow-hidden rounded-panel border border-line bg-surface p-1.5 shadow-float max-sm:-right-24 max-sm:-left-12"
      >
        {items?.map((product, index) => (
          <li
            key={product.id}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === active}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => openProduct(product.id)}
            onPointerMove={() => setActive(index)}
            className={cn(
              'flex cursor-pointer items-center gap-3 rounded-control p-2',
              index === active && 'bg-sunken',
            )}
          >
            <Plate product={product} className="size-11 shrink-0" />
            <span className="min-w-0 flex-1 truncate">{product.title}</span>
            <Price of={product.price} />
          </li>
        ))}
      </ul>
    </form>
  );
};
