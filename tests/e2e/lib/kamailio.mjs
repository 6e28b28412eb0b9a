// Real Kamailio: operators' networks, each with an edge that terminals see and
// a core that knows the users (tests/e2e/kamailio/), and the example of conf/.
import { createSocket } from 'node:dgram';
import { cp, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Program, root, run, scratch, until } from './process.mjs';
import { parse } from './sip_peer.mjs';

const configs = join(root, 'tests/e2e/kamailio');
export const exampleDir = join(root, 'conf/kamailio');

// Can `address` be had on SIP's own port?
const isFree = (address) => new Promise((resolve) => {
	const s = createSocket('udp4');
	s.once('error', () => resolve(false));
	s.bind(5060, address, () => s.close(() => resolve(true)));
});

/**
 * A loopback network of its own, so that tests run side by side although
 * Kamailio, Parley and terminals all want port 5060
 *
 * @return prefix of its addresses: '127.x.y'
 */
export async function loopbackNetwork() {
	const byte = (least) => least
		+ Math.floor(Math.random() * (255 - least));
	for (;;) {
		// 127.64.0.0/10 is what parleyd calls its flows (signaling/transport/transport.h)
		const prefix = `127.${byte(128)}.${byte(1)}`;
		if (await isFree(`${prefix}.1`))
			return prefix;
	}
}

// Kamailio answers OPTIONS once all of its workers run
async function answers(address, program) {
	const socket = createSocket('udp4');
	let answered = false;
	socket.on('message', (data) => { answered ||= /^SIP\/2.0 200/.test(data); });
	await new Promise((bound) => socket.bind(0, '127.0.0.1', bound));
	const { port } = socket.address();
	let n = 0;
	try {
		await until(`${address} answers OPTIONS`, () => {
			if (program.exited)
				throw new Error(program.output.slice(-3000));
			socket.send(`OPTIONS sip:${address} SIP/2.0\r\n`
				+ `Via: SIP/2.0/UDP 127.0.0.1:${port};rport`
				+ `;branch=z9hG4bKup${port}${n}\r\n`
				+ 'Max-Forwards: 70\r\nFrom: <sip:up@test.invalid>;tag=1\r\n'
				+ `To: <sip:${address}>\r\nCall-ID: up${port}${n++}\r\n`
				+ 'CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n',
			5060, address);
			return answered;
		}, 10000, 100);
	} finally {
		socket.close();
	}
}

/**
 * @param file     configuration
 * @param dir      scratch folder
 * @param address  where it answers SIP over UDP
 * @param words    {FROM: to} put into the configuration, in that order
 * @return the Program, once it answers
 */
async function startKamailio(file, { dir, address, words = {} }) {
	const program = new Program('/usr/sbin/kamailio', ['-DD', '-E',
		'-m', '32', '-M', '4', '-Y', dir, '-f', file,
		...Object.entries(words).flatMap(([from, to]) =>
			['--substdef', `!${from}!${to}!g`])], { group: true });
	try {
		await answers(address, program);
	} catch (error) {
		await program.stop();
		throw error;
	}
	return program;
}

// Users as text files in `dir`
async function writeUsers(dir, domain, users) {
	await mkdir(dir, { recursive: true });
	await writeFile(join(dir, 'version'), 'id(int,auto) '
		+ 'table_name(string) table_version(int)\n0:subscriber:7\n');
	await writeFile(join(dir, 'subscriber'), 'id(int,auto) '
		+ 'username(string) domain(string) password(string)\n'
		+ Object.entries(users).map(([name, password], i) =>
			`${i + 1}:${name}:${domain}:${password}\n`).join(''));
}

// The messages in a file of sipdump: as of parse(), and {tag, time, proto,
// from, to, text}; tag is 'rcv' or 'snd'
export function readTrace(text) {
	return text.split(/^={4,}\n/m).flatMap((part) => {
		const cut = part.indexOf('~~~~~~~~~~');
		if (cut < 0)
			return [];
		const about = Object.fromEntries(part.slice(0, cut).split('\n')
			.map((l) => l.match(/^(\w+): (.*)$/)?.slice(1))
			.filter(Boolean));
		const text = part.slice(part.indexOf('\n', cut) + 1)
			.replace(/\n\|{4,}\n?$/, '');
		return [{ ...parse(text), text, tag: about.tag, time: about.time,
			proto: about.proto.split(' ')[0],
			from: `${about.srcip}:${about.srcport}`,
			to: `${about.dstip}:${about.dstport}` }];
	});
}

