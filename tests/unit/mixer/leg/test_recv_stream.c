/**
 * @file test_recv_stream.c  Whom an incoming stream follows
 *
 * RFC 3550 section 8 and A.1 as a table of states and packets.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/leg/recv_stream.h"
#include "tests/unit/failing.h"
#include "tests/unit/unit.h"


enum {
	T0 = 10000000, /* us */
	CLOCK_HZ = 8000,
	OLD = 11,
	NOW = 22,
	NEW = 33,
};


static enum recv_verdict arrive(struct recv_stream *s, uint32_t ssrc,
				uint16_t seq, uint64_t now_us)
{
	const struct rtp_packet p = {.ssrc = ssrc, .seq = seq};
	enum recv_verdict verdict = recv_stream_admit(s, &p, CLOCK_HZ, now_us);

	if (verdict != RECV_REFUSED)
		(void)recv_stream_count(s, &p, false, true, CLOCK_HZ, now_us);

	return verdict;
}


/* States that a stream can be in at T0 */
enum state {
	NOBODY,   /* no packet came yet */
	ALIVE,    /* follows NOW, received from a moment ago */
	QUIET,    /* follows NOW, nothing received for long */
	TRIED,    /* ALIVE, and NEW has sent one packet, number 7 */
	SWITCHED, /* followed OLD until a moment ago, NOW since */
	LEFT,     /* NOW has said BYE */
	STATES,
};


static struct recv_stream *in_state(enum state state)
{
	struct recv_stream *s;

	CU_ASSERT_EQUAL_FATAL(recv_stream_alloc(&s), 0);
	switch (state) {

	case ALIVE: arrive(s, NOW, 100, T0 - 20000); break;

	case QUIET: arrive(s, NOW, 100, T0 - 2 * RECV_STREAM_ALIVE_US); break;

	case TRIED:
		arrive(s, NOW, 100, T0 - 20000);
		arrive(s, NEW, 7, T0 - 10000);
		break;

	case SWITCHED:
		arrive(s, OLD, 5, T0 - 2000000);
		arrive(s, NOW, 100, T0 - 20000);
		break;

	case LEFT:
		arrive(s, NOW, 100, T0 - 20000);
		recv_stream_end(s, T0 - 10000);
		break;

	default: break;
	}

	return s;
}


static void an_ssrc_is_followed_by_what_was_before(void)
{
	static const struct {
		uint32_t ssrc;
		uint16_t seq;
	} packets[] = {{NOW, 101}, {NEW, 8}, {NEW, 9}, {OLD, 6}};
	static const enum recv_verdict want[STATES][4] = {
		[NOBODY] = {RECV_NEW, RECV_NEW, RECV_NEW, RECV_NEW},
		[ALIVE] = {RECV_FOLLOWED, RECV_REFUSED, RECV_REFUSED,
			   RECV_REFUSED},
		[QUIET] = {RECV_FOLLOWED, RECV_NEW, RECV_NEW, RECV_NEW},
		/* two in order prove a source */
		[TRIED] = {RECV_FOLLOWED, RECV_NEW, RECV_REFUSED,
			   RECV_REFUSED},
		[SWITCHED] = {RECV_FOLLOWED, RECV_REFUSED, RECV_REFUSED,
			      RECV_REFUSED},
		[LEFT] = {RECV_NEW, RECV_NEW, RECV_NEW, RECV_NEW},
	};

	for (int state = 0; state < STATES; state++) {
		for (size_t i = 0; i < 4; i++) {
			struct recv_stream *s = in_state((enum state)state);

			CU_ASSERT_EQUAL(
				arrive(s, packets[i].ssrc, packets[i].seq, T0),
				want[state][i]);
			if (want[state][i] != RECV_REFUSED)
				CU_ASSERT_TRUE(recv_stream_follows(
					s, packets[i].ssrc));
			mem_deref(s);
		}
	}
}


/* Its last packets may still be under way when another has taken over */
static void a_straggler_does_not_switch_back(void)
{
	struct recv_stream *s = in_state(SWITCHED);
	uint64_t given_up_us = T0 - 20000;

	CU_ASSERT_EQUAL(arrive(s, OLD, 6, T0), RECV_REFUSED);
	CU_ASSERT_EQUAL(arrive(s, OLD, 7, T0), RECV_REFUSED);
	CU_ASSERT_TRUE(recv_stream_follows(s, NOW));

	/* after a while it is a source as any other */
	CU_ASSERT_EQUAL(arrive(s, OLD, 8, given_up_us + RECV_STREAM_OLD_US),
			RECV_NEW);
	mem_deref(s);
}


