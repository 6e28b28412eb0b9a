/**
 * @file test_stream.c  Messages cut from a byte stream
 */
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "signaling/transport/stream.h"
#include "tests/unit/unit.h"


static const char bytes[] = "\r\n\r\n"
			    "OPTIONS sip:a SIP/2.0\r\nl: 5\r\n\r\nhello"
			    "\r\n"
			    "SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n";


/** However the bytes arrive, the pieces are the same */
static void cuts_at_any_boundary(void)
{
	static const enum stream_piece expect[] = {
		STREAM_PING, STREAM_MESSAGE, STREAM_BLANK, STREAM_MESSAGE};
	size_t step, pos, len, n, scanned, found;
	enum stream_piece piece;
	static struct sip_lines w;

	for (step = 1; step < sizeof(bytes); step++) {
		pos = scanned = found = 0;
		for (len = step; pos < sizeof(bytes) - 1; len += step) {
			len = MIN(len, sizeof(bytes) - 1);
			piece = stream_piece(&w, bytes + pos, len - pos, 65535,
					     &scanned, &n);
			while (piece != STREAM_MORE) {
				CU_ASSERT_TRUE_FATAL(found < 4);
				CU_ASSERT_EQUAL(piece, expect[found++]);
				pos += n;
				scanned = 0;
				piece = stream_piece(&w, bytes + pos,
						     len - pos, 65535,
						     &scanned, &n);
			}
			/* of how much more only the head tells */
			CU_ASSERT_TRUE(n == 0 || n == 2 || n > len - pos);
			if (len == sizeof(bytes) - 1)
				break;
		}
		CU_ASSERT_EQUAL(found, 4);
	}
}


static void gives_up_on(void)
{
	static const struct {
		const char *text;
		size_t max;
	} rows[] = {
		{"OPTIONS sip:a SIP/2.0\r\nX: y\r\n\r\n", 65535},
		{"OPTIONS sip:a SIP/2.0\r\nl: 1\r\nl: 1\r\n\r\n", 65535},
		{"OPTIONS sip:a SIP/2.0\r\nl: -1\r\n\r\n", 65535},
		{"OPTIONS sip:a SIP/2.0\r\nl: 99999999999\r\n\r\n", 65535},
		{"OPTIONS sip:a SIP/2.0\r\nl: 100\r\n\r\n", 100},
		{"OPTIONS sip:a SIP/2.0", 10},
	};
	static struct sip_lines w;
	size_t i, n, scanned;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		scanned = 0;
		CU_ASSERT_EQUAL(stream_piece(&w, rows[i].text,
					     strlen(rows[i].text), rows[i].max,
					     &scanned, &n),
				STREAM_BROKEN);
		CU_ASSERT_TRUE(n <= rows[i].max);
	}
}


/** The answer to a ping of ours is an empty line that nothing follows: no
 *  message that somebody takes too long over (RFC 5626 section 4.4.1) */
static void waits_for_nothing_after_a_pong(void)
{
	static const struct {
		const char *text;
		bool partial;
	} rows[] = {{"", false},      {"\r\n", false},   {"\r", true},
		    {"\r\n\r", true}, {"O", true},       {"OPTIONS ", true},
		    {"\r\nO", true},  {"SIP/2.0 ", true}};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		CU_ASSERT_EQUAL(
			stream_is_partial(rows[i].text, strlen(rows[i].text)),
			rows[i].partial);
}


/** A connection whose far end is a plain socket */
struct far {
	struct stream *stream;
	int fd;
	unsigned messages, wanted;
	size_t got, wanted_bytes;
	char end[2]; /**< what was read last */
	bool done;
	struct tmr poll, late;
};


static void message_handler(struct sip_lines *w, size_t len, bool broken,
			    void *arg)
{
	struct far *f = arg;
	(void)w;
	(void)len;
	(void)broken;

	++f->messages;
}


static void over_handler(int err, void *arg)
{
	(void)err;
	(void)arg;
}


static bool used_handler(void *arg)
{
	(void)arg;

	return true;
}


