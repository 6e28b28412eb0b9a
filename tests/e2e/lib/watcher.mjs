// A subscriber to conference events (RFC 4575) as a terminal is one: it
// subscribes, answers each NOTIFY, validates each document against the schema,
// and keeps the state by merging what is partial.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SipPeer, sdp } from './sip_peer.mjs';
import { root, run, scratch, until } from './process.mjs';

const schema = join(root, 'tests/schema/conference-info.xsd');
const type = 'application/conference-info+xml';

// Elements, attributes and text; all that documents of this kind have
export function parseXml(text) {
	const top = { name: '', attr: {}, children: [], text: '' };
	const open = [top];
	const plain = (s) => s.replace(/&lt;/g, '<').replace(/&gt;/g, '>')
		.replace(/&quot;/g, '"').replace(/&amp;/g, '&');
	const parts = text.replace(/<\?.*?\?>/, '').match(/<[^>]+>|[^<]+/g) || [];
	for (const part of parts) {
		if (part.startsWith('</')) {
			open.pop();
		} else if (part.startsWith('<')) {
			const [, name, rest, empty] =
				part.match(/^<([^\s/>]+)([^>]*?)(\/?)>$/);
			const attr = Object.fromEntries([...rest.matchAll(
				/([\w:-]+)="([^"]*)"/g)].map((m) => [m[1], plain(m[2])]));
			const element = { name, attr, children: [], text: '' };
			open.at(-1).children.push(element);
			if (!empty)
				open.push(element);
		} else {
			open.at(-1).text += plain(part);
		}
	}
	return top.children[0];
}

const all = (e, name) => e.children.filter((c) => c.name === name);
export const child = (e, ...path) => path.reduce(
	(at, name) => at?.children.find((c) => c.name === name), e);
export const words = (e, ...path) => child(e, ...path)?.text;

// Merge the stateful children of an element into a map by entity
function merge(map, elements, into) {
	for (const e of elements) {
		const key = e.attr.entity;
		if (e.attr.state === 'deleted') {
			map.delete(key);
			continue;
		}
		if (e.attr.state === 'full')
			map.set(key, into.fresh());
		const at = map.get(key);
		assert.ok(at, `partial ${key} of nothing`);
		into.take(at, e);
	}
}

const endpoints = {
	fresh: () => ({}),
	take: (at, e) => {
		for (const c of e.children) {
			if (c.name === 'media')
				(at.media ||= {})[c.attr.id] = c;
			else
				at[c.name] = c;
		}
	},
};
const users = {
	fresh: () => ({ endpoints: new Map() }),
	take: (at, e) => {
		for (const c of e.children) {
			if (c.name !== 'endpoint')
				at[c.name] = c;
		}
		merge(at.endpoints, all(e, 'endpoint'), endpoints);
	},
};

export class Watcher {
	static async open(parley, conference, options = {}) {
		const w = new Watcher();
		w.peer = options.peer || await SipPeer.open(parley.sipPort,
			{ name: options.name || 'watcher' });
		w.own = !options.peer;
		w.uri = parley.uri(conference);
		w.notifies = [];
		w.state = { version: 0, users: new Map(), conference: null };
		w.errors = [];
		w.work = await scratch();
		w.callId = options.callId
			|| `w${Math.random().toString(36).slice(2)}`;
		w.cseq = options.cseq || 0;
		w.toTag = options.toTag || null;
		w.fromTag = options.fromTag || 'a1';
		w.answer = () => 200;
		const others = w.peer.onRequest;
		w.peer.onRequest = (m) => {
			if (m.method === 'NOTIFY' && m.headers['call-id'] === w.callId)
				w.#notified(m);
			else
				others?.(m);
		};
		return w;
	}

	#notified(m) {
		const status = this.answer(m);
		if (!status)
			return;
		this.peer.send(`SIP/2.0 ${status} Word\r\n`
			+ ['via', 'from', 'to', 'call-id', 'cseq'].map((h) =>
				`${h}: ${m.headers[h]}\r\n`).join('')
			+ 'Content-Length: 0\r\n\r\n');
		if (status !== 200 || this.notifies.some((n) =>
			n.headers.cseq === m.headers.cseq))
			return;
		m.at = Date.now();
		this.notifies.push(m);
		if (m.body)
			this.#take(m);
	}

	#take(m) {
		try {
			assert.equal(m.headers['content-type'], type);
			assert.equal(m.headers.event.split(';')[0], 'conference');
			const doc = parseXml(m.body);
			m.doc = doc;
			const { state } = this;
			assert.equal(Number(doc.attr.version), state.version + 1);
			if (doc.attr.state === 'full')
				this.state = { users: new Map() };
			this.state.version = Number(doc.attr.version);
			this.state.root = doc.attr;
			const conference = child(doc, 'conference-state');
			if (conference)
				this.state.conference = conference;
			const list = child(doc, 'users');
			if (list)
				merge(this.state.users, all(list, 'user'), users);
		} catch (error) {
			this.errors.push(error);
		}
	}

	// SUBSCRIBE; resolves with the final response
	async subscribe({ expires, event = 'conference', accept = type, uri,
		headers = {} } = {}) {
		const cseq = ++this.cseq;
		this.peer.send(this.peer.request('SUBSCRIBE', uri || this.uri, {
			callId: this.callId, cseq, toTag: this.toTag,
			fromTag: this.fromTag,
			headers: { Event: event, Accept: accept,
				...(expires !== undefined && { Expires: `${expires}` }),
				...headers } }));
		const reply = await this.peer.final(`an answer to SUBSCRIBE ${cseq}`,
			(m) => m.headers['call-id'] === this.callId
				&& m.headers.cseq === `${cseq} SUBSCRIBE`);
		if (reply.status === 200)
			this.toTag = reply.toTag;
		return reply;
	}

	get last() { return this.notifies.at(-1); }

	user(entity) { return this.state.users.get(entity); }

	// Of its first endpoint
	status(entity) {
		return [...this.user(entity)?.endpoints.values() || []][0]
			?.status?.text;
	}

	async sees(what, condition, ms = 5000) {
		await until(what, () => condition(this.state, this), ms, 10);
		assert.deepEqual(this.errors, []);
	}

	// What a terminal shows, to be compared
	picture() {
		const { users: map, conference } = this.state;
		return JSON.stringify([conference,
			[...map].sort().map(([k, u]) => [k, { ...u,
				endpoints: [...u.endpoints].sort() }])]);
	}

	// Every document so far is valid
	async validate() {
		assert.deepEqual(this.errors, []);
		const bodies = this.notifies.filter((m) => m.body);
		assert.ok(bodies.length);
		const files = await Promise.all(bodies.map(async (m, i) => {
			const file = join(this.work.dir, `${i}.xml`);
			await writeFile(file, m.body, 'latin1');
			return file;
		}));
		const { code, output } = await run('xmllint', ['--nonet', '--noout',
			'--schema', schema, ...files]);
		assert.equal(code, 0, output);
	}

	async close() {
		await this.work.remove();
		if (this.own)
			this.peer.close();
	}
}

