// Who is end to end and who is not: pages that cannot follow or only say that
// they can, codecs that the media server lacks, what a moderator wills, and a
// conference that is monitored.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Baresip } from './lib/baresip.mjs';
import { Browser } from './lib/browser.mjs';
import { Firefox } from './lib/firefox.mjs';
import { hearsNot, hearsOthersOnly, sees } from './lib/judge.mjs';
import { allowed } from './lib/pace.mjs';
import { FOLLOWS, pairWorld, pictureSent } from './lib/pair_world.mjs';
import { until } from './lib/process.mjs';

const GREEN = [30, 160, 40], VIOLET = [160, 60, 160];

describe('who cannot follow', () => {
	const w = pairWorld();
	let ana, ben, fox;

	before(async () => {
		[ana, ben, fox] = await Promise.all([Browser.start({ hz: 1000 }),
			Browser.start({ hz: 1500 }), Firefox.start({ hz: 1500 })]);
	});
	after(async () => {
		await ana?.stop();
		await ben?.stop();
		await fox?.stop();
	});

	// Both hear each other from the first second to the last: so long as it
	// takes to find out, and more
	const areNeverOneWay = async (name, one, other, ms) => {
		await hearsOthersOnly(one, [other]);
		await hearsOthersOnly(other, [one]);
		const gaps = await Promise.all([one.longestGap(other.hz, ms),
			other.longestGap(one.hz, ms)]);
		for (const gap of gaps)
			assert.ok(gap <= allowed(500), `silent for ${gap} ms`);
		await hearsOthersOnly(one, [other]);
		await hearsOthersOnly(other, [one]);
	};

	test('an application as it is: it is asked nothing', async () => {
		await w.dial(ana, 'plain');
		await w.dial(ben, 'plain', { audio: true, video: true });
		await areNeverOneWay('plain', ana, ben, 3000);
		await w.are('plain', 'mixed');
		const { length } = await ana.page.evaluate(() => window.events);
		assert.equal(length, 2, 'one offer and its answer');
	});

	test('one that says so and takes no line', async () => {
		await w.dial(ana, 'says');
		await w.dial(ben, 'says', { ...FOLLOWS, follow: 'says' });
		await areNeverOneWay('says', ana, ben, 6000);
		await w.are('says', 'mixed');
		assert.deepEqual(await w.ended(ana), []);
		assert.deepEqual(await w.ended(ben), []);
	});

	// One that was never to have a second transport (bundlePolicy max-bundle)
	test('a Firefox with all in one bundle', async () => {
		await w.dial(ana, 'bundle');
		await w.dial(fox, 'bundle', { ...FOLLOWS, bundle: 'max-bundle' });
		await areNeverOneWay('bundle', ana, fox, 12000);
		assert.deepEqual(await w.ended(fox), []);
	});
});

