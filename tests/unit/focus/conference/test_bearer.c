/**
 * @file test_bearer.c  What an endpoint asks of what carries its media,
 * played by a kind that is no mixer
 */
#include <errno.h>
#include <string.h>
#include "focus/conference/conference_private.h"
#include "tests/unit/focus/world/fake_mixer.h"
#include "tests/unit/unit.h"


/** What the fakes of one test are asked, in order: "prepare set drop" */
static struct {
	char calls[200];
	struct bearer_state state; /**< the last that was set or prepared */
	char name[32];
	enum reason at_once, later; /**< what prepare and apply answer */
	bool dies;                  /**< with the mixer */
	unsigned alive;
} fakes;

struct fake_bearer {
	struct bearer b;
	struct tmr tmr;
	bearer_h *h;
	void *arg;
};


static void fake_bearer_destructor(void *arg)
{
	struct fake_bearer *fake = arg;

	tmr_cancel(&fake->tmr);
	fakes.alive--;
}


static void note(const char *call)
{
	if (*fakes.calls)
		strcat(fakes.calls, " ");
	strcat(fakes.calls, call);
}


static void keep_state(const struct bearer_state *state)
{
	fakes.state = *state;
	str_ncpy(fakes.name, state->name, sizeof(fakes.name));
}


static void answer_h(void *arg)
{
	struct fake_bearer *fake = arg;

	if (fakes.later)
		fake->b.prepared = false;
	fake->h(fakes.later, NULL, fake->arg);
}


static enum reason carry(struct bearer *b, bearer_h *h, void *arg)
{
	struct fake_bearer *fake = (struct fake_bearer *)b;

	if (fakes.at_once)
		return fakes.at_once;

	b->prepared = true;
	fake->h = h;
	fake->arg = arg;
	tmr_start(&fake->tmr, 1, answer_h, fake);

	return REASON_NONE;
}


static enum reason prepare(struct bearer *b, const struct leg_description *d,
			   const struct bearer_state *state, bearer_h *h,
			   void *arg)
{
	note("prepare");
	CU_ASSERT_EQUAL(d->media_count, 1);
	keep_state(state);

	return carry(b, h, arg);
}


static enum reason apply(struct bearer *b, const struct leg_description *d,
			 bearer_h *h, void *arg)
{
	note("apply");
	CU_ASSERT_EQUAL(d->media_count, 1);

	return carry(b, h, arg);
}


static void set(struct bearer *b, const struct bearer_state *state)
{
	(void)b;
	note("set");
	keep_state(state);
}


static void drop(struct bearer *b)
{
	struct fake_bearer *fake = (struct fake_bearer *)b;

	note("drop");
	tmr_cancel(&fake->tmr);
}


static bool lost(struct bearer *b)
{
	note("lost");
	if (fakes.dies)
		b->prepared = false;

	return fakes.dies;
}


static int fake_alloc(struct bearer **bp, const struct conference *c,
		      uint32_t leg)
{
	static const struct bearer_ops ops = {"fake", prepare, NULL, apply,
					      set,    NULL,    drop, lost};
	struct fake_bearer *fake =
		mem_zalloc(sizeof(*fake), fake_bearer_destructor);

	(void)c;
	(void)leg;
	fake->b.ops = &ops;
	fakes.alive++;
	*bp = &fake->b;

	return 0;
}


static void open_with_fakes(struct focus_room *r)
{
	memset(&fakes, 0, sizeof(fakes));
	room_open(r);
	r->focus->bearer_alloc = fake_alloc;
}


static void close_with_fakes(struct focus_room *r)
{
	room_close(r);
	CU_ASSERT_EQUAL(fakes.alive, 0);
}


static void modified_h(enum reason reason, const struct leg_local *local,
		       void *arg)
{
	(void)local;
	*(enum reason *)arg = reason;
}


static void modify(struct party *p, enum reason *told)
{
	struct leg_description *d;

	CU_ASSERT_EQUAL_FATAL(leg_description_alloc(&d, 1, 1), 0);
	*told = REASON_COUNT;
	CU_ASSERT_EQUAL(focus_leg_modify(p->ep, d, modified_h, told),
			fakes.at_once);
	mem_deref(d);
	room_turn(5);
}


