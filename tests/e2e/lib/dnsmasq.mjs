// A name server of one test's own
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Program, scratch } from './process.mjs';

export class Dnsmasq {
	/**
	 * @param address  on loopback; port 53 of it
	 * @param records  lines of dnsmasq.conf: naptr-record=, srv-host=,
	 *                 host-record=
	 */
	static async start(address, records) {
		const d = new Dnsmasq();
		d.scratch = await scratch();
		const { dir } = d.scratch;
		d.resolvConf = join(dir, 'resolv.conf');
		await writeFile(d.resolvConf, `nameserver ${address}\n`);
		await writeFile(join(dir, 'dnsmasq.conf'), [
			`listen-address=${address}`, 'bind-interfaces', 'no-resolv',
			'no-hosts', 'no-poll', 'local=/example/', 'local-ttl=60',
			'log-queries', 'log-facility=-', ...records, ''].join('\n'));
		d.program = new Program('/usr/sbin/dnsmasq', ['-k',
			'--pid-file=', '-C', join(dir, 'dnsmasq.conf')]);
		await d.program.printed(/started/);
		return d;
	}

	async stop() {
		await this.program.stop();
		await this.scratch.remove();
	}
}
