// Real coturn, as conf/coturn sets it up but for addresses, secret and
// certificate.
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root, run, scratch } from './process.mjs';

const example = join(root, 'conf/coturn/turnserver.conf');
const NAME = 'turn.example.com';
const client = new URL('turn_client.mjs', import.meta.url).pathname;

async function openssl(...args) {
	const { code, output, stdout } = await run('openssl', args);
	if (code !== 0)
		throw new Error(`openssl ${args[0]}: ${output}`);
	return stdout;
}

// What Chromium's --ignore-certificate-errors-spki-list wants of a certificate
async function keySum(cert) {
	const pem = await openssl('x509', '-in', cert, '-pubkey', '-noout');
	const der = Buffer.from(pem.replace(/-----[^-]*-----|\s/g, ''), 'base64');
	return createHash('sha256').update(der).digest('base64');
}

export class Coturn {
	/**
	 * @param host    where it runs
	 * @param reaches addresses that relays may reach
	 * @param more    { key: value } in place of the example's
	 */
	static async start({ host, reaches, more = {} }) {
		const c = new Coturn();
		c.host = host;
		c.secret = 'what coturn and Parley know';
		c.scratch = await scratch();
		const { dir } = c.scratch;
		const cert = join(dir, 'cert.pem'), key = join(dir, 'key.pem');
		await openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt',
			'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', cert,
			'-days', '2', '-subj', `/CN=${NAME}`, '-addext',
			`subjectAltName=DNS:${NAME},IP:${host.address}`);
		c.keySum = await keySum(cert);
		const changes = { 'listening-ip': host.address,
			'relay-ip': host.address, cert, pkey: key,
			'static-auth-secret': c.secret, ...more };
		const text = (await readFile(example, 'utf8'))
			.replace(/^allowed-peer-ip=.*$/m, reaches.map((address) =>
				`allowed-peer-ip=${address}`).join('\n'))
			.replace(/^syslog$/m, 'log-file=stdout\nverbose')
			.replace(/^([a-z-]+)=.*$/gm, (line, name) => {
				const value = changes[name];
				delete changes[name];
				return value === undefined ? line : `${name}=${value}`;
			});
		const rest = Object.entries(changes).map(([k, v]) => `${k}=${v}\n`);
		await writeFile(join(dir, 'turnserver.conf'), text + rest.join(''));
		await c.begin();
		return c;
	}

	// Also once more, after end()
	async begin() {
		const { dir } = this.scratch;
		this.program = this.host.program('turnserver', ['-c',
			join(dir, 'turnserver.conf'), '--pidfile', join(dir, 'pid'),
			'--userdb', join(dir, 'turndb')]);
		await this.program.printed(/TLS\/TCP listener opened on ?: [0-9.]+:443/);
	}

	get names() { return { [NAME]: this.host.address }; }

	end() { return this.program?.stop(); }

	// Firefox takes a name alone where there is TLS. Who is to use it has to
	// know its `names`
	uri() { return `turns:${NAME}:443?transport=tcp`; }

	// With it Chromium believes its certificate
	get chromiumFlag() {
		return `--ignore-certificate-errors-spki-list=${this.keySum}`;
	}

	// What it answers `from` there, over TLS, to Allocate and then to
	// CreatePermission for each of `peers`: [code, code...], 0 for success
	async asks(from, { username, credential }, ...peers) {
		const { stdout, output } = await from.run('node', [client,
			this.host.address, username, credential, ...peers]);
		try {
			return JSON.parse(stdout);
		} catch {
			throw new Error(output);
		}
	}

	async stop() {
		await this.end();
		await this.scratch.remove();
	}
}
