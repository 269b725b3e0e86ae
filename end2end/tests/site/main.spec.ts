// The promise of the product, from the first visit to the last trace: connect, a filled profile,
// sync, disconnect, nothing left.
import { connection, expectState, field, notice } from '../../fixtures/cabinet.ts';
import { expect, test } from '../../fixtures/test.ts';
import { finish, register, signOut, submit } from '../../fixtures/walk.ts';

// Two of the stand-in's own accounts; no other test touches them.
const TANYA = { sub: '110000000000000000001', email: 'tanran.an@gmail.com' };
const IVAN = { sub: '110000000000000000002', email: 'ivan.petrov@gmail.com' };

test('a traveller connects Gmail, syncs, disconnects, and nothing of Google is left', async ({
  page,
  google,
  person,
}) => {
  await test.step('register, sign out, and sign in on the way to the cabinet', async () => {
    await register(page, person);
    await expect(notice(page, 'registered')).toHaveText('Аккаунт создан. Добро пожаловать!');
    await expectState(page, 'none');
    await signOut(page);
    await page.goto('/dashboard/');
    await expect(page).toHaveURL('/login/?next=/dashboard/');
    await submit(page, person);
    await expect(page).toHaveURL('/dashboard/');
  });

  await test.step('before leaving, the page says what is read and what is not', async () => {
    await page.getByRole('link', { name: 'Подключить Gmail' }).click();
    await expect(page).toHaveURL('/gmail/connect/');
    const list = (title: string) =>
      page.getByRole('heading', { name: title }).locator('xpath=following-sibling::ul').getByRole('listitem');
    await expect(list('Что мы прочитаем')).toHaveText([
      'Имя и фамилию',
      'Адрес почты Google',
      'Фото профиля',
      'Язык, если Google его сообщает',
    ]);
    await expect(list('Чего не прочитаем никогда')).toHaveText([
      'Письма, темы и вложения',
      'Контакты, события календаря и файлы',
      'Пароль от Google',
    ]);
    await expect(page.getByRole('heading', { name: 'Что заполнится' })).toBeVisible();
    await expect(page.getByRole('heading', { name: 'Как отменить' })).toBeVisible();
  });

  await test.step('at Google: Татьяна Ранова, Разрешить', async () => {
    await page.getByRole('button', { name: 'Продолжить с Google' }).click();
    await expect(page.getByTestId('google-chooser')).toBeVisible();
    await page.getByTestId(`account-${TANYA.email}`).click();
    await expect(page.getByTestId('google-consent')).toContainText('Татьяна Ранова');
    await page.getByRole('button', { name: 'Разрешить' }).click();
  });

  let picture = '';
  await test.step('the profile is filled, with Google’s picture', async () => {
    await expect(page).toHaveURL('/dashboard/');
    await expect(notice(page, 'connected')).toHaveText('Gmail подключён, профиль заполнен.');
    await expectState(page, 'active');
    await expect(field(page, 'first_name')).toHaveText('Татьяна');
    await expect(field(page, 'last_name')).toHaveText('Ранова');
    await expect(field(page, 'display_name')).toHaveText('Татьяна Ранова');
    await expect(field(page, 'email')).toHaveText(TANYA.email);
    await expect(page.getByText(person.email).filter({ visible: true }).last()).toBeVisible();
    const avatar = page.getByRole('img', { name: 'Татьяна Ранова' });
    picture = (await avatar.getAttribute('src')) ?? '';
    expect(picture).toMatch(/^\/avatar\/[0-9a-f]{64}$/);
    const answer = await page.request.get(picture);
    expect(answer.headers()['content-type']).toMatch(/^image\//);
    await expect.poll(() => avatar.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  });

  await test.step('a new last name at Google arrives with the button, and is named', async () => {
    await google.editAccount(TANYA.sub, { family_name: 'Соколова', name: 'Татьяна Соколова' });
    await page.getByRole('button', { name: 'Синхронизировать' }).click();
    await expect(notice(page, 'synced.last_name.display_name')).toHaveText(
      'Готово, обновлено: фамилия, полное имя.',
    );
    await expect(field(page, 'last_name')).toHaveText('Соколова');
    await expect(page.getByRole('heading', { name: 'Здравствуйте, Татьяна!' })).toBeVisible();
  });

  await test.step('a second sync says that nothing changed', async () => {
    await page.getByRole('button', { name: 'Синхронизировать' }).click();
    await expect(notice(page, 'unchanged')).toHaveText('Всё свежее: в Google ничего не изменилось.');
    await expect(field(page, 'last_name')).toHaveText('Соколова');
  });

  await test.step('disconnecting names what goes, and waits for a second yes', async () => {
    await page.getByRole('link', { name: 'Отключить' }).click();
    await expect(page).toHaveURL('/gmail/disconnect/');
    await expect(page.getByRole('listitem').first()).toHaveText(
      'Из профиля исчезнет: имя, фамилия, полное имя, почта для связи, фото, язык',
    );
    await page.getByRole('button', { name: 'Да, отключить' }).click();
  });

  await test.step('Google’s values are gone', async () => {
    await expect(notice(page, 'disconnected')).toBeVisible();
    await expectState(page, 'none');
    for (const name of ['first_name', 'last_name', 'display_name', 'email'] as const) {
      await expect(field(page, name)).toHaveText('не указано');
    }
    for (const value of ['Татьяна', 'Ранова', 'Соколова', TANYA.email]) {
      await expect(page.locator('body')).not.toContainText(value);
    }
    expect((await page.request.get(picture)).status()).toBe(404);
  });

  await test.step('the token is dead at Google, and the page says that Google confirmed', async () => {
    await finish(page);
    await expect.poll(async () => (await google.grant(TANYA.sub))?.revoked_at).toBeTruthy();
    const token = (await google.issued()).refresh_tokens.at(-1) ?? '';
    expect(token).not.toBe('');
    expect(await google.isLive(token)).toBe(false);
    await expect(async () => {
      await page.goto('/dashboard/');
      const said = connection(page).locator('[data-revocation="done"]');
      await expect(said).toContainText('Google подтвердил: доступ отозван.', { timeout: 500 });
    }).toPass();
  });
});

test('the history names every step in its order', async ({ page, google, person }) => {
  await register(page, person);
  await page.goto('/gmail/connect/');
  await page.getByRole('button', { name: 'Продолжить с Google' }).click();
  await page.getByTestId(`account-${IVAN.email}`).click();
  await page.getByTestId('consent-allow').click();
  await expectState(page, 'active');
  // Ivan has no picture: initials stand in its place.
  await expect(page.locator('.avatar')).toHaveText('ИП');
  await google.editAccount(IVAN.sub, { given_name: 'Иоанн' });
  await page.getByRole('button', { name: 'Синхронизировать' }).click();
  await expect(notice(page, 'synced.first_name')).toBeVisible();
  await page.getByRole('link', { name: 'Отключить' }).click();
  await page.getByRole('button', { name: 'Да, отключить' }).click();
  await expect(notice(page, 'disconnected')).toBeVisible();
  await finish(page);
  await expect.poll(async () => (await google.grant(IVAN.sub))?.revoked_at).toBeTruthy();
  await expect(async () => {
    await page.goto('/dashboard/');
    const kinds = await page.locator('[data-kind]').evaluateAll((items) =>
      items.map((item) => item.getAttribute('data-kind')),
    );
    expect(kinds).toEqual([
      'connection.revoked',
      'connection.unlinked',
      'profile.updated',
      'profile.updated',
      'connection.linked',
      'user.signed_in',
      'user.registered',
    ]);
  }).toPass();
});
