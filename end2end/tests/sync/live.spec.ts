// A sync while it runs: its steps, a second press, a stop. Without scripts the form waits.
import { type Page } from '@playwright/test';
import { connection, expectState, field, notice, step } from '../../fixtures/cabinet.ts';
import { awake } from '../../fixtures/hydration.ts';
import { WITH_SCRIPTS, expect, test } from '../../fixtures/test.ts';
import { connect, register, sync } from '../../fixtures/walk.ts';

const button = (page: Page) => page.getByRole('button', { name: 'Синхронизировать' });
const said = (page: Page) => connection(page).getByRole('status');

test('the form waits for a slow Google and says what came of it', async ({ page, google, person }) => {
  await register(page, person);
  await connect(page, person.google);
  await google.fail({ endpoint: 'userinfo', kind: 'slow', delay_ms: 700, times: 1 });
  await sync(page, 'unchanged');
  await expectState(page, 'active');
});

test('a sync shows its steps while they happen, and then what changed', WITH_SCRIPTS, async ({
  page,
  google,
  person,
}) => {
  await register(page, person);
  await connect(page, person.google);
  await awake(page);
  await google.editAccount(person.google.sub, { family_name: 'Соколова', name: 'Вера Соколова' });
  await google.fail({ endpoint: 'userinfo', kind: 'slow', delay_ms: 1_500, times: 1 });
  const before = await google.calls('userinfo');
  await expect(said(page)).toHaveAttribute('aria-live', 'polite');
  await expect(said(page)).toBeEmpty();
  await expect(step(page, 'token')).toBeHidden();

  await button(page).click();
  await expect(button(page)).toHaveAttribute('aria-disabled', 'true');
  // A plain click would wait for the button to be enabled again. It joins what runs.
  await button(page).dispatchEvent('click');
  await expect(said(page)).toHaveText('Спрашиваем Google');
  await expect(step(page, 'token')).toHaveAttribute('data-state', 'done');
  await expect(step(page, 'token')).toContainText('готово');
  await expect(step(page, 'google')).toHaveAttribute('data-state', 'current');
  await expect(step(page, 'google')).toContainText('идёт');
  await expect(step(page, 'saving')).toHaveAttribute('data-state', 'waiting');

  const result = notice(page, 'synced.last_name.display_name');
  await expect(result).toBeVisible();
  await expect(result).toBeFocused();
  await expect(page).toHaveURL('/dashboard/');
  await expect(field(page, 'last_name')).toHaveText('Соколова');
  await expect(page.locator('[data-change="last_name"] del')).toHaveText('Лебедева');
  await expect(page.locator('[data-change="last_name"] ins')).toHaveText('Соколова');
  expect(await google.calls('userinfo')).toBe(before + 1);
});

test('a second tab joins the sync of the first', WITH_SCRIPTS, async ({ page, context, google, person }) => {
  await register(page, person);
  await connect(page, person.google);
  await awake(page);
  const other = await context.newPage();
  await other.goto('/dashboard/');
  await awake(other);
  await google.editAccount(person.google.sub, { family_name: 'Соколова' });
  await google.fail({ endpoint: 'userinfo', kind: 'slow', delay_ms: 2_000, times: 1 });
  const before = await google.calls('userinfo');
  await button(page).click();
  await expect(step(page, 'google')).toHaveAttribute('data-state', 'current');
  await button(other).click();
  await expect(step(other, 'google')).toHaveAttribute('data-state', 'current');
  for (const tab of [page, other]) {
    await expect(field(tab, 'last_name')).toHaveText('Соколова');
  }
  expect(await google.calls('userinfo')).toBe(before + 1);
});

test('a sync can be stopped, and then nothing has changed', WITH_SCRIPTS, async ({ page, google, person }) => {
  await register(page, person);
  await connect(page, person.google);
  await awake(page);
  await google.editAccount(person.google.sub, { family_name: 'Соколова' });
  await google.fail({ endpoint: 'userinfo', kind: 'hang', times: 1 });
  const stop = page.getByRole('button', { name: 'Остановить' });
  await expect(stop).toBeHidden();
  await button(page).click();
  await stop.click();
  const result = notice(page, 'sync_cancelled');
  await expect(result).toHaveText('Синхронизация остановлена. Ничего не изменилось.');
  await expect(result).toBeFocused();
  await expect(field(page, 'last_name')).toHaveText('Лебедева');
  await expect(page.locator('[data-kind="connection.sync_cancelled"]')).toHaveCount(1);
  await expectState(page, 'active');
  await sync(page, 'synced.last_name');
});

test('who syncs all the time is told when it works again', async ({ page, person }) => {
  await register(page, person);
  await connect(page, person.google);
  for (let pressed = 0; pressed < 20; pressed += 1) {
    const answer = await page.request.post('/gmail/sync/', { headers: { accept: 'application/json' } });
    expect(answer.status()).toBe(200);
  }
  await page.goto('/dashboard/');
  await button(page).click();
  // The panel says it where there is script, the next page where there is none.
  const explained = page.getByText(/Снова можно через \d+ мин\./);
  await expect(explained).toBeVisible();
  await expectState(page, 'active');
});
