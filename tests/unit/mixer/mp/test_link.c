/**
 * @file test_link.c  Both ends of an Mp link in one loop
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "mixer/base/clock.h"
#include "mixer/base/re.h"
#include "mixer/mp/link.h"
#include "mixer/mp/protocol.h"
#include "tests/unit/clock.h"
#include "tests/unit/failing.h"
#include "tests/unit/unit.h"


struct fixture {
	struct link *focus, *mixer;
	struct tmr deadline;
	unsigned requests, events, replies, closes, expected;
	int err, closed_by;
	json_int_t value;
	bool refuse, silent, timed_out;
	unsigned stands_still_ms; /**< both ends, after an answer */
};


/** So many sends meet ENOBUFS: the kernel has no memory, though the socket is
 *  not full. This definition stands before libc's */
static unsigned sends_refused, sends;


ssize_t send(int fd, const void *buf, size_t len, int flags)
{
	sends++;
	if (sends_refused) {
		sends_refused--;
		errno = ENOBUFS;
		return -1;
	}

	return syscall(SYS_sendto, fd, buf, len, flags, NULL, 0);
}


static void step(struct fixture *f)
{
	if (f->replies + f->events + f->closes >= f->expected)
		re_cancel();
}


static void mixer_message(json_t *msg, void *arg)
{
	struct fixture *f = arg;
	json_t *v = json_object_get(msg, "value");

	f->requests++;
	if (f->silent)
		return;

	if (f->refuse)
		link_reply_error(f->mixer, msg, ENOENT, "no such leg");
	else
		link_reply(f->mixer, msg, json_pack("{s:O}", "value", v));
	unit_clock.added_us += f->stands_still_ms * 1000ull;
}


static void focus_message(json_t *msg, void *arg)
{
	struct fixture *f = arg;

	f->events++;
	f->err = (int)json_integer_value(json_object_get(msg, "code"));
	step(f);
}


static void reply(int err, json_t *msg, void *arg)
{
	struct fixture *f = arg;

	f->replies++;
	f->err = err;
	f->value = json_integer_value(json_object_get(msg, "value"));
	step(f);
}


static void closed(int err, void *arg)
{
	struct fixture *f = arg;

	f->closes++;
	f->closed_by = err;
	step(f);
}


static void too_late(void *arg)
{
	struct fixture *f = arg;

	f->timed_out = true;
	re_cancel();
}


static void setup(struct fixture *f)
{
	int fds[2];

	memset(f, 0, sizeof(*f));
	tmr_init(&f->deadline);
	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	CU_ASSERT_EQUAL_FATAL(
		link_alloc(&f->focus, fds[0], focus_message, closed, f), 0);
	CU_ASSERT_EQUAL_FATAL(
		link_alloc(&f->mixer, fds[1], mixer_message, NULL, f), 0);
}


static void run(struct fixture *f, unsigned expected)
{
	f->expected = expected;
	tmr_start(&f->deadline, unit_patience_ms(10000), too_late, f);
	re_main(NULL);
	tmr_cancel(&f->deadline);
	CU_ASSERT_FALSE_FATAL(f->timed_out);
}


static void teardown(struct fixture *f)
{
	mem_deref(f->focus);
	mem_deref(f->mixer);
}


/** One that takes long over each message, and what was due meanwhile */
static unsigned long_messages, long_at_turn;

static void long_message(json_t *msg, void *arg)
{
	uint64_t end_us = clock_us() + LINK_TURN_US / 2;

	(void)msg;
	(void)arg;
	long_messages++;
	while (clock_us() < end_us)
		;
}


static void turn_h(void *arg)
{
	(void)arg;
	if (!long_at_turn)
		long_at_turn = long_messages;
}


static json_t *request(int value)
{
	return json_pack("{s:s,s:i}", "op", "ping", "value", value);
}


static void reply_finds_its_request(void)
{
	struct fixture f;

	setup(&f);
	CU_ASSERT_EQUAL(link_request(f.focus, request(1), reply, &f), 0);
	CU_ASSERT_EQUAL(link_request(f.focus, request(2), reply, &f), 0);
	run(&f, 2);
	CU_ASSERT_EQUAL(f.value, 2);
	CU_ASSERT_EQUAL(f.err, 0);
	teardown(&f);
}


