// Hosts, each a network of its own, around one router. `here` is the one that
// the tests are on themselves.
import { Place } from './place.mjs';

export class Hosts {
	// @return some with a Place for each name, and its address:
	//         hosts.office.address
	static async start(...names) {
		const hosts = new Hosts();
		hosts.places = [];
		const place = async () => {
			const made = await Place.make();
			hosts.places.push(made);
			return made;
		};
		try {
			const router = await place();
			await router.forward();
			for (const [i, name] of names.entries()) {
				const host = name === 'here' ? await Place.own()
					: await place();
				const net = `10.77.${i + 1}`;
				await host.link('net0', router, `to${i}`);
				await host.up('net0', `${net}.2/24`);
				await router.up(`to${i}`, `${net}.1/24`);
				await host.ip(`route add default via ${net}.1`);
				hosts[name] = Object.assign(host, { address: `${net}.2` });
			}
		} catch (error) {
			await hosts.stop();
			throw error;
		}
		return hosts;
	}

	async stop() {
		await Promise.all(this.places.map((place) => place.stop()));
	}
}
