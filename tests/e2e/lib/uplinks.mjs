// A browser's network with two ways out, as a phone that has Wi-Fi and mobile:
//
//	server 198.51.100.1 --- wifi   10.77.1.1 --- 10.77.1.2 browser
//	(our namespace)     --- mobile 10.77.2.1 --- 10.77.2.2 (its own)
//
// Both are namespaces that end with the tests: `run.mjs` starts a file that
// has this from './lib/uplinks.mjs' in a network of its own.
import { Program, run, until } from './process.mjs';

export const SERVER = '198.51.100.1';

// What must have run as it is written
async function must(file, ...args) {
	const { code, output } = await run(file, args);
	if (code !== 0)
		throw new Error(`${file} ${args.join(' ')}: ${output}`);
	return output;
}

const ip = (text) => must('ip', ...text.split(' '));

export class Uplinks {
	static async start() {
		// it has a network of its own, and nothing in it
		const links = (await ip('-o link')).trim().split('\n');
		if (links.some((line) => !/: (lo|[a-z0-9]+@NONE):/.test(line)))
			throw new Error('this changes networks: node run.mjs NAME');
		const u = new Uplinks();
		await ip('link set lo up');
		await ip(`address add ${SERVER}/32 dev lo`);
		u.holder = new Program('unshare', ['--net', 'sleep', '100000']);
		const ours = await must('readlink', '/proc/self/ns/net');
		await until('it has a namespace', async () =>
			(await must('readlink', `/proc/${u.holder.pid}/ns/net`)) !== ours);
		await u.inside('ip', 'link', 'set', 'lo', 'up');
		for (const [n, name] of ['wifi', 'mobile'].entries()) {
			await ip(`link add ${name} type veth peer name ${name
			} netns ${u.holder.pid}`);
			await ip(`address add 10.77.${n + 1}.1/24 dev ${name}`);
			await ip(`link set ${name} up`);
		}
		return u;
	}

	// What runs a program there
	command(file, ...args) {
		return ['nsenter', ['--net', '-t', String(this.holder.pid), file,
			...args]];
	}

	async inside(...words) {
		const [file, args] = this.command(...words);
		return must(file, ...args);
	}

	// The uplink comes: an address, then the way out by it. `host`: its number
	async up(name, host = 2) {
		const net = name === 'wifi' ? 1 : 2;
		await this.inside('ip', 'link', 'set', name, 'up');
		await this.inside('ip', 'address', 'replace',
			`10.77.${net}.${host}/24`, 'dev', name);
		await this.inside('ip', 'route', 'replace', 'default', 'via',
			`10.77.${net}.1`, 'dev', name);
	}

	// It goes, with address and route
	async down(name) {
		await this.inside('ip', 'address', 'flush', 'dev', name);
		await this.inside('ip', 'link', 'set', name, 'down');
	}

	// The way by it is dead, and nothing at her end tells
	async breaks(name) {
		await must('nft', `table ip ${name} {
			chain in { type filter hook input priority 0;
				iifname ${name} drop; }
			chain out { type filter hook output priority 0;
				oifname ${name} drop; }
		}`);
	}

	mends(name) { return must('nft', `delete table ip ${name}`); }

	// A NAT between her and the server
	async translate() {
		await this.inside('nft', `table ip nat {
			chain out { type nat hook postrouting priority srcnat;
				oifname != lo masquerade fully-random; }
		}`);
	}

	// It forgets: what she sends by UDP comes from another port
	async rebind() {
		await this.inside('conntrack', '-D', '-p', 'udp');
	}

	async stop() { await this.holder.stop(); }
}
