// Every page for everybody: axe finds nothing serious, and a keyboard is enough.
import { AxeBuilder } from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { connection, notice } from '../../fixtures/cabinet.ts';
import { everyState } from '../../fixtures/states.ts';
import { WITH_SCRIPTS, expect, test } from '../../fixtures/test.ts';
import { register } from '../../fixtures/walk.ts';
import { LANGUAGES } from '../../fixtures/words.ts';

for (const [language, { locale }] of Object.entries(LANGUAGES)) {
  test.describe(`in ${language}`, () => {
    test.use({ locale });

    // axe is a script that it puts into the page.
    test('axe finds nothing serious in any state, light or dark', WITH_SCRIPTS, async ({ page, site, google, person }) => {
      test.setTimeout(240_000);
      await page.emulateMedia({ reducedMotion: 'reduce' });
      await everyState(page, site, google, person, async (state) => {
        const moving = await page.evaluate(() => document.getAnimations().length);
        expect.soft(moving, `${state} moves for who wants less of it`).toBe(0);
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          expect.soft(await serious(page), `${state}, ${colorScheme}`).toEqual([]);
        }
      });
    });
  });
}

async function serious(page: Page): Promise<string[]> {
  // Without frames the old way is the same, and spares a page for each run.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`));
}

test('the skip link is the first stop, shows itself, and leads to the content', async ({ page }) => {
  await page.goto('/');
  const skip = page.getByRole('link', { name: 'К содержанию' });
  await expect(skip).not.toBeInViewport();
  await page.keyboard.press('Tab');
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('main').getByRole('link', { name: 'Начать' })).toBeFocused();
});

test('the walk to Google and back takes a keyboard only', async ({ page, person }) => {
  await page.goto('/');
  await tabTo(page, page.getByRole('main').getByRole('link', { name: 'Начать' }));
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/register/');
  await tabTo(page, page.getByLabel('Адрес почты'));
  await page.keyboard.type(person.email);
  await tabTo(page, page.getByLabel('Пароль'));
  await page.keyboard.type(person.password);
  await page.keyboard.press('Enter');
  await expect(notice(page, 'registered'), 'the result is read first').toBeFocused();
  await tabTo(page, page.getByRole('link', { name: 'Подключить Gmail' }));
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/gmail/connect/');
  await tabTo(page, page.getByRole('button', { name: 'Продолжить с Google' }));
  await page.keyboard.press('Enter');
  await tabTo(page, page.getByTestId(`account-${person.google.email}`));
  await page.keyboard.press('Enter');
  await tabTo(page, page.getByTestId('consent-allow'));
  await page.keyboard.press('Enter');
  await expect(notice(page, 'connected')).toBeFocused();
  await tabTo(page, page.getByRole('button', { name: 'Синхронизировать' }));
  await page.keyboard.press('Enter');
  await expect(notice(page, 'unchanged')).toBeFocused();
  await tabTo(page, connection(page).getByRole('link', { name: 'Отключить' }));
  await page.keyboard.press('Enter');
  await tabTo(page, page.getByRole('button', { name: 'Да, отключить' }));
  await page.keyboard.press('Enter');
  await expect(notice(page, 'disconnected')).toBeFocused();
});

test('a refused form is announced, and its fields say why', async ({ page, person }) => {
  await register(page, person);
  await page.goto('/register/');
  await page.getByLabel('Адрес почты').fill(person.email);
  await page.getByLabel('Пароль').fill(person.password);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('Аккаунт с таким адресом уже есть.');
  const email = page.getByLabel('Адрес почты');
  await expect(email).toHaveAttribute('aria-invalid', 'true');
  await expect(email).toHaveAccessibleDescription(/Аккаунт с таким адресом уже есть/);
});

/** Presses Tab until the target has the focus. On our pages every stop must be seen to have it. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible();
  const isOurs = new URL(page.url()).hostname === 'localhost';
  for (let stops = 0; stops < 60; stops += 1) {
    await page.keyboard.press('Tab');
    const outlines = await page
      .locator(':focus')
      .evaluateAll((stops) => stops.map((stop) => getComputedStyle(stop).outlineStyle));
    if (isOurs) expect(outlines).not.toContain('none');
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`${target} cannot be reached with Tab`);
}
