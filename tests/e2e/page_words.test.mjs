// What the join page says when it is refused: which trouble it was, for one who
// knows no SIP.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Browser } from './lib/browser.mjs';
import { Parley } from './lib/parley.mjs';
import { until } from './lib/process.mjs';
import { readWarning, whyEnded, whyFailed }
	from '../../web/signaling/failure.mjs';
import { say } from '../../web/strings/say.mjs';

const refusal = (status, ...warnings) => ({ status_code: status,
	getHeader: (name) => name === 'Warning' ? warnings[0] : undefined,
	getHeaders: (name) => name === 'Warning' ? warnings : [] });
const said = (status, ...warnings) => say(whyFailed(
	{ message: refusal(status, ...warnings), cause: 'Incompatible SDP' }));

describe('words for a refusal', () => {
	const tokens = { 'no-media': /neither sound nor picture/,
		'no-codec': /format in common/, 'no-profile': /way in common/,
		'no-address': /address.*network/, 'no-keys': /secured/ };

	for (const [token, words] of Object.entries(tokens)) {
		test(`488 and ${token}`, () => {
			assert.match(said(488, `399 parley "For engineers. (${token})"`),
				words);
			// RFC 3261 section 7.3.1: several in one row, or in several
			assert.match(said(488, '392 10.0.0.1:5060 "Noisy, \\"feedback\\""'
				+ `, 399 parley "For engineers (ICE). (${token})"`), words);
			assert.match(said(488, '305 edge "Incompatible media format"',
				`399 parley "For engineers. (${token})"`), words);
		});
	}

	test('what the server says of other things, without the token', () => {
		assert.equal(said(403, '399 parley "The conference is locked. (locked)"'),
			'The conference is locked.');
		assert.equal(said(403, '399 x "Only \\"us\\" (and them)"'),
			'Only "us" (and them)');
		assert.equal(readWarning(refusal(202)), undefined);
		assert.equal(readWarning(null), undefined);
	});

	test('488 alone names no trouble that it may not be', () => {
		for (const words of [said(488), said(488, '392 10.0.0.1 "Noisy"'),
			said(488, 'nonsense')]) {
			assert.match(words, /sound and picture/);
			assert.doesNotMatch(words, /Noisy|format/);
		}
	});

	test('a call that ends from here says why', () => {
		assert.match(say(whyEnded({ originator: 'local',
			cause: 'WebRTC Error' })), /could not set up/);
		assert.match(say(whyEnded({ originator: 'remote', message: { getHeader:
			() => 'SIP;cause=603;text="Somebody\'s own words."' } })),
		/^Somebody's own words\.$/);
		const kicked = whyEnded({ originator: 'remote', message: { getHeader:
			() => 'SIP;cause=603;text="Out!";parley=kicked' } });
		assert.equal(say(kicked), 'Removed by a moderator.');
		assert.equal(say({ ...kicked, say: 'reason.of-a-later-server' }),
			'Out!');
	});
});

describe('a browser whose offer will not do', () => {
	let parley, alice;

	before(async () => {
		parley = await Parley.start();
		alice = await Browser.start();
		// what the browser offers, changed by [pattern, replacement]
		await alice.page.addInitScript(() => {
			const { get } = Object.getOwnPropertyDescriptor(
				RTCPeerConnection.prototype, 'localDescription');
			Object.defineProperty(RTCPeerConnection.prototype,
				'localDescription', { get() {
					const { type, sdp } = get.call(this);
					return { type, sdp: window.spoil.reduce((s, [from, to]) =>
						s.replace(new RegExp(from, 'gm'), to), sdp) };
				} });
		});
	});
	after(async () => {
		await alice?.stop();
		await parley?.stop();
	});

	for (const [what, spoil, words] of [
		['no codec', [['^a=rtpmap:.*\r\n', ''],
			['^(m=\\S+ \\S+ \\S+) .*$', '$1 96\r\na=rtpmap:96 NOPE/90000']],
		/format in common/],
		['no fingerprint', [['^a=fingerprint:.*\r\n', '']], /secured/],
		['a profile of its own', [['UDP/TLS/RTP/SAVPF', 'TCP/RTP/AVP']],
			/way in common/],
		['no sound and no picture', [['^m=(audio|video)', 'm=text']],
			/neither sound nor picture/],
	]) {
		test(`${what}: the page says which trouble it is`, async () => {
			const { page } = alice;
			await alice.open(`${parley.http}/${what.replaceAll(' ', '-')}`,
				'Alice');
			await page.evaluate((rows) => { window.spoil = rows; }, spoil);
			await page.click('#join-button');
			await until('the call is refused', () => page.isVisible('#ended'));
			assert.match(await page.textContent('#ended-words'), words);
		});
	}
});
