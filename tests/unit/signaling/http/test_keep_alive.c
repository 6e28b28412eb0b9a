/**
 * @file test_keep_alive.c  Keep-alives of a far end that does not read
 *
 * The far end is a socket that nobody looks at until all is asked: what was
 * answered by then waits in the queue of the connection.
 */
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "signaling/http/websocket.h"
#include "tests/unit/unit.h"


enum {
	PATIENCE_MS = 5000,
	TIMES = 20,
	UNREAD_BYTES = 60000, /**< of a message */
	UNREAD_TIMES = 15,
};

struct far {
	struct http_server *server;
	struct websocket *ws;
	int fd;
	struct mbuf *got;
	unsigned messages, wanted;
	const char *last; /**< what is waited for at the end of `got` */
	bool late;
};


static void message_handler(const char *data, size_t len, void *arg)
{
	struct far *f = arg;

	if (len == 4 && !memcmp(data, "ping", 4))
		websocket_answer(f->ws, "pong", 4);
	++f->messages;
}


static void close_handler(void *arg)
{
	struct far *f = arg;

	f->ws = mem_deref(f->ws);
}


static void request_handler(struct http_exchange *x,
			    const struct http_request *req, void *arg)
{
	struct far *f = arg;
	(void)req;

	if (!websocket_accept(&f->ws, x, "sip"))
		websocket_set_handlers(f->ws, message_handler, close_handler,
				       NULL, f);
}


static void late_handler(void *arg)
{
	struct far *f = arg;

	f->late = true;
	re_cancel();
}


static bool is_there(struct far *f)
{
	uint8_t part[65536];
	ssize_t n;

	if (!f->last)
		return f->messages >= f->wanted;

	while ((n = read(f->fd, part, sizeof(part))) > 0) {
		f->got->pos = f->got->end;
		(void)mbuf_write_mem(f->got, part, (size_t)n);
	}
	n = (ssize_t)strlen(f->last);

	return (ssize_t)f->got->end >= n &&
	       !memcmp(f->got->buf + f->got->end - n, f->last, (size_t)n);
}


struct polling {
	struct far *far;
	struct tmr tmr;
};


static void poll_handler(void *arg)
{
	struct polling *p = arg;

	if (is_there(p->far))
		re_cancel();
	else
		tmr_start(&p->tmr, 1, poll_handler, p);
}


/** Until so many messages have come there, or the far end has read that */
static bool wait_for(struct far *f, unsigned messages, const char *last)
{
	struct polling polling = {.far = f};
	struct tmr late;

	f->wanted = messages;
	f->last = last;
	f->late = false;
	tmr_init(&late);
	tmr_start(&late, unit_patience_ms(PATIENCE_MS), late_handler, f);
	tmr_start(&polling.tmr, 0, poll_handler, &polling);
	(void)re_main(NULL);
	tmr_cancel(&late);
	tmr_cancel(&polling.tmr);

	return !f->late;
}


/** A frame of a client: its mask is of zeroes */
static size_t print_frame(uint8_t *dst, enum websocket_opcode opcode,
			  const char *text)
{
	const size_t len = strlen(text);

	memset(dst, 0, 6);
	dst[0] = (uint8_t)(0x80 | opcode);
	dst[1] = (uint8_t)(0x80 | len);
	memcpy(dst + 6, text, len);

	return 6 + len;
}


/** Times a ping and a keep-alive, the last ping by that word */
static void ask(const struct far *f, unsigned times, const char *last)
{
	uint8_t text[512];
	size_t n = 0;

	while (times--) {
		n += print_frame(text + n, WEBSOCKET_PING, times ? "x" : last);
		n += print_frame(text + n, WEBSOCKET_TEXT, "ping");
	}
	CU_ASSERT_EQUAL(write(f->fd, text, n), (ssize_t)n);
}


