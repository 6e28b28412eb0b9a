// A cloud's network: a server with a private address behind a router that maps
// a public one to it, and terminals outside that know the public one alone.
//
//   outside 198.51.100.2 ── .1 router 10.0.0.1 ── 10.0.0.4 inside
//                        203.0.113.7 ⇄ 10.0.0.4 (nft)
//
// The namespaces have no names and belong to processes: they go when these do.
import { Program, run, until } from './process.mjs';

export const OUTSIDE = '198.51.100.2';
export const PUBLIC = '203.0.113.7';
export const PRIVATE = '10.0.0.4';

const rules = `table ip nat {
	chain arriving {
		type nat hook prerouting priority -100
		ip daddr ${PUBLIC} dnat to ${PRIVATE}
	}
	chain leaving {
		type nat hook postrouting priority 100
		ip saddr ${PRIVATE} snat to ${PUBLIC}
	}
}
`;

async function must(file, args) {
	const { code, output } = await run(file, args);
	if (code)
		throw new Error(`${file} ${args.join(' ')}: ${output}`);
}

// May we make such networks here?
export const possible = async () =>
	(await run('unshare', ['--net', 'true'])).code === 0
	&& (await run('nft', ['--version'])).code === 0;

export class NatWorld {
	// We are outside: in a network namespace of our own
	static async make() {
		const w = new NatWorld();
		w.router = new Program('unshare', ['--net', 'sleep', 'infinity']);
		w.inside = new Program('unshare', ['--net', 'sleep', 'infinity']);
		for (const p of [w.router, w.inside])
			await until('it has a namespace of its own', async () =>
				(await run('readlink', [`/proc/${p.pid}/ns/net`])).stdout
				!== (await run('readlink', ['/proc/self/ns/net'])).stdout);
		await must('ip', ['link', 'set', 'lo', 'up']);
		await must('ip', ['link', 'add', 'near', 'type', 'veth', 'peer',
			'name', 'far', 'netns', `${w.router.pid}`]);
		await must('ip', ['address', 'add', `${OUTSIDE}/24`, 'dev', 'near']);
		await must('ip', ['link', 'set', 'near', 'up']);
		await w.#makeRouter();
		await w.#makeInside();
		await must('ip', ['route', 'add', `${PUBLIC}/32`, 'via',
			'198.51.100.1']);
		return w;
	}

	async #makeRouter() {
		const ip = (...args) => must(...this.in(this.router, 'ip', ...args));

		await ip('link', 'set', 'lo', 'up');
		await ip('address', 'add', '198.51.100.1/24', 'dev', 'far');
		await ip('link', 'set', 'far', 'up');
		await ip('link', 'add', 'back', 'type', 'veth', 'peer', 'name',
			'server', 'netns', `${this.inside.pid}`);
		await ip('address', 'add', '10.0.0.1/24', 'dev', 'back');
		await ip('link', 'set', 'back', 'up');
		await must(...this.in(this.router, 'sh', '-c',
			'echo 1 >/proc/sys/net/ipv4/ip_forward'));
		const nft = new Program(...this.in(this.router, 'nft', '-f', '-'));
		nft.child.stdin.end(rules);
		if ((await nft.done).code)
			throw new Error(`nft: ${nft.output}`);
	}

	async #makeInside() {
		const ip = (...args) => must(...this.in(this.inside, 'ip', ...args));

		await ip('link', 'set', 'lo', 'up');
		await ip('address', 'add', `${PRIVATE}/24`, 'dev', 'server');
		await ip('link', 'set', 'server', 'up');
		await ip('route', 'add', 'default', 'via', '10.0.0.1');
	}

	// File and arguments of a program in a namespace
	in(place, file, ...args) {
		return ['nsenter', ['-t', `${place.pid}`, '-n', file, ...args]];
	}

	async stop() {
		await this.inside.stop();
		await this.router.stop();
	}
}
