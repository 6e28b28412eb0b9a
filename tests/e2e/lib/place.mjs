// A network namespace: the tests' own, which `run.mjs` starts a file in that has
// this or what is built on it, or one beside it. Nothing of them is seen
// outside, and they end with their file, however that ends.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Program, run, scratch } from './process.mjs';

export class Place {
	#holder;
	#scratch;
	#names; // file of them

	// Where the tests themselves are
	static async own() {
		const place = new Place();
		// nobody else is in it
		const links = (await place.ip('-o link')).trim().split('\n');
		if (links.some((line) => !/: (lo|[a-z0-9]+@NONE):/.test(line)))
			throw new Error('this changes networks: node run.mjs NAME');
		return place;
	}

	// Another one, with nothing in it but loopback
	static async make() {
		const place = new Place();
		// it ends when its input does, at the latest when we do
		place.#holder = new Program('unshare', ['--net', 'sh', '-c',
			'ip link set lo up && echo ready && exec cat']);
		await place.#holder.printed(/ready/);
		return place;
	}

	// Programs started there from now on find these names: { name: address }
	async knows(names) {
		this.#scratch ??= await scratch();
		this.#names = join(this.#scratch.dir, 'hosts');
		await writeFile(this.#names, ['127.0.0.1 localhost',
			...Object.entries(names).map(([k, v]) => `${v} ${k}`)]
			.map((line) => `${line}\n`).join(''));
	}

	// What runs a program there
	command(...program) {
		if (this.#names)
			program.unshift('unshare', '--mount', 'sh', '-c',
				'mount --bind "$0" /etc/hosts && exec "$@"', this.#names);
		if (this.#holder)
			program.unshift('nsenter', '-t', `${this.#holder.pid}`, '-n');
		const [file, ...args] = program;
		return [file, args];
	}

	program(file, args, options) {
		return new Program(...this.command(file, ...args), options);
	}

	run(file, args, options) {
		return run(...this.command(file, ...args), options);
	}

	// What has to succeed; what it prints
	async must(file, ...args) {
		const { code, stdout, output } = await this.run(file, args);
		if (code !== 0)
			throw new Error(`${file} ${args.join(' ')}: ${output}`);
		return stdout;
	}

	ip(text) { return this.must('ip', ...text.split(' ')); }

	// A cable from our device `name` to `farName` of `far`, which is not our own
	// place; both ends are down and have no address yet
	link(name, far, farName) {
		return this.ip(`link add ${name} type veth peer name ${farName
		} netns ${far.#holder.pid}`);
	}

	// `address` with the length of its prefix
	async up(name, address) {
		await this.ip(`address add ${address} dev ${name}`);
		await this.ip(`link set ${name} up`);
	}

	// It passes on what is not for itself
	forward() {
		return this.must('sh', '-c', 'echo 1 >/proc/sys/net/ipv4/ip_forward');
	}

	// Rules of nftables beside those that are there
	async firewall(rules) {
		const nft = this.program('nft', ['-f', '-']);
		nft.child.stdin.end(`${rules}\n`);
		if ((await nft.done).code !== 0)
			throw new Error(`nft: ${nft.output}\n${rules}`);
	}

	// What its firewall lets out, in place of what there was; everything else is
	// dropped: 'ip daddr 10.77.2.2 tcp dport 443'
	letOut(...rules) {
		return this.firewall(['flush ruleset', 'table inet only {',
			'chain out { type filter hook output priority 0; policy drop;',
			'oif lo accept', ...rules.map((rule) => `${rule} accept`), '}',
			'}'].join('\n'));
	}

	async stop() {
		await this.#holder?.stop();
		await this.#scratch?.remove();
	}
}
