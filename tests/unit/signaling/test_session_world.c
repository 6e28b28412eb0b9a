/**
 * @file test_session_world.c  The peer, the mixer and the lines they play
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "mixer/base/log.h"
#include "mixer/link/link.h"
#include "tests/unit/unit.h"
#include "tests/unit/signaling/test_session_world.h"

enum { READ_MS = 6000, NOT_MS = 700 };

struct letter {
	struct le le;
	char text[];
};

static const char offer_sdp[] =
	"v=0\r\no=peer 1 %u IN IP4 127.0.0.1\r\ns=-\r\n"
	"c=IN IP4 127.0.0.1\r\nt=0 0\r\n"
	"m=audio 49170 RTP/AVP 0 101\r\n"
	"a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
	"a=%s\r\n";

/* ----------------------------------------------------------------- loop */

static void time_up_h(void *arg)
{
	struct world *w = arg;

	w->timed_out = true;
	re_cancel();
}

struct flag_poll {
	struct tmr tmr;
	const bool *flag;
};

static void poll_h(void *arg)
{
	struct flag_poll *poll = arg;

	if (*poll->flag)
		re_cancel();
	else
		tmr_start(&poll->tmr, 2, poll_h, poll);
}

bool world_wait(struct world *w, const bool *flag, unsigned ms)
{
	struct flag_poll poll = {.flag = flag};
	struct tmr tmr;

	tmr_init(&tmr);
	tmr_init(&poll.tmr);
	w->timed_out = false;
	tmr_start(&tmr, ms, time_up_h, w);
	tmr_start(&poll.tmr, 0, poll_h, &poll);
	(void)re_main(NULL);
	tmr_cancel(&tmr);
	tmr_cancel(&poll.tmr);

	return *flag;
}

/* ---------------------------------------------------------------- mixer */

static json_t *leg_local(const json_t *msg)
{
	json_t *transports = json_array(), *media = json_array(), *one;
	unsigned port = 40000;
	size_t i;

	json_array_foreach(json_object_get(msg, "transports"), i, one)
	{
		const char *kind =
			json_string_value(json_object_get(one, "kind"));

		if (kind && !strcmp(kind, "webrtc"))
			(void)json_array_append_new(
				transports,
				json_pack("{s:s,s:{s:s,s:s},s:{s:s,s:s},"
					  "s:[{s:s,s:i,s:i}]}",
					  "kind", "webrtc", "ice", "ufrag",
					  "abcd", "pwd",
					  "abcdefghijklmnopqrstuvwx",
					  "fingerprint", "hash", "sha-256",
					  "value", "AB:CD", "candidates",
					  "address", "127.0.0.1", "port",
					  10000, "priority", 1));
		else
			(void)json_array_append_new(
				transports,
				json_pack("{s:s,s:s,s:i,s:i}", "kind", "plain",
					  "address", "127.0.0.1", "port", port,
					  "rtcp_port", port + 1));
		port += 2;
	}
	json_array_foreach(json_object_get(msg, "media"), i, one)(void)
		json_array_append_new(
			media, json_pack("{s:i,s:i,s:s}", "ssrc", 1000 + i,
					 "rtx_ssrc", 2000 + i, "cname", "c"));

	return json_pack("{s:o,s:o}", "transports", transports, "media",
			 media);
}

static void mixer_h(json_t *msg, void *arg)
{
	struct world *w = arg;
	const char *op = json_string_value(json_object_get(msg, "op"));
	size_t len = strlen(w->ops);

	if (!op)
		return;
	if (strcmp(op, "ping") && len < sizeof(w->ops) - 40)
		(void)snprintf(w->ops + len, sizeof(w->ops) - len, "%s ", op);
	if (w->silent)
		return;
	if (!strcmp(op, w->refuse_op))
		(void)link_reply_error(w->mixer, msg, ENOTSUP, "no");
	else if (!strcmp(op, "leg.add") || !strcmp(op, "leg.modify"))
		(void)link_reply(w->mixer, msg, leg_local(msg));
	else
		(void)link_reply(w->mixer, msg, NULL);
}

static void mixer_gone_h(int err, void *arg)
{
	struct world *w = arg;
	(void)err;

	w->mixer = mem_deref(w->mixer);
}

static int mixer_open(struct world *w)
{
	int fd[2], err;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd))
		return errno;
	err = link_alloc(&w->mixer, fd[0], mixer_h, mixer_gone_h, w);
	if (err) {
		(void)close(fd[0]);
		(void)close(fd[1]);
		return err;
	}
	err = focus_attach_mixer(w->focus, fd[1]);
	if (err)
		(void)close(fd[1]);
	else
		err = link_event(w->mixer,
				 json_pack("{s:s,s:i,s:i,s:i}", "event",
					   "hello", "version", 1, "pid", 1,
					   "webrtc_port", 10000));
	return err;
}

