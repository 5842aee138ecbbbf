import assert from 'node:assert/strict';
import { BlockList, isIP } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AddressPolicy } from './address.ts';
import {
  addressAllowed,
  checkUrl,
  isLocalName,
  parseAddress,
  parseNetworks,
  subscriberOf,
} from './address.ts';

const strict: AddressPolicy = { dev: false, allowNetworks: [] };
const dev: AddressPolicy = { dev: true, allowNetworks: [] };
const allowing = (text: string): AddressPolicy => {
  const allowNetworks = parseNetworks(text);
  assert.ok(typeof allowNetworks !== 'string', String(allowNetworks));
  return { dev: false, allowNetworks };
};

/** Node's own lists of what is not global unicast, to judge ours by; apart, since an IPv6 rule also matches mapped IPv4. */
function blockList(family: 'ipv4' | 'ipv6', networks: string): BlockList {
  const list = new BlockList();
  for (const network of networks.split(' ')) {
    const [start, bits] = network.split('/');
    list.addSubnet(start ?? '', Number(bits), family);
  }
  return list;
}
const privateV4 = blockList(
  'ipv4',
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.31.196.0/24 ' +
    '192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 ' +
    '240.0.0.0/4 168.63.129.16/32',
);
const privateV6 = blockList(
  'ipv6',
  '::/3 4000::/2 8000::/1 2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20',
);
const isPrivate = (ip: string): boolean =>
  isIP(ip) === 4 ? privateV4.check(ip, 'ipv4') : privateV6.check(ip, 'ipv6');

const v4Text = fc.oneof(
  fc.ipV4(),
  fc
    .tuple(
      fc.constantFrom(0, 10, 100, 127, 168, 169, 172, 192, 198, 203, 224, 255),
      fc.nat(255),
      fc.nat(255),
      fc.nat(255),
    )
    .map((bytes) => bytes.join('.')),
);
const v6Text = fc.oneof(
  fc.ipV6(),
  fc
    .tuple(
      fc.constantFrom(
        '2001:',
        '2001:db8:',
        '2002:',
        '3fff:',
        '2620:4f:',
        '2600:',
        '::ffff:',
        '64:ff9b::',
        'fe80::',
        'fd00::',
      ),
      fc.nat(65535),
      fc.nat(65535),
    )
    .map(([start, a, b]) => `${start}${a.toString(16)}:${start.includes('::') ? '' : ':'}${b.toString(16)}`),
);

test('an IPv4 address is allowed exactly when no special range holds it', () => {
  fc.assert(fc.property(v4Text, (ip) => assert.equal(addressAllowed(ip, strict), !isPrivate(ip))));
});

test('an IPv6 address is allowed exactly when it is global unicast and no special range holds it', () => {
  fc.assert(fc.property(v6Text, (ip) => assert.equal(addressAllowed(ip, strict), !isPrivate(ip), ip)));
});

test('no text whatever is allowed that is not an address outside the private ranges', () => {
  const text = fc.oneof(fc.string(), v4Text, v6Text, fc.stringMatching(/^[0-9a-fx.:%/ ]{1,30}$/));
  fc.assert(
    fc.property(text, (ip) => {
      if (addressAllowed(ip, strict)) assert.ok(isIP(ip) !== 0 && !isPrivate(ip), ip);
    }),
  );
});

test('the address parser agrees with the platform on what an address is', () => {
  const text = fc.oneof(v4Text, v6Text, fc.stringMatching(/^[0-9a-f.:]{1,40}$/));
  fc.assert(fc.property(text, (ip) => assert.equal(parseAddress(ip) !== null, isIP(ip) !== 0, ip)));
});

test('no URL is allowed whose host is an address in a private range', () => {
  const host = fc.oneof(
    v4Text,
    v6Text.map((ip) => `[${ip}]`),
    fc.nat(2 ** 32 - 1).map(String),
    fc.stringMatching(/^[0-9a-fx.]{1,12}$/),
  );
  fc.assert(
    fc.property(host, (name) => {
      const parts = checkUrl(`https://${name}/x`, strict);
      if (typeof parts !== 'string' && parts.literal) assert.ok(!isPrivate(parts.hostname), name);
      if (typeof parts !== 'string' && !parts.literal) assert.equal(isIP(parts.hostname), 0, name);
    }),
  );
});