// One who takes part: one dialog, no media
export class Participant {
	static async call(parley, conference, { name = 'phone', port = 49170,
		headers = {}, from } = {}) {
		const p = new Participant();
		p.peer = await SipPeer.open(parley.sipPort, { name });
		p.uri = parley.uri(conference);
		p.callId = `p${Math.random().toString(36).slice(2)}`;
		p.cseq = 1;
		p.peer.onRequest = (m) => {
			if (m.method === 'BYE')
				p.ended = true;
			if (m.method !== 'ACK')
				p.peer.send('SIP/2.0 200 OK\r\n'
					+ ['via', 'from', 'to', 'call-id', 'cseq'].map((h) =>
						`${h}: ${m.headers[h]}\r\n`).join('')
					+ 'Content-Length: 0\r\n\r\n');
		};
		p.from = from || `<sip:${name}@example.com>`;
		const head = { From: `${p.from};tag=p1`, ...headers };
		p.peer.send(p.peer.request('INVITE', p.uri, { callId: p.callId,
			fromTag: 'p1', body: sdp(port), headers: head }));
		p.reply = await p.peer.final(`an answer to ${name}`, (m) =>
			m.headers['call-id'] === p.callId);
		p.toTag = p.reply.toTag;
		p.contact = p.reply.headers.contact?.match(/<([^>]+)>/)?.[1];
		p.peer.send(p.request('ACK', 1));
		return p;
	}

	request(method, cseq, options = {}) {
		return this.peer.request(method, this.contact || this.uri, {
			callId: this.callId, cseq, toTag: this.toTag, fromTag: 'p1',
			...options,
			headers: { From: `${this.from};tag=p1`, ...options.headers } });
	}

	async bye() {
		const cseq = ++this.cseq;
		this.peer.send(this.request('BYE', cseq));
		await this.peer.final('an answer to BYE', (m) =>
			m.headers['call-id'] === this.callId
				&& m.headers.cseq === `${cseq} BYE`);
		this.ended = true;
	}

	close() { this.peer.close(); }
}
