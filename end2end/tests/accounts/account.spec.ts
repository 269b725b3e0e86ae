// Registration, sign-in, languages, and where one is sent next.
import { expect, test } from '../../fixtures/test.ts';
import { register, signOut, submit } from '../../fixtures/walk.ts';

test('a wrong password keeps the address and not the password', async ({ page, person }) => {
  await register(page, person);
  await signOut(page);
  await page.goto('/login/');
  await submit(page, { ...person, password: 'not my password' });
  await expect(page.getByRole('alert')).toHaveText(
    'Адрес или пароль не подходит. Проверьте раскладку и попробуйте ещё раз.',
  );
  await expect(page.getByLabel('Адрес почты')).toHaveValue(person.email);
  await expect(page.getByLabel('Пароль')).toHaveValue('');
  await expect(page.getByLabel('Пароль')).toHaveAccessibleDescription(/не подходит/);
  await submit(page, person);
  await expect(page).toHaveURL('/dashboard/');
});

test('weak passwords and taken or odd addresses are refused, each with its reason', async ({ page, person }) => {
  await page.goto('/register/');
  for (const [email, password, reason] of [
    [person.email, 'short', 'Пароль слишком короткий: нужно не меньше 8 знаков.'],
    [person.email, 'password123', 'Этот пароль подбирают первым. Придумайте другой, например фразу из трёх слов.'],
    ['anna@localhost', person.password, 'Это не похоже на адрес почты. Пример: anna@example.com.'],
  ] as const) {
    await submit(page, { email, password });
    await expect(page.getByRole('alert')).toHaveText(reason);
    await expect(page.getByLabel('Адрес почты')).toHaveValue(email);
  }
  await register(page, person);
  await signOut(page);
  await page.goto('/register/');
  await submit(page, person);
  await expect(page.getByRole('alert')).toHaveText(
    'Аккаунт с таким адресом уже есть. Войдите или укажите другой адрес.',
  );
});

test('guessing is slowed down, and the page says until when', async ({ page, person }) => {
  await register(page, person);
  await signOut(page);
  await page.goto('/login/');
  const wrong = { ...person, password: 'not my password' };
  for (let tries = 0; tries < 10; tries += 1) {
    const refused = page.waitForResponse((response) => response.request().method() === 'POST');
    await submit(page, wrong);
    expect((await refused).status()).toBe(422);
    await expect(page.getByRole('alert')).toContainText('не подходит');
  }
  await submit(page, wrong);
  await expect(page.getByRole('alert')).toHaveText(
    /^Слишком много попыток\. Снова войти можно через (14|15) мин\.$/,
  );
  await submit(page, person);
  await expect(page.getByRole('alert'), 'the right one comes too late').toContainText('Слишком много попыток');
});

test('a page that needs a session comes back after signing in', async ({ page, person }) => {
  await register(page, person);
  await signOut(page);
  await page.goto('/gmail/connect/');
  await expect(page).toHaveURL('/login/?next=/gmail/connect/');
  await submit(page, { ...person, password: 'not my password' });
  await expect(page.getByRole('alert')).toBeVisible();
  await submit(page, person);
  await expect(page, 'a refused try does not forget the way').toHaveURL('/gmail/connect/');
  await signOut(page);
  await page.goto('/gmail/disconnect/');
  await page.getByRole('main').getByRole('link', { name: 'Создать аккаунт' }).click();
  await expect(page, 'nor does the other form').toHaveURL('/register/?next=/gmail/disconnect/');
});

for (const next of ['https://evil.example/', '//evil.example/', '/\\evil.example/', 'javascript:alert(1)']) {
  test(`next=${next} does not lead away`, async ({ page, person }) => {
    await register(page, person);
    await signOut(page);
    await page.goto(`/login/?next=${encodeURIComponent(next)}`);
    await submit(page, person);
    await expect(page).toHaveURL('/dashboard/');
  });
}

test('the language changes where one stands, and stays', async ({ page, person }) => {
  await register(page, person);
  await page.goto('/gmail/connect/');
  await expect(page.locator('html')).toHaveAttribute('lang', 'ru');
  await page.getByRole('button', { name: 'English' }).click();
  await expect(page).toHaveURL(/\/gmail\/connect\/?$/);
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Connecting Gmail');
  await page.goto('/dashboard/');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Hello!');
  await page.getByRole('button', { name: 'Русский' }).click();
  await expect(page).toHaveURL(/\/dashboard\/?$/);
  await expect(page.locator('html')).toHaveAttribute('lang', 'ru');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Здравствуйте!');
});

test('a change of language keeps the way on', async ({ page, person }) => {
  await register(page, person);
  await signOut(page);
  await page.goto('/gmail/connect/');
  await page.getByRole('button', { name: 'English' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Welcome back');
  await submit(page, person);
  await expect(page).toHaveURL('/gmail/connect/');
});

test.describe('with an English browser', () => {
  test.use({ locale: 'en-GB' });

  test('the first visit is in English', async ({ page }) => {
    await page.goto('/');
    await expect(page.locator('html')).toHaveAttribute('lang', 'en');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('A profile that fills itself in');
  });
});
