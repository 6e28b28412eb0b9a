/**
 * @file test_jitter.c  Order, position and the delay that is right
 *
 * A sender of 20 ms packets, a network and a player that takes a packet a
 * tick, all on the test's clock.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "mixer/audio/jitter.h"
#include "mixer/base/re.h"
#include "tests/unit/failing.h"
#include "tests/unit/unit.h"

enum {
	HZ = 8000,
	UNITS = 160, /**< of 20 ms */
	PACKET_US = 20000,
	START_US = 7000000,
};

/** Numbers of the first packet */
struct line {
	uint16_t seq;
	uint32_t timestamp;
};

static const struct line plain = {100, 1000};
/** Both wrap around within the first packets */
static const struct line wrapping = {65534, 0xffffff00};

static struct jitter *make(void)
{
	struct jitter *j = NULL;

	CU_ASSERT_EQUAL_FATAL(jitter_alloc(&j, 0, 0), 0);

	return j;
}


/** Packet n of the line arrives; its payload is n */
static enum jitter_result arrive(struct jitter *j, const struct line *line,
				 unsigned n, uint64_t now_us)
{
	uint8_t payload[2] = {(uint8_t)(n >> 8), (uint8_t)n};

	return jitter_put(j, HZ, 0, (uint16_t)(line->seq + n),
			  line->timestamp + n * UNITS, false, UNITS, payload,
			  sizeof(payload), now_us);
}


/** The same at the time when a perfect network would bring it */
static enum jitter_result arrive_late(struct jitter *j, unsigned n,
				      uint64_t late_us)
{
	return arrive(j, &plain, n, START_US + n * PACKET_US + late_us);
}


static unsigned number(const struct jitter_packet *p)
{
	return (unsigned)p->payload[0] << 8 | p->payload[1];
}


/** What is due now is played. @return its number, -1 for none */
static int play(struct jitter *j)
{
	const struct jitter_packet *p = jitter_peek(j);
	int n;

	if (!p || jitter_gap(j, p) > 0) {
		jitter_advance(j, UNITS);
		return -1;
	}

	n = (int)number(p);
	jitter_take(j, p);

	return n;
}


static void whatever_the_order_it_plays_by_sequence(void)
{
	static const struct {
		const struct line *line;
		unsigned order[6];
	} rows[] = {
		{&plain, {0, 1, 2, 3, 4, 5}},
		{&plain, {0, 2, 1, 5, 4, 3}},
		{&plain, {2, 1, 0, 3, 5, 4}},
		{&wrapping, {0, 1, 2, 3, 4, 5}},
		{&wrapping, {3, 0, 5, 1, 4, 2}},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct jitter *j = make();
		int next = -1;

		for (unsigned k = 0; k < 6; k++) {
			enum jitter_result r =
				arrive(j, rows[i].line, rows[i].order[k],
				       START_US + k * 1000);

			/* older than the first one: its time is over */
			CU_ASSERT_EQUAL(r, rows[i].order[k] < rows[i].order[0]
						   ? JITTER_LATE
						   : JITTER_STORED);
		}
		for (unsigned k = rows[i].order[0]; k < 6; k++) {
			next = play(j);
			CU_ASSERT_EQUAL(next, (int)k);
		}
		CU_ASSERT_PTR_NULL(jitter_peek(j));
		mem_deref(j);
	}
}


static void what_comes_twice_or_too_late_is_late(void)
{
	struct jitter *j = make();

	for (unsigned n = 0; n < 5; n++)
		(void)arrive_late(j, n, 0);
	CU_ASSERT_EQUAL(arrive_late(j, 3, 5000), JITTER_LATE);
	CU_ASSERT_EQUAL(play(j), 0);
	CU_ASSERT_EQUAL(play(j), 1);
	CU_ASSERT_EQUAL(arrive_late(j, 1, 30000), JITTER_LATE);

	/* its time was filled with something else */
	for (unsigned n = 2; n < 5; n++)
		CU_ASSERT_EQUAL(play(j), (int)n);
	CU_ASSERT_EQUAL(play(j), -1);
	CU_ASSERT_EQUAL(arrive_late(j, 5, 30000), JITTER_LATE);
	CU_ASSERT_EQUAL(arrive_late(j, 6, 0), JITTER_STORED);
	CU_ASSERT_EQUAL(play(j), 6);
	mem_deref(j);
}


