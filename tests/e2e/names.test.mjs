// A name is only a name: two people called Ana are two people for the page, the
// command and REFER; and who says the secret that it was given is who it was,
// whoever wrote its page.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Browser } from './lib/browser.mjs';
import { Parley } from './lib/parley.mjs';
import { root, run, until } from './lib/process.mjs';
import { ours } from './lib/programs.mjs';
import { servePage } from './lib/third_party.mjs';

// A page that is not ours: it joins by JsSIP alone
const foreign = `
import JsSIP from 'jssip';
window.enter = async (url, target, { name, secret }) => {
	const ua = window.ua = new JsSIP.UA({ uri: 'sip:app@third.example',
		display_name: name, register: false,
		sockets: [new JsSIP.WebSocketInterface(url)] });
	ua.start();
	await new Promise((up) => ua.once('connected', up));
	const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
	return new Promise((done, fail) => {
		let answer;
		window.session = ua.call(target, { mediaStream: stream,
			extraHeaders: secret ? ['Parley-Secret: ' + secret] : [],
			eventHandlers: {
				icecandidate: (e) => e.ready(),
				accepted: ({ response }) => { answer = response; },
				confirmed: () => done(answer.getHeader('Call-Info')),
				failed: (e) => fail(new Error(e.cause)),
			} });
	});
};
// the BYE is on its way before the connection is closed behind it
window.leave = () => {
	window.session.terminate();
	window.ua.stop();
};
`;