static void error_reaches_the_requester(void)
{
	struct fixture f;

	setup(&f);
	f.refuse = true;
	CU_ASSERT_EQUAL(link_request(f.focus, request(1), reply, &f), 0);
	run(&f, 1);
	CU_ASSERT_EQUAL(f.err, ENOENT);
	teardown(&f);
}


static void events_arrive(void)
{
	struct fixture f;

	setup(&f);
	CU_ASSERT_EQUAL(link_event(f.mixer, json_pack("{s:s,s:i}", "event",
						      "hello", "code", 5)),
			0);
	run(&f, 1);
	CU_ASSERT_EQUAL(f.events, 1);
	CU_ASSERT_EQUAL(f.err, 5);
	teardown(&f);
}


static void closing_answers_what_is_open(void)
{
	struct fixture f;

	setup(&f);
	f.silent = true;
	CU_ASSERT_EQUAL(link_request(f.focus, request(1), reply, &f), 0);
	f.mixer = mem_deref(f.mixer);
	run(&f, 2);
	CU_ASSERT_EQUAL(f.replies, 1);
	CU_ASSERT_EQUAL(f.err, ECONNRESET);
	CU_ASSERT_EQUAL(f.closes, 1);
	CU_ASSERT_EQUAL(link_request(f.focus, request(1), reply, &f), EPIPE);
	teardown(&f);
}


/** Asks again from within the answer; each request must get its own */
static void ask_again(int err, json_t *msg, void *arg)
{
	struct fixture *f = arg;
	int refused = link_request(f->focus, request(2), reply, f);

	(void)msg;
	f->replies++;
	f->err = err == ECONNRESET ? refused : err;
}


static void a_closing_link_takes_no_request(void)
{
	struct fixture f;

	setup(&f);
	f.silent = true;
	CU_ASSERT_EQUAL(link_request(f.focus, request(1), ask_again, &f), 0);
	CU_ASSERT_EQUAL(link_request(f.focus, request(1), ask_again, &f), 0);
	f.mixer = mem_deref(f.mixer);
	run(&f, 3);
	CU_ASSERT_EQUAL(f.replies, 2);
	CU_ASSERT_EQUAL(f.err, EPIPE);
	CU_ASSERT_EQUAL(f.closes, 1);
	teardown(&f);
}


static void forgotten_handlers_are_not_called(void)
{
	struct fixture f;

	setup(&f);
	CU_ASSERT_EQUAL(link_request(f.focus, request(1), reply, &f), 0);
	link_forget(f.focus, &f);
	CU_ASSERT_EQUAL(link_event(f.mixer, json_pack("{s:s}", "event", "x")),
			0);
	run(&f, 1);
	CU_ASSERT_EQUAL(f.replies, 0);
	teardown(&f);
}


static void unanswered_requests_time_out(void)
{
	struct fixture f;

	setup(&f);
	f.silent = true;
	CU_ASSERT_EQUAL(link_request(f.focus, request(1), reply, &f), 0);
	run(&f, 1);
	CU_ASSERT_EQUAL(f.err, ETIMEDOUT);
	teardown(&f);
}


/** The answer waits in the socket when this process goes on */
static void who_stood_still_reads_before_he_gives_up(void)
{
	struct fixture f;

	setup(&f);
	f.stands_still_ms = 2 * MP_REPLY_DEADLINE_MS;
	CU_ASSERT_EQUAL(link_request(f.focus, request(7), reply, &f), 0);
	run(&f, 1);
	CU_ASSERT_EQUAL(f.err, 0);
	CU_ASSERT_EQUAL(f.value, 7);

	/* and gives up at once who is silent even so */
	f.silent = true;
	CU_ASSERT_EQUAL(link_request(f.focus, request(8), reply, &f), 0);
	run(&f, 2);
	CU_ASSERT_EQUAL(f.err, ETIMEDOUT);
	teardown(&f);
}


