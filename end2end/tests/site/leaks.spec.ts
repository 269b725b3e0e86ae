// After the whole walk in a real browser, no secret lies in the database or in a log in clear.
// The stand-in's ledger also holds the tokens of every test that ran before on this site.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expectState, notice } from '../../fixtures/cabinet.ts';
import { expect, test } from '../../fixtures/test.ts';
import { answer, connect, disconnect, finish, leaveForGoogle, register, signOut, submit, sync } from '../../fixtures/walk.ts';

test('no code, token, password, session or client secret is left in clear', async ({
  page,
  context,
  site,
  google,
  person,
}) => {
  const cookies = new Map<string, string>();
  const collect = async () => {
    for (const { name, value } of await context.cookies(site.url)) {
      if (name === 'selexia_session' || name === 'selexia_attempt') cookies.set(`${name} ${cookies.size}`, value);
    }
  };

  await register(page, person);
  await collect();
  await signOut(page);
  await page.goto('/login/');
  await submit(page, { ...person, password: `${person.password}-mistyped` });
  await expect(page.getByRole('alert')).toBeVisible();
  await submit(page, person);
  await expect(page).toHaveURL('/dashboard/');
  await connect(page, person.google);
  await collect();
  // A 401 makes the site refresh its access token.
  await google.fail({
    endpoint: 'userinfo', kind: 'answer', status: 401, times: 1,
    body: { shape: 'google_error', reason: 'authError' },
  });
  await sync(page, 'unchanged');
  expect(await google.calls('token_refresh')).toBeGreaterThan(0);
  await google.removeAccess(person.google.sub);
  await sync(page, 'sync_reconnect');
  await leaveForGoogle(page);
  await answer(page, 'allow');
  await expectState(page, 'active');
  const live = search(site, await secrets());
  expect(live).toEqual([]);
  await disconnect(page);
  await finish(page);
  await expect.poll(async () => (await google.grant(person.google.sub))?.revoked_at).toBeTruthy();
  await signOut(page);
  await expect(notice(page, 'signed_out')).toBeVisible();
  expect(search(site, await secrets())).toEqual([]);

  /** Every secret of the walk by a name that may be printed. */
  async function secrets(): Promise<Map<string, string>> {
    const issued = Object.entries(await google.issued());
    for (const [kind, values] of issued) expect(values.length, kind).toBeGreaterThan(0);
    expect(cookies.size).toBeGreaterThanOrEqual(3);
    return new Map([
      ...issued.flatMap(([kind, values]) => values.map((value, n) => [`${kind} ${n}`, value] as const)),
      ...cookies,
      ['password', person.password],
      ['client secret', 'selexia-demo-secret'],
      // Not secret, but a log is no place for them.
      ...(['email', 'name'] as const).map((part) => [`Google ${part} in a log`, person.google[part] ?? ''] as const),
      ['address in a log', person.email],
    ]);
  }
});

type Files = { folder: string; database: string };

/** Where a secret stands, as `its name: the file`, in any spelling that an address or JSON gives it. */
function search({ folder, database }: Files, secrets: Map<string, string>): string[] {
  const names = readdirSync(folder).filter((name) => /\.(db|db-wal|db-shm|log)$/.test(name));
  expect(names).toEqual(expect.arrayContaining(['selexia.db', 'selexia.log', 'google.log']));
  const files = names.map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));
  // What must be found proves that a search finds.
  const stored = files.filter(({ name }) => join(folder, name).startsWith(database));
  const address = secrets.get('address in a log') ?? '';
  expect(stored.some(({ bytes }) => bytes.includes(address)), 'the database can be searched').toBe(true);
  for (const [name, line] of [['selexia.log', '/gmail/callback'], ['google.log', 'ready']] as const) {
    const log = files.find((file) => file.name === name);
    expect(log?.bytes.includes(line), `${name} can be searched`).toBe(true);
  }

  const found: string[] = [];
  for (const { name, bytes } of files) {
    for (const [secret, value] of secrets) {
      expect(value.length, secret).toBeGreaterThan(8);
      const isAllowed = secret.endsWith('in a log') && !name.endsWith('.log');
      const spellings = [value, encodeURIComponent(value), Buffer.from(value).toString('base64')];
      if (!isAllowed && spellings.some((spelling) => bytes.includes(spelling))) found.push(`${secret}: ${name}`);
    }
  }
  return found;
}
