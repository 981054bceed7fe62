import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviceName } from '../src/account/deviceName.ts';

const names: Record<string, string> = {
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36': 'Chrome · Windows',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0': 'Edge · Windows',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15': 'Safari · macOS',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1': 'Safari · iPhone',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile/15E148 Safari/604.1': 'Chrome · iPhone',
  'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36': 'Chrome · Android',
  'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0': 'Firefox · Linux',
  'Mozilla/5.0 (X11; Linux x86_64)': 'Linux',
  'EchoBot/1.0 (+https://bot.example)': 'EchoBot/1.0',
  [`${'x'.repeat(200)}/1`]: 'x'.repeat(40),
};

for (const [userAgent, name] of Object.entries(names)) test(`${userAgent.slice(0, 60)}… is called ${name}`, () => assert.equal(deviceName(userAgent), name));

test('A login that did not say is not named', () => assert.deepEqual([deviceName(undefined), deviceName('')], ['', '']));
