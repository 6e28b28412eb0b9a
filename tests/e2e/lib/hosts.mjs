// A network of the test's own: hosts, each a network namespace, around one
// router. Nothing of it is seen outside, and nothing outside is seen from it.
// Needs root.
import { spawnSync } from 'node:child_process';
import { Program, run } from './process.mjs';

// What is left of a test that was cut short
const left = new Set();
process.on('exit', () => {
	for (const space of left)
		spawnSync('ip', ['netns', 'del', space]);
});

async function ip(...args) {
	const { code, output } = await run('ip', args);
	if (code !== 0)
		throw new Error(`ip ${args.join(' ')}: ${output}`);
}

class Host {
	constructor(space, address) {
		Object.assign(this, { space, address });
	}

	// What runs a program on this host
	command(file, ...args) {
		return ['ip', ['netns', 'exec', this.space, file, ...args]];
	}

	program(file, args, options) {
		return new Program(...this.command(file, ...args), options);
	}

	run(file, args, options) {
		return run(...this.command(file, ...args), options);
	}

	// What its firewall lets out; everything else is dropped. `rules` are
	// nftables': 'ip daddr 10.77.2.2 tcp dport 443'
	async letOut(...rules) {
		const table = ['flush ruleset', 'table inet only {',
			'chain out { type filter hook output priority 0; policy drop;',
			'oif lo accept', ...rules.map((rule) => `${rule} accept`), '}',
			'}'].join('\n');
		const program = this.program('nft', ['-f', '-']);
		program.child.stdin.end(`${table}\n`);
		const { code } = await program.done;
		if (code !== 0)
			throw new Error(`nft: ${program.output}\n${table}`);
	}
}

export class Hosts {
	// @return some with a Host for each name: hosts.office
	static async start(...names) {
		const hosts = new Hosts();
		hosts.spaces = [];
		try {
			const router = await hosts.#space('router');
			await run('ip', ['netns', 'exec', router, 'sysctl', '-qw',
				'net.ipv4.ip_forward=1']);
			for (const [i, name] of names.entries()) {
				const space = await hosts.#space(name);
				const net = `10.77.${i + 1}`;
				await ip('link', 'add', 'net0', 'netns', space, 'type', 'veth',
					'peer', 'name', `to${i}`, 'netns', router);
				await ip('-n', space, 'addr', 'add', `${net}.2/24`, 'dev', 'net0');
				await ip('-n', router, 'addr', 'add', `${net}.1/24`, 'dev',
					`to${i}`);
				await ip('-n', space, 'link', 'set', 'net0', 'up');
				await ip('-n', router, 'link', 'set', `to${i}`, 'up');
				await ip('-n', space, 'route', 'add', 'default', 'via',
					`${net}.1`);
				hosts[name] = new Host(space, `${net}.2`);
			}
		} catch (error) {
			await hosts.stop();
			throw error;
		}
		return hosts;
	}

	async #space(name) {
		const space = `parley-${process.pid}-${name}`;
		await ip('netns', 'add', space);
		this.spaces.push(space);
		left.add(space);
		await ip('-n', space, 'link', 'set', 'lo', 'up');
		return space;
	}

	async stop() {
		for (const space of this.spaces)
			await ip('netns', 'del', space).then(() => left.delete(space));
	}
}