static int accept_handler(struct tcp_conn *tc, struct listener_place *place,
			  const struct sa *peer, void *arg)
{
	const int queue = 4096;
	struct far *f = arg;
	(void)peer;

	(void)setsockopt(tcp_conn_fd(tc), SOL_SOCKET, SO_SNDBUF, &queue,
			 sizeof(queue));
	++f->messages;

	return stream_accept(&f->stream, tc, place, NULL, 65535,
			     message_handler, over_handler, used_handler, f);
}


static void poll_handler(void *arg)
{
	static char part[65536];
	struct far *f = arg;
	ssize_t n;

	while (f->wanted_bytes && (n = read(f->fd, part, sizeof(part))) > 0) {
		f->got += (size_t)n;
		memcpy(f->end, part + n - (n > 1 ? 2 : 1), n > 1 ? 2 : 1);
	}
	f->done = f->messages >= f->wanted && f->got >= f->wanted_bytes;
	if (f->done)
		re_cancel();
	else
		tmr_start(&f->poll, 1, poll_handler, f);
}


static void late_handler(void *arg)
{
	(void)arg;
	re_cancel();
}


static bool wait_for(struct far *f, unsigned messages, size_t bytes_read)
{
	f->wanted = messages;
	f->wanted_bytes = bytes_read;
	tmr_start(&f->late, unit_patience_ms(5000), late_handler, f);
	tmr_start(&f->poll, 0, poll_handler, f);
	(void)re_main(NULL);
	tmr_cancel(&f->late);
	tmr_cancel(&f->poll);

	return f->done;
}


/** A far end that asks and does not read has one answer, when it has read */
static void keeps_one_pong_back(void)
{
	static const char ask[] = "\r\n\r\nOPTIONS sip:a SIP/2.0\r\n"
				  "l: 0\r\n\r\n";
	const ssize_t ask_bytes = sizeof(ask) - 1;
	struct mbuf *unread = mbuf_alloc(900000);
	struct listener *listener = NULL;
	struct far f = {.got = 0};
	struct sa sa;

	(void)sa_set_str(&sa, "127.0.0.1", 0);
	CU_ASSERT_EQUAL_FATAL(
		listener_alloc(&listener, &sa, accept_handler, &f), 0);
	sa = *listener_addr(listener);
	f.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CU_ASSERT_EQUAL_FATAL(connect(f.fd, &sa.u.sa, sa.len), 0);
	CU_ASSERT_EQUAL(fcntl(f.fd, F_SETFL, O_NONBLOCK), 0);
	CU_ASSERT_EQUAL(write(f.fd, ask, (size_t)ask_bytes), ask_bytes);
	/* at once as long as nothing waits */
	CU_ASSERT_TRUE_FATAL(wait_for(&f, 2, 2));

	CU_ASSERT_EQUAL(mbuf_fill(unread, 'u', 900000), 0);
	unread->pos = 0;
	CU_ASSERT_EQUAL(stream_send(f.stream, unread), 0);
	for (unsigned i = 0; i < 20; i++) {
		CU_ASSERT_EQUAL(write(f.fd, ask, (size_t)ask_bytes),
				ask_bytes);
		CU_ASSERT_TRUE_FATAL(wait_for(&f, f.messages + 1, 0));
	}
	CU_ASSERT_TRUE(wait_for(&f, 0, 2 + 900000 + 2));
	CU_ASSERT_EQUAL(f.got, 2 + 900000 + 2);
	CU_ASSERT_EQUAL(memcmp(f.end, "\r\n", 2), 0);
	CU_ASSERT_EQUAL(write(f.fd, ask, (size_t)ask_bytes), ask_bytes);
	CU_ASSERT_TRUE(wait_for(&f, 0, f.got + 2));
	CU_ASSERT_EQUAL(f.got, 2 + 900000 + 2 + 2);

	mem_deref(f.stream);
	mem_deref(listener);
	mem_deref(unread);
	(void)close(f.fd);
}


static CU_TestInfo tests[] = {
	{"cuts messages at any boundary of arrival", cuts_at_any_boundary},
	{"gives up where no end can be found", gives_up_on},
	{"waits for nothing after a pong", waits_for_nothing_after_a_pong},
	{"keeps one pong for who does not read", keeps_one_pong_back},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(stream, tests)
