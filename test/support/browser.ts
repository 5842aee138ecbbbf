import { accessSync, constants } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { type ServerProcess, startServerProcess, temporaryFolder } from './process.ts';

/** How long a page may be late before a test says so: a machine that does much else makes it late. */
const patienceMs = 45_000;
const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** The system's Chromium; null where there is none. */
export function findBrowser(): string | null {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of names) {
      const file = join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // Not there: the next one.
      }
    }
  }
  return null;
}

/** False, or why browser tests are skipped. */
export const noBrowser =
  findBrowser() === null
    ? 'no Chromium is installed (apt install chromium): browser tests are skipped'
    : false;

/** A receiver whose answer can be changed while it runs. */
export interface Receiver {
  url: string;
  status: number;
  body: string;
  received: number;
  /** What a GET below `/orders/` is answered: how each order stands. */
  orders: string;
  close(): void;
}

/** A server, a receiver and a browser; what a page should not do is gathered in `problems`. */
export interface BrowserWorld {
  server: ServerProcess;
  receiver: Receiver;
  browser: Browser;
  problems: string[];
  /** A new browser with nothing in it. */
  context(options?: Parameters<Browser['newContext']>[0]): Promise<BrowserContext>;
  /** A page that came in by a new one-time link. */
  signedIn(context: BrowserContext): Promise<Page>;
  close(): Promise<void>;
}

async function openReceiver(): Promise<Receiver> {
  const receiver: Receiver = {
    url: '',
    status: 200,
    body: '{"ok":true}',
    received: 0,
    orders: 'pending',
    close: () => undefined,
  };
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      if (request.method === 'GET') {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ status: receiver.orders }));
        return;
      }
      receiver.received += 1;
      const headers = { 'content-type': 'text/html', 'content-length': Buffer.byteLength(receiver.body) };
      response.writeHead(receiver.status, headers).end(receiver.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`;
  receiver.close = () => {
    server.closeAllConnections();
    server.close();
  };
  return receiver;
}

export async function openBrowserWorld(): Promise<BrowserWorld> {
  const folder = temporaryFolder();
  const [server, receiver, browser] = await Promise.all([
    startServerProcess(`${folder.path}/surehook.db`, { SUREHOOK_LOG_LEVEL: 'warn' }),
    openReceiver(),
    chromium.launch({ executablePath: findBrowser()!, args: ['--no-sandbox', '--disable-dev-shm-usage'] }),
  ]);
  const problems: string[] = [];
  return {
    server,
    receiver,
    browser,
    problems,
    async context(options = {}) {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
      context.setDefaultTimeout(patienceMs);
      context.on('page', (page) => watch(page, server.url, problems));
      return context;
    },
    async signedIn(context) {
      const { url } = (await server.call('POST', '/v1/sign-in-links', {})).json as unknown as { url: string };
      const page = await context.newPage();
      await page.goto(url);
      await page.getByRole('button', { name: 'Sign in with this link' }).click();
      await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
      return page;
    },
    async close() {
      await browser.close();
      await server.kill();
      receiver.close();
      folder.remove();
    },
  };
}

/** A page of ours has no error to tell, and asks nobody but its server. */
function watch(page: Page, origin: string, problems: string[]): void {
  page.on('pageerror', (error) => problems.push(`${page.url()}: ${error.message}`));
  page.on('console', (message) => {
    // The browser itself tells of answers like 401, which a page may well get.
    const isAnswer = message.text().startsWith('Failed to load resource');
    if (['error', 'warning'].includes(message.type()) && !isAnswer)
      problems.push(`${page.url()}: ${message.text()}`);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`)) problems.push(`${page.url()}: asks ${request.url()}`);
  });
}
