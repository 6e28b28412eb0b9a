// A name server of one test's own
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Program, freePort, scratch } from './process.mjs';

export class Dnsmasq {
	/**
	 * @param records  lines of dnsmasq.conf: naptr-record=, srv-host=,
	 *                 host-record=
	 */
	static async start(records) {
		const d = new Dnsmasq();
		d.scratch = await scratch();
		const { dir } = d.scratch;
		const port = await freePort();
		d.address = `127.0.0.1:${port}`;
		await writeFile(join(dir, 'dnsmasq.conf'), [
			'listen-address=127.0.0.1', `port=${port}`, 'bind-interfaces', 'no-resolv',
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
