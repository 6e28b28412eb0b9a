/**
 * @file test_announce.c  What the focus has said, to one and to all
 */
#include "mixer/base/clock.h"
#include "mixer/leg/leg_private.h"
#include "mixer/mix/mix_private.h"
#include "mixer/voice/voices.h"
#include "tests/unit/mixer/world/handset.h"
#include "tests/unit/unit.h"


enum { LOUD = 8000 };


static void words_of(struct announcement_words *words, const struct world *w,
		     enum voice_language language, const char *const *names,
		     uint32_t number)
{
	memset(words, 0, sizeof(*words));
	words->number = number;
	for (size_t i = 0; names[i]; i++) {
		words->prompts[i] =
			voices_find(w->mixer->voices, language, names[i]);
		CU_ASSERT_PTR_NOT_NULL_FATAL(words->prompts[i]);
		words->count++;
	}
}


static unsigned ms_of(const struct announcement_words *words)
{
	size_t bytes = 0;

	for (size_t i = 0; i < words->count; i++)
		bytes += words->prompts[i]->bytes;

	/* 8 a ms, the pauses, and the rest of a tick each */
	return (unsigned)(bytes / 8 +
			  (words->count - 1) * (ANNOUNCEMENT_PAUSE_MS + 20));
}


static void set(struct leg *leg, bool early)
{
	struct leg_settings settings = *leg_settings(leg);

	settings.early = early;
	leg_follow_settings(leg, &settings);
}


/** Of those of `leg` (0: of the mix) that were told by now */
static size_t said(struct world *w, unsigned leg, uint32_t number)
{
	size_t n = 0;

	world_run(w, 20);
	for (size_t i = 0; i < w->event_count; i++) {
		const json_t *e = w->events[i];

		n += !strcmp(json_string_value(json_object_get(e, "event")),
			     "said") &&
		     json_integer_value(json_object_get(e, "leg")) == leg &&
		     json_integer_value(json_object_get(e, "number")) ==
			     number;
	}

	return n;
}


static void several_are_said_one_after_the_other(void)
{
	static const char *const count[] = {"there_are", "5", "people_here",
					    NULL};
	static struct handset h[2];
	uint64_t now_us = clock_us();
	struct announcement_words words;
	struct world w;
	unsigned ms;

	world_open(&w, 30);
	for (unsigned i = 0; i < 2; i++)
		handset_join(&w, &h[i], i + 1, AUDIO_G722, 20);
	words_of(&words, &w, VOICE_GERMAN, count, 7);
	ms = ms_of(&words) / 20 * 20;
	handsets_run(&w, h, 2, 400, &now_us);
	CU_ASSERT_EQUAL(mix_announce(h[0].media->leg, &words), 0);
	handsets_run(&w, h, 2, ms - 300, &now_us);
	CU_ASSERT_TRUE(handset_loudness(&h[0], ms - 300, 0) > -26);
	CU_ASSERT_TRUE(handset_loudness(&h[1], ms - 300, 0) < -60);
	handsets_run(&w, h, 2, 420, &now_us);
	CU_ASSERT_TRUE(handset_loudness(&h[0], 60, 0) < -60);
	CU_ASSERT_EQUAL(h[0].jumps, 0);
	/* what is on its way yet is not said */
	CU_ASSERT_EQUAL(said(&w, 1, 7), 0);
	handsets_run(&w, h, 2, ANNOUNCEMENT_TAIL_MS, &now_us);
	CU_ASSERT_EQUAL(said(&w, 1, 7), 1);
	handset_close(&h[0]);
	handset_close(&h[1]);
	world_close(&w);
}


