// SIPp with a scenario of ../sipp: a call word by word, what is said and what
// must be answered.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { patience } from './pace.mjs';
import { Program, freePort, scratch, until } from './process.mjs';

const scenarios = new URL('../sipp', import.meta.url).pathname;

export class Sipp {
	/**
	 * Begins as many calls as `count` says, or waits for so many.
	 *
	 * @param t         test with which it ends, or null
	 * @param scenario  file of ../sipp without `.xml`
	 * @param remote    "address:port" that it calls
	 * @param service   [service] of the scenario
	 * @param rate      calls begun a second
	 * @param keys      other [words] of the scenario
	 * @param variables  values of its global variables
	 * @param cwd       folder that its files are in
	 * @param user      {name, password} for digests
	 * @param uri       Request-URI of what is proved, without "sip:"; else
	 *                  the remote's
	 * @return          it listens
	 */
	static async start(t, scenario, remote, options = {}) {
		// About one in some hundred hangs before it opens its socket
		for (let left = 2; ; left--) {
			const s = await Sipp.#begin(t, scenario, remote, options);
			try {
				await s.#listens();
				return s;
			} catch (error) {
				await s.program.stop('SIGKILL');
				if (!left)
					throw error;
			}
		}
	}

	static async #begin(t, scenario, remote, { service = 'service',
		transport = 'udp', count = 1, rate = 10, host = '127.0.0.1',
		keys = {}, variables = {}, user, uri, cwd }) {
		const s = new Sipp();
		const { dir, remove } = await scratch();
		Object.assign(s, { host, transport, remove,
			errors: join(dir, 'errors'), port: await freePort() });
		s.program = new Program('sipp', [
			'-sf', join(scenarios, `${scenario}.xml`), '-s', service,
			'-m', `${count}`, '-l', `${count}`, '-r', `${rate}`,
			'-i', host, '-p', `${s.port}`,
			'-mi', host, // sound, pictures and the RTCP of both
			'-mp', `${await freePort(4)}`,
			'-t', transport === 'tcp' ? 't1' : 'u1',
			'-nostdin', '-timeout', `${patience(30000) / 1000 | 0}`, '-timeout_error',
			'-trace_err', '-error_file', s.errors,
			...user ? ['-au', user.name, '-ap', user.password] : [],
			...uri ? ['-auth_uri', uri] : [],
			...Object.entries(keys).flatMap(([k, v]) => ['-key', k, v]),
			...Object.entries(variables).flatMap(([k, v]) =>
				['-set', k, `${v}`]),
			remote], { cwd: cwd || dir, env: { ...process.env, TERM: 'dumb' } });
		t?.after(async () => {
			await s.program.stop('SIGKILL');
			await remove();
		});
		return s;
	}

	async #listens() {
		const local = `:${this.port.toString(16).toUpperCase()
			.padStart(4, '0')} `;
		await until(`SIPp listens on ${this.port}`, async () =>
			this.program.exited
			|| (await readFile(`/proc/net/${this.transport}`, 'utf8'))
				.includes(local), 5000, 10);
	}

	uriOf(name) {
		return `sip:${name}@${this.host}:${this.port}`
			+ (this.transport === 'tcp' ? ';transport=tcp' : '');
	}

	// All calls went as the scenario has them
	async succeeds() {
		const { code } = await this.program.done;
		const errors = await readFile(this.errors, 'utf8').catch(() => '');
		await this.remove();
		assert.equal(code, 0, errors.slice(0, 4000)
			|| this.program.output.slice(-3000));
	}
}

// Begins it and waits for its end
export async function sipp(...args) {
	await (await Sipp.start(...args)).succeeds();
}
