// Every journey twice: with script (hydrated) and without (no-js).
import { existsSync } from 'node:fs';
import { chromium, defineConfig } from '@playwright/test';

// Playwright's own browser where it could be downloaded, else Debian's. That one is told
// to stay off the network, where it would look for updates and Google's services.
const launchOptions = existsSync(chromium.executablePath())
  ? {}
  : {
      executablePath: '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
        '--disable-quic',
      ],
    };

export default defineConfig({
  testDir: 'tests',
  // Two browsers at a time: the machines this runs on are small. Each worker has a site of its
  // own, and each project and each run after a failure a new one: see fixtures/site.ts.
  workers: 2,
  // No test needs another one, also of the same file.
  fullyParallel: true,
  // A test that passes at the second try is a bug, here or in the product.
  retries: 0,
  forbidOnly: process.env.CI === 'true',
  timeout: 30_000,
  reporter: 'list',
  use: {
    locale: 'ru-RU',
    launchOptions,
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
  },
  projects: [
    { name: 'hydrated', use: { javaScriptEnabled: true } },
    // Without the tests that are about scripts, or done by one.
    { name: 'no-js', use: { javaScriptEnabled: false }, grepInvert: /@scripts/ },
  ],
});