static void malformed_datagrams_are_answered(void)
{
	static const char *const bad[] = {
		"", "{", "[]", "7", "\xff\xfe", "{\"a\":1,\"a\":2}"};

	for (size_t i = 1; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct fixture f;
		int fds[2];
		char buf[256];
		ssize_t n;

		memset(&f, 0, sizeof(f));
		tmr_init(&f.deadline);
		CU_ASSERT_EQUAL_FATAL(
			socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
		CU_ASSERT_EQUAL_FATAL(link_alloc(&f.mixer, fds[1],
						 mixer_message, closed, &f),
				      0);
		CU_ASSERT_EQUAL(
			(size_t)send(fds[0], bad[i], strlen(bad[i]), 0),
			strlen(bad[i]));
		shutdown(fds[0], SHUT_WR);
		run(&f, 1);
		n = recv(fds[0], buf, sizeof(buf) - 1, MSG_DONTWAIT);
		CU_ASSERT_FATAL(n > 0);
		buf[n] = '\0';
		CU_ASSERT_PTR_NOT_NULL(strstr(buf, "\"error\""));
		CU_ASSERT_EQUAL(f.requests, 0);
		CU_ASSERT_EQUAL(f.closed_by, EBADMSG);
		close(fds[0]);
		mem_deref(f.mixer);
	}
}


static void a_full_socket_loses_nothing(void)
{
	enum { COUNT = 3000 };
	struct fixture f;
	char text[2000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	setup(&f);
	for (int i = 0; i < COUNT; i++) {
		CU_ASSERT_EQUAL_FATAL(
			link_event(f.mixer,
				   json_pack("{s:s,s:i,s:s}", "event", "e",
					     "code", i, "text", text)),
			0);
	}
	run(&f, COUNT);
	CU_ASSERT_EQUAL(f.events, COUNT);
	CU_ASSERT_EQUAL(f.err, COUNT - 1);
	teardown(&f);
}


static void say_five(struct fixture *f)
{
	for (int i = 1; i <= 5; i++) {
		CU_ASSERT_EQUAL(
			link_event(f->mixer, json_pack("{s:s,s:i}", "event",
						       "e", "code", i)),
			0);
	}
}


/** When the kernel has no memory, a message is sent when it has */
static void a_kernel_without_memory_loses_nothing(void)
{
	struct fixture f;

	setup(&f);
	sends_refused = 4;
	say_five(&f);
	run(&f, 5);
	CU_ASSERT_EQUAL(f.events, 5);
	CU_ASSERT_EQUAL(f.err, 5);
	CU_ASSERT_EQUAL(sends_refused, 0);

	/* not by trying without a pause: the socket says that it is
	   writable */
	sends_refused = 1000000;
	sends = 0;
	say_five(&f);
	tmr_start(&f.deadline, 200, too_late, &f);
	re_main(NULL);
	CU_ASSERT(sends < 50);
	f.timed_out = false;
	sends_refused = 0;
	run(&f, 10);
	CU_ASSERT_EQUAL(f.err, 5);
	teardown(&f);
}


/** It does not end from within what is sent: whoever sends holds the link */
static void one_that_cannot_keep_up_is_closed(void)
{
	enum { BYTES = 60000, MOST = 2 * LINK_QUEUE_BYTES_MAX / BYTES };
	char *text = mem_zalloc(BYTES, NULL);
	struct fixture f;
	int err = 0, n;

	memset(text, 'x', BYTES - 1);
	setup(&f);
	f.silent = true; /* or its answer might come before the end */
	CU_ASSERT_EQUAL(link_request(f.focus, request(1), reply, &f), 0);
	for (n = 0; n < MOST && !err; n++)
		err = link_request(
			f.focus,
			json_pack("{s:s,s:s}", "op", "x", "text", text), NULL,
			NULL);
	CU_ASSERT_EQUAL(err, EPIPE);
	CU_ASSERT(n > LINK_QUEUE_BYTES_MAX / BYTES);
	CU_ASSERT(n < MOST);
	CU_ASSERT_EQUAL(f.closes, 0);
	CU_ASSERT_EQUAL(link_request(f.focus, request(2), reply, &f), EPIPE);
	run(&f, 2);
	CU_ASSERT_EQUAL(f.closes, 1);
	CU_ASSERT_EQUAL(f.replies, 1);
	CU_ASSERT_EQUAL(f.err, ECONNRESET);
	teardown(&f);
	mem_deref(text);
}


/** leg.remove must not be lost because many wait for answers */
static void what_needs_no_answer_is_always_sent(void)
{
	enum { OPEN = 9000 };
	struct fixture f;
	int err = 0;

	setup(&f);
	f.silent = true;
	for (int i = 0; i < OPEN && !err; i++)
		err = link_request(f.focus, request(i), reply, &f);
	CU_ASSERT_EQUAL(err, ENOBUFS);
	CU_ASSERT_EQUAL(link_request(f.focus, request(1), NULL, NULL), 0);
	teardown(&f);
}


/** What it says is neither done nor refused, and its end is noticed */
static void who_is_ignored_says_nothing_more(void)
{
	static const char *const said[] = {"no message", "{\"event\":\"e\"}"};
	struct fixture f = {.expected = 0};
	int fds[2];

	tmr_init(&f.deadline);
	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	CU_ASSERT_EQUAL_FATAL(
		link_alloc(&f.focus, fds[0], focus_message, closed, &f), 0);
	link_set_strict(f.focus);
	link_ignore(f.focus);
	for (size_t i = 0; i < ARRAY_SIZE(said); i++)
		CU_ASSERT_EQUAL(write(fds[1], said[i], strlen(said[i])),
				(ssize_t)strlen(said[i]));
	(void)close(fds[1]);
	run(&f, 1);
	CU_ASSERT_EQUAL(f.closes, 1);
	CU_ASSERT_EQUAL(f.closed_by, ECONNRESET);
	CU_ASSERT_EQUAL(f.events, 0);
	teardown(&f);
}


static void oversized_messages_are_refused(void)
{
	size_t size = MP_MESSAGE_MAX + 10;
	char *text = mem_zalloc(size, NULL);
	struct fixture f;

	memset(text, 'x', size - 1);
	setup(&f);
	CU_ASSERT_EQUAL(link_event(f.mixer, json_pack("{s:s,s:s}", "event",
						      "e", "t", text)),
			EMSGSIZE);
	teardown(&f);
	mem_deref(text);
}


/** A request that there is no memory for is an error at once, and nothing
 *  waits for its answer */
static int ask_and_answer(void *arg)
{
	struct fixture f = {.expected = 1};
	bool turned = false;
	json_t *msg;
	int fds[2], err;

	(void)arg;
	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	err = link_alloc(&f.focus, fds[0], focus_message, NULL, &f);
	if (err)
		(void)close(fds[0]);
	else
		err = link_alloc(&f.mixer, fds[1], mixer_message, closed, &f);
	if (!f.mixer)
		(void)close(fds[1]);
	if (err)
		goto out;

	msg = json_pack("{s:s,s:i}", "op", "x", "value", 5);
	err = msg ? link_request(f.focus, msg, reply, &f) : ENOMEM;
	if (err)
		goto out;

	/* the mixer reads, the focus reads what it answered */
	for (int turns = 0; turns < 2 && !f.replies; turns++) {
		failing_pause();
		tmr_init(&f.deadline);
		tmr_start(&f.deadline, 1, too_late, &f);
		failing_resume();
		turned |= !re_main(NULL);
		tmr_cancel(&f.deadline);
	}
	/* not read or not answered for lack of memory: told when the link
	 * closes, once. A mixer that has not read it ends */
	CU_ASSERT(!turned || f.requests || f.closes);
	err = f.replies ? f.err : ENOMEM;

out:
	mem_deref(f.focus);
	mem_deref(f.mixer);

	return err;
}


static void survives_any_failing_allocation(void)
{
	failing_each(ask_and_answer, NULL);
}


static int tell_one(struct fixture *f)
{
	return link_tell(f->focus, "{\"op\":\"x\",\"value\":7}");
}


static void what_is_told_needs_no_memory(void)
{
	struct fixture f;

	setup(&f);
	failing_count_begin();
	CU_ASSERT_EQUAL(tell_one(&f), 0);
	CU_ASSERT_EQUAL(failing_count_end(), 0);
	CU_ASSERT_EQUAL(link_request(f.focus, request(1), reply, &f), 0);
	run(&f, 1);
	CU_ASSERT_EQUAL(f.requests, 2);
	CU_ASSERT_EQUAL(f.err, 0);
	teardown(&f);
}


/** Neither sent nor kept: it ends, and not from within what is sent */
static int tell_in_vain(void *arg)
{
	struct fixture f;
	int err;

	(void)arg;
	failing_pause();
	setup(&f);
	sends_refused = 1000000;
	failing_resume();
	err = tell_one(&f);
	failing_pause();
	sends_refused = 0;
	CU_ASSERT_EQUAL(f.closes, 0);
	if (err) {
		CU_ASSERT_EQUAL(err, EPIPE);
		run(&f, 1);
		CU_ASSERT_EQUAL(f.closes, 1);
	}
	teardown(&f);
	failing_resume();

	return err;
}


static void what_cannot_be_told_ends_the_link(void)
{
	CU_ASSERT_EQUAL(failing_each(tell_in_vain, NULL), 1);
}

/** Packets and beats come between, however many messages wait */
static void long_work_lets_the_loop_have_its_turn(void)
{
	struct fixture f;
	struct tmr turn;
	int fds[2];

	setup(&f);
	f.mixer = mem_deref(f.mixer);
	f.focus = mem_deref(f.focus);
	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	CU_ASSERT_EQUAL_FATAL(
		link_alloc(&f.focus, fds[0], focus_message, closed, &f), 0);
	CU_ASSERT_EQUAL_FATAL(
		link_alloc(&f.mixer, fds[1], long_message, NULL, &f), 0);
	long_messages = long_at_turn = 0;
	for (int i = 0; i < 20; i++)
		CU_ASSERT_EQUAL(link_request(f.focus, request(i), NULL, NULL),
				0);
	tmr_init(&turn);
	tmr_start(&turn, 1, turn_h, NULL);
	for (int i = 0; i < 1000 && long_messages < 20; i++) {
		tmr_start(&f.deadline, 1, too_late, &f);
		re_main(NULL);
	}
	CU_ASSERT_EQUAL(long_messages, 20);
	CU_ASSERT(long_at_turn > 0 && long_at_turn <= 4);
	tmr_cancel(&turn);
	tmr_cancel(&f.deadline);
	teardown(&f);
}


static CU_TestInfo tests[] = {
	{"reply finds its request", reply_finds_its_request},
	{"error reaches the requester", error_reaches_the_requester},
	{"events arrive", events_arrive},
	{"closing answers what is open", closing_answers_what_is_open},
	{"a closing link takes no request", a_closing_link_takes_no_request},
	{"forgotten handlers are not called",
	 forgotten_handlers_are_not_called},
	{"unanswered requests time out", unanswered_requests_time_out},
	{"who stood still reads before he gives up",
	 who_stood_still_reads_before_he_gives_up},
	{"malformed datagrams are answered", malformed_datagrams_are_answered},
	{"a full socket loses nothing", a_full_socket_loses_nothing},
	{"a kernel without memory loses nothing",
	 a_kernel_without_memory_loses_nothing},
	{"one that cannot keep up is closed",
	 one_that_cannot_keep_up_is_closed},
	{"what needs no answer is always sent",
	 what_needs_no_answer_is_always_sent},
	{"oversized messages are refused", oversized_messages_are_refused},
	{"who is ignored says nothing more", who_is_ignored_says_nothing_more},
	{"survives any failing allocation", survives_any_failing_allocation},
	{"what is told needs no memory", what_is_told_needs_no_memory},
	{"what cannot be told ends the link",
	 what_cannot_be_told_ends_the_link},
	{"long work lets the loop have its turn",
	 long_work_lets_the_loop_have_its_turn},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(link, tests)