/* ----------------------------------------------------------------- peer */

static void received_h(const struct sa *src, struct mbuf *mb, void *arg)
{
	struct world *w = arg;
	size_t len = mbuf_get_left(mb);
	struct letter *letter;
	(void)src;

	letter = mem_zalloc(sizeof(*letter) + len + 1, NULL);
	memcpy(letter->text, mbuf_buf(mb), len);
	list_append(&w->inbox, &letter->le, letter);
	re_cancel();
}

static void header_of(const char *text, const char *name, char *dst,
		      size_t size)
{
	char start[64];
	const char *p, *end;

	dst[0] = '\0';
	(void)snprintf(start, sizeof(start), "\r\n%s:", name);
	p = strcasestr(text, start);
	if (!p)
		return;
	p += strlen(start);
	while (*p == ' ')
		p++;
	end = strstr(p, "\r\n");
	(void)snprintf(dst, size, "%.*s", end ? (int)(end - p) : 0, p);
}

/* A URI between < and > */
static void inner_uri(char *s)
{
	char *lt = strchr(s, '<'), *gt = strchr(s, '>');

	if (lt && gt && gt > lt) {
		*gt = '\0';
		memmove(s, lt + 1, strlen(lt + 1) + 1);
	}
}

static bool is_response(const char *text)
{
	return !strncmp(text, "SIP/2.0 ", 8);
}

static bool starts_as(const char *text, const char *what)
{
	return is_response(text) ? !strncmp(text + 8, what, strlen(what))
				 : !strncmp(text, what, strlen(what)) &&
					   text[strlen(what)] == ' ';
}

/* Read it before? UDP repeats */
static bool repeated(struct world *w, const char *text)
{
	char cseq[32], to[100], key[160];
	unsigned i;

	header_of(text, "CSeq", cseq, sizeof(cseq));
	/* the To tells the dialogs of forks apart */
	header_of(text, "To", to, sizeof(to));
	(void)snprintf(key, sizeof(key), "%.3s %s %s",
		       is_response(text) ? text + 8 : text, cseq, to);
	for (i = 0; i < w->said_count; i++) {
		if (!strcmp(w->said[i], key))
			return true;
	}
	if (w->said_count < WORLD_LINES_MAX)
		memcpy(w->said[w->said_count++], key, sizeof(key));

	return false;
}

/* A call from the focus: its dialog, seen from here */
static void learn_call(struct world *w, const char *text)
{
	header_of(text, "Call-ID", w->callid, sizeof(w->callid));
	header_of(text, "From", w->to, sizeof(w->to));
	header_of(text, "To", w->local, sizeof(w->local));
	(void)strcat(w->local, ";tag=");
	(void)strcat(w->local, w->tag);
}

static void learn(struct world *w, const char *text)
{
	const char *body = strstr(text, "\r\n\r\n");
	char contact[256];

	if (body && strstr(body, "v=0"))
		(void)snprintf(w->sdp, sizeof(w->sdp), "%s", body + 4);
	header_of(text, "Contact", contact, sizeof(contact));
	inner_uri(contact);
	if (contact[0])
		memcpy(w->contact, contact, sizeof(contact));
	if (is_response(text)) {
		if (strncmp(text + 8, "100", 3) &&
		    (text[8] == '2' || !strstr(w->to, "tag=")))
			header_of(text, "To", w->to, sizeof(w->to));
	} else if (strncmp(text, "ACK", 3)) {
		if (starts_as(text, "INVITE") && !strstr(w->to, "tag="))
			learn_call(w, text);
		if (starts_as(text, "INVITE"))
			(void)snprintf(w->invite, sizeof(w->invite), "%s",
				       text);
		(void)snprintf(w->last_request, sizeof(w->last_request), "%s",
			       text);
	}
}

static struct letter *next_letter(struct world *w, unsigned ms)
{
	struct tmr tmr;

	if (!w->inbox.head) {
		tmr_init(&tmr);
		w->timed_out = false;
		tmr_start(&tmr, ms, time_up_h, w);
		while (!w->inbox.head && !w->timed_out)
			(void)re_main(NULL);
		tmr_cancel(&tmr);
	}
	if (!w->inbox.head)
		return NULL;

	return w->inbox.head->data;
}

