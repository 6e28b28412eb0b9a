/**
 * @file test_mixers.c  Media servers: start, death, pauses, placement
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "focus/config/config.h"
#include "focus/mixers/mixers.h"
#include "mixer/base/log.h"
#include "mixer/mp/protocol.h"
#include "tests/unit/failing.h"
#include "tests/unit/focus/mixers/mixers_world.h"
#include "tests/unit/focus/world/fake_mixer.h"
#include "tests/unit/said.h"
#include "tests/unit/unit.h"

/* ----------------------------------------------------- state and event */

enum what_happens {
	SAYS_HELLO,
	SAYS_ANOTHER_VERSION,
	SAYS_NO_VERSION,
	SAYS_SOMETHING,
	SAYS_NOTHING_NAMED,
	CLOSES,
	IS_SILENT,
	IS_SILENT_FOR_LONG, /**< than a hello may take */
	PARLEYD_SLEEPS,
};

static void be_silent(unsigned longest_ms)
{
	world.far[0].deaf = true;
	for (unsigned ms = 0; ms <= longest_ms + 1000; ms += 500)
		world_pass(500);
}

static void happen(enum what_happens what)
{
	switch (what) {

	case SAYS_HELLO: world_say(0, HELLO); break;
	case SAYS_ANOTHER_VERSION: world_say(0, OTHER_HELLO); break;
	case SAYS_NO_VERSION: world_say(0, "{\"event\":\"hello\"}"); break;
	case SAYS_SOMETHING: world_say(0, "{\"event\":\"talking\"}"); break;
	case SAYS_NOTHING_NAMED: world_say(0, "{\"reply\":7}"); break;
	case CLOSES: world_kill(0); break;
	case IS_SILENT: be_silent(MIXER_SILENCE_MAX_MS); break;
	case IS_SILENT_FOR_LONG: be_silent(MIXER_HELLO_MAX_MS); break;
	case PARLEYD_SLEEPS:
		world.far[0].deaf = true;
		world_pass(10 * MIXER_SILENCE_MAX_MS);
		break;
	}
	room_turn(5);
}