static void open_far(struct far *f)
{
	static const char upgrade[] =
		"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
		"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
		"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
		"Sec-WebSocket-Protocol: sip\r\n\r\n";
	const int bytes = 4096, segment = 536;
	const struct sa *to;
	struct sa sa;

	memset(f, 0, sizeof(*f));
	(void)sa_set_str(&sa, "127.0.0.1", 0);
	f->got = mbuf_alloc(65536);
	CU_ASSERT_EQUAL_FATAL(
		http_server_alloc(&f->server, &sa, NULL, request_handler, f),
		0);
	to = http_server_addr(f->server);
	f->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	(void)setsockopt(f->fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	/* the kernel's queue at the other side is of so many segments */
	(void)setsockopt(f->fd, IPPROTO_TCP, TCP_MAXSEG, &segment,
			 sizeof(segment));
	CU_ASSERT_EQUAL_FATAL(connect(f->fd, &to->u.sa, to->len), 0);
	CU_ASSERT_EQUAL(write(f->fd, upgrade, sizeof(upgrade) - 1),
			(ssize_t)sizeof(upgrade) - 1);
	CU_ASSERT_EQUAL(fcntl(f->fd, F_SETFL, O_NONBLOCK), 0);
	CU_ASSERT_TRUE_FATAL(wait_for(f, 0, "Protocol: sip\r\n\r\n"));
	f->got->end = 0;
}


static void close_far(struct far *f)
{
	mem_deref(f->ws);
	mem_deref(f->server);
	mem_deref(f->got);
	(void)close(f->fd);
}


/** How often something stands in what was read */
static unsigned count(const struct far *f, const char *text)
{
	const char *p = (const char *)f->got->buf, *end = p + f->got->end;
	unsigned n = 0;

	while ((p = memmem(p, (size_t)(end - p), text, strlen(text)))) {
		++p;
		++n;
	}

	return n;
}


static void answers_the_last_of_a_read(void)
{
	struct far f;

	open_far(&f);
	ask(&f, TIMES, "the last");
	CU_ASSERT_TRUE(wait_for(&f, 0, "\x81\x04pong"));
	CU_ASSERT_EQUAL(count(&f, "\x8a"), 1);
	CU_ASSERT_EQUAL(count(&f, "\x8a\x08the last"), 1);
	CU_ASSERT_EQUAL(count(&f, "pong"), 1);
	close_far(&f);
}


static void answers_when_all_is_read(void)
{
	char unread[UNREAD_BYTES];
	struct far f;

	open_far(&f);
	memset(unread, 'u', sizeof(unread));
	for (unsigned i = 0; i < UNREAD_TIMES; i++)
		CU_ASSERT_EQUAL(websocket_send(f.ws, unread, sizeof(unread)),
				0);
	/* each in a read of its own */
	for (unsigned i = 0; i < TIMES; i++) {
		ask(&f, 1, i == TIMES - 1 ? "the last" : "x");
		CU_ASSERT_TRUE_FATAL(wait_for(&f, f.messages + 1, NULL));
	}
	CU_ASSERT_TRUE(wait_for(&f, 0, "\x81\x04pong"));
	CU_ASSERT_TRUE(f.got->end > UNREAD_TIMES * UNREAD_BYTES);
	CU_ASSERT_EQUAL(count(&f, "\x8a"), 1);
	CU_ASSERT_EQUAL(count(&f, "\x8a\x08the last"), 1);
	CU_ASSERT_EQUAL(count(&f, "pong"), 1);

	/* and the next at once again */
	f.got->end = 0;
	ask(&f, 1, "again");
	CU_ASSERT_TRUE(wait_for(&f, 0, "\x81\x04pong"));
	CU_ASSERT_EQUAL(count(&f, "again"), 1);
	close_far(&f);
}


static CU_TestInfo tests[] = {
	{"answers the last that came at a time", answers_the_last_of_a_read},
	{"answers once when the far end has read all",
	 answers_when_all_is_read},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(keep_alive, tests)