static void the_next_replaces_what_is_being_said(void)
{
	static const char *const long_one[] = {"help", NULL};
	static const char *const short_one[] = {"muted", NULL};
	static const char *const none[] = {NULL};
	static struct handset h[2];
	uint64_t now_us = clock_us();
	struct announcement_words words, next, nothing;
	struct world w;

	world_open(&w, 30);
	for (unsigned i = 0; i < 2; i++)
		handset_join(&w, &h[i], i + 1, AUDIO_PCMU, 20);
	words_of(&words, &w, VOICE_ENGLISH, long_one, 1);
	words_of(&next, &w, VOICE_ENGLISH, short_one, 2);
	words_of(&nothing, &w, VOICE_ENGLISH, none, 3);
	handsets_run(&w, h, 2, 400, &now_us);
	CU_ASSERT_EQUAL(mix_announce(h[0].media->leg, &words), 0);
	handsets_run(&w, h, 2, 1000, &now_us);
	CU_ASSERT_EQUAL(mix_announce(h[0].media->leg, &next), 0);
	handsets_run(&w, h, 2,
		     ms_of(&next) / 20 * 20 + 100 + ANNOUNCEMENT_TAIL_MS,
		     &now_us);
	CU_ASSERT_TRUE(handset_loudness(&h[0], 40, 0) < -60);

	CU_ASSERT_EQUAL(mix_announce(h[0].media->leg, &words), 0);
	handsets_run(&w, h, 2, 1000, &now_us);
	CU_ASSERT_TRUE(handset_loudness(&h[0], 800, 0) > -26);
	CU_ASSERT_EQUAL(mix_announce(h[0].media->leg, &nothing), 0);
	handsets_run(&w, h, 2, 200, &now_us);
	CU_ASSERT_TRUE(handset_loudness(&h[0], 140, 0) < -60);
	CU_ASSERT_TRUE(handset_step(&h[0], 0, 8000) < 12000);
	CU_ASSERT_EQUAL(said(&w, 1, 1), 0);
	CU_ASSERT_EQUAL(said(&w, 1, 2), 1);
	CU_ASSERT_EQUAL(said(&w, 1, 3), 0);
	handset_close(&h[0]);
	handset_close(&h[1]);
	world_close(&w);
}


/** Early media: the prompt, and of the conference nothing */
static void an_early_leg_hears_what_it_is_told_and_nothing_else(void)
{
	static const char *const names[] = {"is_full", NULL};
	static struct handset h[2];
	uint64_t now_us = clock_us();
	struct announcement_words words;
	struct world w;
	unsigned ms;

	world_open(&w, 30);
	for (unsigned i = 0; i < 2; i++)
		handset_join(&w, &h[i], i + 1, AUDIO_PCMU, 20);
	h[1].amplitude = LOUD;
	words_of(&words, &w, VOICE_ENGLISH, names, 9);
	ms = ms_of(&words) / 20 * 20;
	set(h[0].media->leg, true);
	handsets_run(&w, h, 2, 400, &now_us);
	CU_ASSERT_EQUAL(h[0].packets, 0);
	CU_ASSERT_EQUAL(mix_announce(h[0].media->leg, &words), 0);
	handsets_run(&w, h, 2, ms + ANNOUNCEMENT_TAIL_MS + 400, &now_us);
	CU_ASSERT_TRUE(h[0].packets >= ms / 20);
	CU_ASSERT_TRUE(h[0].packets <= (ms + ANNOUNCEMENT_TAIL_MS) / 20 + 2);
	CU_ASSERT_EQUAL(h[0].markers, 1);
	CU_ASSERT_EQUAL(h[0].jumps, 0);
	CU_ASSERT_TRUE(handset_loudness(&h[0], ms, 0) > -26);
	CU_ASSERT_TRUE(handset_tone(&h[0], 440, 0, h[0].heard_count) < 100);

	/* and then what all hear */
	set(h[0].media->leg, false);
	handsets_run(&w, h, 2, 600, &now_us);
	CU_ASSERT_TRUE(handset_tone(&h[0], 440, h[0].heard_count - 1600,
				    1600) > LOUD / 2);
	CU_ASSERT_EQUAL(said(&w, 1, 9), 1);
	handset_close(&h[0]);
	handset_close(&h[1]);
	world_close(&w);
}


