// A cloud's network: a server with a private address behind a router that maps
// a public one to it, and terminals outside that know the public one alone.
//
//   outside 198.51.100.2 ── .1 router 10.0.0.1 ── 10.0.0.4 inside
//   (the tests)          203.0.113.7 ⇄ 10.0.0.4 (nft)
import { Place } from './place.mjs';

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
}`;

export class NatWorld {
	static async make() {
		const w = new NatWorld();
		const outside = await Place.own();
		w.router = await Place.make();
		w.inside = await Place.make();
		await outside.link('near', w.router, 'far');
		await outside.up('near', `${OUTSIDE}/24`);
		await w.router.up('far', '198.51.100.1/24');
		await w.router.link('back', w.inside, 'server');
		await w.router.up('back', '10.0.0.1/24');
		await w.router.forward();
		await w.router.firewall(rules);
		await w.inside.up('server', `${PRIVATE}/24`);
		await w.inside.ip('route add default via 10.0.0.1');
		await outside.ip(`route add ${PUBLIC}/32 via 198.51.100.1`);
		return w;
	}

	async stop() {
		await this.inside.stop();
		await this.router.stop();
	}
}