static void expand(char *dst, size_t size, const char *src)
{
	size_t o = 0;

	for (; *src && o + 3 < size; src++) {
		if (*src == '^') {
			dst[o++] = '\r';
			dst[o++] = '\n';
		} else {
			dst[o++] = *src;
		}
	}
	dst[o] = '\0';
}

/* The answer to what the peer read last: audio as PCMU, no video */
static void answer_sdp(struct world *w, char *dst, size_t size)
{
	const char *m = w->sdp;
	size_t o;

	o = (size_t)snprintf(dst, size,
			     "v=0\r\no=peer 1 1 IN IP4 127.0.0.1\r\ns=-\r\n"
			     "c=IN IP4 127.0.0.1\r\nt=0 0\r\n");
	while ((m = strstr(m, "m="))) {
		char kind[16] = "", proto[32] = "";
		unsigned port, format;

		(void)sscanf(m, "m=%15s %u %31s %u", kind, &port, proto,
			     &format);
		if (!strcmp(kind, "audio"))
			o += (size_t)snprintf(dst + o, size - o,
					      "m=audio 49170 %s 0\r\n"
					      "a=rtpmap:0 PCMU/8000\r\n"
					      "a=sendrecv\r\n",
					      proto);
		else
			o += (size_t)snprintf(dst + o, size - o,
					      "m=%s 0 %s %u\r\n", kind, proto,
					      format);
		m += 2;
	}
}

static void make_body(struct world *w, const char *name, const char **type,
		      char *dst, size_t size)
{
	const char *colon;

	*type = "application/sdp";
	dst[0] = '\0';
	if (!name || !strcmp(name, "-"))
		*type = NULL;
	else if (!strcmp(name, "offer"))
		(void)snprintf(dst, size, offer_sdp, 1, "sendrecv");
	else if (!strcmp(name, "hold"))
		(void)snprintf(dst, size, offer_sdp, 2, "sendonly");
	else if (!strcmp(name, "resume"))
		(void)snprintf(dst, size, offer_sdp, 3, "sendrecv");
	else if (!strcmp(name, "answer"))
		answer_sdp(w, dst, size);
	else {
		static char kind[64];

		colon = strchr(name, ':');
		(void)snprintf(kind, sizeof(kind), "%.*s", (int)(colon - name),
			       name);
		*type = kind;
		expand(dst, size, colon + 1);
	}
}

static bool transmit(struct world *w, const char *text)
{
	struct mbuf *mb = mbuf_alloc(2048);
	int err;

	err = mbuf_write_str(mb, text);
	mb->pos = 0;
	if (!err)
		err = udp_send(w->us, &w->server, mb);
	mem_deref(mb);

	return !err;
}

static void read_extra(char *dst, size_t size, char *fields[], unsigned n)
{
	dst[0] = '\0';
	if (n > 2) {
		expand(dst, size - 2, fields[2]);
		(void)strcat(dst, "\r\n");
	}
}

static bool send_request(struct world *w, char *fields[], unsigned n)
{
	char body[4096], extra[2048], text[WORLD_TEXT_MAX], method[16] = "";
	const char *type;
	unsigned cseq = 1;
	bool cancel, target;

	(void)sscanf(fields[0], "> %15s %u", method, &cseq);
	make_body(w, n > 1 ? fields[1] : NULL, &type, body, sizeof(body));
	read_extra(extra, sizeof(extra), fields, n);
	cancel = !strcmp(method, "CANCEL");
	target = strstr(w->to, "tag=") && !cancel;
	if (!strcmp(method, "INVITE"))
		memcpy(w->invite_to, w->to, sizeof(w->to));
	if (!cancel)
		(void)snprintf(w->branch, sizeof(w->branch), "z9hG4bKt%d-%u",
			       getpid(), ++w->branches);
	(void)snprintf(
		text, sizeof(text),
		"%s %s%s SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=%s"
		";rport\r\nMax-Forwards: 70\r\nFrom: %s\r\nTo: %s\r\n"
		"Call-ID: %s\r\nCSeq: %u %s\r\n"
		"Contact: <sip:alice@127.0.0.1:%u>\r\n"
		"User-Agent: peer/1\r\n%s%s%s%sContent-Length: %zu\r\n\r\n%s",
		method, target ? "" : "sip:", target ? w->contact : w->uri,
		sa_port(&w->peer), w->branch, w->local,
		cancel ? w->invite_to : w->to, w->callid, cseq, method,
		sa_port(&w->peer), extra, type ? "Content-Type: " : "",
		type ? type : "", type ? "\r\n" : "", strlen(body), body);

	return transmit(w, text);
}

