/**
 * @file test_first_bytes.c  What a connection begins with: pure, and at a
 * listener
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "mixer/base/clock.h"
#include "signaling/http/first_bytes.h"
#include "signaling/http/listener.h"
#include "tests/unit/unit.h"


/** A check: a NETWORK-COST, a USERNAME "ours:theirs", then its integrity */
static const uint8_t check[] = {
	0,   64, 0, 1,  0,  44, 0x21, 0x12, 0xa4, 0x42, 1,   2,   3,   4,
	5,   6,  7, 8,  9,  10, 11,   12,   0xc0, 0x57, 0,   3,   0,   1,
	2,   0,  0, 6,  0,  9,  'o',  'u',  'r',  's',  ':', 't', 'h', 'e',
	'y', 0,  0, 0,  0,  8,  0,    14,   1,    2,    3,   4,   5,   6,
	7,   8,  9, 10, 11, 12, 13,   14,   0,    0,
};


static void a_check_is_seen_when_it_is_whole(void)
{
	struct pl ufrag;
	size_t need;

	CU_ASSERT_EQUAL(sizeof(check), 66);
	for (size_t n = 0; n < sizeof(check); n++) {
		CU_ASSERT_EQUAL(first_bytes_look(check, n, &need, &ufrag),
				EAGAIN);
		/* so that who waits for that does not wake in vain */
		CU_ASSERT(need > n && need <= sizeof(check));
	}
	CU_ASSERT_EQUAL_FATAL(
		first_bytes_look(check, sizeof(check), &need, &ufrag), 0);
	CU_ASSERT_EQUAL(pl_strcmp(&ufrag, "ours"), 0);
}


/** Each byte of it wrong in turn: never more than is there is read */
static void what_is_no_check_is_refused(void)
{
	static const struct {
		size_t at;
		uint8_t value;
	} wrong[] = {
		{1, 60}, {1, 19},   {2, 1},   {3, 0x11}, {5, 40},
		{6, 0},  {9, 0x43}, {33, 99}, {38, '.'}, {31, 7},
	};
	uint8_t copy[sizeof(check)];
	struct pl ufrag;
	size_t need;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		memcpy(copy, check, sizeof(copy));
		copy[wrong[i].at] = wrong[i].value;
		CU_ASSERT_EQUAL(
			first_bytes_look(copy, sizeof(copy), &need, &ufrag),
			EBADMSG);
	}
}


static void what_is_tls_is_seen_by_one_byte(void)
{
	static const uint8_t firsts[] = {0x16, 0x15, 0x80, 'G', 0xff, 6};
	struct pl ufrag;
	size_t need;

	for (size_t i = 0; i < sizeof(firsts); i++)
		CU_ASSERT_EQUAL(first_bytes_look(&firsts[i], 1, &need, &ufrag),
				ENOENT);
}


struct seen {
	unsigned ice, other;
	char ufrag[32];
	uint8_t bytes[128];
	ssize_t n;
	int least; /**< that wakes its reader */
};


static void ice_h(int fd, const struct sa *peer, const struct pl *ufrag,
		  void *arg)
{
	struct seen *s = arg;
	socklen_t size = sizeof(s->least);

	CU_ASSERT(sa_is_loopback(peer));
	++s->ice;
	(void)pl_strcpy(ufrag, s->ufrag, sizeof(s->ufrag));
	/* nothing was read of it */
	s->n = recv(fd, s->bytes, sizeof(s->bytes), MSG_DONTWAIT);
	(void)getsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &s->least, &size);
	close(fd);
}


static int other_h(struct tcp_conn *tc, struct listener_place *place,
		   const struct sa *peer, void *arg)
{
	struct seen *s = arg;

	(void)peer;
	++s->other;
	s->n = recv(tcp_conn_fd(tc), s->bytes, sizeof(s->bytes), MSG_DONTWAIT);
	mem_deref(place);

	return 0;
}


static void stop_h(void *arg)
{
	(void)arg;
	re_cancel();
}


static void turn(unsigned ms)
{
	struct tmr tmr;

	tmr_init(&tmr);
	tmr_start(&tmr, ms, stop_h, NULL);
	(void)re_main(NULL);
	tmr_cancel(&tmr);
}


static void turn_until(const unsigned *count, unsigned want)
{
	uint64_t end = clock_us() + unit_patience_ms(1000) * 1000ull;

	while (*count < want && clock_us() < end)
		turn(5);
}


static bool is_closed(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_DONTWAIT) == 0 ||
	       (errno != EAGAIN && errno != EINTR);
}


static struct listener *listen_here(struct seen *s)
{
	struct listener *l = NULL;
	struct sa addr;

	memset(s, 0, sizeof(*s));
	(void)sa_set_str(&addr, "127.0.0.1", 0);
	CU_ASSERT_EQUAL_FATAL(listener_alloc(&l, &addr, other_h, s), 0);
	listener_set_ice(l, ice_h, s);