describe('names', { concurrency: 1 }, () => {
	let parley, ana, other;

	before(async () => {
		parley = await Parley.start();
		ana = await Browser.start();
		await ana.join(`${parley.http}/board`, 'Ana');
		other = await ana.another();
		await other.join(`${parley.http}/board`, 'Ana');
	});
	after(async () => {
		await ana?.stop();
		await parley?.stop();
	});

	const people = () => parley.endpoints('board');
	const of = async (number) => (await people())
		.find((e) => e.endpoint === number);
	// Whoever talks just then
	const rows = (browser) => browser.page.evaluate(() =>
		[...document.querySelectorAll('#people .who')].map((e) =>
			e.textContent.replace(/( · )?talking$/, '')));

	test('two called Ana are two, and each page knows which it is', async () => {
		const list = await people();
		assert.deepEqual(list.map((e) => e.display), ['Ana', 'Ana']);
		assert.deepEqual(list.map((e) => e.label), ['Ana', 'Ana (2)']);
		for (const { user } of list)
			assert.match(user, /^sip:guest-[a-z2-7]{16}@127\.0\.0\.1/);
		assert.notEqual(list[0].user, list[1].user);
		await until('both see both, and themselves', async () => {
			const seen = [await rows(ana), await rows(other)];
			return JSON.stringify(seen) === JSON.stringify([
				['Anayou · host', 'Ana (2)'], ['Anahost', 'Ana (2)you']])
				|| Promise.reject(new Error(JSON.stringify(seen)));
		});
		assert.deepEqual(await ana.page.evaluate(() =>
			[...document.querySelectorAll('#people .avatar')].map((e) =>
				e.textContent)), ['A', 'A']);
	});

	test('the command refuses what could be both, and lists them', async () => {
		for (const words of [['mute'], ['kick'], ['volume', 'in', '-6'],
			['deaf'], ['video_mute']]) {
			const [verb, ...more] = words;
			for (const who of ['Ana', 'ana']) {
				const { code, output } = await parley.cli(verb, 'board', who,
					...more);
				assert.equal(code, 1, `${verb} ${who}: ${output}`);
				for (const e of await people())
					assert.match(output, new RegExp(`${e.endpoint}  ${
						e.label.replace(/[()]/g, '\\$&')}  ${e.user
						.replace(/\./g, '\\.')}  connected  for \\d+ (s|min)`));
			}
		}
		const { code, stdout } = await parley.cli('--json', 'mute', 'board',
			'Ana');
		const refusal = JSON.parse(stdout);
		assert.deepEqual([code, refusal.ok, refusal.code, refusal.candidates
			.map((c) => [c.endpoint, c.label])],
		[1, false, 'ambiguous', [[1, 'Ana'], [2, 'Ana (2)']]]);
		const list = await people();
		assert.equal(list.length, 2);
		assert.ok(!list.some((e) => e.muted || e.deaf || e.video_muted
			|| e.volume_in_db));
	});

	test('and does what is meant of one', async () => {
		const { user, endpoint } = (await people())[1];
		for (const who of [String(endpoint), `#${endpoint}`, 'Ana (2)', 'na (2',
			user, user.slice(4), user.slice(4).split('@')[0]]) {
			await parley.json('deaf', 'board', who);
			assert.deepEqual((await people()).filter((e) => e.deaf)
				.map((e) => e.user), [user], who);
			await parley.json('undeaf', 'board', who);
		}
	});

	test('completion gives numbers with names', async () => {
		const complete = async (...typed) => (await run('bash', ['-c', `
			PATH=${ours.bin}:$PATH
			. ${root}/conf/parley.bash-completion
			COMP_WORDS=(parley -s "$@"); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
			COMP_TYPE=9; _parley; printf '%s\\n' "\${COMPREPLY[@]}"`, 'bash',
		parley.control, ...typed])).stdout.trim().split('\n');
		assert.deepEqual(await complete('mute', 'board', ''),
			['all', 'guests', 'last', '1  (Ana)', '2  (Ana (2))']);
		assert.deepEqual(await complete('mute', 'board', '2'), ['2']);
		assert.deepEqual(await complete('kick', 'board', 'an'),
			['Ana', 'Ana\\ \\(2\\)']);
	});

	test('a page that is loaded anew is the same, in its place', async () => {
		const before = await of(1);
		await ana.page.click('#mute');
		await until('she is muted', async () => (await of(1)).muted);
		await ana.page.reload();
		await until('she has left', async () => (await people()).length === 1);
		await ana.join(`${parley.http}/board`, 'Ana');
		const again = await of(1);
		assert.deepEqual([again?.user, again?.label, again?.muted],
			[before.user, 'Ana', true]);
		await until('her page shows it, and says why', async () =>
			(await ana.page.getAttribute('#mute', 'aria-pressed')) === 'true');
		await until('the others see her in her place', async () =>
			JSON.stringify(await rows(other))
				=== JSON.stringify(['Anahost', 'Ana (2)you']));
		await ana.page.click('#mute');
		await until('she speaks again', async () => !(await of(1)).muted);
	});

	test('a page of others is who it was by its secret, not by its name',
		async (t) => {
			const app = await servePage(foreign);
			t.after(() => app.close());
			const page = await ana.context.newPage();
			await page.goto(app.url);
			const url = `${parley.http.replace('http', 'ws')}/ws`;
			const enter = async (want) => {
				const info = await page.evaluate(([u, target, w]) =>
					window.enter(u, target, w),
				[url, parley.uri('board'), want]);
				return info.match(/;secret=([0-9a-f]{32})/)[1];
			};
			const newest = async () => (await people()).find((e) =>
				e.user.includes('third.example'));

			const secret = await enter({ name: 'Zoe' });
			const first = await newest();
			await parley.json('mute', 'board', 'Zoe');
			await page.evaluate(() => window.leave());
			await until('she has left', async () => !await newest());

			await enter({ name: 'Zoe' });
			const stranger = await newest();
			assert.notEqual(stranger.endpoint, first.endpoint);
			assert.equal(stranger.muted, false);
			await page.evaluate(() => window.leave());
			await until('it has left', async () => !await newest());

			const second = await enter({ name: 'Zoe', secret });
			const again = await newest();
			assert.deepEqual([again.endpoint, again.user, again.place,
				again.muted], [first.endpoint, first.user, first.place, true]);
			assert.notEqual(second, secret);
			await page.evaluate(() => window.leave());
			await until('she has left again', async () => !await newest());

			// one that was used is void
			await enter({ name: 'Zoe', secret });
			assert.notEqual((await newest()).endpoint, first.endpoint);
			await page.close();
		});
});