const refused: Record<string, string[]> = {
  'metadata services': [
    '169.254.169.254',
    '[fd00:ec2::254]',
    '100.100.100.200',
    '192.0.0.192',
    '168.63.129.16',
  ],
  'private, shared, test and multicast ranges': [
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '127.0.0.1',
    '100.64.0.1',
    '198.18.0.1',
    '192.0.2.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
  ],
  'other spellings of loopback': [
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '0177.0.0.1',
    '127.1',
    '127.0.0.1.',
    '１２７.０.０.１',
    '127。0。0。1',
    '%31%32%37.0.0.1',
  ],
  'IPv4 inside IPv6': [
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::ffff:8.8.8.8]',
    '[::7f00:1]',
    '[::127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[64:ff9b:1::1]',
    '[2002:7f00:1::]',
    '[2001:0:4136:e378:8000:63bf:3fff:fdd2]',
  ],
  'IPv6 outside global unicast': [
    '[::]',
    '[::1]',
    '[fe80::1]',
    '[fec0::1]',
    '[fc00::1]',
    '[5f00::1]',
    '[3fff::1]',
    '[4000::1]',
    '[ff02::1]',
    '[2001:db8::1]',
  ],
  'the unspecified address': ['0.0.0.0', '0'],
  'zone ids': ['[fe80::1%25eth0]'],
  'local names': ['localhost', 'LOCALHOST', 'localhost.', 'a.localhost', 'a.b.localhost.', 'ｌocalhost'],
};
for (const [what, hosts] of Object.entries(refused)) {
  test(`a URL is refused for ${what}`, () => {
    for (const host of hosts) assert.equal(typeof checkUrl(`https://${host}/hook`, strict), 'string', host);
  });
}

test('a URL is refused for every scheme but https', () => {
  for (const url of [
    'http://example.com/',
    'file:///etc/passwd',
    'gopher://x/',
    'ftp://example.com/',
    'data:,x',
    'ws://example.com/',
    'javascript:1',
  ]) {
    assert.equal(typeof checkUrl(url, strict), 'string', url);
  }
});

test('a URL is refused for credentials, port 0, bad ports, control characters, too much length, and when it is none', () => {
  const bad = [
    'https://u:p@example.com/',
    'https://good.com@example.com/',
    'https://u@example.com/',
    'https://example.com:0/',
  ];
  bad.push(
    'https://example.com:65536/',
    'https://exa\nmple.com/',
    'https://example.com/\t',
    `https://example.com/${'x'.repeat(2048)}`,
  );
  bad.push('', 'example.com', '//example.com/', 'https://', 'https://[::1', 'https://a b/');
  for (const url of bad) assert.equal(typeof checkUrl(url, strict), 'string', url);
});

test('a public URL is taken apart in normal form', () => {
  assert.deepEqual(checkUrl('HTTPS://Shop.Example:443/a/../hooks?x=1#frag', strict), {
    href: 'https://shop.example/hooks?x=1#frag',
    origin: 'https://shop.example',
    secure: true,
    hostname: 'shop.example',
    literal: false,
    port: 443,
    path: '/hooks?x=1',
    own: false,
  });
  const literal = checkUrl('https://[2606:4700:4700::1111]:8443/', strict);
  assert.ok(typeof literal !== 'string');
  assert.deepEqual([literal.hostname, literal.literal, literal.port], ['2606:4700:4700::1111', true, 8443]);
});

test('development mode adds http and loopback and nothing else private', () => {
  for (const url of [
    'http://127.0.0.1:3000/',
    'http://[::1]/',
    'http://localhost:3000/',
    'https://a.localhost/',
    'http://example.com/',
  ]) {
    assert.notEqual(typeof checkUrl(url, dev), 'string', url);
  }
  for (const url of [
    'http://10.0.0.1/',
    'http://169.254.169.254/',
    'http://0.0.0.0/',
    'http://[::]/',
    'http://u:p@localhost/',
    'ftp://localhost/',
  ]) {
    assert.equal(typeof checkUrl(url, dev), 'string', url);
  }
});

test('an allowed network lifts that network only, not the https rule and not the credentials rule', () => {
  const policy = allowing('10.0.0.0/8, fd00::/8,192.168.7.7');
  for (const ip of ['10.255.0.1', 'fd12::1', '192.168.7.7', '::ffff:10.0.0.1', '8.8.8.8'])
    assert.ok(addressAllowed(ip, policy), ip);
  for (const ip of ['11.0.0.0', '127.0.0.1', '192.168.7.8', 'fe80::1', '::ffff:127.0.0.1']) {
    assert.equal(addressAllowed(ip, policy), ip === '11.0.0.0', ip);
  }
  assert.equal(typeof checkUrl('http://10.0.0.1/', policy), 'string');
  assert.equal(typeof checkUrl('https://u:p@10.0.0.1/', policy), 'string');
});

