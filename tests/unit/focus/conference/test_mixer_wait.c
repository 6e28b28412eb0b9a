/**
 * @file test_mixer_wait.c  Who comes while a mixer is replaced
 */
#include <string.h>
#include "focus/conference/mixer_wait.h"
#include "tests/unit/focus/world/fake_mixer.h"
#include "tests/unit/unit.h"


struct waiter {
	struct mixer_wait *wait;
	unsigned answers, place; /**< the how manieth was answered */
	enum reason reason;
};

static unsigned answered;


static void answer_h(enum reason reason, void *arg)
{
	struct waiter *w = arg;

	w->answers++;
	w->reason = reason;
	w->place = ++answered;
}


static void await(struct focus_room *r, struct waiter *w, const char *name,
		  bool lost)
{
	memset(w, 0, sizeof(*w));
	focus_await_mixer(&w->wait, r->focus, name, lost, answer_h, w);
}


static void turn_until(const unsigned *count, unsigned n)
{
	for (int i = 0; *count < n && i < 400; i++)
		room_turn(5);
}


static void nobody_waits_for_what_is_there(void)
{
	struct focus_room r;
	struct waiter w;

	room_open(&r);
	await(&r, &w, "demo", false);
	CU_ASSERT_EQUAL(w.answers, 1);
	CU_ASSERT_EQUAL(w.reason, REASON_NONE);
	await(&r, &w, "no such/name", false);
	CU_ASSERT_EQUAL(w.answers, 1);
	CU_ASSERT_EQUAL(w.reason, REASON_NOT_FOUND);
	room_close(&r);
}


static void they_go_in_in_their_order(void)
{
	enum { N = 3 * MIXER_WAIT_BATCH };
	struct focus_room r;
	struct waiter w[N];

	room_open(&r);
	answered = 0;
	room_mixer_kill(&r);
	for (unsigned i = 0; i < N; i++)
		await(&r, &w[i], "demo", false);
	CU_ASSERT_EQUAL(answered, 0);
	room_mixer_start(&r);
	turn_until(&answered, N);
	CU_ASSERT_EQUAL_FATAL(answered, N);
	for (unsigned i = 0; i < N; i++) {
		CU_ASSERT_EQUAL(w[i].reason, REASON_NONE);
		CU_ASSERT_EQUAL(w[i].place, i + 1);
		CU_ASSERT_PTR_NULL(w[i].wait);
	}
	room_close(&r);
}


static void so_many_wait_and_no_more(void)
{
	static struct waiter w[MIXER_WAITS_MAX + 1];
	struct focus_room r;

	room_open(&r);
	room_mixer_kill(&r);
	for (unsigned i = 0; i <= MIXER_WAITS_MAX; i++)
		await(&r, &w[i], "demo", false);
	CU_ASSERT_EQUAL(w[MIXER_WAITS_MAX - 1].answers, 0);
	CU_ASSERT_EQUAL(w[MIXER_WAITS_MAX].answers, 1);
	CU_ASSERT_EQUAL(w[MIXER_WAITS_MAX].reason, REASON_NO_MIXER);
	/* the room of one who gives up is another's */
	w[0].wait = mem_deref(w[0].wait);
	CU_ASSERT_EQUAL(w[0].answers, 0);
	await(&r, &w[0], "demo", false);
	CU_ASSERT_EQUAL(w[0].answers, 0);
	room_close(&r);
	for (unsigned i = 0; i <= MIXER_WAITS_MAX; i++)
		mem_deref(w[i].wait);
}


static void who_gives_up_is_not_answered(void)
{
	struct focus_room r;
	struct waiter gone, stays;

	room_open(&r);
	answered = 0;
	room_mixer_kill(&r);
	await(&r, &gone, "demo", false);
	await(&r, &stays, "demo", false);
	mem_deref(gone.wait);
	room_mixer_start(&r);
	turn_until(&answered, 1);
	CU_ASSERT_EQUAL(gone.answers, 0);
	CU_ASSERT_EQUAL(stays.answers, 1);
	room_close(&r);
}


/** The link of the dead one is closed by the loop's next turn */
static void who_lost_one_is_answered_later(void)
{
	struct focus_room r;
	struct waiter w;

	room_open(&r);
	answered = 0;
	await(&r, &w, "demo", true);
	CU_ASSERT_EQUAL(w.answers, 0);
	turn_until(&answered, 1);
	CU_ASSERT_EQUAL(w.answers, 1);
	CU_ASSERT_EQUAL(w.reason, REASON_NONE);
	room_close(&r);
}


/** The mixer of its conference counts, not any */
static void a_conference_waits_for_its_own(void)
{
	struct focus_room r;
	struct fake_mixer second;
	struct party a, b;
	struct waiter demo, other;

	memset(&second, 0, sizeof(second));
	second.requests = json_array();
	room_open_with(&r, 2);
	answered = 0;
	CU_ASSERT_EQUAL(room_join(&r, &a, "demo", "sip:a@x", "A"), 0);
	room_mixer_attach(&r, &second);
	/* no conference moves to a mixer that has another so soon */
	CU_ASSERT_EQUAL(room_join(&r, &b, "other", "sip:b@x", "B"), 0);
	CU_ASSERT_EQUAL(mixer_count(&second, "mix.create"), 1);
	room_mixer_kill(&r);
	await(&r, &demo, "demo", false);
	await(&r, &other, "other", false);
	CU_ASSERT_EQUAL(demo.answers, 0);
	CU_ASSERT_EQUAL(other.answers, 1);
	room_mixer_start(&r);
	turn_until(&answered, 2);
	CU_ASSERT_EQUAL(demo.reason, REASON_NONE);
	CU_ASSERT_EQUAL(demo.answers, 1);
	mem_deref(second.link);
	room_close(&r);
	json_decref(second.requests);
}


static void done_h(void *arg)
{
	(void)arg;
}


static void shutdown_answers_all(void)
{
	struct focus_room r;
	struct waiter w;

	room_open(&r);
	room_mixer_kill(&r);
	await(&r, &w, "demo", false);
	focus_shutdown(r.focus, done_h, NULL);
	CU_ASSERT_EQUAL(w.answers, 1);
	CU_ASSERT_EQUAL(w.reason, REASON_SHUTDOWN);
	room_turn(5);
	room_close(&r);
}


static void none_comes_in_time(void)
{
	struct focus_room r;
	struct waiter w;

	room_open(&r);
	answered = 0;
	room_mixer_kill(&r);
	await(&r, &w, "demo", false);
	for (int i = 0; !answered && i < 40; i++)
		room_turn(MIXER_WAIT_MAX_MS / 20);
	CU_ASSERT_EQUAL(w.answers, 1);
	CU_ASSERT_EQUAL(w.reason, REASON_NO_MIXER);
	room_close(&r);
}


static CU_TestInfo tests[] = {
	{"nobody waits for what is there", nobody_waits_for_what_is_there},
	{"they go in in their order", they_go_in_in_their_order},
	{"so many wait and no more", so_many_wait_and_no_more},
	{"who gives up is not answered", who_gives_up_is_not_answered},
	{"who lost one is answered later", who_lost_one_is_answered_later},
	{"a conference waits for its own", a_conference_waits_for_its_own},
	{"shutdown answers all", shutdown_answers_all},
	{"none comes in time", none_comes_in_time},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(mixer_wait, tests)
