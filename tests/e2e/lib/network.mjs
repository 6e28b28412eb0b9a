// A network of its own, one hop from this host: a namespace, a pair of devices
// and a firewall. Root alone can make one.
import { spawnSync } from 'node:child_process';
import { reserve } from './process.mjs';

export const canMakeNetworks = process.getuid() === 0
	&& spawnSync('ip', ['netns', 'list']).status === 0;

function must(file, args, input) {
	const { status, stderr, error } = spawnSync(file, args,
		{ input, encoding: 'utf8' });
	if (status !== 0)
		throw new Error(`${file} ${args.join(' ')}: ${error || stderr}`);
}

export class Network {
	// `here` is this host's address in it, `there` that of who is inside
	static async make() {
		const n = new Network();
		let number = 0;
		// one that no test beside this one has
		while (!await reserve(1100 + number))
			number++;
		n.name = `parley-${process.pid}-${number}`;
		n.here = `10.213.${number}.1`;
		n.there = `10.213.${number}.2`;
		const ours = `pl${process.pid % 100000}-${number}`;
		must('ip', ['netns', 'add', n.name]);
		must('ip', ['link', 'add', ours, 'type', 'veth', 'peer', 'name',
			'up0', 'netns', n.name]);
		must('ip', ['address', 'add', `${n.here}/30`, 'dev', ours]);
		must('ip', ['link', 'set', ours, 'up']);
		must('ip', ['-n', n.name, 'address', 'add', `${n.there}/30`, 'dev',
			'up0']);
		must('ip', ['-n', n.name, 'link', 'set', 'lo', 'up']);
		must('ip', ['-n', n.name, 'link', 'set', 'up0', 'up']);
		must('ip', ['-n', n.name, 'route', 'add', 'default', 'via', n.here]);
		return n;
	}

	// Nothing by UDP gets out or in but questions for names
	blockUdp() {
		must('ip', ['netns', 'exec', this.name, 'nft', '-f', '-'],
			`table inet wall {
				chain out {
					type filter hook output priority 0;
					oifname "up0" udp dport != 53 drop
				}
				chain in {
					type filter hook input priority 0;
					iifname "up0" udp sport != 53 drop
				}
			}`);
	}

	unblock() {
		must('ip', ['netns', 'exec', this.name, 'nft', 'delete', 'table',
			'inet', 'wall']);
	}

	// What runs a program inside
	command(file, ...args) {
		return ['ip', ['netns', 'exec', this.name, file, ...args]];
	}

	async remove() {
		// its device, and the other end of that, go with it
		must('ip', ['netns', 'delete', this.name]);
	}
}
