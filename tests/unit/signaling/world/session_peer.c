/**
 * @file test_session_peer.c  What the peer says and how it reads
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "tests/unit/signaling/world/session_world.h"

static const char offer_sdp[] =
	"v=0\r\no=peer 1 %u IN IP4 127.0.0.1\r\ns=-\r\n"
	"c=IN IP4 127.0.0.1\r\nt=0 0\r\n"
	"m=audio 49170 RTP/AVP 0 101\r\n"
	"a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
	"a=%s\r\n";

/* ----------------------------------------------------------------- peer */

static void keep_letter(struct world *w, const void *text, size_t len)
{
	struct letter *letter = mem_zalloc(sizeof(*letter) + len + 1, NULL);

	memcpy(letter->text, text, len);
	list_append(&w->inbox, &letter->le, letter);
	re_cancel();
}

void peer_received_h(const struct sa *src, struct mbuf *mb, void *arg)
{
	struct world *w = arg;

	/* media of others that run at the same time may come to this port */
	if (sa_cmp(src, &w->server, SA_ALL))
		keep_letter(w, mbuf_buf(mb), mbuf_get_left(mb));
}

static void tls_received_h(struct mbuf *mb, void *arg)
{
	struct world *w = arg;
	const char *text, *end, *length;
	size_t len;

	w->in->pos = w->in->end;
	(void)mbuf_write_mem(w->in, mbuf_buf(mb), mbuf_get_left(mb));
	w->in->pos = 0;
	for (;;) {
		text = (const char *)mbuf_buf(w->in);
		end = memmem(text, mbuf_get_left(w->in), "\r\n\r\n", 4);
		if (!end)
			break;
		len = (size_t)(end - text) + 4;
		length = memmem(text, len, "Content-Length:", 15);
		if (length)
			len += strtoul(length + 15, NULL, 10);
		if (mbuf_get_left(w->in) < len)
			break;
		keep_letter(w, text, len);
		mbuf_advance(w->in, (ssize_t)len);
	}
	if (w->in->pos)
		(void)mbuf_shift(w->in, -(ssize_t)w->in->pos);
}

static void tls_up_h(void *arg)
{
	struct world *w = arg;

	w->up = true;
}

