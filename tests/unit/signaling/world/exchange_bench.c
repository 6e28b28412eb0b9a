/**
 * @file exchange_bench.c  An exchange on a bench
 */
#include <string.h>
#include "signaling/session/exchange.h"
#include "tests/unit/failing.h"
#include "tests/unit/signaling/world/exchange_bench.h"
#include "tests/unit/signaling/world/offer_world.h"
#include "tests/unit/unit.h"


static const char their_offer[] = SDP_PLAIN "m=audio 5004 RTP/AVP 8\r\n";
static const char their_answer[] =
	SDP_PLAIN "m=audio 5004 RTP/AVP 8\r\nm=video 0 RTP/AVP 104\r\n";

static unsigned holds_h(void *arg)
{
	const struct bench *b = arg;

	return b->holds;
}

/* What is granted begins as a session would begin it */
static enum reason wish_h(enum exchange_wish wish, void *arg)
{
	struct bench *b = arg;
	struct leg_description *leg = NULL;
	enum reason reason = REASON_NONE;
	size_t len = strlen(b->asked);

	if (len < sizeof(b->asked) - 1)
		b->asked[len] = "rosf"[wish];
	if (b->refusal[wish] != REASON_NONE)
		return b->refusal[wish];

	switch (wish) {

	case EXCHANGE_WISH_RESTORE:
		reason = exchange_restore(b->x, &leg);
		break;
	case EXCHANGE_WISH_OFFER:
	case EXCHANGE_WISH_SHAPE:
		reason = exchange_ours_again(b->x, false, &leg);
		break;
	default: exchange_refresh_sent(b->x); break;
	}
	mem_deref(leg);

	return reason;
}

static void wake_h(uint64_t ms, void *arg)
{
	struct bench *b = arg;

	b->wake_ms = ms;
}

static void fail_h(enum reason reason, void *arg)
{
	struct bench *b = arg;

	b->ends++;
	b->end_reason = reason;
}

static const struct exchange_handlers handlers = {holds_h, wish_h, wake_h,
						  fail_h};

bool bench_begin(struct bench *b)
{
	struct offer_config oc = {
		.video_width = 1280, .video_height = 720, .video_fps = 25};

	(void)sa_set_str(&oc.address, "198.51.100.1", 0);

	return !exchange_begin(b->x, &oc);
}

int bench_alloc(struct bench *b)
{
	memset(b, 0, sizeof(*b));

	return exchange_alloc(&b->x, &handlers, b);
}

void bench_open(struct bench *b)
{
	CU_ASSERT_FATAL(!bench_alloc(b));
	CU_ASSERT_FATAL(bench_begin(b));
}

void bench_close(struct bench *b)
{
	b->x = mem_deref(b->x);
}

/* ------------------------------------------------------------------- events
 * Each says whether it was taken. */

bool bench_theirs(struct bench *b)
{
	struct pl sdp = {their_offer, sizeof(their_offer) - 1};
	struct leg_description *leg = NULL;
	enum reason reason = exchange_theirs(b->x, &sdp, &leg);

	mem_deref(leg);

	return reason == REASON_NONE;
}

bool bench_ours_in_shape(struct bench *b, bool webrtc)
{
	struct leg_description *leg = NULL;
	enum reason reason = exchange_ours(b->x, webrtc, &leg);

	mem_deref(leg);

	return reason == REASON_NONE;
}

bool bench_ours(struct bench *b)
{
	return bench_ours_in_shape(b, false);
}

bool bench_print(struct bench *b)
{
	struct leg_description *leg;
	struct leg_local *local;
	struct mbuf *mb = NULL;
	int err;

	failing_pause();
	CU_ASSERT_FATAL(!leg_description_alloc(&leg, 2, 2));
	local = offer_world_mixer(leg);
	failing_resume();
	err = exchange_print(b->x, local, &mb);
	if (!err)
		exchange_sent(b->x, mb);
	mem_deref(mb);
	mem_deref(local);
	mem_deref(leg);

	return !err;
}

bool bench_answered(struct bench *b)
{
	struct pl sdp = {their_answer, sizeof(their_answer) - 1};
	struct leg_description *leg = NULL;
	enum reason reason = exchange_answered(b->x, &sdp, &leg);

	mem_deref(leg);

	return reason == REASON_NONE;
}

bool bench_restore(struct bench *b)
{
	struct leg_description *leg = NULL;
	enum reason reason = exchange_restore(b->x, &leg);

	mem_deref(leg);

	return reason == REASON_NONE;
}

bool bench_applied(struct bench *b)
{
	exchange_applied(b->x);

	return true;
}

bool bench_rollback(struct bench *b)
{
	exchange_rollback(b->x);

	return true;
}

bool bench_attempt_over(struct bench *b)
{
	exchange_attempt_over(b->x);

	return true;
}

bool bench_stop(struct bench *b)
{
	exchange_stop(b->x);

	return true;
}

bool bench_reach(struct bench *b, enum exchange_phase phase)
{
	switch (phase) {

	case EXCHANGE_IDLE: return true;
	case EXCHANGE_THEIRS: return bench_theirs(b);
	case EXCHANGE_PREPARE: return bench_ours(b);
	case EXCHANGE_OFFERED: return bench_ours(b) && bench_print(b);
	default: return bench_ours(b) && bench_print(b) && bench_answered(b);
	}
}

void bench_agree(struct bench *b)
{
	CU_ASSERT_FATAL(bench_theirs(b) && bench_print(b));
}
