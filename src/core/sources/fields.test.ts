import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { schemes } from '../../../sdk/schemes.ts';
import { checkSecrets, missingIn, readFields } from './fields.ts';
import { describeSchemes, presetNamed, presets } from './presets.ts';

describe('what a source holds', () => {
  test('fields are known by our names and by those they have where they come from', () => {
    const ebay = presetNamed('ebay')!;
    assert.deepEqual(readFields(ebay, { verificationToken: 't', endpoint: 'https://a.example/' }), {
      fields: { verifyToken: 't', notificationUrl: 'https://a.example/' },
    });
    const hosts = readFields(presetNamed('paypal')!, {
      webhookId: 'w',
      certificateHosts: ['a.example', 'b.example'],
    });
    assert.deepEqual(hosts, { fields: { webhookId: 'w', certificateHosts: 'a.example,b.example' } });
    assert.deepEqual(readFields(presetNamed('github')!, undefined), { fields: {} });
  });

  test('what is unknown or no text is a problem with a pointer; what is missing may come later', () => {
    const problemsOf = (name: string, value: unknown) => {
      const read = readFields(presetNamed(name)!, value);
      return 'problems' in read ? read.problems.map(({ pointer }) => pointer) : [];
    };
    assert.deepEqual(problemsOf('github', { webhookId: 'x' }), ['/fields/webhookId']);
    assert.deepEqual(problemsOf('paypal', {}), []);
    assert.deepEqual(problemsOf('paypal', { webhookId: 5 }), ['/fields/webhookId']);
    assert.deepEqual(problemsOf('paypal', { webhookId: 'x'.repeat(5001) }), ['/fields/webhookId']);
    assert.deepEqual(problemsOf('paypal', []), ['/fields']);
    assert.deepEqual(problemsOf('stripe', { tolerance: '2d' }), ['/fields/tolerance']);
    assert.deepEqual(problemsOf('stripe', { tolerance: '5s' }), []);
    assert.deepEqual(problemsOf('github', { tolerance: '5s' }), ['/fields/tolerance']);
    assert.deepEqual(problemsOf('github', JSON.parse('{"__proto__":"x"}')), ['/fields/__proto__']);
  });

  test('secrets and keys must be written as their scheme reads them', () => {
    const check = (name: string, secrets: string[], fields: Record<string, string> = {}) =>
      checkSecrets(presetNamed(name)!, { secrets, fields }).map(({ pointer }) => pointer);
    assert.deepEqual(check('github', []), []);
    assert.deepEqual(check('github', ['a', '']), ['/secrets/1']);
    assert.deepEqual(check('standard', ['not base64!']), ['/secrets/0']);
    assert.deepEqual(
      check('standard', [], { publicKey: 'whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=' }),
      [],
    );
    assert.deepEqual(check('adyen-standard', ['xyz']), ['/secrets/0']);
    assert.deepEqual(check('discord', [], { publicKey: 'abc' }), ['/fields/publicKey']);
    assert.deepEqual(check('discord', [], { publicKey: 'ab'.repeat(32) }), []);
    assert.deepEqual(check('paypal', [], { webhookId: 'w' }), []);
    assert.deepEqual(check('wix', ['-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n']), []);
  });

  test('what a source still needs is named', () => {
    const missing = (name: string, secrets: string[], fields: Record<string, string> = {}) =>
      missingIn(presetNamed(name)!, { secrets, fields });
    assert.deepEqual(missing('stripe', []), ['secret']);
    assert.deepEqual(missing('stripe', ['k']), []);
    assert.deepEqual(missing('standard', [], { publicKey: 'whpk_x' }), []);
    assert.deepEqual(missing('paypal', []), ['webhookId']);
    assert.deepEqual(missing('meta', []), ['secret', 'verifyToken']);
    assert.deepEqual(missing('unsigned', []), []);
  });

  test('every preset is described with its name, its fields and what it answers', () => {
    const described = describeSchemes();
    assert.deepEqual(
      described.map(({ name }) => name),
      presets.map(({ name }) => name),
    );
    // What can be verified can be chosen, under the same name, and nothing twice.
    assert.deepEqual(presets.map(({ name }) => name).sort(), Object.keys(schemes).sort());
    const text = JSON.stringify(described);
    assert.deepEqual(JSON.parse(text), described);
    const adyen = described.find(({ name }) => name === 'adyen-standard')!;
    assert.deepEqual(adyen.ack, { status: 200, contentType: 'text/plain', body: '[accepted]' });
  });
});
