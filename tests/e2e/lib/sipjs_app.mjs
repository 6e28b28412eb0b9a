// Another SIP stack for the web than JsSIP: a page with SIP.js, driven as an
// application would drive it.
import { join } from 'node:path';
import { root } from './process.mjs';
import { servePage } from './third_party.mjs';

const source = `
import { Inviter, Subscriber, UserAgent } from 'sip.js';

const app = window.app = { notified: [], documents: [] };
const uri = (text) => UserAgent.makeURI(text);
// Resolves with the status of the final answer
const answered = (ask) => new Promise((done, fail) => ask({
	onAccept: ({ message }) => done(message.statusCode),
	onReject: ({ message }) => done(message.statusCode) }).catch(fail));

app.start = async (server) => {
	app.ua = new UserAgent({ uri: uri('sip:app@third.example'),
		transportOptions: { server }, logLevel: 'error',
		sessionDescriptionHandlerFactoryOptions: { iceGatheringTimeout: 500,
			peerConnectionConfiguration: { iceServers: [] } } });
	await app.ua.start();
};

const sink = () => {
	const video = document.createElement('video');
	video.id = 'picture';
	video.autoplay = true;
	document.body.append(video);
	return video;
};

app.dial = async (target, constraints) => {
	app.session = new Inviter(app.ua, uri(target), {
		sessionDescriptionHandlerOptions: { constraints } });
	app.constraints = constraints;
	const status = await answered((requestDelegate) =>
		app.session.invite({ requestDelegate }));
	sink().srcObject =
		app.session.sessionDescriptionHandler.remoteMediaStream;
	return status;
};

const again = (options) => {
	app.session.sessionDescriptionHandlerOptionsReInvite = {
		constraints: app.constraints, ...options };
	return answered((requestDelegate) =>
		app.session.invite({ requestDelegate }));
};
app.hold = (hold) => again({ hold });
app.add = (constraints) => {
	app.constraints = constraints;
	return again({});
};

app.info = (signal) => answered((requestDelegate) => app.session.info({
	requestDelegate, requestOptions: { body: {
		contentDisposition: 'render', contentType: 'application/dtmf-relay',
		content: 'Signal=' + signal + '\\r\\nDuration=160' } } }));
app.digits = (tones) => app.session.sessionDescriptionHandler.sendDtmf(tones);

// Resolves with the status; what follows is in app.notified
app.refer = (target) => answered((requestDelegate) =>
	app.session.refer(uri(target), { requestDelegate,
		onNotify: (notification) => {
			notification.accept();
			app.notified.push(notification.request.body.trim());
		} }));

app.watch = (target) => {
	app.subscriber = new Subscriber(app.ua, uri(target), 'conference',
		{ extraHeaders: ['Accept: application/conference-info+xml'] });
	app.subscriber.delegate = { onNotify: (notification) => {
		notification.accept();
		app.documents.push(notification.request.body);
	} };
	return new Promise((done) => {
		app.subscriber.stateChange.addListener((state) => {
			if (state !== 'NotifyWait')
				done(state);
		});
		app.subscriber.subscribe();
	});
};

app.bye = () => answered((requestDelegate) =>
	app.session.bye({ requestDelegate }));
`;

export const serveSipJs = () => servePage(source,
	join(root, 'tests/e2e'));
