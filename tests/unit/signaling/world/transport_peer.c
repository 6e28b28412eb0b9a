/**
 * @file test_layer_peer.c  Far ends that speak SIP word by word
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tests/unit/signaling/world/transport_world.h"
#include "tests/unit/unit.h"


enum { PATIENCE_MS = 3000 };


static void peer_destructor(void *arg)
{
	struct peer *p = arg;

	mem_deref(p->us);
	mem_deref(p->sc);
	mem_deref(p->tc);
	mem_deref(p->ts);
	mem_deref(p->tls);
	mem_deref(p->wp);
	mem_deref(p->in);
	while (p->count)
		mem_deref(p->messages[--p->count]);
}


static void keep(struct peer *p, const char *data, size_t len)
{
	struct pl pl = {data, len};

	if (p->count < PEER_MESSAGES_MAX &&
	    !pl_strdup(&p->messages[p->count], &pl))
		++p->count;
}


static void udp_handler(const struct sa *src, struct mbuf *mb, void *arg)
{
	struct peer *p = arg;

	p->to = *src;
	keep(p, (const char *)mbuf_buf(mb), mbuf_get_left(mb));
}


static bool frame_handler(enum websocket_opcode opcode, const char *data,
			  size_t len, void *arg)
{
	struct peer *p = arg;

	if (opcode == WEBSOCKET_TEXT)
		keep(p, data, len);

	return true;
}


/** Server frames carry no mask: cut them here, not with the server's parser */
static size_t take_frame(struct peer *p, const uint8_t *b, size_t n)
{
	size_t len = n >= 2 ? b[1] & 0x7f : 0, head = 2;

	if (n < 2)
		return 0;
	if (len == 126) {
		if (n < 4)
			return 0;
		len = (size_t)b[2] << 8 | b[3];
		head = 4;
	}
	if (n < head + len)
		return 0;
	(void)frame_handler((enum websocket_opcode)(b[0] & 15),
			    (const char *)b + head, len, p);

	return head + len;
}


static size_t take_message(struct peer *p, const char *b, size_t n)
{
	const char *end = memmem(b, n, "\r\n\r\n", 4), *length;
	size_t total;

	if (n >= 2 && !memcmp(b, "\r\n", 2)) {
		keep(p, "\r\n", 2);
		return 2;
	}
	if (!end)
		return 0;
	total = (size_t)(end - b) + 4;
	length = memmem(b, total, "Content-Length:", 15);
	if (length)
		total += strtoul(length + 15, NULL, 10);
	if (n < total)
		return 0;
	keep(p, b, total);

	return total;
}


static void tcp_recv(struct mbuf *mb, void *arg)
{
	struct peer *p = arg;
	size_t n;

	p->in->pos = p->in->end;
	(void)mbuf_write_mem(p->in, mbuf_buf(mb), mbuf_get_left(mb));
	p->in->pos = 0;
	do {
		const uint8_t *b = mbuf_buf(p->in);
		size_t left = mbuf_get_left(p->in);

		if (p->transport < FLOW_WS || !p->upgraded) {
			n = take_message(p, (const char *)b, left);
			if (n && p->transport >= FLOW_WS)
				p->upgraded = true;
		}
		else {
			n = take_frame(p, b, left);
		}
		p->in->pos += n;
	} while (n && mbuf_get_left(p->in));
	(void)mbuf_shift(p->in, -(ssize_t)p->in->pos);
}


static void tcp_estab(void *arg)
{
	struct peer *p = arg;

	p->up = true;
}


static void tcp_closed(int err, void *arg)
{
	struct peer *p = arg;
	(void)err;

	p->closed = true;
}


static void tcp_incoming(const struct sa *peer, void *arg)
{
	struct peer *p = arg;
	(void)peer;

	p->sc = mem_deref(p->sc);
	p->tc = mem_deref(p->tc);
	mbuf_rewind(p->in);
	(void)tcp_accept(&p->tc, p->ts, tcp_estab, tcp_recv, tcp_closed, p);
	if (p->tls)
		(void)tls_start_tcp(&p->sc, p->tls, p->tc, 0);
}


