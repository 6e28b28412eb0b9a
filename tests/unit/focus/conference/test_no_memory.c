/**
 * @file test_no_memory.c  What is kept from the others stays so where memory
 * fails
 *
 * Each of the allocations fails, and each with all that follow it; then there
 * is memory again, and what was to be hidden is.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "focus/conference/user.h"
#include "tests/unit/failing.h"
#include "tests/unit/focus/world/fake_mixer.h"
#include "tests/unit/unit.h"


/** One who made the conference, and one who was called into it */
struct scene {
	struct focus_room r;
	struct party a, b;
};


static void scene_open(struct scene *s)
{
	failing_pause();
	json_array_clear(s->r.events);
	json_array_clear(s->r.mixer.requests);
	s->r.dialled_out = false;
	CU_ASSERT_EQUAL(room_join(&s->r, &s->a, "demo", "sip:a@x", "A"), 0);
	s->r.dialled_out = true;
	CU_ASSERT_EQUAL(room_join(&s->r, &s->b, "demo", "sip:bob@x", "Bob"),
			0);
	room_turn(1);
	failing_resume();
}


static void scene_close(struct scene *s)
{
	json_array_clear(s->r.events);
	focus_leave(s->a.ep, REASON_LEFT);
	if (s->b.ep)
		focus_leave(s->b.ep, REASON_LEFT);
	room_turn(1);
	json_array_clear(s->r.events);
	json_array_clear(s->r.mixer.requests);
	failing_resume();
}


/** Turns until the news are out: a change, or all as it is now */
static const json_t *news(struct scene *s, const char *type)
{
	const json_t *event = NULL;

	for (unsigned i = 0; i < 400 && !event; i++) {
		room_turn(1);
		event = event_last(&s->r, type);
		if (!event)
			event = event_last(&s->r, "snapshot");
	}
	CU_ASSERT_PTR_NOT_NULL_FATAL(event);

	return json_object_get(event, "state");
}


static bool says(const json_t *o, const char *what)
{
	char *text = json_dumps(o, 0);
	const bool found = strcasestr(text, what) != NULL;

	free(text);

	return found;
}


static const char *last_name(const struct fake_mixer *m)
{
	return json_string_value(
		json_object_get(mixer_last(m, "leg.set"), "name"));
}


static int hide(void *arg)
{
	static const struct callee hidden = {"desk/7", "Bob", true};
	struct scene *s = arg;
	const json_t *state;

	scene_open(s);
	focus_answered(s->b.ep, &hidden);

	failing_pause();
	state = news(s, "renamed");
	CU_ASSERT_TRUE(says(state, "anonymous2@anonymous.invalid"));
	CU_ASSERT_FALSE(says(state, "bob"));
	CU_ASSERT_FALSE(says(state, "desk"));
	CU_ASSERT_STRING_EQUAL(last_name(&s->r.mixer), "Anonymous");
	scene_close(s);

	return 0;
}


static void privacy_is_not_lost(void)
{
	struct scene s;

	room_open(&s.r);
	failing_each(hide, &s);
	room_close(&s.r);
}


static int mute(void *arg)
{
	struct endpoint_levels levels = {.muted = true, .video_muted = true};
	struct scene *s = arg;
	const json_t *set;

	scene_open(s);
	endpoint_set_levels(s->b.ep, &levels);

	failing_pause();
	room_turn(1);
	set = mixer_last(&s->r.mixer, "leg.set");
	CU_ASSERT_TRUE(json_is_true(json_object_get(set, "muted")));
	CU_ASSERT_TRUE(json_is_true(json_object_get(set, "video_muted")));
	scene_close(s);

	return 0;
}


static void who_is_muted_is_not_heard(void)
{
	struct scene s;

	room_open(&s.r);
	failing_each(mute, &s);
	room_close(&s.r);
}


static int leave(void *arg)
{
	struct scene *s = arg;
	const json_t *state;

	scene_open(s);
	focus_leave(s->b.ep, REASON_LEFT);
	s->b.ep = NULL;

	failing_pause();
	room_turn(1);
	CU_ASSERT_EQUAL(mixer_count(&s->r.mixer, "leg.remove"), 1);
	for (unsigned i = 0; i < 400 && !event_count(&s->r, "left") &&
			     !event_count(&s->r, "snapshot");
	     i++)
		room_turn(1);
	state = json_object_get(event_last(&s->r, "snapshot"), "state");
	if (state)
		CU_ASSERT_FALSE(says(state, "bob"));
	CU_ASSERT_TRUE(event_count(&s->r, "left") || state);
	scene_close(s);

	return 0;
}


static void who_leaves_is_not_heard(void)
{
	struct scene s;

	room_open(&s.r);
	failing_each(leave, &s);
	room_close(&s.r);
}


static CU_TestInfo tests[] = {
	{"privacy is not lost", privacy_is_not_lost},
	{"who is muted is not heard", who_is_muted_is_not_heard},
	{"who leaves is not heard", who_leaves_is_not_heard},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(no_memory, tests)