test("the server's own bins are allowed by their exact prefix, after the path is normalised", () => {
  const policy: AddressPolicy = { ...strict, ownBins: 'http://127.0.0.1:4400/b/' };
  const own = checkUrl('http://127.0.0.1:4400/b/abc', policy);
  assert.ok(typeof own !== 'string' && own.own);
  for (const url of [
    'http://127.0.0.1:4400/v1/keys',
    'http://127.0.0.1:4400/b/../v1/keys',
    'http://127.0.0.1:4400/b/%2e%2e/v1',
    'http://127.0.0.1:44000/b/x',
  ]) {
    assert.equal(typeof checkUrl(url, policy), 'string', url);
  }
});

test('what lies below the server’s own URL is refused, in any spelling of its host, and nothing beside it', () => {
  const policy: AddressPolicy = { ...strict, ownUrl: 'https://shop.example/surehook' };
  for (const path of ['/surehook', '/surehook/', '/surehook/v1/events', '/a/../surehook/v1', '/surehook?x']) {
    for (const host of ['shop.example', 'SHOP.example.', 'shop.example:443']) {
      assert.equal(typeof checkUrl(`https://${host}${path}`, policy), 'string', host + path);
    }
  }
  for (const url of [
    'https://shop.example/surehooks',
    'https://shop.example/hooks',
    'https://shop.example:8443/surehook',
    'https://other.example/surehook',
  ]) {
    assert.notEqual(typeof checkUrl(url, policy), 'string', url);
  }
  const bins: AddressPolicy = { ...policy, ownBins: 'https://shop.example/surehook/b/' };
  const bin = checkUrl('https://shop.example/surehook/b/x', bins);
  assert.ok(typeof bin !== 'string' && bin.own);
  const whole: AddressPolicy = { ...strict, ownUrl: 'https://hooks.example' };
  assert.equal(typeof checkUrl('https://hooks.example/anything', whole), 'string');
});

test('networks are parsed, and what is wrong is said in words that name the entry', () => {
  assert.deepEqual(parseNetworks(''), []);
  assert.deepEqual(parseNetworks('10.0.0.0/8'), [{ bytes: [10, 0, 0, 0], bits: 8 }]);
  for (const bad of [
    '10.0.0.0/33',
    '10.0.0.1/8',
    'x',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '::/129',
    '10.0/8',
    '10.0.0.0/8/8',
  ]) {
    const answer = parseNetworks(bad);
    assert.ok(typeof answer === 'string' && answer.includes(bad), bad);
  }
});

test('every network holds its own addresses and no address of the other family', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.nat(32), (ip, bits) => {
      const list = new BlockList();
      list.addSubnet(ip, bits, 'ipv4');
      const bytes = parseAddress(ip) ?? [];
      const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
      const first = bits === 0 ? 0 : Math.floor(value / 2 ** (32 - bits)) * 2 ** (32 - bits);
      const start = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join('.');
      const policy = allowing(`${start}/${bits}`);
      assert.ok(addressAllowed(ip, policy));
      assert.ok(!addressAllowed('fd00::1', policy));
      const probe = '10.9.8.7';
      assert.equal(addressAllowed(probe, policy), list.check(probe, 'ipv4'));
    }),
  );
});

test('names that only look like localhost are names like any other', () => {
  assert.ok(!isLocalName('notlocalhost'));
  assert.ok(!isLocalName('localhost.example'));
  assert.ok(isLocalName('x.LocalHost..'));
});

test('addresses that one subscriber can take at will count as one, and others do not', () => {
  assert.equal(subscriberOf('2001:db8:1:2::1'), subscriberOf('2001:db8:1:2:ffff:ffff:ffff:ffff'));
  assert.notEqual(subscriberOf('2001:db8:1:2::1'), subscriberOf('2001:db8:1:3::1'));
  assert.equal(subscriberOf('::ffff:192.0.2.1'), subscriberOf('192.0.2.1'));
  assert.notEqual(subscriberOf('192.0.2.1'), subscriberOf('192.0.2.2'));
});
