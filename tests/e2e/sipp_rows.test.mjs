// The rows of README.md as SIPp says and checks them: sipp/ROW_*.xml, with
// ROW_called.xml as whoever the focus calls of it. Three Parleys: one as it
// comes, one that trusts its callers, one that has users.
import { after, afterEach, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Parley } from './lib/parley.mjs';
import { Sipp, sipp } from './lib/sipp.mjs';
import { until } from './lib/process.mjs';

describe('SIPp, row by row', () => {
	const servers = {};
	const user = { name: 'bob' };

	before(async () => {
		servers.open = await Parley.start();
		servers.trusting = await Parley.start({ trusted_hosts: '127.0.0.1',
			ioi: 'parley.example', end_with_creator: 'yes' });
		servers.guarded = await Parley.start({ auth: 'on' });
		const { stdout } = await servers.guarded.cli('user', 'add', user.name,
			'--generate');
		user.password = stdout.match(/^password: (\S+)$/m)[1];
	});
	after(async () => {
		for (const parley of Object.values(servers)) {
			await parley.endsWell();
		}
	});

	// what a scenario that failed has left
	afterEach(async () => {
		for (const parley of Object.values(servers)) {
			const { conferences } = await parley.json('list');
			for (const { name } of conferences)
				await parley.cli('end', name);
		}
	});

	const remote = (parley) => `127.0.0.1:${parley.sipPort}`;

	// One call of the scenario; its conference is gone then
	async function row(t, scenario, { parley = servers.open, service =
		`${scenario.replaceAll('_', '-').toLowerCase()}-alone`,
	...options } = {}) {
		await sipp(t, scenario, remote(parley), { service, ...options });
		await isOver(parley);
	}

	const isOver = (parley) => until('no conference is left', async () =>
		!(await parley.json('list')).conferences.length);

	// A scenario in whose course the guest is called, who has one of its own.
	// When he is in and nobody has to be told of it, the conference is ended
	async function rowWithCalled(t, scenario, calledScenario,
		{ parley = servers.open, transport = 'udp' } = {}) {
		const service = `${scenario.split('_')[0].toLowerCase()}-${transport}`;
		const options = { service, transport };
		const called = await Sipp.start(t, calledScenario, remote(parley),
			options);
		const caller = await Sipp.start(t, scenario, remote(parley),
			{ ...options, keys: { target: called.uriOf('guest') } });
		await until('the guest is in', async () => called.program.exited
			|| caller.program.exited || (await parley.endpoints(service))
			.some((e) => e.entity.includes('guest')
				&& e.status === 'connected')
			&& !(await parley.json('stats')).subscriptions.subscriptions, 10000, 10);
		await parley.cli('end', service);
		await Promise.all([called.succeeds(), caller.succeeds()]);
		await isOver(parley);
	}

	test('F2 SIPp: a factory', (t) => row(t, 'F2_factory'));

	for (const transport of ['udp', 'tcp']) {
		test(`F3 SIPp: a list of recipients, over ${transport}`,
			(t) => rowWithCalled(t, 'F3_list', 'F3_called', { transport }));

		test(`F4 SIPp: REFER in its dialog, over ${transport}`,
			(t) => rowWithCalled(t, 'F4_refer', 'F4_called', { transport }));
	}

	test('F3 SIPp: lists that are refused', (t) => row(t, 'F3_refused'));

	test('F4 SIPp: REFER outside of a dialog',
		(t) => rowWithCalled(t, 'F4_refer_outside', 'F4_called'));

	test('F5 SIPp: people are removed', (t) => row(t, 'F5_remove'));

	test('F6 SIPp: nobody is told who wants no subscription',
		(t) => rowWithCalled(t, 'F6_no_subscription', 'F4_called'));

	test('F7 SIPp: a call is merged',
		(t) => rowWithCalled(t, 'F7_merge', 'F7_called'));

	test('F7 SIPp: a terminal takes the place of another',
		(t) => row(t, 'F7_takes_over'));

	test('F8 SIPp: Join', (t) => row(t, 'F8_join'));

	test('F9 SIPp: Referred-By',
		(t) => rowWithCalled(t, 'F9_referred_by', 'F9_called'));

	test('F10 SIPp: the conference package', (t) => row(t, 'F10_watches'));

	test('F12 SIPp: anonymous users', (t) => row(t, 'F12_anonymous'));

	test('F13 SIPp: changes are merged', (t) => row(t, 'F13_merged'));

	test('F14 SIPp: the end', (t) => row(t, 'F14_ends',
		{ parley: servers.trusting }));

	test('F15 SIPp: feature tags', (t) => row(t, 'F15_features'));

	test('S5 SIPp: UPDATE', (t) => row(t, 'S5_update'));

	test('S8 SIPp: a trusted host is believed', (t) => row(t, 'S8_identity',
		{ parley: servers.trusting }));

	test('S8 SIPp: a stranger is not', (t) => row(t, 'S8_stranger'));

	test('S9 SIPp: charging', (t) => rowWithCalled(t, 'S9_charging',
		'S9_called', { parley: servers.trusting }));

	test('S11 SIPp: services and preferences', (t) => rowWithCalled(t,
		'S11_service', 'S11_called', { parley: servers.trusting }));

	test('S12 SIPp: Session-ID and Reason', (t) => row(t, 'S12_session_id'));

	test('S13 SIPp: emergency calls', (t) => row(t, 'S13_emergency'));

	for (const transport of ['udp', 'tcp'])
		test(`S18 SIPp: chat, over ${transport}`,
			(t) => row(t, 'S18_message', { transport }));

	test('S14 SIPp: registration', (t) => row(t, 'S14_registers',
		{ parley: servers.guarded, user }));

	test('S14 SIPp: calls', (t) => row(t, 'S14_calls',
		{ parley: servers.guarded, user, service: 's14',
			uri: `s14@${remote(servers.guarded)}` }));
});
