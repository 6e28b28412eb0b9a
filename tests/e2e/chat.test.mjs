// Chat by MESSAGE: baresip, a page with JsSIP and terminals that say word by
// word what they want, in conferences of one Parley.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Baresip } from './lib/baresip.mjs';
import { Browser } from './lib/browser.mjs';
import { Parley } from './lib/parley.mjs';
import { Program, freePort, until } from './lib/process.mjs';
import { ours } from './lib/programs.mjs';
import { SipPeer, sdp } from './lib/sip_peer.mjs';
import { serveApplication } from './lib/third_party.mjs';

// In every text: it must be in no log
const WORD = 'xyzzy';
const bytes = (text) => Buffer.from(text).toString('latin1');

// A terminal that dials in and keeps what it is told
class Terminal {
	// @param answer  to a MESSAGE: a status, 0: nothing
	// @param routes  users of proxies on the way, which it is itself
	static async dial(t, parley, conference, { name, headers = {},
		answer = 200, ack = true, routes = [] } = {}) {
		const p = new Terminal();
		p.peer = await SipPeer.open(parley.sipPort, { name });
		Object.assign(p, { name, parley, answer, conference, told: [],
			sizes: [], cseq: 1, callId: `${name}-${process.pid}` });
		p.uri = parley.uri(conference);
		p.from = { From: `"${name}" <sip:${name}@example.com>;tag=a1` };
		p.peer.socket.on('message', (data) => {
			if (`${data}`.startsWith('MESSAGE '))
				p.sizes.push(data.length);
		});
		p.peer.onRequest = (m) => p.#asked(m);
		t.after(() => p.close());
		p.peer.send(p.peer.request('INVITE', p.uri, { callId: p.callId,
			headers: { ...p.from, ...routes.length && { 'Record-Route':
				routes.map((r) => `<sip:${r}@127.0.0.1:${p.peer.port};lr>`)
					.join(', ') }, ...headers },
			body: sdp(await freePort(2)) }));
		const ok = await p.peer.final(`${name} is let in`,
			(m) => /INVITE/.test(m.headers.cseq));
		assert.equal(ok.status, 200, ok.first);
		p.ok = ok;
		p.target = ok.headers.contact.match(/<([^>]+)>/)[1];
		if (ack)
			p.peer.send(p.#request('ACK', { cseq: 1 }));
		if (ack)
			await until(`${name} is in`, async () =>
				(await parley.endpoints(conference)).some((e) =>
					(e.entity === p.peer.contact || e.anonymous)
					&& e.status === 'connected'));
		return p;
	}

	#request(method, { cseq = ++this.cseq, headers = {}, body = '' } = {}) {
		return this.peer.request(method, this.target, { callId: this.callId,
			cseq, toTag: this.ok.toTag, body,
			headers: { ...this.from, ...headers } });
	}

