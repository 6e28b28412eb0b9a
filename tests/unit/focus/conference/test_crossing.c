/**
 * @file test_crossing.c  Legs of two conferences that are each other's far
 * ends
 *
 * Each leg has a port of its own and names another leg's, or its own.
 */
#include <stdio.h>
#include <string.h>
#include "focus/conference/conference_private.h"
#include "focus/conference/user.h"
#include "focus/config/config.h"
#include "tests/unit/focus/world/fake_mixer.h"
#include "tests/unit/unit.h"


enum { LEGS_MAX = 6, PORT = 20000, NONE = -1 };

struct row {
	const char *name;
	const char *conferences; /**< of each leg, a letter */
	int far[LEGS_MAX];       /**< which one's port it names */
	const char *crosses;     /**< of each '1' or '0' */
	bool alone;              /**< nobody else is in conference "a" */
	int rtcp; /**< who names another port than it should, for RTCP; -1 */
};

static const struct row rows[] = {
	{"two that name each other", "ab", {1, 0}, "11", false, NONE},
	{"one that is not named", "ab", {1, NONE}, "00", false, NONE},
	{"its own port", "ab", {0, NONE}, "00", false, NONE},
	{"two of one conference", "aa", {1, 0}, "00", false, NONE},
	{"three in a ring", "abc", {1, 2, 0}, "000", false, NONE},
	{"two links of the same two",
	 "abab",
	 {1, 0, 3, 2},
	 "1100",
	 false,
	 NONE},
	{"a chain", "abbc", {1, 0, 3, 2}, "1111", false, NONE},
	{"a circle of three",
	 "abbcca",
	 {1, 0, 3, 2, 5, 4},
	 "111100",
	 false,
	 NONE},
	{"nobody else is there", "ab", {1, 0}, "00", true, NONE},
	{"nobody else in a chain", "abbc", {1, 0, 3, 2}, "0000", true, NONE},
	{"RTCP goes elsewhere", "ab", {1, 0}, "00", false, 1},
};

struct bridge {
	struct focus_room room;
	struct party legs[LEGS_MAX], other;
	size_t count;
};


static struct sa address(int leg)
{
	struct sa sa;

	(void)sa_set_str(&sa, "192.0.2.1", (uint16_t)(PORT + 2 * leg));

	return sa;
}


/** @param rtcp_off How far from where it belongs RTCP goes */
static void describe(struct bridge *b, size_t i, int far, unsigned rtcp_off)
{
	struct leg_description *d = room_leg();
	struct crossing *x = NULL;
	struct leg_local *local;

	CU_ASSERT_EQUAL_FATAL(leg_local_alloc(&local, 1, 1), 0);
	local->transports[0].rtp = address((int)i);
	local->transports[0].rtcp_port = (uint16_t)(PORT + 2 * i + 1);
	d->transports[0].kind = MP_PLAIN;
	if (far != NONE) {
		d->transports[0].rtp = d->transports[0].rtcp = address(far);
		sa_set_port(&d->transports[0].rtcp,
			    (uint16_t)(PORT + 2 * far + 1 + (int)rtcp_off));
	}
	CU_ASSERT_EQUAL(crossing_read(&x, b->room.focus, d), 0);
	CU_ASSERT_EQUAL(x != NULL, far != NONE);
	crossing_take(b->legs[i].ep, x, local);
	mem_deref(local);
	mem_deref(d);
}


static void bridge_open(struct bridge *b, const struct row *row)
{
	const char *before = room_conferences;
	char aor[32], name[8];

	memset(b, 0, sizeof(*b));
	room_conferences = "max_conferences=3";
	room_open(&b->room);
	room_conferences = before;
	(void)sa_set_str(&b->room.config->media_address[0], "192.0.2.1", 0);
	b->room.config->media_address_count = 1;
	b->count = strlen(row->conferences);
	for (size_t i = 0; i < b->count; i++) {
		(void)snprintf(aor, sizeof(aor), "sip:%zu@x", i);
		(void)snprintf(name, sizeof(name), "c%c", row->conferences[i]);
		CU_ASSERT_EQUAL(
			room_join(&b->room, &b->legs[i], name, aor, "leg"), 0);
	}
	if (!row->alone)
		CU_ASSERT_EQUAL(
			room_join(&b->room, &b->other, "ca", "sip:o@x", "O"),
			0);
	for (size_t i = 0; i < b->count; i++)
		describe(b, i, row->far[i], row->rtcp == (int)i ? 2 : 0);
}


