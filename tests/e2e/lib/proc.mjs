// What the kernel tells of a process.
import { readFile } from 'node:fs/promises';

// Its status, or that of a thread: `pid/task/tid`
export async function status(pid) {
	const text = await readFile(`/proc/${pid}/status`, 'utf8');
	return Object.fromEntries(text.trim().split('\n').map((line) =>
		line.split(/:\s*/, 2)));
}

// A set of capabilities: 'Eff', 'Prm', 'Bnd'
export const caps = (s, which) => BigInt(`0x${s[`Cap${which}`]}`);

export const residentMb = async (pid) =>
	parseInt((await status(pid)).VmRSS, 10) / 1024;
