/**
 * @file test_census.c  Who gives up a place for whom
 */
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include "signaling/http/census.h"
#include "tests/unit/unit.h"


enum { PLACES = 640 /* of a process that may open few */ };

/** Places that are held, in order; 0 once one is given back */
struct crowd {
	struct census *census;
	struct listener_place *places[CENSUS_TOTAL_MAX + CENSUS_SOURCE_MAX];
	size_t count;
	bool used; /**< those that come now are */
	struct rlimit before;
};

static struct crowd crowd;


/** @param most Places of the process; 0: more than a listener's */
static void crowd_open(rlim_t most)
{
	struct rlimit limit;

	memset(&crowd, 0, sizeof(crowd));
	CU_ASSERT_EQUAL_FATAL(census_all(), 0);
	CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_NOFILE, &crowd.before), 0);
	limit = crowd.before;
	limit.rlim_cur = (most ? most : 2 * CENSUS_TOTAL_MAX) + CENSUS_SPARE;
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_NOFILE, &limit), 0);
	CU_ASSERT_EQUAL_FATAL(census_alloc(&crowd.census), 0);
}


static void crowd_close(void)
{
	for (size_t i = 0; i < crowd.count; i++)
		mem_deref(crowd.places[i]);
	mem_deref(crowd.census);
	CU_ASSERT_EQUAL(census_all(), 0);
	CU_ASSERT_EQUAL(setrlimit(RLIMIT_NOFILE, &crowd.before), 0);
}


static bool used_h(void *arg)
{
	(void)arg;

	return true;
}


/** What had to go is given back as its reader does, when it sees it. @param fd
 *  -1: nobody asks which goes */
static int take(const char *host, int fd, bool trusted)
{
	struct listener_place **pp = &crowd.places[crowd.count];
	struct sa peer;
	int err;

	CU_ASSERT_EQUAL_FATAL(sa_set_str(&peer, host, 5060), 0);
	CU_ASSERT_FATAL(crowd.count < ARRAY_SIZE(crowd.places));
	err = census_take(pp, crowd.census, &peer, fd, trusted);
	if (!err && crowd.used)
		census_use(*pp, used_h, NULL);
	crowd.count += !err;

	return err;
}


static void take_many(const char *host, size_t count, bool trusted)
{
	while (count--)
		CU_ASSERT_EQUAL_FATAL(take(host, -1, trusted), 0);
}


/** One of many hosts, each an IPv6 /64 */
static const char *host_of(size_t i)
{
	static char text[64];

	(void)re_snprintf(text, sizeof(text), "2001:db8:0:%zx::1", i);

	return text;
}


/** So many of hosts that have so few each */
static void take_of_many(size_t first, size_t count, size_t each)
{
	for (size_t i = 0; i < count; i++)
		CU_ASSERT_EQUAL_FATAL(
			take(host_of(first + i / each), -1, false), 0);
}


/** How many of so many hosts that have none come in */
static size_t come_in(size_t first, size_t count)
{
	size_t in = 0;

	for (size_t i = 0; i < count; i++) {
		const int err = take(host_of(first + i), -1, false);

		CU_ASSERT(!err || err == EUSERS);
		in += !err;
	}

	return in;
}


static bool is_over(int far)
{
	char byte;

	return recv(far, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
}


static void the_longest_idle_makes_room(void)
{
	enum { FAR = 4 };
	struct listener_place *p[FAR];
	int pairs[FAR][2];

	crowd_open(0);
	for (size_t i = 0; i < FAR; i++) {
		CU_ASSERT_EQUAL_FATAL(
			socketpair(AF_UNIX, SOCK_STREAM, 0, pairs[i]), 0);
		CU_ASSERT_EQUAL_FATAL(take("192.0.2.1", pairs[i][0], false),
				      0);
		p[i] = crowd.places[i];
	}
	take_many("192.0.2.1", CENSUS_SOURCE_MAX - FAR, false);
	CU_ASSERT_EQUAL(take("192.0.2.1", -1, false), EUSERS);

	for (size_t i = 0; i < 3; i++)
		census_idle(p[2 - i], true);
	/* it has become idle twice, and later */
	census_idle(p[2], false);
	census_idle(p[2], true);
	CU_ASSERT_EQUAL(take("192.0.2.1", -1, false), 0);
	CU_ASSERT_TRUE(is_over(pairs[1][1]));
	CU_ASSERT_EQUAL(census_all(), CENSUS_SOURCE_MAX);

	/* a request that nobody has read yet is under way */
	CU_ASSERT_EQUAL(send(pairs[0][1], "G", 1, MSG_NOSIGNAL), 1);
	CU_ASSERT_EQUAL(take("192.0.2.1", -1, false), 0);
	CU_ASSERT_TRUE(is_over(pairs[2][1]));
	CU_ASSERT_EQUAL(take("192.0.2.1", -1, false), EUSERS);
	CU_ASSERT_FALSE(is_over(pairs[0][1]));
	CU_ASSERT_FALSE(is_over(pairs[3][1]));
	/* and what is idle of one host is nobody else's */
	take_many("192.0.2.2", CENSUS_SOURCE_MAX, false);
	CU_ASSERT_EQUAL(take("192.0.2.2", -1, false), EUSERS);

	crowd_close();
	for (size_t i = 0; i < FAR; i++) {
		close(pairs[i][0]);
		close(pairs[i][1]);
	}
}


static void others_take_the_idle_first(void)
{
	int idle[2], newest[2];

	crowd_open(PLACES);
	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_STREAM, 0, idle), 0);
	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_STREAM, 0, newest), 0);
	take_many("192.0.2.1", 100, false);
	CU_ASSERT_EQUAL(take("192.0.2.1", idle[0], false), 0);
	census_idle(crowd.places[100], true);
	take_many("192.0.2.1", CENSUS_SOURCE_MAX - 102, false);
	CU_ASSERT_EQUAL(take("192.0.2.1", newest[0], false), 0);
	take_of_many(0, PLACES - CENSUS_SOURCE_MAX, 10);

	CU_ASSERT_EQUAL(come_in(500, 1), 1);
	CU_ASSERT_TRUE(is_over(idle[1]));
	CU_ASSERT_FALSE(is_over(newest[1]));
	CU_ASSERT_EQUAL(come_in(501, 1), 1);
	CU_ASSERT_TRUE(is_over(newest[1]));
	CU_ASSERT_EQUAL(census_all(), PLACES);

	crowd_close();
	close(idle[0]);
	close(idle[1]);
	close(newest[0]);
	close(newest[1]);
}