static bool send_response(struct world *w, char *fields[], unsigned n)
{
	char body[4096], extra[2048], text[WORLD_TEXT_MAX], contact[64] = "";
	char via[512], from[512], to[512], callid[128], cseq[64];
	const char *req = w->last_request, *type;
	unsigned code = 200;

	(void)sscanf(fields[0], "= %u", &code);
	make_body(w, n > 1 ? fields[1] : NULL, &type, body, sizeof(body));
	read_extra(extra, sizeof(extra), fields, n);
	header_of(req, "Via", via, sizeof(via));
	header_of(req, "From", from, sizeof(from));
	header_of(req, "To", to, sizeof(to));
	header_of(req, "Call-ID", callid, sizeof(callid));
	header_of(req, "CSeq", cseq, sizeof(cseq));
	if (!strstr(extra, "Contact:"))
		(void)snprintf(contact, sizeof(contact),
			       "Contact: <sip:bob@127.0.0.1:%u>\r\n",
			       sa_port(&w->peer));
	(void)snprintf(text, sizeof(text),
		       "SIP/2.0 %u Word\r\nVia: %s\r\nFrom: %s\r\n"
		       "To: %s%s%s\r\nCall-ID: %s\r\nCSeq: %s\r\n"
		       "%s%s%s%s%sContent-Length: %zu\r\n\r\n%s",
		       code, via, from, to, strstr(to, "tag=") ? "" : ";tag=",
		       strstr(to, "tag=") ? "" : w->tag, callid, cseq, contact,
		       extra, type ? "Content-Type: " : "", type ? type : "",
		       type ? "\r\n" : "", strlen(body), body);

	return transmit(w, text);
}

static bool check_texts(const char *text, char *fields[], unsigned n)
{
	unsigned i;

	for (i = 1; i < n; i++) {
		bool not = fields[i][0] == '!';

		if (!strstr(text, fields[i] + not ) != not ) {
			fprintf(stderr, "%s \"%s\" in:\n%s\n",
				not ? "unwanted" : "missing", fields[i] + not,
				text);
			return false;
		}
	}
	return true;
}

static bool expect(struct world *w, const char *what, char *fields[],
		   unsigned n, unsigned ms, bool want)
{
	struct letter *letter;
	bool ok = !want;

	while ((letter = next_letter(w, ms))) {
		bool skip = repeated(w, letter->text);

		if (!skip && strncmp(letter->text, "SIP/2.0 1", 9) == 0 &&
		    what[0] != '1')
			skip = true;
		if (!skip) {
			learn(w, letter->text);
			ok = starts_as(letter->text, what) == want;
			if (!ok && want)
				fprintf(stderr, "want %s, read:\n%s\n", what,
					letter->text);
			if (ok && want)
				ok = check_texts(letter->text, fields, n);
		}
		list_unlink(&letter->le);
		mem_deref(letter);
		if (!skip && (want || !ok))
			break;
	}
	if (!letter && want)
		fprintf(stderr, "want %s, read nothing\n", what);

	return ok;
}

static bool await_repeat(struct world *w, const char *what)
{
	struct letter *letter = next_letter(w, READ_MS);
	bool ok;

	if (!letter)
		return false;
	ok = repeated(w, letter->text) && starts_as(letter->text, what);
	list_unlink(&letter->le);
	mem_deref(letter);

	return ok;
}

static bool await_op(struct world *w, const char *op)
{
	uint64_t end = tmr_jiffies() + READ_MS;
	bool never = false;

	while (!strstr(w->ops, op)) {
		if (tmr_jiffies() > end)
			return false;
		(void)world_wait(w, &never, 20);
	}
	w->ops[0] = '\0';
	return true;
}

static bool await_count(struct world *w, size_t count)
{
	uint64_t end = tmr_jiffies() + READ_MS;
	bool never = false;

	while (sessions_count(w->sessions) != count) {
		if (tmr_jiffies() > end)
			return false;
		(void)world_wait(w, &never, 20);
	}
	return true;
}

static bool replace_mixer(struct world *w)
{
	uint64_t end = tmr_jiffies() + READ_MS;
	bool never = false;

	w->ops[0] = '\0';
	/* the place of the dead is free a moment later */
	do {
		w->mixer = mem_deref(w->mixer);
		(void)world_wait(w, &never, 20);
	} while (mixer_open(w) && tmr_jiffies() < end);

	return w->mixer != NULL;
}

