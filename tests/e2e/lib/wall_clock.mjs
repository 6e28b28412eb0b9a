// A wall clock that programs are started with, and that a test sets wrong
// (tests/lib/wall_clock.c); what counts on by itself is left alone.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './process.mjs';

export class WallClock {
	// In a folder of the test's
	static async make(dir) {
		const clock = new WallClock();
		clock.file = join(dir, 'wrong');
		await writeFile(clock.file, Buffer.alloc(8));
		clock.env = { LD_PRELOAD: join(root, 'build/lib/wall_clock.so'),
			WALL_CLOCK: clock.file };
		return clock;
	}

	// From now on it is wrong by so many seconds
	async set(seconds) {
		const b = Buffer.alloc(8);
		b.writeBigInt64LE(BigInt(seconds));
		await writeFile(this.file, b, { flag: 'r+' });
	}
}