static void is_asked_in_the_order_of_a_call(void)
{
	struct focus_room r;
	struct party p;
	enum reason told;

	open_with_fakes(&r);
	r.dialled_out = true;
	CU_ASSERT_EQUAL(room_join_begin(&r, &p, "demo", "sip:a@x", "Alice"),
			0);
	CU_ASSERT_STRING_EQUAL(fakes.calls, "prepare");
	CU_ASSERT_STRING_EQUAL(fakes.name, "Alice");
	CU_ASSERT_TRUE(fakes.state.early);
	room_turn(5);
	CU_ASSERT_EQUAL(r.replies, 1);

	focus_connected(p.ep);
	CU_ASSERT_FALSE(fakes.state.early);
	modify(&p, &told);
	CU_ASSERT_EQUAL(told, REASON_NONE);
	room_command(&r, "{\"verb\":\"mute\",\"conference\":\"demo\","
			 "\"target\":1}");
	CU_ASSERT_TRUE(fakes.state.levels.muted);
	focus_answered(p.ep, &(struct callee){.display = "Alison"});
	CU_ASSERT_STRING_EQUAL(fakes.name, "Alison");
	focus_leave(p.ep, REASON_LEFT);
	CU_ASSERT_STRING_EQUAL(fakes.calls, "prepare set apply set set drop");
	/* the mixer has a mix, and nobody in it */
	CU_ASSERT_EQUAL(mixer_count(&r.mixer, "leg.add"), 0);
	close_with_fakes(&r);
}


static void a_refusal_undoes_the_join(void)
{
	static const struct {
		enum reason at_once, later;
		const char *calls;
	} rows[] = {
		{REASON_NO_MIXER, REASON_NONE, "prepare drop"},
		{REASON_NONE, REASON_NO_CODEC, "prepare drop"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct focus_room r;
		struct party p;

		open_with_fakes(&r);
		fakes.at_once = rows[i].at_once;
		fakes.later = rows[i].later;
		CU_ASSERT_EQUAL(
			room_join_begin(&r, &p, "demo", "sip:a@x", "Alice"),
			rows[i].at_once);
		room_turn(5);
		CU_ASSERT_EQUAL(r.replies, !rows[i].at_once);
		CU_ASSERT_EQUAL(r.reason, rows[i].later);
		CU_ASSERT_FALSE(focus_exists(r.focus, "demo"));
		CU_ASSERT_STRING_EQUAL(fakes.calls, rows[i].calls);
		close_with_fakes(&r);
	}
}


static void a_refused_change_keeps_the_endpoint(void)
{
	struct focus_room r;
	struct party p;
	enum reason told;

	open_with_fakes(&r);
	CU_ASSERT_EQUAL(room_join(&r, &p, "demo", "sip:a@x", "Alice"), 0);
	fakes.later = REASON_NO_CODEC;
	modify(&p, &told);
	CU_ASSERT_EQUAL(told, REASON_NO_CODEC);
	CU_ASSERT_TRUE(focus_has(r.focus, "demo", "sip:a@x"));
	close_with_fakes(&r);
}


static void what_does_not_die_with_the_mixer_goes_on(void)
{
	for (int dies = 0; dies < 2; dies++) {
		struct focus_room r;
		struct party p;

		open_with_fakes(&r);
		fakes.dies = dies;
		CU_ASSERT_EQUAL(room_join(&r, &p, "demo", "sip:a@x", "Alice"),
				0);
		room_mixer_kill(&r);
		room_mixer_start(&r);
		room_turn(30);
		CU_ASSERT_STRING_EQUAL(fakes.calls, "prepare set lost");
		CU_ASSERT_EQUAL(p.reoffers, (unsigned)dies);
		close_with_fakes(&r);
	}
}


static void after_a_death_it_is_prepared_anew(void)
{
	struct focus_room r;
	struct party p;
	enum reason told;

	open_with_fakes(&r);
	fakes.dies = true;
	CU_ASSERT_EQUAL(room_join(&r, &p, "demo", "sip:a@x", "Alice"), 0);
	room_mixer_kill(&r);
	room_mixer_start(&r);
	modify(&p, &told);
	CU_ASSERT_EQUAL(told, REASON_NONE);
	CU_ASSERT_STRING_EQUAL(fakes.calls, "prepare set lost prepare");
	CU_ASSERT_FALSE(fakes.state.early);
	close_with_fakes(&r);
}


static CU_TestInfo tests[] = {
	{"is asked in the order of a call", is_asked_in_the_order_of_a_call},
	{"a refusal undoes the join", a_refusal_undoes_the_join},
	{"a refused change keeps the endpoint",
	 a_refused_change_keeps_the_endpoint},
	{"what does not die with the mixer goes on",
	 what_does_not_die_with_the_mixer_goes_on},
	{"after a death it is prepared anew",
	 after_a_death_it_is_prepared_anew},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(bearer, tests)