static void a_new_ssrc_begins_new_statistics(void)
{
	struct recv_stream *s = in_state(QUIET);
	struct rtcp_report r;

	arrive(s, NOW, 103, T0); /* two are missing */
	CU_ASSERT_TRUE(recv_stream_report(s, &r, T0));
	CU_ASSERT_EQUAL(r.ssrc, NOW);
	CU_ASSERT_EQUAL(r.total_lost, 2);

	CU_ASSERT_EQUAL(arrive(s, NEW, 50, T0 + 2 * RECV_STREAM_ALIVE_US),
			RECV_NEW);
	CU_ASSERT_TRUE(recv_stream_report(s, &r, T0));
	CU_ASSERT_EQUAL(r.ssrc, NEW);
	CU_ASSERT_EQUAL(r.total_lost, 0);

	recv_stream_end(s, T0);
	CU_ASSERT_FALSE(recv_stream_known(s));
	CU_ASSERT_FALSE(recv_stream_report(s, &r, T0));
	mem_deref(s);
}


/* RFC 4588: a repeat says nothing of the way's loss and delay */
static void a_repeat_is_no_packet_of_the_statistics(void)
{
	struct recv_stream *s = in_state(ALIVE);
	const struct rtp_packet p = {.ssrc = NOW, .seq = 99};
	uint64_t received = recv_stream_stats(s)->received;

	CU_ASSERT_EQUAL(recv_stream_count(s, &p, true, true, CLOCK_HZ, T0),
			recv_stream_stats(s)->highest - 1);
	CU_ASSERT_EQUAL(recv_stream_stats(s)->received, received);
	mem_deref(s);
}


/* An RTX stream names what it repeats by number only (RFC 4588) */
enum { OLD_RTX = 111, NEW_RTX = 222, LATER = RECV_STREAM_ALIVE_US };
enum event { NONE, RTP, RTX, END };
struct step {
	enum event event;
	uint32_t ssrc;
	uint32_t at_us; /* after T0 */
	bool taken;
};

static const struct {
	const char *name;
	struct step steps[12];
} stories[] = {
	{"before there is a stream there is none", {{RTX, OLD_RTX, 0, false}}},
	{"of who was given up they are refused",
	 {{RTP, OLD, 0, true},
	  {RTX, OLD_RTX, 0, true},
	  {RTX, NEW_RTX, 0, false},
	  {RTP, NEW, 0, false},
	  {RTP, NEW, 0, true},
	  {RTX, OLD_RTX, 0, false},
	  {RTX, NEW_RTX, 0, true},
	  {RTX, OLD_RTX, 0, false}}},
	{"who keeps its own for its next source is heard after a while",
	 {{RTP, OLD, 0, true},
	  {RTX, OLD_RTX, 0, true},
	  {RTP, NEW, 0, false},
	  {RTP, NEW, 0, true},
	  {RTX, OLD_RTX, RECV_STREAM_OLD_US - 1, false},
	  {RTX, OLD_RTX, RECV_STREAM_OLD_US, true}}},
	{"a late one of who had sent none yet is no lock for ever",
	 {{RTP, OLD, 0, true},
	  {RTP, NEW, 0, false},
	  {RTP, NEW, 0, true},
	  {RTX, OLD_RTX, 0, true},
	  {RTX, NEW_RTX, 1, false},
	  {RTX, NEW_RTX, LATER, true}}},
	{"nor is one of a stream that has ended",
	 {{RTP, OLD, 0, true},
	  {RTX, OLD_RTX, 0, true},
	  {END, 0, 0, true},
	  {RTX, OLD_RTX, 0, false},
	  {RTP, NEW, 0, true},
	  {RTX, NEW_RTX, 0, true}}},
	{"late ones of a stream that has ended are not the next one's",
	 {{RTP, OLD, 0, true},
	  {RTX, OLD_RTX, 0, true},
	  {END, 0, 0, true},
	  {RTP, NEW, 1, true},
	  {RTX, OLD_RTX, 2, false},
	  {RTX, NEW_RTX, 3, true},
	  {RTP, OLD, 4, false},
	  {RTP, OLD, 5, false}}},
	{"nor when both BYE and the transport's end say so",
	 {{RTP, OLD, 0, true},
	  {RTX, OLD_RTX, 0, true},
	  {END, 0, 0, true},
	  {END, 0, 1, true},
	  {RTP, NEW, 2, true},
	  {RTX, OLD_RTX, 3, false}}},
	{"nor when a source without any came between",
	 {{RTP, OLD, 0, true},
	  {RTX, OLD_RTX, 0, true},
	  {RTP, NOW, 0, false},
	  {RTP, NOW, 0, true},
	  {RTP, NEW, LATER, true},
	  {RTX, OLD_RTX, LATER, false},
	  {RTX, OLD_RTX, RECV_STREAM_OLD_US, true}}},
	{"who goes on after its end goes on with its own",
	 {{RTP, OLD, 0, true},
	  {RTP, NOW, 0, false},
	  {RTP, NOW, 0, true},
	  {RTX, NEW_RTX, 0, true},
	  {END, 0, 1, true},
	  {RTP, NOW, 2, true},
	  {RTX, NEW_RTX, 3, true}}},
};


static bool play(struct recv_stream *s, const struct step *step, uint16_t seq)
{
	uint64_t now_us = T0 + step->at_us;

	switch (step->event) {

	case RTP: return arrive(s, step->ssrc, seq, now_us) != RECV_REFUSED;

	case RTX: return recv_stream_admit_rtx(s, step->ssrc, now_us);

	default: recv_stream_end(s, now_us); return true;
	}
}


