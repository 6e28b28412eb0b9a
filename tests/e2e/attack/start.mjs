// A media server that takes six seconds to load, as on a busy machine.
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asOurselves } from '../lib/parley.mjs';
import { scratch } from '../lib/process.mjs';

export const row = 8;
export const title = 'a busy start';
export const files = ['running'];
export const figures = {
	starts: ['starts with a media server that loads for 6 s', { is: 'yes' }],
};

const LOAD_S = 6;

export async function measure(t) {
	const work = await scratch();
	t.after(() => work.remove());
	const file = join(work.dir, 'mixer');
	await writeFile(file, `#!/bin/sh\nsleep ${LOAD_S}\nexec ${
		t.programs.path('parley-mixer')} "$@"\n`);
	await chmod(file, 0o755);
	const starting = t.start({ mixer_program: file, ...asOurselves });
	return { starts: await starting.then(() => 'yes', () => 'no') };
}
