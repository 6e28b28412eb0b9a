/**
 * @file test_exchange_reopen.c  An offer that was answered is open again for
 * another fork
 */
#include <errno.h>
#include "signaling/session/exchange.h"
#include "tests/unit/signaling/world/offer_world.h"
#include "tests/unit/unit.h"

static unsigned no_holds_h(void *arg)
{
	(void)arg;

	return 0;
}

static void prepare(struct exchange *x)
{
	struct offer_config oc = {
		.video_width = 1280, .video_height = 720, .video_fps = 25};
	struct leg_description *leg = NULL;

	(void)sa_set_str(&oc.address, "198.51.100.1", 0);
	CU_ASSERT_FATAL(!exchange_begin(x, &oc));
	CU_ASSERT_EQUAL(exchange_ours(x, false, &leg), REASON_NONE);
	mem_deref(leg);
}

static void offer(struct exchange *x)
{
	struct leg_description *leg;
	struct leg_local *local;
	struct mbuf *mb = NULL;

	CU_ASSERT_FATAL(!leg_description_alloc(&leg, 2, 2));
	local = offer_world_mixer(leg);
	CU_ASSERT_EQUAL(exchange_print(x, local, &mb), 0);
	exchange_sent(x, mb);
	mem_deref(mb);
	mem_deref(local);
	mem_deref(leg);
}

static void answer(struct exchange *x)
{
	static const char text[] = SDP_PLAIN "m=audio 5004 RTP/AVP 8\r\n"
					     "m=video 0 RTP/AVP 104\r\n";
	struct pl sdp = {text, sizeof(text) - 1};
	struct leg_description *leg = NULL;

	CU_ASSERT_EQUAL(exchange_answered(x, &sdp, &leg), REASON_NONE);
	mem_deref(leg);
}

/* Only what has been answered can be open again */
static void an_open_offer_is_not_opened_again(void)
{
	static const struct exchange_handlers handlers = {.holdsh =
								  no_holds_h};
	struct exchange *x;

	CU_ASSERT_FATAL(!exchange_alloc(&x, &handlers, NULL));
	prepare(x);
	CU_ASSERT_EQUAL(exchange_reopen(x), EPROTO);
	CU_ASSERT_EQUAL(exchange_phase(x), EXCHANGE_PREPARE);
	offer(x);
	CU_ASSERT_EQUAL(exchange_reopen(x), EPROTO);
	answer(x);
	CU_ASSERT_EQUAL(exchange_phase(x), EXCHANGE_APPLY);
	CU_ASSERT_EQUAL(exchange_reopen(x), 0);
	CU_ASSERT_EQUAL(exchange_phase(x), EXCHANGE_OFFERED);
	mem_deref(x);
}

static CU_TestInfo tests[] = {
	{"an open offer is not opened again",
	 an_open_offer_is_not_opened_again},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(exchange_reopen, tests)
