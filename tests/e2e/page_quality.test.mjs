// How good the own connection is, in plain words, with the numbers behind it: by
// what a browser says, and where a network loses packets.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Baresip } from './lib/baresip.mjs';
import { Browser } from './lib/browser.mjs';
import { Parley } from './lib/parley.mjs';
import { Place } from './lib/place.mjs';
import { until } from './lib/process.mjs';
import { Quality } from '../../web/media/quality.mjs';

describe('what the numbers mean', () => {
	// Looks every half second for so long, `each(i)` is what is so then
	const after10s = (each) => {
		const quality = new Quality();
		let last = null, packets = 0, lost = 0, bytes = 0;
		for (let i = 0; i < 20; i++) {
			const { loss = 0, lossOut = 0, delay = 0.02, jitter = 0.005,
				cpu = false } = each(i);
			packets += 100 * (1 - loss);
			lost += 100 * loss;
			bytes += 12500;
			last = quality.take(new Map(Object.entries({
				in: { type: 'inbound-rtp', kind: 'audio', codecId: 'opus',
					packetsReceived: packets, packetsLost: lost, jitter,
					bytesReceived: bytes },
				out: { type: 'outbound-rtp', kind: 'video', codecId: 'vp8',
					bytesSent: bytes, frameWidth: 640, frameHeight: 360,
					framesPerSecond: 25,
					qualityLimitationReason: cpu ? 'cpu' : 'bandwidth' },
				far: { type: 'remote-inbound-rtp', kind: 'audio',
					fractionLost: lossOut },
				pair: { type: 'candidate-pair', nominated: true,
					currentRoundTripTime: delay },
				opus: { type: 'codec', mimeType: 'audio/opus' },
				vp8: { type: 'codec', mimeType: 'video/VP8' },
			})), 500 * i);
		}
		return last;
	};

	for (const [what, each, kind, why] of [
		['all is well', () => ({}), 'good', null],
		['a little loss is hidden', () => ({ loss: 0.02 }), 'good', null],
		['loss', () => ({ loss: 0.1 }), 'weak', 'loss-in'],
		['loss of what is sent', () => ({ lossOut: 0.08 }), 'weak', 'loss-out'],
		['a long way', () => ({ delay: 0.7 }), 'weak', 'delay'],
		['an uneven way', () => ({ jitter: 0.09 }), 'weak', 'jitter'],
		['loss weighs more than delay', () => ({ loss: 0.1, delay: 0.7 }),
			'weak', 'loss-in'],
		['a busy device', () => ({ cpu: true }), 'fair', 'cpu'],
		['busy for a moment', (i) => ({ cpu: i === 15 }), 'good', null],
		['what is over is over', (i) => ({ loss: i < 5 ? 0.3 : 0 }), 'good',
			null],
	]) {
		test(what, () => {
			const q = after10s(each);
			assert.deepEqual([q.kind, q.why], [kind, why]);
		});
	}

	test('the numbers themselves', () => {
		const q = after10s(() => ({ loss: 0.1, lossOut: 0.05, delay: 0.1 }));
		assert.ok(Math.abs(q.lossIn - 10) < 0.01, `${q.lossIn}`);
		assert.ok(Math.abs(q.lossOut - 5) < 0.01, `${q.lossOut}`);
		assert.ok(Math.abs(q.delayMs - 100) < 0.01, `${q.delayMs}`);
		assert.ok(Math.abs(q.kbitsIn - 200) < 0.01, `${q.kbitsIn}`);
		assert.equal(q.streams.soundIn.codec, 'opus');
		assert.deepEqual(q.streams.pictureOut, { codec: 'VP8', width: 640,
			height: 360, rate: 25 });
		assert.equal(q.streams.pictureIn, null);
	});

	test('nothing is said too soon, nor of another connection', () => {
		const quality = new Quality();
		const look = (packetsReceived, now) => quality.take(new Map([['in',
			{ type: 'inbound-rtp', kind: 'audio', packetsReceived,
				packetsLost: 0 }]]), now);
		assert.equal(look(100, 0), null);
		assert.equal(look(200, 2500), null);
		assert.equal(look(300, 3000).kind, 'good');
		assert.equal(look(10, 3500), null);
		assert.equal(look(20, 60000), null);
	});
});

describe('a network that loses packets', { concurrency: 1 }, () => {
	let place, parley, ann, bob, page;

	before(async () => {
		place = await Place.own();
		parley = await Parley.start();
		ann = await Browser.start({ hz: 1000 });
		bob = await Baresip.start({ hz: 440, video: 'VP8' });
		({ page } = ann);
		await bob.dial(parley.uri('lossy'));
		await ann.join(`${parley.http}/lossy`, 'Ann');
		await page.click('#devices-button');
	});
	after(async () => {
		await bob?.stop();
		await ann?.stop();
		await parley?.stop();
		await place?.stop();
	});

	const says = (id, words) => until(`${id} says ${words}`, async () =>
		words.test(await page.textContent(id))
			|| Promise.reject(new Error(await page.textContent(id))), 30000);
	// Of the media between browser and mixer so many per cent are lost
	const lose = (percent) => place.firewall(['flush ruleset', ...(percent
		? ['table inet lossy {',
			'chain out { type filter hook output priority 0;',
			`meta l4proto udp udp length > 60 numgen random mod 100 < ${
				percent} drop`, '}', '}'] : [])].join('\n'));

	test('it is good, with the numbers behind it', async () => {
		await says('#quality', /^Good/);
		assert.ok(await page.isHidden('#weak-mark'));
		await page.click('#statistics');
		await says('#dialog', /Sound.*opus/);
		await says('#dialog', /PathUDP/);
		await says('#dialog', /Mediamixed by the server/);
		await says('#dialog', /PictureVP8 \d+×\d+, \d+\/s received, VP8 \d+×\d+/);
		await says('#dialog', /Loss0 % received, 0 % sent/);
		await says('#dialog', /Round trip\d+ ms/);
		await says('#dialog', /Rate[\d,]+ kbit\/s received, [\d,]+ kbit/);
		await page.click('#dialog-close');
	});

	test('it is weak, why, and good again', async () => {
		await lose(25);
		await says('#quality', /^Weak: .*\d+ % of what/);
		assert.ok(await page.isVisible('#weak-mark'));
		await page.click('#statistics');
		await says('#dialog', /Loss[1-9]/);
		await page.click('#dialog-close');
		await lose(0);
		await says('#quality', /^Good/);
		assert.ok(await page.isHidden('#weak-mark'));
	});
});
