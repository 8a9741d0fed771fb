import { useRouterState } from '@tanstack/react-router';
import { useEffect } from 'react';
import { env } from '../env';
import { announce } from './announce';

let lastPath: string | undefined;

/**
 * Names the page. After a change of path (never of search parameters, never on the first load) it moves focus to the
 * page's heading and says the title: what a full page load would have done. Undefined while the name is not known yet.
 */
export const usePage = (title: string | undefined): void => {
  const path = useRouterState({
    select: (state) => state.resolvedLocation?.pathname ?? state.location.pathname,
  });
  useEffect(() => {
    if (title === undefined) return;
    document.title = `${title} – ${env.name}`;
    if (lastPath !== undefined && lastPath !== path) {
      document.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true });
      announce(title);
    }
    lastPath = path;
  }, [title, path]);
};