static int connect_peer(struct peer *p, struct world *w)
{
	int err;

	if (p->transport == FLOW_WS)
		p->to = *http_server_addr(w->http);
	else if (p->transport == FLOW_TLS)
		(void)layer_listen_addr(w->layer, FLOW_TLS, &p->to);

	err = tcp_connect(&p->tc, &p->to, tcp_estab, tcp_recv, tcp_closed, p);
	if (!err && p->transport == FLOW_TLS) {
		err = tls_alloc(&p->tls, TLS_METHOD_SSLV23, NULL, NULL);
		if (!err)
			err = tls_start_tcp(&p->sc, p->tls, p->tc, 0);
	}
	if (err)
		return err;

	if (!world_until(w, &p->up))
		return ETIMEDOUT;

	return tcp_conn_local_get(p->tc, &p->local);
}


static const char upgrade[] =
	"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
	"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	"Sec-WebSocket-Protocol: sip\r\n\r\n";


int peer_alloc(struct peer **pp, struct world *w,
	       enum flow_transport transport)
{
	struct peer *p;
	struct sa any;
	int err;

	p = mem_zalloc(sizeof(*p), peer_destructor);
	if (!p)
		return ENOMEM;

	(void)sa_set_str(&any, "127.0.0.1", 0);
	p->world = w;
	p->transport = transport;
	p->to = *layer_sip_addr(w->layer);
	p->in = mbuf_alloc(4096);

	if (transport == FLOW_UDP) {
		err = udp_listen(&p->us, &any, udp_handler, p);
		if (!err)
			err = udp_local_get(p->us, &p->local);
		udp_rxsz_set(p->us, 65535);
	}
	else {
		err = connect_peer(p, w);
	}
	if (!err && transport == FLOW_WS) {
		struct mbuf mb = {.buf = (uint8_t *)upgrade,
				  .size = sizeof(upgrade) - 1,
				  .end = sizeof(upgrade) - 1};

		err = tcp_send(p->tc, &mb);
		if (strncmp(peer_next(p), "HTTP/1.1 101", 12))
			err = EPROTO;
	}

	if (err)
		mem_deref(p);
	else
		*pp = p;

	return err;
}


void peer_move(struct peer *p, const char *address)
{
	struct sa sa;

	p->us = mem_deref(p->us);
	(void)sa_set_str(&sa, address, 0);
	CU_ASSERT_EQUAL_FATAL(udp_listen(&p->us, &sa, udp_handler, p), 0);
	CU_ASSERT_EQUAL(udp_local_get(p->us, &p->local), 0);
}


int peer_listen(struct peer **pp, struct world *w)
{
	struct peer *p;
	struct sa any;
	int err;

	p = mem_zalloc(sizeof(*p), peer_destructor);
	if (!p)
		return ENOMEM;

	(void)sa_set_str(&any, "127.0.0.1", 0);
	p->world = w;
	p->transport = FLOW_TCP;
	p->in = mbuf_alloc(4096);
	err = tcp_listen(&p->ts, &any, tcp_incoming, p);
	if (!err)
		err = tcp_sock_local_get(p->ts, &p->local);
	if (err)
		mem_deref(p);
	else
		*pp = p;

	return err;
}


void peer_send_raw(struct peer *p, const void *data, size_t len)
{
	struct mbuf *mb = mbuf_alloc(len + 16);
	size_t i;

	if (p->upgraded) {
		(void)mbuf_write_u8(mb, 0x81);
		/* the shortest form, or it is refused (RFC 6455 5.2) */
		if (len < 126) {
			(void)mbuf_write_u8(mb, (uint8_t)(0x80 | len));
		}
		else {
			(void)mbuf_write_u8(mb, 0x80 | 126);
			(void)mbuf_write_u16(mb, htons((uint16_t)len));
		}
		/* A mask of zeroes is a mask. */
		for (i = 0; i < 4; i++)
			(void)mbuf_write_u8(mb, 0);
	}
	(void)mbuf_write_mem(mb, data, len);
	mb->pos = 0;
	if (p->us)
		(void)udp_send(p->us, &p->to, mb);
	else
		(void)tcp_send(p->tc, mb);
	mem_deref(mb);
}


void peer_send(struct peer *p, const char *fmt, ...)
{
	char text[8192], out[8192], local[64], layer[64];
	size_t n = 0;
	va_list ap;
	char *c;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)re_snprintf(local, sizeof(local), "%J", &p->local);
	(void)re_snprintf(layer, sizeof(layer), "%J",
			  layer_sip_addr(p->world->layer));

	for (c = text; *c && n < sizeof(out) - 64; c++) {
		if (c[0] == '@' && (c[1] == 'L' || c[1] == 'B') &&
		    (c[2] < 'a' || c[2] > 'z')) {
			n += (size_t)sprintf(out + n, "%s",
					     c[1] == 'L' ? local : layer);
			++c;
		}
		else {
			out[n++] = *c;
		}
	}
	peer_send_raw(p, out, n);
}


