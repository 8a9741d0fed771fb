import { readFileSync } from 'node:fs';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { type Call, callBy } from '@bramble/contracts/call';

const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

interface LayoutShift extends PerformanceEntry {
  value: number;
  hadRecentInput: boolean;
  sources: { node: Node | null; previousRect: DOMRect; currentRect: DOMRect }[];
}

declare global {
  interface Window {
    axe: { run: (context: Document, options: object) => Promise<AxeResults> };
    shifts: number;
    shifted: string[];
  }
}

/** A visitor of the shop with a browser context of their own. */
export interface Visitor {
  page: Page;
  /** The sentences that a screen reader announced, newest last. */
  said(): Promise<string[]>;
  /** Waits until a screen reader announced this sentence: the announcer speaks a moment after the page changes. */
  waitForSaid(sentence: string | RegExp): Promise<void>;
  /** Serious and critical violations of WCAG 2.2 AA on the page as it is, as readable lines. */
  axe(): Promise<string[]>;
  /** Console errors and failed requests that nobody expected, and layout shifts; all of them must stay empty. */
  faults(): Promise<string[]>;
  /** Lets answers with this status pass without being a fault: the browser logs each failed answer. */
  expectStatus(status: number): void;
  /** Parts of the page that stick out of the window on the side, outside of scrollers. */
  overflow(): Promise<string[]>;
  close(): Promise<void>;
}

/** Calls operations from within a page, as its scripts do: with the visitor's cookies. */
export const callAs = (page: Page): Call =>
  callBy(async ({ method, path, headers, body }) => {
    if (body instanceof FormData) throw new TypeError('a form is filled in on the page');
    const init = { method, headers, body: body ?? null };
    return page.evaluate(
      async (request) => {
        const response = await fetch(request.path, request.init);
        return { status: response.status, text: await response.text() };
      },
      { path, init },
    );
  });

const MAX_SHIFT = 0.02;

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Visitor> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    baseURL: url,
    locale: 'en-IE',
    ...options,
  });
  await context.addInitScript(() => {
    window.shifts = 0;
    window.shifted = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as LayoutShift[]) {
        if (entry.hadRecentInput) continue;
        window.shifts += entry.value;
        for (const { node, previousRect: from, currentRect: to } of entry.sources) {
          const what = (node instanceof Element ? node : node?.parentElement)?.outerHTML.slice(0, 90);
          const move = `${from.y}+${from.height} to ${to.y}+${to.height}`;
          window.shifted.push(`${location.pathname} ${entry.value.toFixed(3)} ${move} ${what ?? 'gone'}`);
        }
      }
    }).observe({ type: 'layout-shift', buffered: true });
    addEventListener('DOMContentLoaded', () => {
      const log: string[] = [];
      Object.assign(window, { said: log });
      new MutationObserver(() => {
        const text = document.querySelector('[data-testid=announcer]')?.textContent?.trim();
        if (text && log.at(-1) !== text) log.push(text);
      }).observe(document.body, { subtree: true, childList: true, characterData: true });
    });
  });
  const page = await context.newPage();
  const faults: string[] = [];
  const expected = new Set<number>();
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    const status = Number(/status of (\d+)/.exec(message.text())?.[1]);
    if (!expected.has(status)) faults.push(`console: ${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => faults.push(`page: ${error.message}`));

  return {
    page,
    waitForSaid: async (sentence) => {
      const pattern = sentence instanceof RegExp ? sentence.source : `^${escaped(sentence)}$`;
      await page.waitForFunction(
        (source) =>
          (window as unknown as { said: string[] }).said.some((said) => new RegExp(source).test(said)),
        pattern,
        { timeout: 5_000 },
      );
    },
    said: () => page.evaluate(() => [...((window as unknown as { said?: string[] }).said ?? [])]),
    axe: async () => {
      // Evaluated by the debugger, so the page's content security policy stays as strict as it is.
      await page.evaluate(axeSource);
      const { violations } = await page.evaluate(async () => {
        // An element that is fading in has a low contrast for a moment, so the check waits for the end of transitions.
        const ending = document
          .getAnimations()
          .filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
        await Promise.allSettled(ending.map(({ finished }) => finished));
        return window.axe.run(document, {
          runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
          resultTypes: ['violations'],
        });
      });
      return violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => `${id}: ${nodes.length} times, first ${nodes[0]?.html.slice(0, 200)}`);
    },
    faults: async () => {
      const shift = await page.evaluate(() => window.shifts);
      if (shift <= MAX_SHIFT) return faults;
      const parts = await page.evaluate(() => window.shifted);
      return [...faults, [`layout shifted by ${shift.toFixed(3)}`, ...parts].join('\n')];
    },
    expectStatus: (status) => expected.add(status),
    overflow: () =>
      page.evaluate(() =>
        [...document.querySelectorAll('body *')]
          .filter((element) => {
            const box = element.getBoundingClientRect();
            if (box.width === 0 || box.right <= innerWidth + 1) return false;
            for (let parent = element.parentElement; parent; parent = parent.parentElement) {
              const { overflowX } = getComputedStyle(parent);
              if (parent !== document.body && overflowX !== 'visible') return false;
            }
            return true;
          })
          .map((element) => `${element.tagName.toLowerCase()}.${String(element.className).slice(0, 60)}`),
      ),
    close: () => context.close(),
  };
}