static void crosses(const struct bridge *b, const char *name, const char *want)
{
	char is[LEGS_MAX + 1] = "";

	for (size_t i = 0; i < b->count; i++)
		is[i] = b->legs[i].ep->crosses ? '1' : '0';
	if (strcmp(is, want) != 0) {
		printf("\n%s: %s, not %s\n", name, is, want);
		CU_FAIL("others cross");
	}
}


static void who_crosses_closes_no_circle(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bridge b;

		bridge_open(&b, &rows[i]);
		crosses(&b, rows[i].name, rows[i].crosses);
		room_close(&b.room);
	}
}


/** The mixer is told, of both, and when it is over */
static void the_mixer_hears_of_it(void)
{
	struct bridge b;

	bridge_open(&b, &rows[0]);
	room_turn(5);
	CU_ASSERT_TRUE(json_is_true(json_object_get(
		mixer_last(&b.room.mixer, "leg.set"), "crosses")));
	/* on hold */
	describe(&b, 0, NONE, 0);
	crosses(&b, "on hold", "00");
	room_turn(5);
	CU_ASSERT_TRUE(json_is_false(json_object_get(
		mixer_last(&b.room.mixer, "leg.set"), "crosses")));
	describe(&b, 0, 1, 0);
	crosses(&b, "and back", "11");
	room_close(&b.room);
}


static void the_first_one_stays_when_it_is_described_anew(void)
{
	struct bridge b;

	bridge_open(&b, &rows[5]);
	describe(&b, 0, 1, 0);
	describe(&b, 1, 0, 0);
	crosses(&b, "described anew", "1100");
	/* and the other one takes its place */
	focus_leave(b.legs[0].ep, REASON_LEFT);
	b.legs[0] = b.legs[1];
	crosses(&b, "left", "0011");
	room_close(&b.room);
}


static void two_ends_alone_are_parted(void)
{
	struct bridge b;

	bridge_open(&b, &rows[0]);
	focus_leave(b.other.ep, REASON_LEFT);
	crosses(&b, "alone", "00");
	CU_ASSERT_EQUAL(room_join(&b.room, &b.other, "cb", "sip:p@x", "P"), 0);
	crosses(&b, "and not", "11");
	room_close(&b.room);
}


/** ...with its leg, to a conference where nobody is yet */
static void one_that_moves_crosses_from_there(void)
{
	struct party third;
	struct bridge b;

	bridge_open(&b, &rows[0]);
	CU_ASSERT_EQUAL(room_move(&b.room, &b.legs[0], "cc", "sip:0@x", "leg"),
			0);
	room_turn(5);
	crosses(&b, "two ends alone", "00");
	CU_ASSERT_EQUAL(room_join(&b.room, &third, "cc", "sip:t@x", "T"), 0);
	crosses(&b, "moved", "11");
	describe(&b, 0, 1, 0);
	crosses(&b, "described anew there", "11");
	focus_leave(b.legs[0].ep, REASON_LEFT);
	CU_ASSERT_FALSE(b.legs[1].ep->crosses);
	room_close(&b.room);
}


static CU_TestInfo tests[] = {
	{"who crosses closes no circle", who_crosses_closes_no_circle},
	{"the mixer hears of it", the_mixer_hears_of_it},
	{"the first one stays when it is described anew",
	 the_first_one_stays_when_it_is_described_anew},
	{"two ends alone are parted", two_ends_alone_are_parted},
	{"one that moves crosses from there",
	 one_that_moves_crosses_from_there},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(crossing, tests)