static void a_gap_is_loss_or_a_pause_of_the_sender(void)
{
	static const struct {
		uint16_t seq;
		uint32_t units; /**< after the end of the first */
		int64_t gap;
		bool loss;
	} rows[] = {
		{1, 0, 0, false},
		{2, UNITS, UNITS, true},
		{4, 3 * UNITS, 3 * UNITS, true},
		{1, 50 * UNITS, 50 * UNITS, false},
		{1, UNITS / 2, UNITS / 2, false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct jitter *j = make();
		const struct jitter_packet *p;

		(void)arrive(j, &plain, 0, START_US);
		CU_ASSERT_EQUAL(play(j), 0);
		(void)jitter_put(j, HZ, 0, plain.seq + rows[i].seq,
				 plain.timestamp + UNITS + rows[i].units,
				 false, UNITS, NULL, 0,
				 START_US + PACKET_US + rows[i].units * 125u);
		p = jitter_peek(j);
		CU_ASSERT_PTR_NOT_NULL_FATAL(p);
		CU_ASSERT_EQUAL(jitter_gap(j, p), rows[i].gap);
		CU_ASSERT_EQUAL(jitter_is_loss(j, p), rows[i].loss);
		mem_deref(j);
	}
}


static void a_full_ring_gives_up_the_oldest(void)
{
	const unsigned more = 10;
	struct jitter *j = make();
	unsigned n;

	for (n = 0; n < JITTER_SLOTS + more; n++)
		CU_ASSERT_EQUAL(arrive(j, &plain, n, START_US + n),
				JITTER_STORED);
	CU_ASSERT_EQUAL(number(jitter_peek(j)), more);
	CU_ASSERT_EQUAL(jitter_gap(j, jitter_peek(j)), more * UNITS);
	CU_ASSERT_EQUAL(arrive(j, &plain, more - 1, START_US + n),
			JITTER_LATE);
	mem_deref(j);
}


static void bounds_are_what_was_asked_for_within_reason(void)
{
	static const struct {
		uint32_t min, max;
		int64_t quiet_us, wild_us;
	} rows[] = {
		{0, 0, JITTER_DELAY_MIN_MS * 1000, JITTER_DELAY_MAX_MS * 1000},
		{60, 200, 60000, 200000},
		{0, 5000, 20000, JITTER_DELAY_CEIL_MS * 1000},
		{300, 100, 100000, 100000},
		{2000, 0, 400000, 400000},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct jitter *j = NULL;

		CU_ASSERT_FALSE_FATAL(
			jitter_alloc(&j, rows[i].min, rows[i].max));
		for (unsigned n = 0; n < 500; n++)
			(void)arrive_late(j, n, 0);
		CU_ASSERT_EQUAL(jitter_target_us(j), rows[i].quiet_us);

		/* every fifth more than a second late */
		for (unsigned n = 500; n < 1000; n++)
			(void)arrive_late(j, n, n % 5 ? 0 : 1500000);
		CU_ASSERT_EQUAL(jitter_target_us(j), rows[i].wild_us);
		mem_deref(j);
	}

	CU_ASSERT_EQUAL(jitter_alloc(NULL, 0, 0), EINVAL);
}


static void new_bounds_hold_at_once(void)
{
	struct jitter *j = make();

	for (unsigned n = 0; n < 500; n++)
		(void)arrive_late(j, n, 0);
	CU_ASSERT_EQUAL(jitter_target_us(j), 20000);
	jitter_bounds(j, 120, 0);
	CU_ASSERT_EQUAL(jitter_target_us(j), 120000);
	jitter_bounds(j, 0, 80);
	CU_ASSERT_EQUAL(jitter_target_us(j), 80000);
	mem_deref(j);
}


static void the_target_rises_at_once_and_falls_in_steps(void)
{
	struct jitter *j = make();
	int64_t risen, before;
	unsigned n;

	CU_ASSERT_EQUAL(jitter_target_us(j), 40000);
	for (n = 0; n < 500; n++)
		(void)arrive_late(j, n, 0);
	CU_ASSERT_EQUAL(jitter_target_us(j), 20000);

	/* a tenth comes 100 ms late */
	for (; n < 520; n++)
		(void)arrive_late(j, n, n % 10 ? 0 : 100000);
	risen = jitter_target_us(j);
	CU_ASSERT(risen > 20000);
	for (; n < 700; n++)
		(void)arrive_late(j, n, n % 10 ? 0 : 100000);
	risen = jitter_target_us(j);
	CU_ASSERT(risen >= 118000 && risen <= 124000);

	/* it calms down */
	for (before = risen; n < 1100; n++) {
		int64_t now;

		(void)arrive_late(j, n, 0);
		now = jitter_target_us(j);
		CU_ASSERT(now <= before);
		CU_ASSERT(before - now <= (before - 20000) / 4 + 1);
		before = now;
	}
	CU_ASSERT(before < 22000);
	mem_deref(j);
}


/** One in a hundred may be late: delay is worse than a click */
static void a_single_straggler_costs_little(void)
{
	struct jitter *j = make();
	unsigned n;

	for (n = 0; n < 300; n++)
		(void)arrive_late(j, n, 0);
	(void)arrive_late(j, n++, 300000);
	for (; n < 340; n++)
		(void)arrive_late(j, n, 0);
	CU_ASSERT(jitter_target_us(j) <= 40000);
	mem_deref(j);
}


/** The base follows the sender's clock, so that the delay stays */
static void drift_of_the_clocks_is_followed(void)
{
	static const int ppm[] = {-500, -100, 100, 500};

	for (size_t i = 0; i < ARRAY_SIZE(ppm); i++) {
		struct jitter *j = make();
		uint64_t now = START_US;
		unsigned n;

		/* ten minutes */
		for (n = 0; n < 30000; n++) {
			now = START_US + (uint64_t)n * PACKET_US;
			now = (uint64_t)((int64_t)now +
					 (int64_t)n * PACKET_US * ppm[i] /
						 1000000);
			CU_ASSERT_EQUAL_FATAL(arrive(j, &plain, n, now),
					      JITTER_STORED);
			CU_ASSERT_EQUAL_FATAL(play(j), (int)n);
		}
		/* drift over the memory of 2.5 s is not jitter */
		CU_ASSERT(jitter_target_us(j) <= 24000);
		/* position is the end of what has just come */
		CU_ASSERT(labs((long)jitter_delay_us(j, PACKET_US, now)) <
			  3000);
		mem_deref(j);
	}
}


static void another_time_line_is_begun_anew(void)
{
	static const struct {
		const char *what;
		int seq_step;
		int64_t time_step; /**< units */
		bool marker;
		enum jitter_result result;
	} rows[] = {
		{"next", 1, UNITS, false, JITTER_STORED},
		{"many lost", 900, 900 * UNITS, false, JITTER_STORED},
		{"sequence jumps up", 1100, UNITS, false, JITTER_RESTARTED},
		{"sequence jumps down", -1100, UNITS, false, JITTER_RESTARTED},
		{"time jumps up", 1, 3 * HZ, false, JITTER_RESTARTED},
		{"time jumps down", 1, -3 * HZ, false, JITTER_RESTARTED},
		{"time jumps a little", 1, HZ, false, JITTER_STORED},
		{"a talkspurt jumps a little", 1, HZ, true, JITTER_RESTARTED},
		{"a talkspurt", 1, UNITS, true, JITTER_STORED},
		{"a new sender", 30000, 123456789, true, JITTER_RESTARTED},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const unsigned steps = rows[i].seq_step == 900 ? 900 : 1;
		struct jitter *j = make();
		const struct jitter_packet *p;
		enum jitter_result r;
		unsigned n;

		for (n = 0; n < 50; n++) {
			(void)arrive_late(j, n, 0);
			CU_ASSERT_EQUAL(play(j), (int)n);
		}
		r = jitter_put(j, HZ, 7,
			       (uint16_t)(plain.seq + 49 + rows[i].seq_step),
			       (uint32_t)(plain.timestamp + 49 * UNITS +
					  rows[i].time_step),
			       rows[i].marker, UNITS, NULL, 0,
			       START_US + (49 + steps) * PACKET_US);
		if (r != rows[i].result)
			fprintf(stderr, "%s: %d\n", rows[i].what, r);
		CU_ASSERT_EQUAL(r, rows[i].result);

		/* then it is the only one, and due */
		p = jitter_peek(j);
		CU_ASSERT_PTR_NOT_NULL_FATAL(p);
		CU_ASSERT_EQUAL(p->format, 7);
		if (r == JITTER_RESTARTED)
			CU_ASSERT_EQUAL(jitter_gap(j, p), 0);
		mem_deref(j);
	}
}


static void another_clock_is_another_time_line(void)
{
	struct jitter *j = make();

	(void)arrive(j, &plain, 0, START_US);
	CU_ASSERT_EQUAL(jitter_put(j, 16000, 0, plain.seq + 1,
				   plain.timestamp + UNITS, false, 320, NULL,
				   0, START_US + PACKET_US),
			JITTER_RESTARTED);
	CU_ASSERT_EQUAL(jitter_peek(j)->units, 320);
	mem_deref(j);
}


/** A path that became longer than what was filled: all come too late */
static void if_all_are_late_the_path_is_another(void)
{
	struct jitter *j = make();
	unsigned n, late = 0;

	for (n = 0; n < 50; n++) {
		(void)arrive_late(j, n, 0);
		(void)play(j);
	}
	/* 300 ms of it are filled meanwhile, and one tick a packet after */
	for (unsigned k = 0; k < 15; k++)
		(void)play(j);
	for (; n < 100; n++) {
		if (arrive_late(j, n, 300000) == JITTER_RESTARTED)
			break;
		late++;
		(void)play(j);
	}
	/* 200 ms of them, then it begins anew */
	CU_ASSERT_EQUAL(late, 10);
	CU_ASSERT_EQUAL(play(j), (int)n);
	mem_deref(j);
}


static void aligning_moves_to_the_target_and_never_back(void)
{
	struct jitter *j = make();
	uint64_t now = START_US;

	/* half a second in store, none played */
	for (unsigned n = 0; n < 25; n++) {
		now = START_US + n * PACKET_US;
		(void)arrive(j, &plain, n, now);
	}
	CU_ASSERT(jitter_delay_us(j, 0, now) > jitter_target_us(j));
	CU_ASSERT_TRUE(jitter_align(j, 0, now));
	CU_ASSERT_EQUAL(jitter_delay_us(j, 0, now), jitter_target_us(j));
	CU_ASSERT_FALSE(jitter_align(j, 0, now));

	/* what is decoded and not played is delay too */
	CU_ASSERT_TRUE(jitter_align(j, 10000, now));
	CU_ASSERT_EQUAL(jitter_delay_us(j, 10000, now), jitter_target_us(j));
	CU_ASSERT_FALSE(jitter_align(j, -50000, now));
	/* packets that lie before are gone */
	CU_ASSERT(number(jitter_peek(j)) >= 22);
	mem_deref(j);
}


static void played_packets_are_there_to_warm_up_with(void)
{
	struct jitter *j = make();

	CU_ASSERT_PTR_NULL(jitter_played(j, 1));
	for (unsigned n = 0; n < 6; n++) {
		if (n != 3)
			(void)arrive_late(j, n, 0);
	}
	for (unsigned n = 0; n < 5; n++)
		(void)play(j);
	/* 0 1 2 - 4 were due: the lost one hides what is before it */
	CU_ASSERT_PTR_NOT_NULL_FATAL(jitter_played(j, 1));
	CU_ASSERT_EQUAL(number(jitter_played(j, 1)), 4);
	CU_ASSERT_PTR_NULL(jitter_played(j, 2));
	mem_deref(j);
}


static void a_reset_forgets_all(void)
{
	struct jitter *j = make();

	CU_ASSERT_FALSE(jitter_started(j));
	(void)arrive_late(j, 0, 0);
	CU_ASSERT_TRUE(jitter_started(j));
	jitter_reset(j);
	CU_ASSERT_FALSE(jitter_started(j));
	CU_ASSERT_PTR_NULL(jitter_peek(j));
	CU_ASSERT_EQUAL(jitter_target_us(j), 40000);
	/* it would have been late */
	CU_ASSERT_EQUAL(arrive(j, &wrapping, 0, 1), JITTER_STORED);
	CU_ASSERT_EQUAL(play(j), 0);
	mem_deref(j);
}


static void comfort_noise_takes_no_time(void)
{
	struct jitter *j = make();
	const struct jitter_packet *p;

	(void)arrive(j, &plain, 0, START_US);
	(void)play(j);
	CU_ASSERT_EQUAL(jitter_put(j, HZ, 1, plain.seq + 1,
				   plain.timestamp + UNITS, false, 0,
				   (const uint8_t *)"\x40", 1,
				   START_US + PACKET_US),
			JITTER_STORED);
	/* not over, however far the position is */
	jitter_advance(j, 50 * UNITS);
	p = jitter_peek(j);
	CU_ASSERT_PTR_NOT_NULL_FATAL(p);
	CU_ASSERT_EQUAL(p->units, 0);
	CU_ASSERT_EQUAL(jitter_gap(j, p), -50 * UNITS);
	jitter_take(j, p);
	CU_ASSERT_PTR_NULL(jitter_peek(j));
	CU_ASSERT_PTR_NULL(jitter_played(j, 1));
	mem_deref(j);
}


static void what_is_too_long_is_cut(void)
{
	static const uint8_t long_payload[JITTER_PAYLOAD_MAX + 100];
	struct jitter *j = make();

	CU_ASSERT_EQUAL(jitter_put(j, HZ, 0, 1, 1, false, UNITS, long_payload,
				   sizeof(long_payload), START_US),
			JITTER_STORED);
	CU_ASSERT_EQUAL(jitter_peek(j)->len, JITTER_PAYLOAD_MAX);
	mem_deref(j);
}


static int make_and_put(void *arg)
{
	struct jitter *j = NULL;
	int err = jitter_alloc(&j, 0, 0);

	(void)arg;
	CU_ASSERT_EQUAL(!err, j != NULL);
	if (!err)
		(void)arrive(j, &plain, 0, START_US);
	mem_deref(j);

	return err;
}


static void allocates_once(void)
{
	CU_ASSERT_EQUAL(failing_each(make_and_put, NULL), 1);
}


static CU_TestInfo tests[] = {
	{"whatever the order, it plays by sequence",
	 whatever_the_order_it_plays_by_sequence},
	{"what comes twice or too late is late",
	 what_comes_twice_or_too_late_is_late},
	{"a gap is loss or a pause of the sender",
	 a_gap_is_loss_or_a_pause_of_the_sender},
	{"a full ring gives up the oldest", a_full_ring_gives_up_the_oldest},
	{"bounds are what was asked for, within reason",
	 bounds_are_what_was_asked_for_within_reason},
	{"new bounds hold at once", new_bounds_hold_at_once},
	{"the target rises at once and falls in steps",
	 the_target_rises_at_once_and_falls_in_steps},
	{"a single straggler costs little", a_single_straggler_costs_little},
	{"drift of the clocks is followed", drift_of_the_clocks_is_followed},
	{"another time line is begun anew", another_time_line_is_begun_anew},
	{"another clock is another time line",
	 another_clock_is_another_time_line},
	{"if all are late the path is another",
	 if_all_are_late_the_path_is_another},
	{"aligning moves to the target and never back",
	 aligning_moves_to_the_target_and_never_back},
	{"played packets are there to warm up with",
	 played_packets_are_there_to_warm_up_with},
	{"a reset forgets all", a_reset_forgets_all},
	{"comfort noise takes no time", comfort_noise_takes_no_time},
	{"what is too long is cut", what_is_too_long_is_cut},
	{"allocates once", allocates_once},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(jitter, tests)