	// What it does not answer it is not told either, as far as it knows
	#asked(m) {
		const known = this.told.some((old) =>
			old.headers['call-id'] === m.headers['call-id']
			&& old.headers.cseq === m.headers.cseq);
		if (m.method === 'MESSAGE' && !known)
			this.told.push(m);
		const status = m.method === 'MESSAGE' ? this.answer : 200;
		if (!status || m.method === 'ACK')
			return;
		const { via, from, to, cseq } = m.headers;
		this.peer.send(`SIP/2.0 ${status} Word\r\nVia: ${via}\r\nFrom: ${from
		}\r\nTo: ${to}${/;tag=/.test(to) ? '' : ';tag=x'}\r\nCall-ID: ${
			m.headers['call-id']}\r\nCSeq: ${cseq}\r\n`
			+ 'Content-Length: 0\r\n\r\n');
	}

	// The texts that it was told
	get texts() { return this.told.map((m) => m.body); }

	// Writes in its dialog, or outside of it; the final answer
	async write(text, { type = 'text/plain;charset=utf-8', outside = false,
		uri = this.uri, headers = {} } = {}) {
		const cseq = ++this.cseq;
		const callId = outside ? `${this.callId}-${cseq}` : this.callId;
		const body = bytes(text);
		const more = { ...this.from, Contact: null, 'Content-Type': type,
			...headers };
		this.peer.send(outside
			? this.peer.request('MESSAGE', uri, { callId, cseq, body,
				headers: more })
			: this.#request('MESSAGE', { cseq, body, headers: more }));
		return this.peer.final(`${this.name}: an answer to MESSAGE`, (m) =>
			m.headers['call-id'] === callId
			&& m.headers.cseq === `${cseq} MESSAGE`);
	}

	async reads(what, fits) {
		return until(`${this.name} reads ${what}`, () => this.texts.some(fits)
			|| Promise.reject(new Error(JSON.stringify(this.texts))));
	}

	close() {
		if (!this.closed) {
			this.peer.send(this.#request('BYE'));
			this.peer.close();
		}
		this.closed = true;
	}
}

describe('chat', { concurrency: true }, () => {
	let parley, app;

	before(async () => {
		parley = await Parley.start({ log_level: 'debug',
			media_timeout: 600 });
		app = await serveApplication();
	});
	after(async () => {
		app?.close();
		const { output } = await parley.endsWell();
		assert.ok(!output.includes(WORD), 'a text stands in the log');
	});

	const kept = async (conference) =>
		(await parley.json('chat', conference)).messages;
	const moderator = async (conference, text) => {
		const { code, output } = await parley.cli('say', conference, text);
		assert.equal(code, 0, output);
	};

	test('S18: baresip, a page and a raw terminal read the same in one order',
		async (t) => {
			const conference = 'three';
			const bob = await Baresip.start({ name: 'bob', record: false,
				trace: true, contact: parley.uri(conference) });
			t.after(() => bob.stop());
			const eve = await Browser.start();
			t.after(() => eve.stop());
			await bob.dial(parley.uri(conference));
			await eve.page.goto(app.url);
			await eve.page.evaluate(([url, target]) =>
				window.dial(url, target, { audio: true, video: false }),
			[`${parley.http.replace('http', 'ws')}/ws`,
				parley.uri(conference)]);
			await eve.page.evaluate(() => {
				window.told = [];
				window.ua.on('newMessage', ({ originator, request }) =>
					originator === 'remote' && window.told.push({
						from: request.from.display_name,
						uri: request.from.uri.toString(), text: request.body,
						chat: request.getHeader('Parley-Chat') }));
				window.write = (target, text) => new Promise((done, fail) =>
					window.ua.sendMessage(target, text, { eventHandlers: {
						succeeded: (e) => done(
							e.response.getHeader('Parley-Chat')),
						failed: (e) => fail(new Error(e.cause)) } }));
			});
			const carol = await Terminal.dial(t, parley, conference,
				{ name: 'Carol' });
			const watch = new Program(ours.path('parley'),
				['-s', parley.control, 'watch']);
			t.after(() => watch.stop());
			await watch.printed(/three has 3 in it/);

			// all at once
			const own = await Promise.all([
				eve.page.evaluate(([target, text]) => window.write(target,
					text), [parley.uri(conference), `${WORD} eve 1 grüße`]),
				bob.write(`${WORD} bob 1`),
				carol.write(`${WORD} carol 1`),
				carol.write(`${WORD} carol 2`, { outside: true }),
				moderator(conference, `${WORD} we\nbegin`),
			]);
			assert.equal(own[2].status, 200);
			assert.equal(own[3].status, 200);

			const all = await until('all is kept', async () => {
				const list = await kept(conference);
				return list.length === 5 ? list : Promise.reject(new Error(
					JSON.stringify(list) + bob.program.output.slice(-500)));
			});
			assert.deepEqual(all.map((m) => m.number), [1, 2, 3, 4, 5]);
			assert.equal(own[0], `number=${all.find((m) =>
				m.text.includes('eve 1')).number}`);
			const others = (name) => all.filter((m) => m.from !== name);
			assert.equal(others('bob').length, 4);
			assert.equal(others('Carol').length, 3);

			// in one order, each without his own
			await until('Carol has all', () => carol.told.length === 3);
			assert.deepEqual(carol.texts, others('Carol').map((m) =>
				`${m.from}: ${m.text.replaceAll('\n', '\r\n')}`));
			assert.ok(carol.told.every((m) => !m.headers.contact
				&& m.headers['call-id'] === carol.callId));
			const told = await until('the page has all', async () => {
				const list = await eve.page.evaluate(() => window.told);
				return list.length === 4 && list;
			});
			assert.deepEqual(told.map((m) => [m.from, m.text, m.chat]),
				others('app').map((m) => [m.from,
					m.text.replaceAll('\n', '\r\n'),
					`number=${m.number};endpoint=${m.endpoint};time=${
						m.time}`]));
			// who answers one writes to all
			assert.match(await eve.page.evaluate(([uri, text]) =>
				window.write(uri, text), [told[0].uri, `${WORD} eve 2`]),
			/^number=6$/);
			await carol.reads('the answer', (text) =>
				text === `app: ${WORD} eve 2`);
			await until('baresip has all', () => others('bob').every((m) =>
				bob.program.output.includes(`${m.from}: ${
					m.text.split('\n')[0]}`)));
			assert.ok(!bob.program.output.includes(`bob: ${WORD}`));
			const at = others('bob').map((m) => bob.program.output.indexOf(
				`${m.from}: ${m.text.split('\n')[0]}`));
			assert.deepEqual(at, [...at].sort((a, b) => a - b));

			// and so do those who watch, without anything of a terminal's
			await watch.printed(/Moderator: xyzzy we\n {9}begin/);
			const lines = watch.stdout.split('\n').filter((line) =>
				/xyzzy/.test(line));
			assert.deepEqual(lines.map((line) => line.match(/: (.*)$/)[1]),
				[...all.map((m) => m.text.split('\n')[0]),
					`${WORD} eve 2`].slice(0, lines.length));
			assert.ok(lines.length >= all.length);
			const { stdout } = await parley.cli('chat', conference);
			assert.match(stdout, /^\d\d:\d\d:\d\d Carol: xyzzy carol 1$/m);
			assert.match(stdout, /Moderator: xyzzy we\n +begin\n/);
		});

	test('S18: 413, 415, 404 and 403', async (t) => {
		const ann = await Terminal.dial(t, parley, 'codes', { name: 'Ann' });
		const dan = await Terminal.dial(t, parley, 'codes', { name: 'Dan' });
		const stranger = await Terminal.dial(t, parley, 'elsewhere',
			{ name: 'Eve' });
		const uri = parley.uri('codes');

		assert.match(ann.ok.headers.allow, /\bMESSAGE\b/);
		const html = await ann.write(`<b>${WORD}</b>`, { type: 'text/html' });
		assert.equal(html.status, 415);
		assert.match(html.headers.accept, /text\/plain, message\/cpim/);
		assert.equal((await ann.write(WORD + 'x'.repeat(4000))).status, 413);
		assert.equal((await ann.write('\u202e\u0007')).status, 400);
		assert.equal((await ann.write(WORD, { outside: true,
			uri: parley.uri('nobody-there') })).status, 404);
		assert.equal((await stranger.write(`${WORD} from Eve`, { outside: true,
			uri })).status, 403);
		// who claims to be Ann, from his own port
		assert.equal((await stranger.write(`${WORD} from Eve`, { outside: true,
			uri, headers: ann.from })).status, 403);
		// what is for nobody to read is taken and not passed on
		for (const type of ['application/im-iscomposing+xml',
			'message/imdn+xml'])
			assert.equal((await ann.write(`<x>${WORD} quiet</x>`, { type }))
				.status, 200);
		const longest = `${WORD} ${'ü'.repeat(1997)}`;
		assert.equal(Buffer.byteLength(longest), 4000);
		assert.equal((await ann.write(longest)).status, 200);
		assert.equal((await ann.write('Gr\u00fc\u00dfe', {
			type: 'text/plain;charset=iso-8859-1' })).status, 200);
		await dan.reads('what follows', (text) => /Gr/.test(text));
		assert.ok(!dan.texts.some((text) => /Eve|quiet|<b>/.test(text)));
		assert.deepEqual((await kept('codes')).map((m) => m.from),
			['Ann', 'Ann']);
	});

	test('S18: long texts are cut over UDP', async (t) => {
		const ann = await Terminal.dial(t, parley, 'long', { name: 'Ann' });
		const wrapped = await Terminal.dial(t, parley, 'long',
			{ name: 'Wanda', headers: {
				Accept: 'application/sdp, message/cpim' } });
		// by proxies that have much to say
		const far = await Terminal.dial(t, parley, 'long', { name: 'Far',
			routes: ['p', 'q', 'r'].map((c) => c.repeat(60)) });
		const words = Array.from({ length: 450 }, (_, i) =>
			`${WORD}${i}ü😀`);
		await moderator('long', words.slice(0, 180).join(' '));
		await moderator('long', `${WORD} after`);
		for (const p of [ann, wrapped, far])
			await p.reads('the last', (text) => /after/.test(text));
		const [{ text }] = await kept('long');

		const marks = ann.texts.slice(0, -1).map((piece) =>
			piece.match(/^Moderator \((\d+)\/(\d+)\): /));
		assert.ok(marks.length > 2 && marks.length < 8, `${marks.length}`);
		assert.deepEqual(marks.map((m) => [m[1], m[2]]), marks.map((_, i) =>
			[`${i + 1}`, `${marks.length}`]));
		assert.equal(ann.texts.slice(0, -1).map((piece, i) =>
			piece.slice(marks[i][0].length)).join(' '), text);
		assert.equal(ann.texts.at(-1), `Moderator: ${WORD} after`);

		const inner = wrapped.texts.map((piece) => piece.split('\r\n\r\n')
			.slice(2).join('\r\n\r\n').replace(/^\(\d+\/\d+\) /, ''));
		assert.equal(inner.slice(0, -1).join(' '), text);
		assert.ok(wrapped.texts.every((piece) =>
			/^From: "Moderator" <sip:long@/.test(piece)));
		for (const { sizes } of [ann, wrapped, far]) {
			assert.ok(Math.max(...sizes) <= 1300, `${sizes}`);
			assert.ok(sizes[0] > 900, `${sizes}`);
		}
	});

	test('who is anonymous stays so', async (t) => {
		const ann = await Terminal.dial(t, parley, 'masks', { name: 'Ann' });
		const cpim = await Terminal.dial(t, parley, 'masks', { name: 'Cyd',
			headers: { Accept: 'application/sdp, message/cpim' } });
		const secret = await Terminal.dial(t, parley, 'masks',
			{ name: 'Mallory', headers: { Privacy: 'id' } });
		assert.equal((await secret.write(`${WORD} who am I`)).status, 200);
		assert.equal((await secret.write(`${WORD} outside`,
			{ outside: true })).status, 200);
		await ann.reads('the second', (text) => /outside/.test(text));
		await cpim.reads('the second', (text) => /outside/.test(text));
		assert.deepEqual(ann.texts, [`Anonymous: ${WORD} who am I`,
			`Anonymous: ${WORD} outside`]);
		const list = await kept('masks');
		for (const seen of [...ann.told.map((m) => JSON.stringify(m)),
			...cpim.texts, JSON.stringify(list)])
			assert.doesNotMatch(seen, /mallory/i);
		assert.match(cpim.texts[0],
			/^From: "Anonymous" <sip:anonymous\d+@anonymous\.invalid>\r\n/);
	});

	test('too many messages are refused, and later taken again', async (t) => {
		const ann = await Terminal.dial(t, parley, 'rates', { name: 'Ann' });
		const dan = await Terminal.dial(t, parley, 'rates', { name: 'Dan' });
		const answers = await Promise.all(Array.from({ length: 9 },
			(_, i) => ann.write(`${WORD} ${i}`)));
		const taken = answers.filter((m) => m.status === 200).length;
		const refused = answers.filter((m) => m.status === 480);
		assert.equal(taken + refused.length, 9);
		assert.ok(taken >= 5 && refused.length, `${taken} are taken`);
		assert.match(refused[0].headers['retry-after'], /^\d+$/);
		assert.match(refused[0].headers.warning, /too-fast/);
		// others are none the slower
		assert.equal((await dan.write(`${WORD} Dan`)).status, 200);
		await until('one is taken again', async () =>
			(await ann.write(`${WORD} again`)).status === 200);
		await dan.reads('it', (text) => /again/.test(text));
		assert.equal(dan.told.length, taken + 1);
	});

	test('who refuses, cannot or may not is left alone', async (t) => {
		const dial = (name, options) => Terminal.dial(t, parley, 'left',
			{ name, ...options });
		const ann = await dial('Ann');
		const deaf = await dial('Dee', { answer: 405 });
		const none = await dial('Nan', { headers: {
			Allow: 'INVITE, ACK, BYE, CANCEL' } });
		// who has called, and has not shown that he gets our answers
		const unproven = await dial('Una', { ack: false });
		for (const i of [1, 2, 3])
			await moderator('left', `${WORD} ${i}`);
		await ann.reads('the last', (text) => / 3$/.test(text));
		assert.equal(ann.told.length, 3);
		assert.equal(deaf.told.length, 1);
		assert.equal(none.told.length + unproven.told.length, 0);
		// nor are they read who are not in
		assert.equal((await unproven.write(WORD)).status, 403);
		assert.equal((await none.write(`${WORD} 4`)).status, 200);
		await ann.reads('it', (text) => /^Nan: .* 4$/.test(text));
		// who comes later is told what is written then
		const late = await dial('Lea');
		await moderator('left', `${WORD} 5`);
		await late.reads('it', (text) => / 5$/.test(text));
		assert.equal(late.told.length, 1);
		assert.equal(deaf.told.length, 1);
		assert.equal((await kept('left')).length, 5);
	});

	test('who answers nothing gets no second one', async (t) => {
		const mute = await Terminal.dial(t, parley, 'silent', { name: 'Mo',
			answer: 0 });
		const ann = await Terminal.dial(t, parley, 'silent', { name: 'Ann' });
		for (const i of [1, 2, 3])
			await moderator('silent', `${WORD} ${i}`);
		await ann.reads('the last', (text) => / 3$/.test(text));
		assert.equal(mute.told.length, 1);
		// when it is given up (64 times T1) the next would go
		await until('it is left alone', () =>
			/no more messages for it status=408/.test(parley.program.output),
		60000);
		await moderator('silent', `${WORD} 4`);
		await ann.reads('the last', (text) => / 4$/.test(text));
		assert.equal(mute.told.length, 1);
	});

	test('what is not to be kept is not', async (t) => {
		const other = await Parley.start({ ad_hoc: 'chat_kept=off',
			chat_name: 'The Board' });
		t.after(() => other.endsWell());
		const ann = await Terminal.dial(t, other, 'short', { name: 'Ann' });
		const { code, output } = await other.cli('say', 'short', 'We', 'begin');
		assert.equal(code, 0, output);
		await ann.reads('it', (text) => text === 'The Board: We begin');
		const { stdout } = await other.cli('chat', 'short');
		assert.match(stdout, /is not kept/);
		assert.equal((await other.cli('say', 'nobody', 'x')).code, 4);
		assert.equal((await other.cli('say', 'short')).code, 2);
		assert.equal((await other.cli('say', 'short', 'x'.repeat(4001))).code,
			1);
		ann.close();
	});
});
