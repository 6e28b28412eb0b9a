// A browser's network with two ways out, as a phone that has Wi-Fi and mobile:
//
//	server 198.51.100.1 --- wifi   10.77.1.1 --- 10.77.1.2 browser
//	(the tests)         --- mobile 10.77.2.1 --- 10.77.2.2 (its own)
import { Place } from './place.mjs';

export const SERVER = '198.51.100.1';

export class Uplinks {
	static async start() {
		const u = new Uplinks();
		u.server = await Place.own();
		await u.server.ip(`address add ${SERVER}/32 dev lo`);
		u.hers = await Place.make();
		for (const [n, name] of ['wifi', 'mobile'].entries()) {
			await u.server.link(name, u.hers, name);
			await u.server.up(name, `10.77.${n + 1}.1/24`);
		}
		return u;
	}

	// What runs a program at her end
	command(...words) { return this.hers.command(...words); }

	// The uplink comes: an address, then the way out by it. `host`: its number
	async up(name, host = 2) {
		const net = name === 'wifi' ? 1 : 2;
		await this.hers.ip(`link set ${name} up`);
		await this.hers.ip(`address replace 10.77.${net}.${host}/24 dev ${name}`);
		await this.hers.ip(`route replace default via 10.77.${net}.1 dev ${
			name}`);
	}

	// It goes, with address and route
	async down(name) {
		await this.hers.ip(`address flush dev ${name}`);
		await this.hers.ip(`link set ${name} down`);
	}

	// The way by it is dead, and nothing at her end tells
	async breaks(name) {
		await this.server.firewall(`table ip ${name} {
			chain in { type filter hook input priority 0;
				iifname ${name} drop; }
			chain out { type filter hook output priority 0;
				oifname ${name} drop; }
		}`);
	}

	mends(name) { return this.server.firewall(`delete table ip ${name}`); }

	// A NAT between her and the server
	async translate() {
		await this.hers.firewall(`table ip nat {
			chain out { type nat hook postrouting priority srcnat;
				oifname != lo masquerade fully-random; }
		}`);
	}

	// It forgets: what she sends by UDP comes from another port
	async rebind() {
		await this.hers.must('conntrack', '-D', '-p', 'udp');
	}

	async stop() { await this.hers.stop(); }
}