struct message_wait {
	struct peer *p;
	struct tmr poll, patience;
};


static void message_poll(void *arg)
{
	struct message_wait *wait = arg;

	if (wait->p->read < wait->p->count)
		re_cancel();
	else
		tmr_start(&wait->poll, 1, message_poll, wait);
}


static void message_late(void *arg)
{
	(void)arg;
	re_cancel();
}


const char *peer_next(struct peer *p)
{
	struct message_wait wait = {.p = p};

	if (p->read == p->count) {
		tmr_start(&wait.poll, 0, message_poll, &wait);
		tmr_start(&wait.patience, unit_patience_ms(PATIENCE_MS),
			  message_late, &wait);
		(void)re_main(NULL);
		tmr_cancel(&wait.poll);
		tmr_cancel(&wait.patience);
	}

	return p->read < p->count ? p->messages[p->read++] : "";
}


const char *peer_find(struct peer *p, const char *start)
{
	const char *message;

	do {
		message = peer_next(p);
	} while (*message && strncmp(message, start, strlen(start)));

	return message;
}


const char *header_of(const char *message, const char *name)
{
	static char values[8][512];
	static unsigned turn;
	char *value = values[turn++ & 7];
	char key[64];
	const char *p;

	(void)snprintf(key, sizeof(key), "\r\n%s: ", name);
	p = strstr(message, key);
	if (!p)
		return "";
	p += strlen(key);
	(void)snprintf(value, 512, "%.*s", (int)strcspn(p, "\r\n"), p);

	return value;
}


void peer_invite(struct peer *p, const char *branch, const char *via_params,
		 const char *headers)
{
	peer_send(
		p,
		"INVITE sip:demo@@B SIP/2.0\r\n"
		"Via: SIP/2.0/%s @L;branch=%s%s\r\n"
		"%s"
		"Max-Forwards: 70\r\nFrom: <sip:alice@example.com>;tag=a1\r\n"
		"To: <sip:demo@example.com>\r\nCall-ID: c-%s\r\n"
		"CSeq: 1 INVITE\r\nContact: <sip:alice@@L>\r\n"
		"Content-Length: 0\r\n\r\n",
		flow_transport_name(p->transport), branch, via_params, headers,
		branch);
}


void peer_ack(struct peer *p, const char *response)
{
	peer_send(p,
		  "ACK sip:demo@@B SIP/2.0\r\n"
		  "Via: SIP/2.0/%s @L;branch=z9hG4bKack%u\r\n"
		  "Max-Forwards: 70\r\nFrom: %s\r\nTo: %s\r\n"
		  "Call-ID: %s\r\nCSeq: 1 ACK\r\n"
		  "Content-Length: 0\r\n\r\n",
		  flow_transport_name(p->transport), (unsigned)p->read,
		  header_of(response, "From"), header_of(response, "To"),
		  header_of(response, "Call-ID"));
}


struct world *open_world(void)
{
	struct world *w = NULL;

	CU_ASSERT_EQUAL_FATAL(world_alloc(&w, 0, 0, 0), 0);

	return w;
}


struct peer *open_peer(struct world *w, enum flow_transport transport)
{
	struct peer *p = NULL;

	CU_ASSERT_EQUAL_FATAL(peer_alloc(&p, w, transport), 0);

	return p;
}


bool is_clean(const struct peer *p)
{
	size_t i;
	unsigned net;
	char text[16];

	for (i = 0; i < p->count; i++) {
		for (net = 64; net < 128; net++) {
			(void)snprintf(text, sizeof(text), "127.%u.", net);
			if (strstr(p->messages[i], text))
				return false;
		}
	}

	return true;
}


void answer(struct peer *p, const char *request, const char *status,
	    const char *headers)
{
	peer_send(p,
		  "SIP/2.0 %s\r\nVia: %s\r\nFrom: %s\r\nTo: %s%s\r\n"
		  "Call-ID: %s\r\nCSeq: %s\r\n%sContent-Length: 0\r\n\r\n",
		  status, header_of(request, "Via"),
		  header_of(request, "From"), header_of(request, "To"),
		  strstr(header_of(request, "To"), "tag=") ? "" : ";tag=b1",
		  header_of(request, "Call-ID"), header_of(request, "CSeq"),
		  headers);
}
