// Second thoughts: a disconnection taken back, a pause, another account chosen by mistake.
import { connection, expectState, field, notice } from '../../fixtures/cabinet.ts';
import { newPerson } from '../../fixtures/person.ts';
import { expect, test } from '../../fixtures/test.ts';
import { chooseAnother, connect, disconnect, register, sync } from '../../fixtures/walk.ts';

test.beforeEach(async ({ page, person }) => {
  await register(page, person);
  await connect(page, person.google);
});

test('a disconnection is taken back, and everything is as it was', async ({ page, google, person }) => {
  await disconnect(page);
  await expectState(page, 'none');
  await expect(field(page, 'first_name')).toHaveText('не указано');
  await page.getByText('Что произошло с данными').click();
  await expect(connection(page)).toContainText('Удалено');
  await page.getByRole('button', { name: 'Вернуть подключение' }).click();
  await expect(notice(page, 'restored')).toHaveText('Всё вернулось как было.');
  await expectState(page, 'active');
  await expect(field(page, 'first_name')).toHaveText('Вера');
  await sync(page, 'unchanged');
  expect((await google.grant(person.google.sub))?.revoked_at).toBeNull();
});

test('who would disconnect can pause instead, and go on', async ({ page }) => {
  await page.getByRole('link', { name: 'Отключить' }).click();
  await page.getByRole('button', { name: 'Поставить на паузу' }).click();
  await expect(notice(page, 'paused')).toBeVisible();
  await expectState(page, 'paused');
  await expect(field(page, 'first_name')).toHaveText('Вера');
  await page.getByRole('button', { name: 'Продолжить синхронизацию' }).click();
  await expect(notice(page, 'resumed')).toBeVisible();
  await expectState(page, 'active');
});

test('another account than the connected one is asked about, and either can be had', async ({
  page,
  google,
  person,
}) => {
  const other = newPerson().google;
  await google.addAccount({ ...other, given_name: 'Нина', name: 'Нина Орлова' });
  const chooseTheOther = async () => {
    await chooseAnother(page, other);
    await expect(page.getByRole('heading', { name: 'Выбран другой аккаунт Google' })).toBeVisible();
  };
  await chooseTheOther();
  await page.getByRole('button', { name: /^Оставить/ }).click();
  await expect(notice(page, 'kept')).toBeVisible();
  await expect(field(page, 'first_name')).toHaveText('Вера');

  await chooseTheOther();
  await page.getByRole('button', { name: /^Сменить/ }).click();
  await expect(notice(page, 'connected')).toBeVisible();
  await expect(field(page, 'first_name')).toHaveText('Нина');
  expect((await google.grant(person.google.sub))?.sub).toBe(person.google.sub);
});
