// The site stands: without this every other failure is noise.
import { expect, test } from '../../fixtures/site.ts';

test('the landing page answers and has a heading', async ({ page }) => {
  const response = await page.goto('/');
  expect(response?.status()).toBe(200);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
});
