/**
 * @file test_acceptor.c  A listener while there are no descriptors left
 */
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "signaling/http/acceptor.h"
#include "mixer/base/log.h"
#include "tests/unit/unit.h"


enum { WITHOUT_MS = 1200 };

struct accepted {
	unsigned count;
	int fd;
};


static void accepted_handler(int fd, const struct sa *peer, void *arg)
{
	struct accepted *got = arg;

	CU_ASSERT(sa_is_loopback(peer));
	got->fd = fd;
	++got->count;
	re_cancel();
}


static void stop_handler(void *arg)
{
	(void)arg;
	re_cancel();
}


static void run(unsigned ms)
{
	struct tmr tmr;

	tmr_init(&tmr);
	tmr_start(&tmr, ms, stop_handler, NULL);
	(void)re_main(NULL);
	tmr_cancel(&tmr);
}


static int listen_somewhere(struct sa *addr)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	(void)sa_set_str(addr, "127.0.0.1", 0);
	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT_EQUAL_FATAL(bind(fd, &addr->u.sa, addr->len), 0);
	CU_ASSERT_EQUAL_FATAL(listen(fd, 8), 0);
	CU_ASSERT_EQUAL(getsockname(fd, &addr->u.sa, &addr->len), 0);

	return fd;
}


/** No descriptor that is not in use may be opened any more */
static void take_descriptors(struct rlimit *before)
{
	struct rlimit limit;
	int fd = dup(0);

	CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_NOFILE, before), 0);
	(void)close(fd);
	limit = *before;
	limit.rlim_cur = (rlim_t)fd;
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_NOFILE, &limit), 0);
}


static double cpu_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);

	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}


/** It rests, and takes who has waited when there is room again */
static void rests_while_there_is_no_descriptor(void)
{
	struct accepted got = {0, -1};
	struct acceptor *a = NULL;
	struct rlimit before;
	struct sa addr;
	double spent;
	int fd, client;

	log_level_set(LOG_LEVEL_ERROR);
	fd = listen_somewhere(&addr);
	CU_ASSERT_EQUAL_FATAL(
		acceptor_alloc(&a, fd, "test", accepted_handler, &got), 0);
	client = socket(AF_INET, SOCK_STREAM, 0);
	run(1); /* the loop has the descriptors that it needs */
	CU_ASSERT_EQUAL(connect(client, &addr.u.sa, addr.len), 0);

	take_descriptors(&before);
	spent = cpu_s();
	run(WITHOUT_MS);
	spent = cpu_s() - spent;
	CU_ASSERT_EQUAL(setrlimit(RLIMIT_NOFILE, &before), 0);
	CU_ASSERT_EQUAL(got.count, 0);
	CU_ASSERT(acceptor_pauses(a) >= 2);
	CU_ASSERT(acceptor_pauses(a) <= 1 + WITHOUT_MS / ACCEPTOR_PAUSE_MS);
	CU_ASSERT(spent < WITHOUT_MS / 1000.0 / 4);

	run(4 * ACCEPTOR_PAUSE_MS);
	CU_ASSERT_EQUAL(got.count, 1);
	(void)close(got.fd);
	(void)close(client);
	mem_deref(a);
}


static void takes_its_descriptor_in_any_case(void)
{
	struct acceptor *a = NULL;
	int pair[2];

	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	CU_ASSERT_EQUAL(acceptor_alloc(&a, pair[0], "test", NULL, NULL),
			EINVAL);
	CU_ASSERT_EQUAL(close(pair[0]), -1);
	(void)close(pair[1]);
}


static CU_TestInfo tests[] = {
	{"rests while there is no descriptor",
	 rests_while_there_is_no_descriptor},
	{"takes its descriptor in any case", takes_its_descriptor_in_any_case},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(acceptor, tests)
