// The user owns the profile: what they typed is theirs, what Google changed can be taken back.
import { expectState, field, notice } from '../../fixtures/cabinet.ts';
import { expect, test } from '../../fixtures/test.ts';
import { connect, disconnect, register, sync } from '../../fixtures/walk.ts';

test('what was typed before waits for a choice, and comes back at the end', async ({
  page,
  person,
}) => {
  await test.step('type a name of one’s own', async () => {
    await register(page, person);
    await page.getByRole('link', { name: 'Изменить' }).click();
    await page.getByLabel('Имя', { exact: true }).fill('Верочка');
    await page.getByRole('button', { name: 'Сохранить' }).click();
    await expect(notice(page, 'saved')).toBeVisible();
    await expect(field(page, 'first_name')).toHaveText('Верочка');
  });

  await test.step('connecting fills what was empty and asks about the rest', async () => {
    await connect(page, person.google);
    await expectState(page, 'active');
    await expect(field(page, 'first_name')).toHaveText('Верочка');
    await expect(field(page, 'last_name')).toHaveText('Лебедева');
    const offer = page.locator('[data-offer="first_name"]');
    await expect(offer).toContainText('Верочка');
    await expect(offer.locator('dd')).toHaveText(['Верочка', 'Вера']);
    await expect(offer.getByRole('radio', { name: 'Оставить моё', exact: true })).toBeChecked();
    await offer.getByText('Взять из Google').click();
    await page.getByRole('button', { name: 'Сохранить выбор' }).click();
    await expect(notice(page, 'chosen')).toBeVisible();
    await expect(field(page, 'first_name')).toHaveText('Вера');
    await expect(page.locator('[data-offer]')).toHaveCount(0);
  });

  await test.step('disconnecting gives back what there was', async () => {
    await page.getByRole('link', { name: 'Отключить' }).click();
    await expect(page.getByText('Вернётся то, что вы указали сами')).toBeVisible();
    await disconnect(page);
    await expect(field(page, 'first_name')).toHaveText('Верочка');
    await expect(field(page, 'last_name')).toHaveText('не указано');
  });
});

test('a change is taken back, and an edited field is left alone', async ({ page, google, person }) => {
  await register(page, person);
  await connect(page, person.google);
  await google.editAccount(person.google.sub, { given_name: 'Ошибка', family_name: 'Опечатка' });
  await sync(page, 'synced.first_name.last_name');

  await test.step('one of two changes goes back, and stays so', async () => {
    await page.getByRole('button', { name: 'Вернуть: Имя' }).click();
    await expect(notice(page, 'undone.first_name')).toHaveText('Вернули как было: имя.');
    await expect(field(page, 'first_name')).toHaveText('Вера');
    await expect(field(page, 'last_name')).toHaveText('Опечатка');
    await sync(page, 'unchanged');
    await expect(field(page, 'first_name')).toHaveText('Вера');
  });

  await test.step('an edit makes the field the user’s', async () => {
    await page.goto('/dashboard/profile/');
    await expect(page.getByText('оно перестанет обновляться из Google').first()).toBeVisible();
    await page.getByLabel('Фамилия', { exact: false }).first().fill('Лебедева-Кумач');
    await page.getByRole('button', { name: 'Сохранить' }).click();
    await expect(notice(page, 'saved')).toBeVisible();
    await google.editAccount(person.google.sub, { family_name: 'Другая' });
    await sync(page, 'unchanged');
    await expect(field(page, 'last_name')).toHaveText('Лебедева-Кумач');
  });

  await test.step('the history tells all of it, by kind', async () => {
    await page.getByRole('link', { name: 'Вся история' }).click();
    await page.getByRole('link', { name: 'Профиль' }).click();
    await expect(page.getByRole('link', { name: 'Профиль' })).toHaveAttribute('aria-current', 'page');
    const kinds = await page.locator('[data-kind]').evaluateAll((items) =>
      items.map((item) => item.getAttribute('data-kind')),
    );
    expect(kinds).toEqual(['profile.edited', 'profile.undone', 'profile.updated', 'profile.updated']);
    await expect(page.locator('[data-change="last_name"] del')).toHaveText(['Лебедева', 'пусто']);
  });
});

test('a form that is refused says why and keeps what was typed', async ({ page, person }) => {
  await register(page, person);
  await page.goto('/dashboard/profile/');
  await page.getByLabel('Имя', { exact: true }).fill('Вера');
  await page.getByLabel('Часовой пояс').first().fill('Europe/Atlantis');
  await page.getByRole('button', { name: 'Сохранить' }).click();
  await expect(page.getByRole('alert')).toContainText('Часовой пояс');
  await expect(page.getByText('Такого часового пояса нет')).toBeVisible();
  await expect(page.getByLabel('Имя', { exact: true })).toHaveValue('Вера');
  await page.getByLabel('Часовой пояс').first().fill('Asia/Kamchatka');
  await page.getByRole('button', { name: 'Сохранить' }).click();
  await expect(notice(page, 'saved')).toBeVisible();
  await expect(page.locator('time').first()).not.toContainText('UTC');
});
