// With scripts on: the islands wake without a word in the console, and do what they add.
import type { ConsoleMessage, Page, Request } from '@playwright/test';
import { connection, notice } from '../../fixtures/cabinet.ts';
import { awake } from '../../fixtures/hydration.ts';
import { everyState } from '../../fixtures/states.ts';
import { WITH_SCRIPTS, expect, test } from '../../fixtures/test.ts';
import { connect, leaveForGoogle, register } from '../../fixtures/walk.ts';

test('no page says anything in the console, and none asks another host', WITH_SCRIPTS, async ({
  page,
  site,
  google,
  person,
}) => {
  test.setTimeout(120_000);
  const said: string[] = [];
  page.on('pageerror', (error) => said.push(`${page.url()}: ${error.stack ?? error}`));
  page.on('console', (message) => {
    if (isComplaint(message) && !isOwnStatus(page, message)) {
      said.push(`${page.url()}: ${message.type()}: ${message.text()}`);
    }
  });
  const asked: Request[] = [];
  page.on('request', (request) => asked.push(request));

  const states: string[] = [];
  await everyState(page, site, google, person, async (state) => {
    states.push(state);
    expect.soft(said.splice(0), state).toEqual([]);
  });

  expect(states.length).toBeGreaterThan(15);
  expect(asked.length).toBeGreaterThan(states.length);
  const elsewhere = asked.filter((request) => new URL(request.url()).origin !== site.url);
  const strangers = elsewhere.filter((request) => !isVisitTo(site.google, request));
  expect(strangers.map((request) => request.url())).toEqual([]);
  expect(elsewhere.length, 'the trip to Google was among them').toBeGreaterThan(0);
  const pictures = asked.filter((request) => request.resourceType() === 'image');
  expect(pictures.some((request) => request.url().startsWith(`${site.url}/avatar/`))).toBe(true);
});

function isComplaint(message: ConsoleMessage): boolean {
  return ['error', 'warning', 'assert'].includes(message.type());
}

/** Chromium's note that a page came with the status that it was meant to have. */
function isOwnStatus(page: Page, message: ConsoleMessage): boolean {
  return (
    /^Failed to load resource: the server responded with a status of (403|404|405|422) /.test(message.text()) &&
    message.location().url === page.url()
  );
}

function isVisitTo(google: string, request: Request): boolean {
  const url = new URL(request.url());
  // The stand-in's own pages carry an empty icon in their address.
  return url.protocol === 'data:' || (url.origin === google && request.isNavigationRequest());
}

test('a password can be looked at, and hidden again', WITH_SCRIPTS, async ({ page }) => {
  await page.goto('/login/');
  const password = page.getByLabel('Пароль');
  await password.fill('three quiet words');
  await expect(password).toHaveAttribute('type', 'password');
  await page.getByRole('button', { name: 'Показать' }).click();
  await expect(password).toHaveAttribute('type', 'text');
  await expect(password).toHaveValue('three quiet words');
  await page.getByRole('button', { name: 'Скрыть' }).click();
  await expect(password).toHaveAttribute('type', 'password');
});

test.describe('far from Greenwich', () => {
  test.use({ timezoneId: 'Asia/Vladivostok' });

  test('moments are told in the reader’s zone', WITH_SCRIPTS, async ({ page, person }) => {
    await register(page, person);
    await awake(page);
    const moment = page.locator('[data-kind="user.registered"] time');
    const at = Date.parse((await moment.getAttribute('datetime')) ?? '');
    const ahead = new Date(at + 10 * 60 * 60 * 1_000).toISOString();
    await expect(moment).toContainText(ahead.slice(11, 16));
    await expect(moment).not.toContainText('UTC');
    // The browser has told its zone by now: the next page needs no script for it.
    await expect(async () => {
      const served = await (await page.request.get('/dashboard/')).text();
      expect(served).toContain('data-field="timezone">Asia/Vladivostok<');
      expect(served).not.toContain(' UTC</time>');
    }).toPass();
  });
});

test('a sync without a network says so, and can be tried again', WITH_SCRIPTS, async ({ page, context, person }) => {
  await register(page, person);
  await connect(page, person.google);
  await awake(page);
  await context.setOffline(true);
  const button = page.getByRole('button', { name: 'Синхронизировать' });
  await button.click();
  await expect(connection(page).getByRole('status')).toHaveText(
    'Нет связи с сайтом. Проверьте интернет и попробуйте ещё раз.',
  );
  await context.setOffline(false);
  await button.click();
  await expect(notice(page, 'unchanged')).toBeVisible();
});

test('the button to Google says that it leaves, and a page from history shows it clean', WITH_SCRIPTS, async ({
  page,
  person,
}) => {
  await register(page, person);
  await page.goto('/gmail/connect/');
  // Nothing is sent, so the page stays to be looked at, as it does while an answer is slow.
  await page.evaluate(() => document.addEventListener('submit', (event) => event.preventDefault()));
  const button = page.locator('form[action="/gmail/connect/"] button');
  // Until the island has woken, a press does nothing here.
  await expect(async () => {
    if (await button.isEnabled()) await button.click();
    await expect(button).toHaveText('Переходим к Google…', { timeout: 500 });
  }).toPass();
  await expect(button).toBeDisabled();
  // What a browser tells a page that it takes out of its history whole.
  await page.evaluate(() => window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
  await expect(button).toBeEnabled();
  await expect(button).toHaveText('Продолжить с Google');
});

test('going back from Google leaves a clean button that works', WITH_SCRIPTS, async ({ page, person }) => {
  await register(page, person);
  await leaveForGoogle(page);
  await page.goBack();
  await expect(page).toHaveURL('/gmail/connect/');
  const button = page.getByRole('button', { name: 'Продолжить с Google' });
  await expect(button).toBeEnabled();
  await button.click();
  await expect(page.getByTestId('google-chooser')).toBeVisible();
});