static void each_state_knows_each_event(void)
{
	static const struct {
		bool up; /**< before */
		enum what_happens what;
		bool is_up;
		unsigned ups, downs, events, deaths;
	} rows[] = {
		{false, SAYS_HELLO, true, 1, 0, 0, 0},
		{false, SAYS_ANOTHER_VERSION, false, 0, 0, 0, 1},
		{false, SAYS_NO_VERSION, false, 0, 0, 0, 1},
		{false, SAYS_SOMETHING, false, 0, 0, 0, 0},
		{false, SAYS_NOTHING_NAMED, false, 0, 0, 0, 0},
		{false, CLOSES, false, 0, 0, 0, 1},
		/* a busy machine takes long to load it */
		{false, IS_SILENT, false, 0, 0, 0, 0},
		{false, IS_SILENT_FOR_LONG, false, 0, 0, 0, 1},
		{false, PARLEYD_SLEEPS, false, 0, 0, 0, 0},
		{true, SAYS_HELLO, false, 0, 1, 0, 1},
		{true, SAYS_ANOTHER_VERSION, false, 0, 1, 0, 1},
		{true, SAYS_SOMETHING, true, 0, 0, 1, 0},
		{true, SAYS_NOTHING_NAMED, true, 0, 0, 0, 0},
		{true, CLOSES, false, 0, 1, 0, 1},
		{true, IS_SILENT, false, 0, 1, 0, 1},
		{true, PARLEYD_SLEEPS, true, 0, 0, 0, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		world_open(1, "/bin/false");
		world_attach(0);
		if (rows[i].up)
			world_say(0, HELLO);
		CU_ASSERT_EQUAL(mixer_is_up(world_slot(0)), rows[i].up);
		world.up = 0;

		happen(rows[i].what);
		if (world.up != rows[i].ups || world.down != rows[i].downs ||
		    mixer_deaths(world_slot(0)) != rows[i].deaths)
			fprintf(stderr, "row %zu: up %u down %u deaths %u\n",
				i, world.up, world.down,
				mixer_deaths(world_slot(0)));
		CU_ASSERT_EQUAL(mixer_is_up(world_slot(0)), rows[i].is_up);
		CU_ASSERT_EQUAL(mixers_up_count(world.mixers), rows[i].is_up);
		CU_ASSERT_EQUAL(world.up, rows[i].ups);
		CU_ASSERT_EQUAL(world.down, rows[i].downs);
		CU_ASSERT_EQUAL(world.events, rows[i].events);
		CU_ASSERT_EQUAL(mixer_deaths(world_slot(0)), rows[i].deaths);
		world_close();
	}
}


static void who_answers_pings_lives(void)
{
	world_open(1, "/bin/false");
	world_attach(0);
	/* no ping before it said hello */
	world_pass(MIXER_PING_INTERVAL_MS);
	CU_ASSERT_EQUAL(world.far[0].pings, 0);
	world_say(0, HELLO);
	for (unsigned i = 0; i < 10; i++)
		world_pass(MIXER_PING_INTERVAL_MS);
	CU_ASSERT_TRUE(mixer_is_up(world_slot(0)));
	CU_ASSERT(world.far[0].pings >= 9);
	world_close();
}


/* ------------------------------------------------------------ the slots */

static void slots_are_filled_in_order_and_again(void)
{
	int fds[2];

	world_open(2, "/bin/false");
	CU_ASSERT_EQUAL(mixers_count(world.mixers), 2);
	CU_ASSERT_PTR_NULL(mixers_at(world.mixers, 2));
	world_attach(0);
	world_attach(1);
	CU_ASSERT_EQUAL(mixer_index(world_slot(1)), 1);
	CU_ASSERT_EQUAL(mixer_pid(world_slot(1)), 0);
	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	CU_ASSERT_EQUAL(mixers_attach(world.mixers, fds[0]), ENOSPC);
	/* which did not take it */
	CU_ASSERT_EQUAL(close(fds[0]), 0);
	(void)close(fds[1]);

	world_say(1, HELLO);
	CU_ASSERT_PTR_EQUAL(world.last, world_slot(1));
	world_kill(0);
	CU_ASSERT_EQUAL(mixer_deaths(world_slot(0)), 1);
	world_attach(0);
	world_say(0, HELLO);
	CU_ASSERT_PTR_EQUAL(world.last, world_slot(0));
	CU_ASSERT_EQUAL(mixers_up_count(world.mixers), 2);

	CU_ASSERT_EQUAL(mixers_count(NULL), 0);
	CU_ASSERT_PTR_NULL(mixers_at(NULL, 0));
	CU_ASSERT_FALSE(mixer_is_up(NULL));
	world_close();
}


static void the_least_loaded_that_is_up_is_picked(void)
{
	static const struct {
		int legs[SLOTS]; /**< -1: not up */
		int want;        /**< -1: none */
	} rows[] = {
		{{-1, -1, -1}, -1}, {{0, 0, 0}, 0},  {{3, 2, 2}, 1},
		{{-1, 9, -1}, 1},   {{1, -1, 0}, 2}, {{2, 1, -1}, 1},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		world_open(SLOTS, "/bin/false");
		for (unsigned k = 0; k < SLOTS; k++) {
			world_attach(k);
			if (rows[i].legs[k] >= 0)
				world_say(k, HELLO);
			for (int n = 0; n < rows[i].legs[k]; n++)
				mixer_leg_added(world_slot(k));
		}
		CU_ASSERT_PTR_EQUAL(
			mixers_pick(world.mixers),
			rows[i].want < 0 ? NULL
					 : world_slot((unsigned)rows[i].want));
		world_close();
	}
}


static void legs_are_counted_until_the_mixer_dies(void)
{
	world_open(2, "/bin/false");
	for (unsigned i = 0; i < 2; i++) {
		world_attach(i);
		world_say(i, HELLO);
	}
	mixer_leg_removed(world_slot(0)); /* below none there is nothing */
	mixer_leg_added(world_slot(0));
	CU_ASSERT_PTR_EQUAL(mixers_pick(world.mixers), world_slot(1));
	mixer_leg_removed(world_slot(0));
	CU_ASSERT_PTR_EQUAL(mixers_pick(world.mixers), world_slot(0));

	mixer_leg_added(world_slot(0));
	mixer_leg_added(world_slot(0));
	mixer_leg_added(world_slot(1));
	world_pass(MIXER_YOUNG_MS);
	world_kill(0);
	world_attach(0);
	world_say(0, HELLO);
	/* another process has none of them */
	CU_ASSERT_PTR_EQUAL(mixers_pick(world.mixers), world_slot(0));
	world_close();
}


/** ... though it is always that which has the fewest legs */
static void a_slot_where_mixers_die_young_is_avoided(void)
{
	world_open(2, "/bin/false");
	for (unsigned i = 0; i < 2; i++) {
		world_attach(i);
		world_say(i, HELLO);
	}
	mixer_leg_added(world_slot(1));
	world_kill(0);
	world_attach(0);
	world_say(0, HELLO);
	CU_ASSERT_PTR_EQUAL(mixers_pick(world.mixers), world_slot(1));
	world_pass(MIXER_YOUNG_MS);
	CU_ASSERT_PTR_EQUAL(mixers_pick(world.mixers), world_slot(0));
	world_close();
}


/** ... however often another one did */
static void who_dies_is_named(void)
{
	struct said said;

	world_open(2, "/bin/false");
	log_level_set(LOG_LEVEL_INFO);
	said_begin(&said);
	for (unsigned i = 0; i < 2 * LOG_BURST; i++) {
		world_attach(0);
		world_say(0, HELLO);
		world_kill(0);
	}
	world_attach(0);
	world_attach(1);
	world_say(1, HELLO);
	world_kill(1);
	log_tell_held();
	said_end(&said);
	log_level_set(LOG_LEVEL_ERROR);
	CU_ASSERT_EQUAL(said_count(&said, "up mixer=0"), LOG_BURST);
	CU_ASSERT_EQUAL(said_count(&said, "up mixer=1"), 1);
	CU_ASSERT_EQUAL(said_count(&said, "link closed mixer=1"), 1);
	CU_ASSERT_EQUAL(said_count(&said, "lines=10 event=\"up\" of=0"), 1);
	world_close();
}


/* -------------------------------------------------------------- requests */

static void requests_are_answered_or_fail(void)
{
	struct asked a = {0, 0};

	world_open(1, "/bin/false");
	CU_ASSERT_EQUAL(mixer_request(world_slot(0), NULL, NULL, NULL),
			ENOMEM);
	CU_ASSERT_EQUAL(world_ask(0, &a), ENOTCONN);
	world_attach(0);
	CU_ASSERT_EQUAL(world_ask(0, &a), ENOTCONN);
	CU_ASSERT_EQUAL(a.count, 0);

	world_say(0, HELLO);
	CU_ASSERT_EQUAL(world_ask(0, &a), 0);
	room_turn(2);
	CU_ASSERT(a.count == 1 && a.err == 0);

	/* nobody answers any more: told once, before `down` */
	world.far[0].deaf = true;
	CU_ASSERT_EQUAL(world_ask(0, &a), 0);
	world_kill(0);
	CU_ASSERT(a.count == 2 && a.err == ECONNRESET);
	CU_ASSERT_EQUAL(world.down, 1);
	CU_ASSERT_EQUAL(world.up_at_down, 0);
	world_close();
}


/** The mixer may be slow as long as it answers pings */
static void a_request_has_a_deadline(void)
{
	struct asked a = {0, 0};

	world_open(1, "/bin/false");
	world_attach(0);
	world_say(0, HELLO);
	world.far[0].deaf = true;
	CU_ASSERT_EQUAL(world_ask(0, &a), 0);
	room_turn(2);
	world.far[0].deaf = false;
	for (unsigned ms = 0; ms < MP_REPLY_DEADLINE_MS + 1000; ms += 500)
		world_pass(500);
	CU_ASSERT(a.count == 1 && a.err == ETIMEDOUT);
	CU_ASSERT_TRUE(mixer_is_up(world_slot(0)));
	world_close();
}


static void who_forgets_is_not_told(void)
{
	struct asked a = {0, 0}, b = {0, 0};

	world_open(1, "/bin/false");
	mixer_forget(world_slot(0), &a);
	mixer_forget(NULL, &a);
	world_attach(0);
	world_say(0, HELLO);
	world.far[0].deaf = true;
	CU_ASSERT_EQUAL(world_ask(0, &a), 0);
	CU_ASSERT_EQUAL(world_ask(0, &b), 0);
	mixer_forget(world_slot(0), &a);
	world_kill(0);
	CU_ASSERT_EQUAL(a.count, 0);
	CU_ASSERT_EQUAL(b.count, 1);
	world_close();
}


/* ------------------------------------------------------------- processes */

/** Turn the loop in real time until so many died. @return true if so */
static bool dies(unsigned deaths)
{
	for (unsigned i = 0; i < TURNS; i++) {
		if (mixer_deaths(world_slot(0)) >= deaths)
			return mixer_deaths(world_slot(0)) == deaths;
		room_turn(5);
	}

	return false;
}


static void who_dies_young_is_started_ever_slower(void)
{
	static const unsigned pauses_ms[] = {100,  200,  400,  800,
					     1600, 3200, 5000, 5000};

	world_open(1, "/bin/false");
	CU_ASSERT_EQUAL(mixers_start(world.mixers), 0);
	CU_ASSERT(mixer_pid(world_slot(0)) > 0);
	CU_ASSERT_TRUE(dies(1));

	for (unsigned i = 0; i < ARRAY_SIZE(pauses_ms); i++) {
		/* reaped, and pausing */
		for (unsigned n = 0; n < TURNS && mixer_pid(world_slot(0));
		     n++)
			room_turn(5);
		world_pass(pauses_ms[i] - 60);
		CU_ASSERT_EQUAL(mixer_pid(world_slot(0)), 0);
		CU_ASSERT_EQUAL(mixer_deaths(world_slot(0)), i + 1);
		world_pass(60);
		CU_ASSERT_TRUE(dies(i + 2));
	}
	/* none of them was ever up */
	CU_ASSERT_EQUAL(world.down, 0);
	world_close();
}


static void a_missing_program_is_an_error_and_tried_again(void)
{
	world_open(2, "/nonexistent/parley-mixer");
	log_level_set(LOG_LEVEL_ERROR);
	(void)fflush(stderr);
	CU_ASSERT_EQUAL(mixers_start(world.mixers), ENOENT);
	CU_ASSERT_EQUAL(mixer_deaths(world_slot(0)), 1);
	CU_ASSERT_EQUAL(mixer_deaths(world_slot(1)), 1);
	world_pass(MIXER_PAUSE_MIN_MS);
	CU_ASSERT_EQUAL(mixer_deaths(world_slot(0)), 2);
	/* those that try are not started twice */
	CU_ASSERT_EQUAL(mixers_start(world.mixers), 0);
	CU_ASSERT_EQUAL(mixer_deaths(world_slot(0)), 2);
	world_close();
}


/** @param says What it says on its link; path is set to the script's */
static void write_script(char *path, const char *says)
{
	static const char head[] = "#!/bin/sh\n";
	FILE *f;
	int fd;

	strcpy(path, "/tmp/parley-test-mixer-XXXXXX");
	fd = mkstemp(path);
	CU_ASSERT_FATAL(fd >= 0);
	(void)fchmod(fd, 0700);
	f = fdopen(fd, "w");
	(void)fprintf(f, "%sprintf '%%s' '%s' >&%d\nexec sleep 60\n", head,
		      says, MP_LINK_FD);
	(void)fclose(f);
}


static bool comes_up(unsigned ups)
{
	for (unsigned i = 0; i < TURNS && world.up < ups; i++)
		room_turn(5);

	return world.up == ups && mixer_is_up(world_slot(0));
}


static void who_lived_long_is_started_at_once(void)
{
	char path[64];
	int pid;

	write_script(path, HELLO);
	world_open(1, path);
	CU_ASSERT_EQUAL(mixers_start(world.mixers), 0);
	CU_ASSERT_TRUE(comes_up(1));
	pid = mixer_pid(world_slot(0));
	CU_ASSERT(pid > 0);

	/* one jump: parleyd was stopped itself, nobody was silent */
	world_pass(MIXER_YOUNG_MS + 1000);
	CU_ASSERT_EQUAL(world.down, 0);
	CU_ASSERT_EQUAL(kill(pid, SIGKILL), 0);
	CU_ASSERT_TRUE(dies(1));
	CU_ASSERT_EQUAL(world.down, 1);
	CU_ASSERT_TRUE(comes_up(2));
	CU_ASSERT(mixer_pid(world_slot(0)) != pid);
	world_close();
	(void)unlink(path);
}


static void who_is_silent_is_killed_and_replaced(void)
{
	char path[64];
	int pid;

	write_script(path, HELLO);
	world_open(1, path);
	/* the error that is logged is what is wanted */
	CU_ASSERT_EQUAL(mixers_start(world.mixers), 0);
	CU_ASSERT_TRUE(comes_up(1));
	pid = mixer_pid(world_slot(0));
	for (unsigned i = 0; i < 5 && !world.down; i++)
		world_pass(MIXER_PING_INTERVAL_MS);
	CU_ASSERT_EQUAL(world.down, 1);
	for (unsigned i = 0; i < TURNS && mixer_pid(world_slot(0)); i++)
		room_turn(5);
	CU_ASSERT_EQUAL(kill(pid, 0), -1);
	world_pass(MIXER_PAUSE_MIN_MS);
	CU_ASSERT_TRUE(comes_up(2));
	world_close();
	(void)unlink(path);
}


/* ---------------------------------------------------------------- memory */

static int attach_one(void *arg)
{
	struct mixers *ms = NULL;
	int fds[2] = {-1, -1};
	int err = mixers_alloc(&ms, arg, &world_handlers);

	CU_ASSERT_EQUAL(!err, ms != NULL);
	if (err)
		return err;

	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	err = mixers_attach(ms, fds[0]);
	if (err) {
		/* not taken, and the slot is still empty */
		failing_pause();
		CU_ASSERT_EQUAL(mixers_attach(ms, fds[0]), 0);
		failing_resume();
	}
	(void)close(fds[1]);
	mem_deref(ms);

	return err;
}


static void memory_that_is_missing_leaves_the_slot_empty(void)
{
	world_open(1, "/bin/false");
	failing_each(attach_one, world.config);
	CU_ASSERT_EQUAL(mixers_alloc(NULL, world.config, &world_handlers),
			EINVAL);
	world_close();
}


static CU_TestInfo tests[] = {
	{"each state knows each event", each_state_knows_each_event},
	{"who answers pings lives", who_answers_pings_lives},
	{"slots are filled in order, and again",
	 slots_are_filled_in_order_and_again},
	{"the least loaded that is up is picked",
	 the_least_loaded_that_is_up_is_picked},
	{"a slot where mixers die young is avoided",
	 a_slot_where_mixers_die_young_is_avoided},
	{"legs are counted until the mixer dies",
	 legs_are_counted_until_the_mixer_dies},
	{"who dies is named", who_dies_is_named},
	{"requests are answered or fail", requests_are_answered_or_fail},
	{"a request has a deadline", a_request_has_a_deadline},
	{"who forgets is not told", who_forgets_is_not_told},
	{"who dies young is started ever slower",
	 who_dies_young_is_started_ever_slower},
	{"a missing program is an error and tried again",
	 a_missing_program_is_an_error_and_tried_again},
	{"who lived long is started at once",
	 who_lived_long_is_started_at_once},
	{"who is silent is killed and replaced",
	 who_is_silent_is_killed_and_replaced},
	{"memory that is missing leaves the slot empty",
	 memory_that_is_missing_leaves_the_slot_empty},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(mixers, tests)
