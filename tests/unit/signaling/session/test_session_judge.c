/**
 * @file test_session_judge.c  "May it?" that is answered later
 *
 * Played over UDP as test_session.c does, with a judge that thinks for as long
 * as a test says about whoever is called Alice, and says yes to all others at
 * once. In a scene's lines "x" turns to the other caller, Carol.
 */
#include <stdio.h>
#include <string.h>
#include "tests/unit/signaling/world/session_world.h"
#include "tests/unit/unit.h"

enum { THINKS_MS = 2000, SOON_MS = 30 };

/** One question at a time is thought about */
struct thinker {
	struct tmr tmr;
	judge_answer_h *answerh;
	void *arg;
	unsigned ms;
	enum reason verdict;
	unsigned asked, dropped, kinds; /**< kinds: a bit each */
};

static void think_h(void *arg)
{
	struct thinker *t = arg;
	judge_answer_h *answerh = t->answerh;

	t->answerh = NULL;
	answerh(t->verdict, t->arg);
}

static void *ask_h(const struct question *q, judge_answer_h *answerh,
		   void *h_arg, void *arg)
{
	struct thinker *t = arg;

	t->kinds |= 1u << q->kind;
	if (!q->probe &&
	    (!q->asker.aor || !strstr(q->asker.aor, "alice") || t->answerh)) {
		answerh(REASON_NONE, h_arg);
		return NULL;
	}
	t->asked++;
	t->answerh = answerh;
	t->arg = h_arg;
	tmr_start(&t->tmr, t->ms, think_h, t);

	return t;
}

static void drop_h(void *handle, void *arg)
{
	struct thinker *t = arg;

	CU_ASSERT_PTR_EQUAL(handle, t);
	tmr_cancel(&t->tmr);
	t->answerh = NULL;
	t->dropped++;
}

/** A caller's dialog, while the other one speaks */
struct side {
	char callid[64], local[640], to[640];
};

static void swap(char *a, char *b, size_t size)
{
	char copy[1024];

	memcpy(copy, a, size);
	memcpy(a, b, size);
	memcpy(b, copy, size);
}

static void turn(struct world *w, struct side *other)
{
	swap(w->callid, other->callid, sizeof(w->callid));
	swap(w->local, other->local, sizeof(w->local));
	swap(w->to, other->to, sizeof(w->to));
}

static bool play_scene(struct world *w, struct side *other,
		       const char *const lines[])
{
	for (; *lines; lines++) {
		const char *const one[] = {*lines, NULL};

		if (!strcmp(*lines, "x"))
			turn(w, other);
		else if (!world_play(w, one))
			return false;
	}
	return true;
}

/** @param t Its ms and verdict are set, what it was asked is in it after */
static void play_before(struct thinker *t, const char *const lines[])
{
	struct judge judge = {ask_h, drop_h, t, 0};
	struct side carol;
	struct world w;

	CU_ASSERT_FATAL(!world_open(&w));
	tmr_init(&t->tmr);
	focus_set_judge(w.focus, &judge);
	(void)re_snprintf(carol.callid, sizeof(carol.callid), "%llx",
			  rand_u64());
	(void)re_snprintf(carol.local, sizeof(carol.local),
			  "<sip:carol@example.com>;tag=carol");
	(void)re_snprintf(carol.to, sizeof(carol.to), "<sip:%s>", w.uri);
	CU_ASSERT(play_scene(&w, &carol, lines));
	world_close(&w);
	tmr_cancel(&t->tmr);
}

#define SCENE(name, thinks_ms, says, asks, drops, ...)                        \
	static void name(void)                                                \
	{                                                                     \
		static const char *const lines[] = {__VA_ARGS__, NULL};       \
		struct thinker t = {.ms = (thinks_ms), .verdict = (says)};    \
                                                                              \
		play_before(&t, lines);                                       \
		CU_ASSERT_EQUAL(t.asked, asks);                               \
		CU_ASSERT_EQUAL(t.dropped, drops);                            \
	}

/* Alice has her 100 at once, and Carol does not wait for her. */
SCENE(nobody_else_waits, THINKS_MS, REASON_NONE, 1, 0, "> INVITE 1 | offer",
      "< 100", "x", "> INVITE 1 | offer", "< 200", "> ACK 1", "> BYE 2",
      "< 200", "x", "< 200 | m=audio", "> ACK 1", "@ leg.add", "> BYE 2",
      "< 200", "# 0")

SCENE(what_is_said_is_done, SOON_MS, REASON_FORBIDDEN, 1, 0,
      "> INVITE 1 | offer", "< 403", "> ACK 1", "# 0")

SCENE(an_offer_that_is_bad_is_refused_then, SOON_MS, REASON_NONE, 1, 0,
      "> INVITE 1 | application/sdp:hello", "< 400", "> ACK 1", "# 0")

SCENE(cancel_drops_the_question, THINKS_MS, REASON_NONE, 1, 1,
      "> INVITE 1 | offer", "< 100", "> CANCEL 1", "< 200", "< 487", "> ACK 1",
      "# 0", "- 200")

SCENE(shutdown_drops_the_question, THINKS_MS, REASON_NONE, 1, 1,
      "> INVITE 1 | offer", "< 100", "s", "< 503", "> ACK 1", "# 0")

/* Two questions of Alice: she comes in, and has somebody called */
SCENE(refer_waits, SOON_MS, REASON_NONE, 2, 0, "> INVITE 1 | offer", "< 200",
      "> ACK 1",
      "> REFER 2 | - | Refer-To: <sip:bob@127.0.0.1:9>^Refer-Sub: false",
      "< 202", "> BYE 3", "< 200")

/* She has left before it is known whether she may */
SCENE(refer_of_who_has_left, THINKS_MS / 4, REASON_NONE, 2, 0,
      "> INVITE 1 | offer", "< 200", "> ACK 1",
      "> REFER 2 | - | Refer-To: <sip:bob@127.0.0.1:9>^Refer-Sub: false",
      "> BYE 3", "< 200", "< 4")

SCENE(options_waits, SOON_MS, REASON_LOCKED, 1, 0, "> OPTIONS 1", "< 403")

SCENE(options_is_told, SOON_MS, REASON_NONE, 1, 0, "> OPTIONS 1",
      "< 200 | ;isfocus")

static CU_TestInfo tests[] = {
	{"nobody else waits", nobody_else_waits},
	{"what is said is done", what_is_said_is_done},
	{"an offer that is bad is refused then",
	 an_offer_that_is_bad_is_refused_then},
	{"CANCEL drops the question", cancel_drops_the_question},
	{"shutdown drops the question", shutdown_drops_the_question},
	{"REFER waits", refer_waits},
	{"REFER of who has left", refer_of_who_has_left},
	{"OPTIONS waits", options_waits},
	{"OPTIONS is told", options_is_told},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(session_judge, tests)