export class Operator {
	/**
	 * @param domain  'a.example'; its public service identities, which is
	 *                what a conference server has, are in conf.a.example
	 * @param users   {name: password}
	 * @param edge, core, as  addresses; `as` is that of the conference server
	 * @param peer    {domain, core} of the other operator
	 */
	static async start({ domain, users, edge, core, as, peer }) {
		const o = new Operator();
		Object.assign(o, { domain, users, edge, core });
		o.scratch = await scratch();
		const { dir } = o.scratch;
		await writeUsers(join(dir, 'data'), domain, users);
		await mkdir(join(dir, 'trace'));
		// PEER_DOMAIN before DOMAIN, which is part of it
		const words = { EDGE_IP: edge, CORE_IP: core, AS_IP: as,
			PEER_IP: peer.core, PEER_DOMAIN: peer.domain, DOMAIN: domain,
			DATA_DIR: join(dir, 'data'), TRACE_DIR: join(dir, 'trace') };
		o.programs = [];
		try {
			for (const [role, address] of Object.entries({ core, edge }))
				o.programs.push(await startKamailio(
					join(configs, `${role}.cfg`), { dir, address, words }));
		} catch (error) {
			await o.stop();
			throw error;
		}
		return o;
	}

	get webSocket() { return `ws://${this.edge}:8080`; }

	aor(user) { return `sip:${user}@${this.domain}`; }

	// What the proxy of this role received and sent, in order
	async trace(role) {
		const dir = join(this.scratch.dir, 'trace');
		const files = (await readdir(dir)).sort()
			.filter((f) => f.startsWith(`${role}.`)
				&& f.endsWith('.data'));
		const texts = await Promise.all(files.map((f) =>
			readFile(join(dir, f), 'utf8')));
		return texts.flatMap(readTrace);
	}

	// First lines of what went through, and what the programs said
	async story() {
		const lines = [];
		for (const role of ['edge', 'core']) {
			lines.push(`--- ${role} of ${this.domain}`);
			for (const m of await this.trace(role))
				lines.push(`${m.time} ${m.tag} ${m.from} > ${m.to} ${
					m.first} ${m.headers.cseq || ''}`);
		}
		return [...lines, ...this.programs.map((p) =>
			p.output.slice(-3000))].join('\n');
	}

	async stop() {
		await Promise.all(this.programs.map((p) => p.stop()));
		await this.scratch.remove();
	}
}

// The edge of an operator before a core that is not Kamailio
export class Edge {
	static async start({ domain, address, core }) {
		const e = new Edge();
		Object.assign(e, { domain, address });
		e.scratch = await scratch();
		const { dir } = e.scratch;
		await mkdir(join(dir, 'trace'));
		try {
			e.program = await startKamailio(join(configs, 'edge.cfg'),
				{ dir, address, words: { EDGE_IP: address, CORE_IP: core,
					DOMAIN: domain, TRACE_DIR: join(dir, 'trace') } });
		} catch (error) {
			await e.stop();
			throw error;
		}
		return e;
	}

	get webSocket() { return `ws://${this.address}:8080`; }

	aor(user) { return `sip:${user}@${this.domain}`; }

	async stop() {
		await this.program?.stop();
		await this.scratch.remove();
	}
}

// The example of conf/kamailio with addresses of ours in local.cfg
export class ExampleProxy {
	/**
	 * @param address  its own
	 * @param parleys  addresses of Parley, best first
	 * @param users    {name: password}
	 */
	static async start({ address, parleys, users }) {
		const p = new ExampleProxy();
		Object.assign(p, { address, users, domain: 'example.com',
			conferences: 'conf.example.com' });
		p.scratch = await scratch();
		const { dir } = p.scratch;
		await cp(exampleDir, dir, { recursive: true });
		await writeUsers(join(dir, 'users'), p.domain, users);
		await writeFile(join(dir, 'dispatcher.list'), parleys.map((parley, i) =>
			`1 sip:${parley}:5060 0 ${parleys.length - i}\n`).join(''));
		const { code, output } = await run('openssl', ['req', '-x509',
			'-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
			'-subj', `/CN=${address}`, '-keyout', join(dir, 'privkey.pem'),
			'-out', join(dir, 'fullchain.pem')]);
		if (code)
			throw new Error(`openssl: ${output}`);
		const local = await readFile(join(dir, 'local.cfg'), 'utf8');
		await writeFile(join(dir, 'local.cfg'), local
			.replaceAll('/etc/kamailio', dir)
			.replaceAll('192.0.2.1!', `${address}!`)
			// scenarios want what one sends in its order
			.replace(/^children=4$/m, 'children=1')
			.replace('##!define WITH_TLS', '#!define WITH_TLS'));
		try {
			p.program = await startKamailio(join(dir, 'kamailio.cfg'),
				{ dir, address });
		} catch (error) {
			await p.stop();
			throw error;
		}
		return p;
	}

	get webSocket() { return `wss://${this.address}:8443`; }

	aor(user) { return `sip:${user}@${this.domain}`; }

	async stop() {
		await this.program?.stop();
		await this.scratch.remove();
	}
}