static void repeats_are_judged_by_what_was_before(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(stories); i++) {
		const struct step *step = stories[i].steps;
		struct recv_stream *s = in_state(NOBODY);

		for (uint16_t seq = 1; step->event; step++, seq++) {
			if (play(s, step, seq) == step->taken)
				continue;

			CU_FAIL("not as told");
			printf("\n%s: step %u\n", stories[i].name, seq);
		}
		mem_deref(s);
	}
}


/* Of the sequence before nothing will come any more */
static void what_was_missed_before_a_restart_is_not_asked_for(void)
{
	struct video_engine *engine = NULL;
	struct recv_stream *s = in_state(NOBODY);
	uint16_t seqs[8];
	bool lost = false;

	CU_ASSERT_EQUAL_FATAL(video_engine_alloc(&engine, 1), 0);
	CU_ASSERT_EQUAL_FATAL(recv_stream_set_video(s, engine, NULL, NULL), 0);
	arrive(s, NOW, 2000, T0);
	arrive(s, NOW, 2003, T0);
	CU_ASSERT_EQUAL(recv_stream_missing(s, T0 + 20000, 0, seqs, 8, &lost),
			2);
	for (unsigned i = 0; i < 30; i++)
		arrive(s, NOW, (uint16_t)(700 + i), T0 + i * 10000);
	CU_ASSERT_EQUAL(recv_stream_missing(s, T0 + 310000, 0, seqs, 8, &lost),
			0);
	mem_deref(s);
	mem_deref(engine);
}


static int hear(struct recv_stream *s, uint8_t pt, uint16_t seq)
{
	static const uint8_t sound[160] = {1};

	CU_ASSERT_EQUAL(arrive(s, NOW, seq, T0),
			seq ? RECV_FOLLOWED : RECV_NEW);

	return audio_source_put(recv_stream_audio(s), pt, seq, seq * 160u,
				!seq, sound, sizeof(sound), -1, T0);
}


/* What it could hear it hears on, whatever there is no memory for */
static int hear_one_codec_and_another(void *arg)
{
	struct audio_source_config config = {
		.formats = {{0, audio_codec_plain(AUDIO_PCMU)},
			    {9, audio_codec_plain(AUDIO_G722)}},
		.format_count = 1,
		.cn_pt = -1,
	};
	struct recv_stream *s = NULL;
	int err;

	(void)arg;
	err = recv_stream_alloc(&s);
	CU_ASSERT_EQUAL(!err, s != NULL);
	if (err)
		return err;

	err = recv_stream_set_audio(s, &config);
	CU_ASSERT_EQUAL(!err, recv_stream_audio(s) != NULL);
	if (!err) {
		config.format_count = 2;
		err = recv_stream_set_audio(s, &config);
		CU_ASSERT_EQUAL(hear(s, 0, 0), 0);
		CU_ASSERT_EQUAL(hear(s, 9, 1), err ? ENOENT : 0);
	}
	else {
		CU_ASSERT_EQUAL(arrive(s, NOW, 0, T0), RECV_NEW);
	}

	recv_stream_reset(s);
	mem_deref(s);

	return err;
}


/* With no source of pictures it follows and counts all the same */
static int see(void *arg)
{
	struct recv_stream *s = NULL;
	struct rtcp_report r;
	int err;

	err = recv_stream_alloc(&s);
	CU_ASSERT_EQUAL(!err, s != NULL);
	if (err)
		return err;

	err = recv_stream_set_video(s, arg, NULL, NULL);
	CU_ASSERT_EQUAL(!err, recv_stream_video(s) != NULL);
	CU_ASSERT_EQUAL(arrive(s, NOW, 100, T0), RECV_NEW);
	CU_ASSERT_EQUAL(arrive(s, NOW, 102, T0), RECV_FOLLOWED);
	CU_ASSERT_TRUE(recv_stream_report(s, &r, T0));
	CU_ASSERT_EQUAL(r.total_lost, 1);
	recv_stream_reset(s);
	mem_deref(s);

	return err;
}


static void without_memory_a_stream_hears_and_sees_what_it_did(void)
{
	struct video_engine *engine = NULL;

	failing_each(hear_one_codec_and_another, NULL);
	CU_ASSERT_EQUAL_FATAL(video_engine_alloc(&engine, 1), 0);
	failing_each(see, engine);
	mem_deref(engine);
}


static CU_TestInfo tests[] = {
	{"an SSRC is followed by what was before",
	 an_ssrc_is_followed_by_what_was_before},
	{"a straggler does not switch back", a_straggler_does_not_switch_back},
	{"a new SSRC begins new statistics", a_new_ssrc_begins_new_statistics},
	{"repeats are judged by what was before",
	 repeats_are_judged_by_what_was_before},
	{"what was missed before a restart is not asked for",
	 what_was_missed_before_a_restart_is_not_asked_for},
	{"a repeat is no packet of the statistics",
	 a_repeat_is_no_packet_of_the_statistics},
	{"without memory a stream hears and sees what it did",
	 without_memory_a_stream_hears_and_sees_what_it_did},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(recv_stream, tests)
