// Every other end of a trip to Google, and what becomes of a connection that stops working.
import { connection, expectState, field, notice } from '../../fixtures/cabinet.ts';
import { newPerson } from '../../fixtures/person.ts';
import { expect, test } from '../../fixtures/test.ts';
import {
  answer, choose, connect, disconnect, finish, leaveForGoogle, register, signOut, sync,
} from '../../fixtures/walk.ts';

test.beforeEach(async ({ page, person }) => register(page, person));

test('saying no at Google is calm, and the button is still there', async ({ page, person }) => {
  await leaveForGoogle(page);
  await choose(page, person.google);
  await answer(page, 'deny');
  const said = notice(page, 'cancelled');
  await expect(said).toHaveText('Вы отменили подключение. Ничего не изменилось.');
  await expect(said).toHaveRole('status');
  await expect(said).toHaveClass(/flash--info/);
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expectState(page, 'none');
  await expect(connection(page).getByRole('link', { name: 'Подключить Gmail' })).toBeVisible();
  await expect(page.locator('[data-kind="connection.cancelled"]')).toBeVisible();
  await connect(page, person.google);
  await expectState(page, 'active');
});

test('a Google account that another user has is refused without a word about who', async ({
  page,
  google,
  person,
}) => {
  await connect(page, person.google);
  await signOut(page);
  const other = newPerson();
  await register(page, other);
  await connect(page, person.google);
  const said = notice(page, 'taken');
  await expect(said).toHaveText('Этот аккаунт Google здесь уже используется. Выберите другой аккаунт Google.');
  await expectState(page, 'none');
  for (const name of ['first_name', 'email'] as const) await expect(field(page, name)).toHaveText('не указано');
  for (const trace of [person.email, person.google.email, 'Лебедева']) {
    await expect(page.locator('body')).not.toContainText(trace);
  }
  const grant = await google.grant(person.google.sub);
  expect(grant?.revoked_at, 'the owner’s connection goes on').toBeNull();
});

test('without a refresh token the connection waits for a repair, and reconnecting is one', async ({
  page,
  google,
  person,
}) => {
  await google.behave({ withhold_refresh_token: true });
  await connect(page, person.google);
  await expect(notice(page, 'no_refresh_token')).toBeVisible();
  await expectState(page, 'reconnect');
  await expect(connection(page)).toContainText('Google не выдал долгий доступ.');

  await google.behave({ withhold_refresh_token: false });
  await leaveForGoogle(page);
  await expect(page.getByTestId('google-consent'), 'the account is known: no chooser').toBeVisible();
  await answer(page, 'allow');
  await expect(notice(page, 'connected')).toBeVisible();
  await expectState(page, 'active');
  await expect(field(page, 'first_name')).toHaveText('Вера');
  expect((await google.grant(person.google.sub))?.live_refresh_tokens).toBe(1);
});

test('access removed at Google is one sentence and one button, and the data stays', async ({
  page,
  google,
  person,
}) => {
  await connect(page, person.google);
  await google.removeAccess(person.google.sub);
  await sync(page, 'sync_reconnect');
  await expectState(page, 'reconnect');
  await expect(connection(page)).toContainText('Доступ отозван в настройках Google.');
  await expect(connection(page).getByRole('link', { name: 'Подключить заново' })).toBeVisible();
  await expect(connection(page).locator('.button--primary')).toHaveCount(1);
  await expect(connection(page).getByRole('button'), 'no sync button that cannot work').toHaveCount(0);
  await expect(field(page, 'first_name')).toHaveText('Вера');

  await leaveForGoogle(page);
  await answer(page, 'allow');
  await expectState(page, 'active');
  await expect(page.locator('[data-kind="connection.relinked"]')).toBeVisible();
});

test('Google being down is grey, asks nothing of the user, and passes', async ({ page, google, person }) => {
  await connect(page, person.google);
  await google.fail({ endpoint: 'userinfo', kind: 'answer', status: 503 });
  await sync(page, 'sync_unavailable');
  await expect(notice(page, 'sync_unavailable')).toHaveClass(/flash--info/);
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expectState(page, 'down');
  await expect(connection(page)).toContainText('Google временно недоступен');
  await expect(connection(page)).toContainText('Мы повторим сами, делать ничего не нужно.');
  await expect(connection(page).locator('.button--primary')).toHaveCount(0);
  await expect(field(page, 'first_name')).toHaveText('Вера');

  await google.recover();
  await sync(page, 'unchanged');
  await expectState(page, 'active');
});

test('the disconnection does not wait for a Google that is down', async ({ page, google, person }) => {
  await connect(page, person.google);
  await google.fail({ endpoint: 'revoke', kind: 'answer', status: 503 });
  await disconnect(page);
  await expectState(page, 'none');
  await finish(page);
  await expect(async () => {
    await page.goto('/dashboard/');
    const said = connection(page).locator('[data-revocation="pending"]');
    await expect(said).toContainText('Google пока не ответил на отзыв доступа.', { timeout: 500 });
  }).toPass();
});