bool peer_open_tls(struct world *w)
{
	struct sa addr;

	w->in = mbuf_alloc(4096);
	return w->in && !layer_listen_addr(w->layer, FLOW_TLS, &addr) &&
	       !tls_alloc(&w->tls, TLS_METHOD_SSLV23, NULL, NULL) &&
	       !tcp_connect(&w->tc, &addr, tls_up_h, tls_received_h, NULL,
			    w) &&
	       !tls_start_tcp(&w->sc, w->tls, w->tc, 0) &&
	       world_wait(w, &w->up, 3000);
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

bool peer_starts_as(const char *text, const char *what)
{
	return is_response(text) ? !strncmp(text + 8, what, strlen(what))
				 : !strncmp(text, what, strlen(what)) &&
					   text[strlen(what)] == ' ';
}

/* Read it before? UDP repeats */
bool peer_repeated(struct world *w, const char *text)
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

void peer_learn(struct world *w, const char *text)
{
	const char *body = strstr(text, "\r\n\r\n");
	char contact[256];

	if (body && strstr(body, "v=0"))
		(void)snprintf(w->sdp, sizeof(w->sdp), "%s", body + 4);
	header_of(text, "Contact", contact, sizeof(contact));
	inner_uri(contact);
	if (contact[0])
		memcpy(w->contact, contact, sizeof(contact));
	if (strstr(text, "\r\nRSeq:"))
		header_of(text, "RSeq", w->rseq, sizeof(w->rseq));
	if (is_response(text)) {
		if (strncmp(text + 8, "100", 3) &&
		    (text[8] == '2' || !strstr(w->to, "tag=")))
			header_of(text, "To", w->to, sizeof(w->to));
	}
	else if (strncmp(text, "ACK", 3)) {
		if (peer_starts_as(text, "INVITE") && !strstr(w->to, "tag="))
			learn_call(w, text);
		if (peer_starts_as(text, "INVITE"))
			(void)snprintf(w->invite, sizeof(w->invite), "%s",
				       text);
		(void)snprintf(w->last_request, sizeof(w->last_request), "%s",
			       text);
	}
}

static void expand(char *dst, size_t size, const char *src)
{
	size_t o = 0;

	for (; *src && o + 3 < size; src++) {
		if (*src == '^') {
			dst[o++] = '\r';
			dst[o++] = '\n';
		}
		else {
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
		err = w->speaks_tls ? tcp_send(w->tc, mb)
				    : udp_send(w->us, &w->server, mb);
	mem_deref(mb);

	return !err;
}

static void read_extra(const struct world *w, char *dst, size_t size,
		       char *fields[], unsigned n)
{
	char text[1024], *tilde;

	dst[0] = '\0';
	if (n <= 2)
		return;
	tilde = strchr(fields[2], '~');
	if (tilde)
		(void)snprintf(text, sizeof(text), "%.*s%s%s",
			       (int)(tilde - fields[2]), fields[2], w->rseq,
			       tilde + 1);
	else
		(void)snprintf(text, sizeof(text), "%s", fields[2]);
	expand(dst, size - 2, text);
	(void)strcat(dst, "\r\n");
}

enum {
	/** Telephones' INVITEs are larger than these: as much as the answers
	 *  and their repeats need before anything proves the source
	 *  (LAYER_UNPROVEN_TIMES) */
	PEER_INVITE_PADDING = 900
};

static bool has_scheme(const char *uri)
{
	return !strncmp(uri, "urn:", 4) || !strncmp(uri, "tel:", 4) ||
	       !strncmp(uri, "sip:", 4);
}

static bool has_contact(const char *extra)
{
	return !strncmp(extra, "Contact:", 8) || strstr(extra, "\nContact:");
}

bool peer_send_request(struct world *w, char *fields[], unsigned n)
{
	char body[4096], extra[2048], text[WORLD_TEXT_MAX], method[16] = "";
	char contact[64] = "";
	const char *type;
	unsigned cseq = 1;
	bool cancel, target, invite;

	(void)sscanf(fields[0], "> %15s %u", method, &cseq);
	make_body(w, n > 1 ? fields[1] : NULL, &type, body, sizeof(body));
	read_extra(w, extra, sizeof(extra), fields, n);
	cancel = !strcmp(method, "CANCEL");
	invite = !strcmp(method, "INVITE");
	target = strstr(w->to, "tag=") && !cancel;
	if (!cancel)
		(void)snprintf(w->branch, sizeof(w->branch), "z9hG4bKt%d-%u",
			       getpid(), ++w->branches);
	if (invite) {
		memcpy(w->invite_to, w->to, sizeof(w->to));
		memcpy(w->invite_branch, w->branch, sizeof(w->branch));
	}
	if (!has_contact(extra))
		(void)snprintf(contact, sizeof(contact),
			       "Contact: <sip:alice@127.0.0.1:%u>\r\n",
			       sa_port(&w->peer));
	(void)snprintf(
		text, sizeof(text),
		"%s %s%s SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=%s"
		";rport\r\nMax-Forwards: 70\r\nFrom: %s\r\nTo: %s\r\n"
		"Call-ID: %s\r\nCSeq: %u %s\r\n"
		"%sUser-Agent: peer/1\r\nOrganization: %0*d\r\n"
		"%s%s%s%sContent-Length: %zu\r\n\r\n%s",
		method, target || has_scheme(w->uri) ? "" : "sip:",
		target ? w->contact : w->uri, sa_port(&w->peer),
		cancel ? w->invite_branch : w->branch, w->local,
		cancel ? w->invite_to : w->to, w->callid, cseq, method,
		contact, invite ? PEER_INVITE_PADDING : 1, 0, extra,
		type ? "Content-Type: " : "", type ? type : "",
		type ? "\r\n" : "", strlen(body), body);

	return transmit(w, text);
}

bool peer_send_response(struct world *w, char *fields[], unsigned n)
{
	char body[4096], extra[2048], text[WORLD_TEXT_MAX], contact[64] = "";
	char via[512], from[512], to[512], callid[128], cseq[64];
	const char *req = w->last_request, *type;
	unsigned code = 200;

	(void)sscanf(fields[0], "= %u", &code);
	make_body(w, n > 1 ? fields[1] : NULL, &type, body, sizeof(body));
	read_extra(w, extra, sizeof(extra), fields, n);
	header_of(req, "Via", via, sizeof(via));
	header_of(req, "From", from, sizeof(from));
	header_of(req, "To", to, sizeof(to));
	header_of(req, "Call-ID", callid, sizeof(callid));
	header_of(req, "CSeq", cseq, sizeof(cseq));
	if (!has_contact(extra))
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