/** Who has ever so many hosts does not drive one below what it keeps */
static void many_hosts_leave_one_its_floor(void)
{
	static const struct {
		rlim_t most;
		size_t places, office;
	} rows[] = {
		{0, CENSUS_TOTAL_MAX, 300},
		{PLACES, PLACES, 100},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const size_t floor = rows[i].places / CENSUS_FLOOR_PART;

		crowd_open(rows[i].most);
		crowd.used = true;
		take_many("192.0.2.1", rows[i].office, false);
		crowd.used = false;
		take_of_many(0, rows[i].places - rows[i].office, 10);
		CU_ASSERT_EQUAL(come_in(1000, 100), rows[i].office - floor);
		CU_ASSERT_EQUAL(census_all(), rows[i].places);
		crowd_close();
	}
}


/** A floor is for what is used: sixteen hosts that only hold what they have
 *  shut nobody out */
static void what_nobody_uses_makes_room(void)
{
	static const struct {
		rlim_t most;
		size_t places;
	} rows[] = {{0, CENSUS_TOTAL_MAX}, {PLACES, PLACES}};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const size_t each = rows[i].places / CENSUS_FLOOR_PART;

		crowd_open(rows[i].most);
		take_of_many(0, rows[i].places, each);
		CU_ASSERT_EQUAL(come_in(1000, 50), 50);
		CU_ASSERT_EQUAL(census_all(), rows[i].places);
		crowd_close();
	}
}


/** All of them together */
static void trusted_hosts_leave_others_a_part(void)
{
	static const struct {
		rlim_t most;
		size_t places;
	} rows[] = {{0, CENSUS_TOTAL_MAX}, {PLACES, PLACES}};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const size_t others = rows[i].places / CENSUS_OTHERS_PART;
		const size_t half = (rows[i].places - others) / 2;

		crowd_open(rows[i].most);
		take_many("192.0.2.1", half, true);
		take_many("192.0.2.2", rows[i].places - others - half, true);
		CU_ASSERT_EQUAL(take("192.0.2.1", -1, true), EUSERS);
		CU_ASSERT_EQUAL(take("192.0.2.3", -1, true), EUSERS);
		CU_ASSERT_EQUAL(come_in(0, others), others);

		/* its own that is idle makes room, as anybody's */
		census_idle(crowd.places[0], true);
		CU_ASSERT_EQUAL(take("192.0.2.3", -1, true), EUSERS);
		CU_ASSERT_EQUAL(take("192.0.2.1", -1, true), 0);
		CU_ASSERT_EQUAL(census_all(), rows[i].places);
		crowd_close();
	}
}


static void trusted_hosts_leave_one_its_floor(void)
{
	const size_t floor = PLACES / CENSUS_FLOOR_PART;

	crowd_open(PLACES);
	take_many("192.0.2.9", PLACES / 2, true);
	crowd.used = true;
	take_many("192.0.2.1", floor + 1, false);
	take_of_many(0, PLACES / 2 - floor - 1, 10);
	CU_ASSERT_EQUAL(take("192.0.2.9", -1, true), 0);
	CU_ASSERT_EQUAL(take("192.0.2.9", -1, true), EUSERS);
	crowd_close();
}


static CU_TestInfo tests[] = {
	{"the longest idle makes room", the_longest_idle_makes_room},
	{"others take the idle first", others_take_the_idle_first},
	{"many hosts leave one its floor", many_hosts_leave_one_its_floor},
	{"what nobody uses makes room", what_nobody_uses_makes_room},
	{"trusted hosts leave others a part",
	 trusted_hosts_leave_others_a_part},
	{"trusted hosts leave one its floor",
	 trusted_hosts_leave_one_its_floor},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(census, tests)
