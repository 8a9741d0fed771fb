import { useRouterState } from '@tanstack/react-router';
import { useEffect } from 'react';
import { env } from '../env';
import { announce } from './announce';

let lastPath: string | undefined;

/**
 * Sets the title of the page. After a change of path (not of search parameters, and not on the first load) it focuses
 * the page's heading and announces the title, as a full page load would. Pass undefined while the title is not known.
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
