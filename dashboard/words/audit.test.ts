import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aboutWords, actWords, isEnd, whichWords } from './audit.ts';

test('what somebody did is said as people say it', () => {
  const said = (act: string, aboutName: string | null, aboutId: string | null = 'x_1') =>
    `${actWords(act, aboutId !== null)} ${aboutWords({ aboutId, aboutName }) ?? ''}`.trim() + whichWords(act);
  assert.equal(said('Create a bin', 'demo'), 'Made bin ‘demo’');
  assert.equal(said('Change an endpoint', 'https://a.example/'), 'Changed endpoint https://a.example/');
  assert.equal(said('Change an endpoint: url, rateLimit', null), 'Changed endpoint x_1: URL, Rate limit');
  assert.equal(said('Tell a bin how to behave: name', 'demo'), 'Changed bin ‘demo’: Name');
  assert.equal(said('Revoke an API key', 'till'), 'Revoked API key ‘till’');
  assert.equal(said('Show the secret', null, 'ep_1'), 'Looked at the secret of ep_1');
  assert.equal(said('Replay what failed', null, 'ep_1'), 'Replayed what failed at ep_1');
  assert.equal(said('Dismiss dead letters', null, null), 'Dismissed dead letters');
  assert.equal(said('Create a bin', null, null), 'Made a bin');
  assert.equal(said('Where bins catch', null, null), 'Where bins catch');
});

test('what is taken away is known to be gone', () => {
  assert.ok(isEnd('Delete a bin') && isEnd('Take back an event type'));
  assert.ok(!isEnd('Create a bin') && !isEnd('Take'));
});