	return l;
}


static int reach(const struct listener *l)
{
	const struct sa *addr = listener_addr(l);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	CU_ASSERT_FATAL(!connect(fd, &addr->u.sa, addr->len));

	return fd;
}


static unsigned places(void)
{
	uint64_t refused;
	size_t n;

	listener_stats(&n, &refused);

	return (unsigned)n;
}


/** A check that comes byte by byte, and TLS that begins with one */
static void a_listener_sorts_them(void)
{
	static const uint8_t tls = 0x16;
	struct seen s;
	struct listener *l = listen_here(&s);
	int fd = reach(l);

	for (size_t i = 0; i < sizeof(check); i++) {
		CU_ASSERT_EQUAL(s.ice, 0);
		CU_ASSERT_EQUAL(send(fd, check + i, 1, 0), 1);
		turn(1);
	}
	turn_until(&s.ice, 1);
	CU_ASSERT_EQUAL(s.ice, 1);
	CU_ASSERT_STRING_EQUAL(s.ufrag, "ours");
	CU_ASSERT_EQUAL(s.n, (ssize_t)sizeof(check));
	CU_ASSERT(!memcmp(s.bytes, check, sizeof(check)));
	/* and every byte wakes who reads it from now on */
	CU_ASSERT_EQUAL(s.least, 1);
	close(fd);

	fd = reach(l);
	CU_ASSERT_EQUAL(send(fd, &tls, 1, 0), 1);
	turn_until(&s.other, 1);
	CU_ASSERT_EQUAL(s.other, 1);
	CU_ASSERT_EQUAL(s.n, 1);
	close(fd);
	CU_ASSERT_EQUAL(places(), 0);
	mem_deref(l);
}


/** Nonsense, an end in the midst of it: closed, and the place is free. One
 * that is silent after a few bytes keeps it, and turns nothing meanwhile */
static void who_is_neither_is_closed(void)
{
	static const uint8_t nonsense[66] = {0, 64, 9, 9};
	struct seen s;
	struct listener *l = listen_here(&s);
	int bad = reach(l), half = reach(l), quiet = reach(l);
	uint64_t end = clock_us() + unit_patience_ms(1000) * 1000ull;
	struct timespec before, after;

	CU_ASSERT(send(bad, nonsense, sizeof(nonsense), 0) > 0);
	CU_ASSERT(send(half, check, 40, 0) > 0);
	CU_ASSERT_EQUAL(shutdown(half, SHUT_WR), 0);
	CU_ASSERT(send(quiet, check, 40, 0) > 0);
	while (!(is_closed(bad) && is_closed(half)) && clock_us() < end)
		turn(5);
	CU_ASSERT(is_closed(bad));
	CU_ASSERT(is_closed(half));
	CU_ASSERT(!is_closed(quiet));
	CU_ASSERT_EQUAL(places(), 1);

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before);
	turn(300);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
	CU_ASSERT((after.tv_sec - before.tv_sec) * 1000 +
			  (after.tv_nsec - before.tv_nsec) / 1000000 <
		  100);
	CU_ASSERT(!is_closed(quiet));

	/* with its listener */
	mem_deref(l);
	CU_ASSERT(is_closed(quiet));
	CU_ASSERT_EQUAL(places(), 0);
	CU_ASSERT_EQUAL(s.ice + s.other, 0);
	close(bad);
	close(half);
	close(quiet);
}


static void it_knows_whom_it_serves(void)
{
	static const struct {
		const char *at, *host;
		bool serves;
	} cases[] = {
		{"127.0.0.1", "127.0.0.1", true},
		{"127.0.0.1", "192.0.2.1", false},
		{"127.0.0.1", "::1", false},
		{"0.0.0.0", "192.0.2.1", true},
		{"0.0.0.0", "2001:db8::1", false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct listener *l = NULL;
		struct sa at, host;
		struct seen s;

		(void)sa_set_str(&at, cases[i].at, 0);
		(void)sa_set_str(&host, cases[i].host, 0);
		CU_ASSERT_EQUAL_FATAL(listener_alloc(&l, &at, other_h, &s), 0);
		CU_ASSERT_EQUAL(listener_serves(l, &host), cases[i].serves);
		mem_deref(l);
	}
}


static CU_TestInfo tests[] = {
	{"a check is seen when it is whole", a_check_is_seen_when_it_is_whole},
	{"what is no check is refused", what_is_no_check_is_refused},
	{"what is TLS is seen by one byte", what_is_tls_is_seen_by_one_byte},
	{"a listener sorts them", a_listener_sorts_them},
	{"who is neither is closed", who_is_neither_is_closed},
	{"it knows whom it serves", it_knows_whom_it_serves},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(first_bytes, tests)
