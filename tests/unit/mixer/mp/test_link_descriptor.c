/**
 * @file test_link_descriptor.c  Descriptors that go over an Mp link
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include "mixer/base/re.h"
#include "mixer/mp/link.h"
#include "tests/unit/unit.h"


struct fixture {
	struct link *focus, *mixer;
	struct tmr deadline;
	int far; /**< the focus's socket, for what no focus says */
	unsigned requests;
	bool takes;
	int taken;
};


static void mixer_message(json_t *msg, void *arg)
{
	struct fixture *f = arg;

	(void)msg;
	f->requests++;
	if (f->takes)
		f->taken = link_take_descriptor(f->mixer);
	re_cancel();
}


static void too_late(void *arg)
{
	(void)arg;
	CU_FAIL("nothing came");
	re_cancel();
}


static void setup(struct fixture *f, bool accepts)
{
	int fds[2];

	memset(f, 0, sizeof(*f));
	f->taken = -1;
	f->takes = true;
	tmr_init(&f->deadline);
	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	CU_ASSERT_EQUAL_FATAL(link_alloc(&f->focus, fds[0], NULL, NULL, f), 0);
	CU_ASSERT_EQUAL_FATAL(
		link_alloc(&f->mixer, fds[1], mixer_message, NULL, f), 0);
	if (accepts)
		link_accept_descriptors(f->mixer);
	f->far = fds[0];
}


static void run(struct fixture *f)
{
	tmr_start(&f->deadline, unit_patience_ms(500), too_late, f);
	(void)re_main(NULL);
	tmr_cancel(&f->deadline);
}


static void teardown(struct fixture *f)
{
	mem_deref(f->focus);
	mem_deref(f->mixer);
}


/** What goes in at one end of a pipe comes out of the other's copy */
static void one_is_passed(void)
{
	struct fixture f;
	unsigned before;
	int pipes[2];
	char byte = 0;

	/* the loop has one from its first use on */
	setup(&f, true);
	teardown(&f);
	before = unit_descriptors();
	setup(&f, true);
	CU_ASSERT_EQUAL_FATAL(pipe(pipes), 0);
	CU_ASSERT_EQUAL(
		link_tell_descriptor(f.focus, "{\"op\":\"x\"}", pipes[1]), 0);
	close(pipes[1]);
	run(&f);
	CU_ASSERT_FATAL(f.taken >= 0);
	CU_ASSERT(fcntl(f.taken, F_GETFD) & FD_CLOEXEC);
	CU_ASSERT_EQUAL(write(f.taken, "!", 1), 1);
	CU_ASSERT_EQUAL(read(pipes[0], &byte, 1), 1);
	CU_ASSERT_EQUAL(byte, '!');
	close(f.taken);
	close(pipes[0]);

	/* the next message has none */
	CU_ASSERT_EQUAL(link_tell(f.focus, "{\"op\":\"x\"}"), 0);
	run(&f);
	CU_ASSERT_EQUAL(f.taken, -1);
	CU_ASSERT_EQUAL(f.requests, 2);
	teardown(&f);
	CU_ASSERT_EQUAL(unit_descriptors(), before);
}


/** Nobody takes it, or who did not say that it takes any is sent one */
static void what_nobody_takes_is_closed(void)
{
	for (int accepts = 0; accepts < 2; accepts++) {
		unsigned before = unit_descriptors();
		struct fixture f;

		setup(&f, accepts);
		f.takes = !accepts;
		CU_ASSERT_EQUAL(
			link_tell_descriptor(f.focus, "{\"op\":\"x\"}", 2), 0);
		run(&f);
		CU_ASSERT_EQUAL(f.taken, -1);
		CU_ASSERT_EQUAL(f.requests, 1);
		/* the pair, and what the loop has */
		teardown(&f);
		CU_ASSERT_EQUAL(unit_descriptors(), before);
	}
}


/** So many at once, which no focus sends: all of them are closed */
static void more_than_one_is_none(void)
{
	for (size_t count = 2; count < 6; count++) {
		unsigned before = unit_descriptors(), during;
		char text[] = "{\"id\":1,\"op\":\"x\"}";
		struct iovec iov = {text, sizeof(text) - 1};
		union {
			struct cmsghdr head;
			uint8_t room[CMSG_SPACE(8 * sizeof(int))];
		} control;
		struct msghdr msg = {
			.msg_iov = &iov,
			.msg_iovlen = 1,
			.msg_control = &control,
			.msg_controllen = CMSG_SPACE(count * sizeof(int)),
		};
		int fds[8] = {2, 2, 2, 2, 2, 2, 2, 2};
		struct fixture f;

		setup(&f, true);
		during = unit_descriptors();
		memset(&control, 0, sizeof(control));
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(&control.head), fds, count * sizeof(int));
		CU_ASSERT(sendmsg(f.far, &msg, 0) > 0);
		run(&f);
		CU_ASSERT_EQUAL(f.taken, -1);
		CU_ASSERT_EQUAL(unit_descriptors(), during);
		teardown(&f);
		CU_ASSERT_EQUAL(unit_descriptors(), before);
	}
}


/** Where there is no room for one the message comes without it (MSG_CTRUNC) */
static void none_comes_where_there_is_no_room(void)
{
	struct rlimit before, none;
	struct fixture f;
	int highest;

	setup(&f, true);
	CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_NOFILE, &before), 0);
	CU_ASSERT_EQUAL(link_tell_descriptor(f.focus, "{\"op\":\"x\"}", 2), 0);
	highest = dup(2);
	close(highest);
	none = before;
	none.rlim_cur = (rlim_t)highest;
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_NOFILE, &none), 0);
	run(&f);
	CU_ASSERT_EQUAL(setrlimit(RLIMIT_NOFILE, &before), 0);
	CU_ASSERT_EQUAL(f.taken, -1);
	CU_ASSERT_EQUAL(f.requests, 1);
	teardown(&f);
}


/** Nobody reads: it is said at once, and nothing is kept */
static void a_full_link_takes_none(void)
{
	unsigned before = unit_descriptors();
	struct fixture f;
	int err = 0;

	setup(&f, true);
	for (unsigned i = 0; !err && i < 100000; i++)
		err = link_tell_descriptor(f.focus, "{\"op\":\"x\"}", 2);
	CU_ASSERT_EQUAL(err, EAGAIN);
	teardown(&f);
	CU_ASSERT_EQUAL(unit_descriptors(), before);
}


static CU_TestInfo tests[] = {
	{"one is passed", one_is_passed},
	{"what nobody takes is closed", what_nobody_takes_is_closed},
	{"more than one is none", more_than_one_is_none},
	{"none comes where there is no room",
	 none_comes_where_there_is_no_room},
	{"a full link takes none", a_full_link_takes_none},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(link_descriptor, tests)
