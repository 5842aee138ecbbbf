import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import type { Frame, Page } from 'playwright-core';
import { type BrowserWorld, noBrowser, openBrowserWorld } from '../support/browser.ts';
import { adminKey } from '../support/process.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** A shop's page, of another site than the server, with a frame in it. */
class HostPage {
  readonly #server: Server;
  #frame = '';

  constructor() {
    this.#server = createServer((_request, response) =>
      response
        .setHeader('content-type', 'text/html')
        .end(
          `<!doctype html><title>Shop</title><iframe src="${this.#frame}" width="1200" height="800"></iframe>`,
        ),
    );
  }

  static async open(): Promise<HostPage> {
    const host = new HostPage();
    await new Promise<void>((resolve) => host.#server.listen(0, 'localhost', resolve));
    return host;
  }

  get origin(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Opens the page with that address in its frame. */
  async show(page: Page, address: string): Promise<Frame> {
    this.#frame = address;
    await page.goto(this.origin);
    const frame = page.frames().find((one) => one !== page.mainFrame());
    assert.ok(frame !== undefined);
    return frame;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

describe('the portal of an account', { skip: noBrowser }, () => {
  let world: BrowserWorld;
  let host: HostPage;

  const asAdmin = async (path: string, body: object, account = 'acme'): Promise<Record<string, string>> => {
    const answer = await fetch(world.server.url + path, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${adminKey}`,
        'content-type': 'application/json',
        'surehook-account': account,
      },
      body: JSON.stringify(body),
    });
    assert.ok(answer.ok, `${path} ${answer.status}`);
    return (await answer.json()) as Record<string, string>;
  };
  const link = async (body: object = {}): Promise<string> =>
    (await asAdmin('/v1/portal-links', { name: 'Acme webhooks', ...body })).url ?? '';

  before(async () => {
    [world, host] = await Promise.all([openBrowserWorld(), HostPage.open()]);
    for (const id of ['acme', 'other']) {
      await world.server.call('POST', '/v1/accounts', { id, name: id });
      await asAdmin('/v1/endpoints', { url: `${world.receiver.url}/${id}`, events: ['*'] }, id);
      await asAdmin('/v1/events', { type: `order.${id}`, data: { n: 1 } }, id);
    }
  });
  after(async () => {
    host?.close();
    await world?.close();
  });

  test('a link opens its account’s pages and nothing else, and can be loaded again', async () => {
    const page = await (await world.context()).newPage();
    const refused: string[] = [];
    page.on('response', (answer) => {
      if (answer.status() === 403) refused.push(answer.url());
    });
    await page.goto(await link());
    await page.getByRole('heading', { level: 1, name: 'Endpoints' }).waitFor();
    assert.match(new URL(page.url()).pathname, /^\/portal\/ptl_\w+\/endpoints$/);
    assert.equal(new URL(page.url()).hash, '');
    await page.getByRole('link', { name: /\/acme$/ }).waitFor();
    assert.equal(await page.getByText('/other').count(), 0);
    const pages = await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').allTextContents();
    assert.deepEqual(pages, ['Events', 'Deliveries', 'Endpoints', 'Dead letters']);
    assert.equal(await page.getByRole('button', { name: /Sign out/ }).count(), 0);
    await page.getByRole('link', { name: 'Deliveries' }).click();
    await page.getByRole('link', { name: 'order.acme' }).click();
    await page.getByRole('region', { name: 'Details' }).getByText('Delivered').first().waitFor();
    await page.reload();
    await page.getByRole('region', { name: 'Details' }).getByText('Delivered').first().waitFor();
    assert.equal(await page.getByText('order.other').count(), 0);
    await page.goto(page.url().replace(/\/deliveries.*/, '/settings/people'));
    await page.getByRole('heading', { level: 1, name: 'Endpoints' }).waitFor();
    await page.getByRole('link', { name: /\/acme$/ }).waitFor();
    assert.deepEqual(refused, [], 'a page that a portal has not was begun');
  });

  test('its people make an endpoint, see its secret, and find an id', async () => {
    const page = await (await world.context()).newPage();
    await page.goto(await link());
    await page.getByRole('button', { name: 'Create endpoint' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('URL').fill(`${world.receiver.url}/mine`);
    await dialog.getByLabel('Find or type an event type').fill('order.*');
    await dialog.getByRole('button', { name: 'Add' }).click();
    await dialog.getByRole('button', { name: 'Create endpoint' }).click();
    await dialog.getByText(/^whsec_/).waitFor();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('heading', { level: 2, name: `${world.receiver.url}/mine` }).waitFor();
    const { id } = await asAdmin('/v1/events', { type: 'order.found', data: 1 });
    await page.keyboard.press('Control+k');
    await page
      .getByRole('dialog')
      .getByRole('combobox')
      .fill(id ?? '');
    const found = await page.getByRole('option').allTextContents();
    assert.deepEqual(found, [`Go to ${id}`, `Deliveries about “${id}”`, `Events that contain “${id}”`]);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 2, name: 'order.found' }).waitFor();
    assert.match(new URL(page.url()).pathname, /^\/portal\/ptl_\w+\/events\/evt_/);
  });

  test('a link that was used, and one that is revoked, say that they are closed', async () => {
    const used = await link();
    const first = await (await world.context()).newPage();
    await first.goto(used);
    await first.getByRole('heading', { level: 1, name: 'Endpoints' }).waitFor();
    const second = await (await world.context()).newPage();
    await second.goto(used);
    await second.getByRole('heading', { name: 'This page is closed' }).waitFor();
    const id = /ptl_\w+/.exec(used)?.[0];
    const revoked = await fetch(`${world.server.url}/v1/portal-links/${id}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${adminKey}`, 'surehook-account': 'acme' },
    });
    assert.equal(revoked.status, 204);
    await first.reload();
    await first.getByRole('heading', { name: 'This page is closed' }).waitFor();
  });

  test('axe finds nothing serious there, light and dark, wide and narrow, in a glaring colour', async () => {
    for (const width of [360, 1440]) {
      const context = await world.context({ bypassCSP: true, viewport: { width, height: 800 } });
      const page = await context.newPage();
      await page.goto(await link({ color: '#ffff00' }));
      await page.getByRole('link', { name: /\/acme$/ }).waitFor();
      assert.ok(Number(await page.evaluate('document.documentElement.scrollWidth')) <= width);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await page.evaluate(axe);
        const { violations } = (await page.evaluate('axe.run()')) as {
          violations: { id: string; impact: string }[];
        };
        const serious = violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
        assert.deepEqual(serious, [], `${width} ${colorScheme}`);
      }
      await context.close();
    }
  });

  test('whoever is signed in to the dashboard is nobody in a portal', async () => {
    const context = await world.context();
    await world.signedIn(context);
    const page = await context.newPage();
    await page.goto(`${world.server.url}/portal/ptl_0000000000000000000000000`);
    await page.getByRole('heading', { name: 'This page is closed' }).waitFor();
  });

  test('it works in a frame of an origin that its link names, in the brand’s colour, and is refused elsewhere', async () => {
    const context = await world.browser.newContext();
    const page = await context.newPage();
    const frame = await host.show(page, await link({ origins: [host.origin], color: '#ffe14d' }));
    await frame.getByRole('heading', { level: 1, name: 'Endpoints' }).waitFor();
    await frame.getByText('Acme webhooks').first().waitFor();
    await frame.getByRole('link', { name: 'Deliveries' }).click();
    await frame.getByRole('link', { name: 'order.acme' }).waitFor();
    const accent = await frame.evaluate(
      "getComputedStyle(document.documentElement).getPropertyValue('--color-accent')",
    );
    assert.match(String(accent), /^light-dark\(#(?!ffe14d)\w{6}, #ffe14d\)$/);

    for (const address of [
      await link({ origins: ['https://elsewhere.example'] }),
      await link(),
      `${world.server.url}/endpoints`,
    ]) {
      const refused = await host.show(page, address);
      await page.waitForLoadState('load');
      assert.doesNotMatch(refused.url(), /^http/, address);
    }
    await context.close();
  });

  test('no page had an error to tell or asked anybody but its server', () => {
    assert.deepEqual(world.problems, []);
  });
});
