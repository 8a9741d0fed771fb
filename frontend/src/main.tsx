import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app';
import { reloadOnStaleChunk } from './app/stale-chunk';
import { startCartSync } from './features/cart/cart-sync';
import { followSystemTheme } from './lib/theme';
import './app/app.css';

reloadOnStaleChunk();
followSystemTheme();
startCartSync();

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