/** A goodbye that nobody can hear must not keep a call for ever */
static void what_reaches_nobody_waits_and_is_given_up(void)
{
	static const char *const names[] = {"goodbye", NULL};
	static struct handset h[2];
	uint64_t now_us = clock_us();
	struct announcement_words words;
	struct world w;

	world_open(&w, 30);
	for (unsigned i = 0; i < 2; i++)
		handset_join(&w, &h[i], i + 1, AUDIO_PCMU, 20);
	words_of(&words, &w, VOICE_ENGLISH, names, 4);
	h[0].media->d.send = false;
	CU_ASSERT_EQUAL(leg_follow_media(h[0].media->leg, MEDIA_AUDIO), 0);
	handsets_run(&w, h, 2, 200, &now_us);
	CU_ASSERT_EQUAL(mix_announce(h[0].media->leg, &words), 0);
	handsets_run(&w, h, 2, 3000, &now_us);
	h[0].media->d.send = true;
	CU_ASSERT_EQUAL(leg_follow_media(h[0].media->leg, MEDIA_AUDIO), 0);
	handsets_run(&w, h, 2, 700, &now_us);
	CU_ASSERT_TRUE(handset_loudness(&h[0], 600, 0) > -26);
	handsets_run(&w, h, 2, 1000, &now_us);
	CU_ASSERT_EQUAL(said(&w, 1, 4), 1);

	h[0].media->d.send = false;
	CU_ASSERT_EQUAL(leg_follow_media(h[0].media->leg, MEDIA_AUDIO), 0);
	words.number = 5;
	CU_ASSERT_EQUAL(mix_announce(h[0].media->leg, &words), 0);
	now_us = clock_us();
	handsets_run(&w, h, 2, ANNOUNCEMENT_PATIENCE_MS - 100, &now_us);
	CU_ASSERT_EQUAL(said(&w, 1, 5), 0);
	handsets_run(&w, h, 2, 400, &now_us);
	CU_ASSERT_EQUAL(said(&w, 1, 5), 1);
	handset_close(&h[0]);
	handset_close(&h[1]);
	world_close(&w);
}


static void all_in_the_mix_hear_what_is_said_to_all(void)
{
	static const char *const names[] = {"recording_on", NULL};
	static const char *const joined[] = {"joined", NULL};
	static struct handset h[4];
	uint64_t now_us = clock_us();
	struct announcement_words words;
	struct world w;
	unsigned ms;

	/* one listens, one talks, one is early, one aside */
	world_open(&w, 30);
	for (unsigned i = 0; i < 4; i++)
		handset_join(&w, &h[i], i + 1, AUDIO_PCMU, 20);
	set(h[2].media->leg, true);
	CU_ASSERT_EQUAL(mix_set_aside(h[3].media->leg, true), 0);
	handsets_run(&w, h, 4, 400, &now_us);
	words_of(&words, &w, VOICE_ENGLISH, names, 1);
	ms = ms_of(&words) / 20 * 20;
	CU_ASSERT_EQUAL(mix_announce_all(mixer_mix(w.mixer, 1), &words), 0);
	handsets_run(&w, h, 4, ms, &now_us);
	for (size_t i = 0; i < 2; i++)
		CU_ASSERT_TRUE(handset_loudness(&h[i], ms, 0) > -26);
	CU_ASSERT_EQUAL(h[2].packets, 0);
	handsets_run(&w, h, 4, ANNOUNCEMENT_TAIL_MS + 100, &now_us);
	CU_ASSERT_TRUE(handset_loudness(&h[0], 200, 0) < -60);

	words_of(&words, &w, VOICE_ENGLISH, joined, 2);
	CU_ASSERT_EQUAL(mix_announce_all(mixer_mix(w.mixer, 1), &words), 0);
	h[1].amplitude = LOUD;
	handsets_run(&w, h, 4, 500, &now_us);
	CU_ASSERT_TRUE(handset_loudness(&h[1], 400, 0) > -40);
	CU_ASSERT_TRUE(handset_loudness(&h[1], 400, 0) < -24);

	/* who is left alone hears it, too */
	h[1].amplitude = 0;
	handsets_run(&w, h, 4, 500, &now_us);
	mix_remove(h[2].media->leg);
	mix_remove(h[1].media->leg);
	handset_close(&h[1]);
	h[1] = h[3];
	words.number = 3;
	CU_ASSERT_EQUAL(mix_announce_all(mixer_mix(w.mixer, 1), &words), 0);
	handsets_run(&w, h, 2, 400, &now_us);
	CU_ASSERT_TRUE(handset_tone(&h[0], 659.26, h[0].heard_count - 8 * 400,
				    8 * 140) > 500);
	CU_ASSERT_EQUAL(h[0].jumps, 0);
	CU_ASSERT_EQUAL(said(&w, 0, 1), 1);
	CU_ASSERT_EQUAL(said(&w, 0, 2), 1);
	for (size_t i = 0; i < 3; i++)
		handset_close(&h[i]);
	world_close(&w);
}