static bool play(struct world *w, const char *line)
{
	char copy[2048], *fields[16], *p = copy;
	unsigned n = 0;

	(void)snprintf(copy, sizeof(copy), "%s", line);
	while (p && n < 16) {
		char *bar = strstr(p, " | ");

		fields[n++] = p;
		if (bar) {
			*bar = '\0';
			bar += 3;
		}
		p = bar;
	}

	switch (line[0]) {

	case '>': return send_request(w, fields, n);
	case '=': return send_response(w, fields, n);
	case '<': return expect(w, fields[0] + 2, fields, n, READ_MS, true);
	case '-': return expect(w, fields[0] + 2, fields, n, NOT_MS, false);
	case '@': return await_op(w, fields[0] + 2);
	case '#': return await_count(w, (size_t)atoi(fields[0] + 2));
	case 't': w->tag = line + 2; return true;
	case 'd':
		return !w->sessions->outside.dial(w->sessions, "demo",
						  w->peer_uri, "De\"mo");
	case 'r': return !session_reoffer(world_session(w));
	case 'k': return replace_mixer(w);
	case 'i':
		memcpy(w->last_request, w->invite, sizeof(w->invite));
		return true;
	case 'm': w->silent = line[2] == '0'; return true;
	case '+': return await_repeat(w, line + 2);
	case 's': sessions_close(w->sessions, NULL, NULL); return true;
	default: return false;
	}
}

bool world_play(struct world *w, const char *const lines[])
{
	unsigned i;

	for (i = 0; lines[i]; i++) {
		if (!play(w, lines[i])) {
			fprintf(stderr, "failed at line %u: %s\n", i + 1,
				lines[i]);
			return false;
		}
	}
	return true;
}

static bool any_h(struct le *le, void *arg)
{
	(void)le;
	(void)arg;
	return true;
}

struct session *world_session(struct world *w)
{
	return list_ledata(hash_apply(w->sessions->table, any_h, NULL));
}

/* ---------------------------------------------------------------- world */

static int config_open(struct world *w)
{
	static const char *const overrides[] = {"sip_listen=127.0.0.1:0",
						"mixers=1",
						"sip_rate_per_source=100000"};
	struct config_error error;
	int err = config_load(&w->config, NULL, overrides, 3, &error);

	if (err) {
		fprintf(stderr, "%s\n", error.text);
		return err;
	}
	/* no certificate is needed here */
	w->config->sip_tls_listen_count = 0;
	w->config->https_listen_count = 0;

	return 0;
}

int world_open(struct world *w)
{
	bool never = false;
	struct sa any;
	int err;

	memset(w, 0, sizeof(*w));
	log_level_set(getenv("WORLD_DEBUG") ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERROR);
	w->tag = "peer";
	err = config_open(w);
	if (!err)
		err = bus_alloc(&w->bus, w->config, NULL, NULL);
	if (!err)
		err = focus_alloc(&w->focus, w->config);
	if (!err)
		err = mixer_open(w);
	if (!err)
		err = sessions_alloc(&w->sessions, w->bus, w->focus,
				     w->config);
	(void)sa_set_str(&any, "127.0.0.1", 0);
	if (!err)
		err = udp_listen(&w->us, &any, received_h, w);
	if (err) {
		fprintf(stderr, "world: %s\n", strerror(err));
		world_close(w);
		return err;
	}
	(void)udp_local_get(w->us, &w->peer);
	w->server = *bus_sip_addr(w->bus);
	(void)re_snprintf(w->uri, sizeof(w->uri), "demo@%J", &w->server);
	(void)re_snprintf(w->peer_uri, sizeof(w->peer_uri), "sip:bob@%J",
			  &w->peer);
	(void)re_snprintf(w->callid, sizeof(w->callid), "%llx", rand_u64());
	(void)re_snprintf(w->local, sizeof(w->local),
			  "\"Al\\\"ice\" <sip:alice@example.com>;tag=peer");
	(void)re_snprintf(w->to, sizeof(w->to), "<sip:%s>", w->uri);
	/* the mixer says hello, the bus finds libre's socket */
	(void)world_wait(w, &never, 50);

	return 0;
}

void world_close(struct world *w)
{
	bool never = false;

	w->sessions = mem_deref(w->sessions);
	w->us = mem_deref(w->us);
	w->focus = mem_deref(w->focus);
	w->mixer = mem_deref(w->mixer);
	if (w->bus) {
		bus_close(w->bus, true);
		(void)world_wait(w, &never, 10);
	}
	w->bus = mem_deref(w->bus);
	w->config = mem_deref(w->config);
	list_flush(&w->inbox);
}
