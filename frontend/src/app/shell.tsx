import { Outlet } from '@tanstack/react-router';
import { OfflineBanner } from '../features/cart/offline-banner';
import { Announcer } from './announcer';
import { Footer } from './footer';
import { Header } from './header';

export const Shell = () => (
  <div className="flex min-h-dvh flex-col">
    <a
      href="#main"
      className="sr-only z-30 rounded-control bg-ink px-4 py-3 text-paper focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      onClick={(event) => {
        event.preventDefault();
        document.getElementById('main')?.focus();
      }}
    >
      Skip to content
    </a>
    <Header />
    <OfflineBanner />
    <main id="main" tabIndex={-1} className="min-h-dvh flex-1 outline-none">
      <Outlet />
    </main>
    <Footer />
    <Announcer />
  </div>
);
