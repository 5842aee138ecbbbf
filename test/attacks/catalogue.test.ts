import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

/*
 * The attack catalogue, cases A01–A62, and those of accounts, sessions, the portal and pages: which file holds each. What the product answers where a catalogue may say otherwise:
 * A05, A06  only 2000::/3 less its special ranges is global unicast, so nothing else in IPv6 needs to be known by name
 * A09       a name is stored unresolved and judged at every connection
 * A14       networks are allowed as a whole, not by port; http to them stays refused
 * A17       tests have no rate limit of their own; they say nothing about what is inside
 * A20       every port is allowed that is one
 * A28       types are A-Z a-z 0-9 _ . : / - and a caller's event id any visible ASCII: they are data, never part of a path or query
 * A32       an empty secret is refused when an endpoint is made; verifying refuses it, too
 * A50       __proto__ is refused in settings and passes unchanged in the data of events
 * A53       a missing type and curl's default are read as JSON
 * A76       nothing is exported as CSV
 * A77       every line of the log is JSON
 * A81, A91  see A17, and the isolation and fairness of `npm run bench`
 * A83–A86   there is no expression, template or script of an account to run: filters compare, schemas' patterns run bounded
 * A92       there is no quota on bytes: retention bounds them
 */
const held: Record<string, string> = {
  'test/attacks/addresses.test.ts': 'A01 A02 A03 A04 A05 A06 A07 A08 A15 A16 A18 A19 A20 A22',
  'test/attacks/names.test.ts': 'A09 A11 A13 A14 A17',
  'test/attacks/rebinding.test.ts': 'A10 A12',
  'test/attacks/headers.test.ts': 'A21 A26 A27 A28 A31 A32',
  'test/attacks/receivers.test.ts': 'A23 A59 A60 A61 A62',
  'test/attacks/own.test.ts': 'A24',
  'sdk/verify.test.ts': 'A29 A30 A31 A32 A33 A35 A36 A37 A38 A39 A40 A41 A42 A43 A44 A45 A46 A47',
  'test/attacks/json.test.ts': 'A48 A49 A50 A51 A52 A53',
  'test/attacks/bytes.test.ts': 'A54 A55 A56 A57 A58',
  'test/attacks/receiving.test.ts': 'A25 A34',
  'test/attacks/secrets.test.ts': 'A63 A78',
  'test/flow/api-rights.test.ts': 'A64 A94',
  'test/attacks/strangers.test.ts': 'A65 A90 A95',
  'test/flow/api-people.test.ts': 'A66 A67 A68 A69 A70 A88 A89 A96',
  'src/api/client-address.test.ts': 'A69',
  'test/flow/api-portal.test.ts': 'A63 A64 A67 A74 A88',
  'src/adapters/system/passwords.test.ts': 'A71',
  'test/browser/pages.test.ts': 'A72 A73',
  'test/flow/dashboard-files.test.ts': 'A74 A82',
  'dashboard/shell/next-path.test.ts': 'A75',
  'src/core/endpoint-input.test.ts': 'A79',
  'src/adapters/system/vault.test.ts': 'A97',
};

/** Of the later ones those that are about accounts, sessions, the portal or pages. */
const later = [63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 78, 79, 82, 88, 89, 90, 94, 95, 96, 97];
const all = [...Array.from({ length: 62 }, (_, n) => n + 1), ...later].map(
  (n) => `A${String(n).padStart(2, '0')}`,
);

test('every case of the catalogue is held by a test that names it', () => {
  const listed = new Set(Object.values(held).flatMap((ids) => ids.split(' ')));
  assert.deepEqual(
    all.filter((id) => !listed.has(id)),
    [],
  );
  const missing = Object.entries(held).flatMap(([path, ids]) => {
    const text = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
    return ids
      .split(' ')
      .filter((id) => !named(text).has(id))
      .map((id) => `${path}: ${id}`);
  });
  assert.deepEqual(missing, []);
});

/** Ids in strings of a file; comments do not count. */
function named(text: string): Set<string> {
  const code = text.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/[^\n]*/g, ' ');
  return new Set(
    [...code.matchAll(/['"`][^'"`\n]*\bA\d\d\b[^\n]*/g)].flatMap(
      ([found]) => found.match(/\bA\d\d\b/g) ?? [],
    ),
  );
}