describe('what passes', () => {
	const w = pairWorld();
	let ana, ben, tel;

	before(async () => {
		[ana, ben] = await Promise.all([
			Browser.start({ hz: 1000, rgb: GREEN }),
			Browser.start({ hz: 1500, rgb: VIOLET })]);
		const want = { ...FOLLOWS, codec: ['opus', 'VP9', 'VP8'] };
		await w.dial(ana, 'two', want);
		await w.dial(ben, 'two', want);
		await w.are('two', 'end-to-end');
	});
	after(async () => {
		await tel?.stop();
		await ana?.stop();
		await ben?.stop();
	});

	const sends = (who, codec, passing) => until(`it sends ${codec}`,
		async () => {
			const sent = await pictureSent(who);
			return sent?.sent > 0 && sent.codec === `video/${codec}`
				&& /^e/.test(sent.mid) === passing
				|| Promise.reject(new Error(JSON.stringify(sent)));
		}, 15000);

	test('a codec that the media server lacks', async () => {
		await sends(ana, 'VP9', true);
		await sends(ben, 'VP9', true);
		await sees(ana, VIOLET, 0.5);
		await sees(ben, GREEN, 0.5);
	});

	test('nothing of it is opened', async () => {
		const count = async () => {
			const { mixer } = (await w.parley.json('stats')).mixers[0];
			return { decoded: mixer.decoded_audio,
				legs: await w.legs('two') };
		};
		const before = await count();
		await hearsOthersOnly(ana, [ben]);
		const later = await count();
		assert.equal(later.decoded, before.decoded);
		for (const [i, { audio, video, relay }] of later.legs.entries()) {
			const { audio: sound, video: picture, relay: passed }
				= before.legs[i];
			assert.equal(audio.packets_in, sound.packets_in);
			assert.equal(video.packets_in, picture.packets_in);
			assert.ok(relay.carried);
			assert.ok(relay.packets_in > passed.packets_in + 40);
			assert.equal(relay.policed, 0);
			assert.equal(relay.held, 0);
		}
	});

	test('the command line tells', async () => {
		const { stdout } = await w.parley.cli('show', 'two');
		assert.equal(stdout.match(/end to end/g)?.length, 2, stdout);
	});

	test('who is muted is not heard, and again', async () => {
		await w.parley.cli('mute', 'two', '1');
		await hearsNot(ben, ana.hz);
		await hearsOthersOnly(ana, [ben]);
		await sees(ben, GREEN, 0.5);
		await w.parley.cli('unmute', 'two', '1');
		await hearsOthersOnly(ben, [ana]);
		await w.are('two', 'end-to-end');
	});

	test('who is deaf hears nothing', async () => {
		await w.parley.cli('deaf', 'two', '1');
		await hearsNot(ana, ben.hz);
		await hearsOthersOnly(ben, [ana]);
		await w.parley.cli('undeaf', 'two', '1');
		await hearsOthersOnly(ana, [ben]);
	});

	test('whose camera is shut is not seen', async () => {
		const came = () => ben.page.evaluate(async () =>
			[...(await window.pc.getStats()).values()].filter((s) =>
				s.type === 'inbound-rtp' && s.kind === 'video')
				.reduce((sum, s) => sum + s.framesDecoded, 0));
		await w.parley.cli('video_mute', 'two', '1');
		let last = -1;
		await until('no picture comes', async () => {
			const now = await came();
			const same = now === last;
			last = now;
			return same;
		}, 5000, 1000);
		await hearsOthersOnly(ben, [ana]);
		await w.parley.cli('video_unmute', 'two', '1');
		await until('pictures come', async () => await came() > last, 10000);
	});

	test('with a third one the mixer\'s codec, and back', async () => {
		tel = await Baresip.start({ audio: 'AMR-WB/16000/1', hz: 440 });
		await tel.dial(w.parley.uri('two'));
		await w.are('two', 'mixed', 3);
		await sends(ana, 'VP8', false);
		tel.hangup();
		await w.are('two', 'end-to-end');
		await sends(ana, 'VP9', true);
		await sees(ben, GREEN, 0.5);
	});

	test('monitored: mixed, and again not', async () => {
		await w.parley.cli('monitor', 'two');
		await w.are('two', 'mixed');
		await sends(ana, 'VP8', false);
		await hearsOthersOnly(ana, [ben]);
		assert.match((await w.parley.cli('show', 'two')).stdout,
			/, monitored/);
		await w.parley.cli('unmonitor', 'two');
		await w.are('two', 'end-to-end');
		await hearsOthersOnly(ana, [ben]);
	});

	test('who is thrown out is', async () => {
		await w.parley.cli('kick', 'two', '1');
		await until('she is told', async () =>
			(await w.ended(ana)).length === 1);
		await w.are('two', 'mixed', 1);
		await hearsNot(ben, ana.hz);
		assert.deepEqual(await w.ended(ben), []);
	});

	// The way to the one who is gone is none to whoever comes
	test('and who is left is heard by the next', async () => {
		await tel.dial(w.parley.uri('two'));
		await hearsOthersOnly(tel, [ben]);
		await hearsOthersOnly(ben, [tel]);
		assert.deepEqual(await w.ended(ben), []);
	});
});

describe('where it is not allowed', () => {
	const w = pairWorld({ end_to_end: 'no' });

	test('two who could are mixed', async () => {
		const [ana, ben] = await Promise.all([Browser.start({ hz: 1000 }),
			Browser.start({ hz: 1500 })]);
		await w.dial(ana, 'two');
		await w.dial(ben, 'two');
		await hearsOthersOnly(ana, [ben]);
		await hearsOthersOnly(ben, [ana]);
		const { length } = await ana.page.evaluate(() => window.events);
		assert.equal(length, 2, 'one offer and its answer');
		await w.are('two', 'mixed');
		await ana.stop();
		await ben.stop();
	});
});