static int ask(struct world *w, const char *text)
{
	json_error_t error;
	json_t *msg = json_loads(text, 0, &error);

	CU_ASSERT_PTR_NOT_NULL_FATAL(msg);
	(void)world_ask(w, msg);

	return w->reply_err;
}


static void what_cannot_be_said_is_refused(void)
{
	static const struct {
		const char *text;
		int err;
	} requests[] = {
		{"{'op':'leg.announce','leg':1,'say':['first']}", 0},
		{"{'op':'leg.announce','leg':1,'say':[]}", 0},
		{"{'op':'leg.announce','leg':1,'say':['1','2'],'number':3,"
		 "'language':'de'}",
		 0},
		{"{'op':'mix.announce','mix':1,'say':['joined']}", 0},
		{"{'op':'leg.announce','leg':1}", EINVAL},
		{"{'op':'leg.announce','leg':1,'say':'first'}", EINVAL},
		{"{'op':'leg.announce','leg':1,'say':['nothing']}", EINVAL},
		{"{'op':'leg.announce','leg':1,'say':[7]}", EINVAL},
		{"{'op':'leg.announce','leg':1,'say':['1','1','1','1','1','1',"
		 "'1','1','1','1','1','1','1','1','1','1','1']}",
		 EINVAL},
		{"{'op':'leg.announce','leg':1,'say':['1'],'language':'xx'}",
		 EINVAL},
		{"{'op':'leg.announce','leg':1,'say':['1'],'number':-1}",
		 EINVAL},
		{"{'op':'leg.announce','leg':9,'say':['first']}", ENOENT},
		{"{'op':'mix.announce','mix':9,'say':['first']}", ENOENT},
		{"{'op':'mix.announce','mix':1,'say':['nothing']}", EINVAL},
	};
	static struct handset h;
	struct world w;

	world_open(&w, 30);
	handset_join(&w, &h, 1, AUDIO_PCMU, 20);
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		char text[256];

		snprintf(text, sizeof(text), "%s", requests[i].text);
		for (char *p = text; *p; p++)
			*p = *p == '\'' ? '"' : *p;
		CU_ASSERT_EQUAL(ask(&w, text), requests[i].err);
	}
	handset_close(&h);
	world_close(&w);
}


static CU_TestInfo tests[] = {
	{"several are said one after the other",
	 several_are_said_one_after_the_other},
	{"the next replaces what is being said",
	 the_next_replaces_what_is_being_said},
	{"an early leg hears what it is told and nothing else",
	 an_early_leg_hears_what_it_is_told_and_nothing_else},
	{"what reaches nobody waits and is given up",
	 what_reaches_nobody_waits_and_is_given_up},
	{"all in the mix hear what is said to all",
	 all_in_the_mix_hear_what_is_said_to_all},
	{"what cannot be said is refused", what_cannot_be_said_is_refused},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(announce, tests)
