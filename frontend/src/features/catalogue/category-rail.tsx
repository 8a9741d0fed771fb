import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { CSSProperties } from 'react';
import { cn } from '../../lib/cn';
import { hueOf } from '../../lib/plate';
import type { CatalogueSearch } from './catalogue-search';
import { categoriesQuery } from './catalogue.queries';

const stall =
  'chip inline-flex min-h-11 items-center gap-2 rounded-control border px-3 whitespace-nowrap no-underline transition-colors';

/** The categories in one row, which scrolls sideways on narrow screens. */
export const CategoryRail = ({ search }: { search: CatalogueSearch }) => {
  const { data: categories = [] } = useQuery(categoriesQuery);
  const { category: current, page: _page, ...rest } = search;
  const classNameOf = (on: boolean) =>
    cn(
      stall,
      on ? 'border-ink bg-ink font-semibold text-paper' : 'border-line bg-surface text-ink hover:border-ink',
    );
  return (
    <nav aria-label="Categories" className="min-h-11">
      <ul className="no-scrollbar -mx-4 flex gap-2 overflow-x-auto scroll-smooth px-4 py-1 sm:-mx-6 sm:px-6 lg:mx-0 lg:flex-wrap lg:px-0">
        <li>
          <Link
            to="/"
            search={rest}
            resetScroll={false}
            className={classNameOf(!current)}
            aria-current={current ? undefined : 'page'}
          >
            Everything
          </Link>
        </li>
        {categories.map(({ slug, name, products }) => (
          <li key={slug}>
            <Link
              to="/"
              search={{ ...rest, category: slug }}
              resetScroll={false}
              className={classNameOf(slug === current)}
              aria-current={slug === current ? 'page' : undefined}
            >
              <span aria-hidden className="swatch size-3" style={{ '--hue': hueOf(slug) } as CSSProperties} />
              {name}
              <span className={cn('tabular text-sm', slug === current ? '' : 'text-ink-muted')}>
                {products}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
};
