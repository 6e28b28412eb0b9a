// Operators' networks made of real Kamailio: each has an edge that terminals
// see and a core that knows the users (tests/e2e/kamailio/).
import { createSocket } from 'node:dgram';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Program, root, scratch, until } from './process.mjs';

const configs = join(root, 'tests/e2e/kamailio');

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
	const byte = () => 1 + Math.floor(Math.random() * 254);
	for (;;) {
		const prefix = `127.${byte()}.${byte()}`;
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

// The pieces of sipdump's files: {tag, from, to, text}
export function readTrace(text) {
	return text.split(/^={4,}\n/m).flatMap((part) => {
		const cut = part.indexOf('~~~~~~~~~~');
		if (cut < 0)
			return [];
		const about = Object.fromEntries(part.slice(0, cut).split('\n')
			.map((l) => l.match(/^(\w+): (.*)$/)?.slice(1))
			.filter(Boolean));
		return [{ tag: about.tag, time: about.time,
			from: `${about.srcip}:${about.srcport}`,
			to: `${about.dstip}:${about.dstport}`,
			text: part.slice(part.indexOf('\n', cut) + 1) }];
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
		await o.#writeUsers();
		await mkdir(join(o.scratch.dir, 'trace'));
		// PEER_DOMAIN before DOMAIN, which is part of it
		const words = { EDGE_IP: edge, CORE_IP: core, AS_IP: as,
			PEER_IP: peer.core, PEER_DOMAIN: peer.domain, DOMAIN: domain,
			DATA_DIR: join(o.scratch.dir, 'data'),
			TRACE_DIR: join(o.scratch.dir, 'trace') };
		const program = (role) => new Program('/usr/sbin/kamailio', ['-DD',
			'-E', '-m', '32', '-M', '4', '-Y', o.scratch.dir,
			'-f', join(configs, `${role}.cfg`),
			...Object.entries(words).flatMap(([from, to]) =>
				['--substdef', `!${from}!${to}!g`])]);
		o.programs = [program('core'), program('edge')];
		try {
			await answers(core, o.programs[0]);
			await answers(edge, o.programs[1]);
		} catch (error) {
			await o.stop();
			throw error;
		}
		return o;
	}

	async #writeUsers() {
		const dir = join(this.scratch.dir, 'data');
		await mkdir(dir);
		await writeFile(join(dir, 'version'), 'id(int,auto) '
			+ 'table_name(string) table_version(int)\n0:subscriber:7\n');
		await writeFile(join(dir, 'subscriber'), 'id(int,auto) '
			+ 'username(string) domain(string) password(string)\n'
			+ Object.entries(this.users).map(([name, password], i) =>
				`${i + 1}:${name}:${this.domain}:${password}\n`).join(''));
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
					m.text.split('\r\n', 1)[0]} ${
					m.text.match(/^CSeq: .*/im)?.[0] || ''}`);
		}
		return [...lines, ...this.programs.map((p) =>
			p.output.slice(-3000))].join('\n');
	}

	async stop() {
		await Promise.all(this.programs.map((p) => p.stop()));
		await this.scratch.remove();
	}
}
