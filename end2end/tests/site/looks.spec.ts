// How every page and state looks: pictures for people, and a width that holds for machines.
import { join } from 'node:path';
import { everyState } from '../../fixtures/states.ts';
import { WITH_SCRIPTS, expect, test } from '../../fixtures/test.ts';
import { LANGUAGES } from '../../fixtures/words.ts';

/** 320 px is a wide screen at 400 % zoom (WCAG 2.2, 1.4.10). */
const WIDTHS = [320, 360, 1280];
const PICTURED = [360, 1280];

for (const [language, { locale }] of Object.entries(LANGUAGES)) {
  test.describe(`in ${language}`, () => {
    test.use({ locale });

    test('no state is wider than its window; its picture is kept', WITH_SCRIPTS, async ({ page, site, google, person }, testInfo) => {
      test.setTimeout(240_000);
      const folder = join(testInfo.project.outputDir, 'looks');
      await everyState(page, site, google, person, async (state) => {
        for (const width of WIDTHS) {
          await page.setViewportSize({ width, height: 800 });
          const overflow = () =>
            page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
          expect.soft(await overflow(), `${state} at ${width} px`).toBeLessThanOrEqual(0);
          if (!PICTURED.includes(width)) continue;
          for (const colorScheme of ['light', 'dark'] as const) {
            await page.emulateMedia({ colorScheme });
            const name = `${state}-${language}-${colorScheme}-${width}`;
            const path = join(folder, `${name}.png`);
            await page.screenshot({ path, fullPage: true, animations: 'disabled' });
            await testInfo.attach(name, { path, contentType: 'image/png' });
          }
        }
      });
    });
  });
}
