/**
 * @file test_mixer.c  Conferences over a real link and real RTP
 *
 * A tone of a phone is at about -15 dBFS. Heard: above -25; not heard: below
 * -45.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "mixer/leg/audio_media.h"
#include "mixer/leg/leg.h"
#include "mixer/leg/media.h"
#include "mixer/net/transport.h"
#include "mixer/mix/mix.h"
#include "tests/unit/mixer/world/world.h"
#include "tests/unit/unit.h"


enum { HEARD_DB = 25, SILENT_DB = 45, WINDOW_MS = 300 };

static const double tones[] = {400, 1000, 1700};


static bool hears(const struct phone *p, double hz)
{
	return phone_tone_dbfs(p, hz, WINDOW_MS) < HEARD_DB;
}


static bool hears_not(const struct phone *p, double hz)
{
	return phone_tone_dbfs(p, hz, WINDOW_MS) > SILENT_DB;
}


static json_t *set(unsigned leg, const char *key, json_t *value)
{
	return json_pack("{s:s,s:i,s:o}", "op", "leg.set", "leg", (int)leg,
			 key, value);
}


static json_int_t mixer_stat(struct world *w, const char *key)
{
	json_t *reply = world_ask(w, json_pack("{s:s}", "op", "stats"));

	return json_integer_value(
		json_object_get(json_object_get(reply, "mixer"), key));
}


static void everybody_hears_all_others_but_not_itself(void)
{
	static struct phone p[3];
	struct world w;

	world_open(&w, 30);
	for (unsigned i = 0; i < 3; i++)
		phone_join(&w, &p[i], i + 1, tones[i]);

	world_run(&w, 1500);
	for (unsigned i = 0; i < 3; i++) {
		for (unsigned k = 0; k < 3; k++) {
			CU_ASSERT_TRUE(i == k ? hears_not(&p[i], tones[k])
					      : hears(&p[i], tones[k]));
		}
		CU_ASSERT_TRUE(p[i].packets > 60);
		CU_ASSERT_TRUE(p[i].jumps <= world_missed(&w));
		CU_ASSERT_EQUAL(world_events(&w, "leg.state", i + 1), 1);
	}
	CU_ASSERT_TRUE(world_events(&w, "talking", 0) >= 3);
	CU_ASSERT_TRUE(world_events(&w, "speaker", 0) >= 1);

	for (unsigned i = 0; i < 3; i++)
		phone_close(&p[i]);
	world_close(&w);
}


static void muted_is_not_heard_and_comes_back(void)
{
	static struct phone a, b;
	struct world w;
	size_t before;

	world_open(&w, 30);
	phone_join(&w, &a, 1, 400);
	phone_join(&w, &b, 2, 1000);
	world_run(&w, 800);
	CU_ASSERT_TRUE(hears(&b, 400));

	world_ask(&w, set(1, "muted", json_true()));
	CU_ASSERT_EQUAL(w.reply_err, 0);
	before = b.heard_count;
	world_run(&w, 120);
	/* within a tick of 20 ms, and the limiter's look-ahead */
	CU_ASSERT_TRUE(b.heard_count > before + 4 * 160);
	CU_ASSERT_TRUE(phone_tone_dbfs(&b, 400, 60) > SILENT_DB);
	CU_ASSERT_TRUE(hears(&a, 1000));

	world_ask(&w, set(1, "muted", json_false()));
	world_run(&w, 700);
	CU_ASSERT_TRUE(hears(&b, 400));

	phone_close(&a);
	phone_close(&b);
	world_close(&w);
}


static void deaf_hears_nothing_and_volume_is_obeyed(void)
{
	static struct phone a, b;
	struct world w;
	double loud;

	world_open(&w, 30);
	phone_join(&w, &a, 1, 400);
	phone_join(&w, &b, 2, 1000);
	world_ask(&w, set(2, "deaf", json_true()));
	world_run(&w, 900);
	CU_ASSERT_TRUE(hears(&a, 1000));
	CU_ASSERT_TRUE(hears_not(&b, 400));
	CU_ASSERT_TRUE(b.packets > 30);

	world_ask(&w, set(2, "deaf", json_false()));
	world_run(&w, 500);
	loud = phone_tone_dbfs(&b, 400, WINDOW_MS);
	world_ask(&w, set(1, "volume_in_db", json_integer(-12)));
	world_run(&w, 500);
	CU_ASSERT_DOUBLE_EQUAL(phone_tone_dbfs(&b, 400, WINDOW_MS) - loud, 12,
			       1);

	phone_close(&a);
	phone_close(&b);
	world_close(&w);
}


static void hold_stops_both_ways(void)
{
	static struct phone a, b;
	struct world w;
	unsigned packets;

	world_open(&w, 30);
	phone_join(&w, &a, 1, 400);
	phone_join(&w, &b, 2, 1000);
	world_run(&w, 600);

	world_ask(&w, phone_description(&b, "leg.modify", false, false));
	CU_ASSERT_EQUAL_FATAL(w.reply_err, 0);
	world_run(&w, 60);
	packets = b.packets;
	world_run(&w, 600);
	CU_ASSERT_EQUAL(b.packets, packets);
	CU_ASSERT_TRUE(hears_not(&a, 1000));

	world_ask(&w, phone_description(&b, "leg.modify", true, true));
	CU_ASSERT_EQUAL_FATAL(w.reply_err, 0);
	world_until(&w, b.packets > packets + 20, 10000);
	CU_ASSERT_TRUE(b.packets > packets + 20);
	CU_ASSERT_TRUE(hears(&a, 1000));
	CU_ASSERT_TRUE(hears(&b, 400));

	phone_close(&a);
	phone_close(&b);
	world_close(&w);
}


static void dtmf_is_reported_once_and_not_mixed(void)
{
	static struct phone a, b;
	const json_t *e;
	struct world w;

	world_open(&w, 30);
	phone_join(&w, &a, 1, 0);
	phone_join(&w, &b, 2, 0);
	for (unsigned i = 1; i <= 8; i++) {
		uint8_t payload[4] = {5, i > 5 ? 0x8a : 0x0a, 0,
				      (uint8_t)(i > 5 ? 240 : i * 40)};

		phone_send(&a, 101, i == 1, 777, payload, sizeof(payload));
	}
	world_run(&w, 100);

	CU_ASSERT_EQUAL(world_events(&w, "dtmf", 1), 1);
	e = world_event(&w, "dtmf", 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(e);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(e, "digit")),
			       "5");
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(e, "duration_ms")),
			30);

	phone_close(&a);
	phone_close(&b);
	world_close(&w);
}


static void silence_for_the_configured_time_is_reported_once(void)
{
	static struct phone a, b;
	const json_t *e;
	struct world w;

	world_open(&w, 1);
	phone_join(&w, &a, 1, 400);
	phone_join(&w, &b, 2, 0);
	world_until(&w, world_events(&w, "leg.state", 2), 3000);
	world_run(&w, 300);
	CU_ASSERT_EQUAL(world_events(&w, "leg.state", 2), 1);
	e = world_event(&w, "leg.state", 2);
	CU_ASSERT_PTR_NOT_NULL_FATAL(e);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(e, "state")),
			       "timeout");
	CU_ASSERT_EQUAL(world_events(&w, "leg.state", 1), 1);

	phone_close(&a);
	phone_close(&b);
	world_close(&w);
}


static void a_long_hold_is_no_time_out(void)
{
	static struct phone a, b;
	struct world w;

	world_open(&w, 1);
	phone_join(&w, &a, 1, 400);
	phone_join(&w, &b, 2, 1000);
	world_run(&w, 300);
	b.hz = 0;
	world_ask(&w, phone_description(&b, "leg.modify", true, false));
	world_run(&w, 1500);
	world_ask(&w, phone_description(&b, "leg.modify", true, true));
	world_run(&w, 300);
	/* connected, and nothing since */
	CU_ASSERT_EQUAL(world_events(&w, "leg.state", 2), 1);

	phone_close(&a);
	phone_close(&b);
	world_close(&w);
}


static void set_early(struct world *w, bool early)
{
	world_ask(w, json_pack("{s:s,s:i,s:b}", "op", "leg.set", "leg", 2,
			       "early", early));
}


static void time_runs_out_only_for_who_was_answered(void)
{
	static struct phone a, b;
	struct world w;

	world_open(&w, 1);
	phone_join(&w, &a, 1, 400);
	phone_join(&w, &b, 2, 0);
	set_early(&w, true);
	world_run(&w, 1500);
	CU_ASSERT_EQUAL(world_events(&w, "leg.state", 2), 0);
	set_early(&w, false);
	world_run(&w, 300);
	CU_ASSERT_EQUAL(world_events(&w, "leg.state", 2), 0);
	world_until(&w, world_events(&w, "leg.state", 2), 3000);
	CU_ASSERT_EQUAL(world_events(&w, "leg.state", 2), 1);

	phone_close(&a);
	phone_close(&b);
	world_close(&w);
}


static void a_flood_of_digits_does_not_reach_the_focus(void)
{
	static struct phone a, b;
	struct world w;

	world_open(&w, 30);
	phone_join(&w, &a, 1, 0);
	phone_join(&w, &b, 2, 0);
	for (unsigned i = 1; i <= 200; i++) {
		uint8_t payload[4] = {5, 0x8a, 0, 80};

		phone_send(&a, 101, true, i * 160, payload, sizeof(payload));
	}
	world_run(&w, 200);
	CU_ASSERT_TRUE(world_events(&w, "dtmf", 1) >= 16);
	CU_ASSERT_TRUE(world_events(&w, "dtmf", 1) <= 64);

	phone_close(&a);
	phone_close(&b);
	world_close(&w);
}


static void a_modify_that_fails_halfway_leaves_nothing_behind(void)
{
	static struct phone a, b;
	struct world w;
	json_t *d;

	world_open(&w, 30);
	phone_join(&w, &a, 1, 400);
	phone_join(&w, &b, 2, 1000);
	world_run(&w, 300);

	/* the first transport becomes another, the second cannot be */
	d = phone_description(&b, "leg.modify", true, true);
	json_object_set_new(d, "transports",
			    json_pack("[{s:s},{s:s,s:s,s:{s:s,s:s}}]", "kind",
				      "webrtc", "kind", "plain", "remote",
				      "127.0.0.1:9", "sdes", "suite",
				      "AES_CM_128_HMAC_SHA1_80", "remote_key",
				      "nonsense"));
	world_ask(&w, d);
	CU_ASSERT_NOT_EQUAL(w.reply_err, 0);
	world_run(&w, 200);

	phone_close(&a);
	phone_close(&b);
	world_close(&w);
}


static void modify_changes_the_codec(void)
{
	static struct phone a, b;
	json_t *d, *media, *codec;
	struct world w;

	world_open(&w, 30);
	phone_join(&w, &a, 1, 400);
	phone_join(&w, &b, 2, 0);
	world_run(&w, 500);
	CU_ASSERT_EQUAL(b.last_pt, 0);

	d = phone_description(&b, "leg.modify", true, true);
	media = json_array_get(json_object_get(d, "media"), 0);
	codec = json_array_get(json_object_get(media, "codecs"), 0);
	json_object_set_new(codec, "name", json_string("PCMA"));
	json_object_set_new(codec, "pt", json_integer(8));
	world_ask(&w, d);
	CU_ASSERT_EQUAL(w.reply_err, 0);
	world_run(&w, 200);
	CU_ASSERT_EQUAL(b.last_pt, 8);
	CU_ASSERT_TRUE(b.jumps <= world_missed(&w));

	phone_close(&a);
	phone_close(&b);
	world_close(&w);
}


static void listeners_share_one_rendition(void)
{
	static struct phone p[4];
	struct world w;

	world_open(&w, 30);
	for (unsigned i = 0; i < 4; i++)
		phone_join(&w, &p[i], i + 1, i ? 0 : 400);
	world_run(&w, 600);

	CU_ASSERT_EQUAL(mixer_stat(&w, "renditions_audio"), 1);
	CU_ASSERT_EQUAL(mixer_stat(&w, "legs"), 4);
	for (unsigned i = 1; i < 4; i++) {
		CU_ASSERT_TRUE(hears(&p[i], 400));
		for (unsigned k = 1; k < i; k++)
			CU_ASSERT_NOT_EQUAL(p[i].last_ssrc, p[k].last_ssrc);
	}

	for (unsigned i = 0; i < 4; i++)
		phone_close(&p[i]);
	world_close(&w);
}


static void nobody_costs_no_tick(void)
{
	static struct phone a;
	struct world w;
	json_int_t ticks;

	world_open(&w, 30);
	world_run(&w, 150);
	CU_ASSERT_EQUAL(mixer_stat(&w, "ticks"), 0);

	phone_join(&w, &a, 1, 400);
	world_until(&w, mixer_stat(&w, "ticks") > 3, 10000);
	CU_ASSERT_TRUE(mixer_stat(&w, "ticks") > 3);

	world_ask(&w, json_pack("{s:s,s:i}", "op", "leg.remove", "leg", 1));
	ticks = mixer_stat(&w, "ticks");
	world_run(&w, 100);
	CU_ASSERT_EQUAL(mixer_stat(&w, "ticks"), ticks);

	phone_close(&a);
	world_close(&w);
}


static void bad_requests_are_answered_with_reasons(void)
{
	static const struct {
		const char *text;
		int err;
	} table[] = {
		{"{'op':'fly'}", ENOSYS},
		{"{'op':7}", ENOSYS},
		{"{'op':'mix.create'}", EINVAL},
		{"{'op':'mix.create','mix':-1}", EINVAL},
		{"{'op':'mix.create','mix':1}", EEXIST},
		{"{'op':'mix.create','mix':2,'width':99999}", EINVAL},
		{"{'op':'mix.create','mix':2,'layout':'x'}", EINVAL},
		{"{'op':'mix.create','mix':2,'width':4096,'height':64}",
		 EINVAL},
		{"{'op':'mix.set','mix':9}", ENOENT},
		{"{'op':'mix.remove','mix':9}", ENOENT},
		{"{'op':'leg.add','mix':9,'leg':1}", ENOENT},
		{"{'op':'leg.add','mix':1,'leg':1}", EINVAL},
		{"{'op':'leg.set','leg':1}", ENOENT},
		{"{'op':'leg.modify','leg':1}", ENOENT},
		{"{'op':'leg.remove','leg':'1'}", EINVAL},
		{"{'op':'leg.keyframe'}", EINVAL},
	};
	struct world w;

	world_open(&w, 30);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		char text[200];
		json_t *msg;

		snprintf(text, sizeof(text), "%s", table[i].text);
		for (char *c = text; *c; c++)
			*c = *c == '\'' ? '"' : *c;

		msg = json_loads(text, 0, NULL);
		CU_ASSERT_PTR_NOT_NULL_FATAL(msg);
		world_ask(&w, msg);
		if (w.reply_err != table[i].err)
			CU_FAIL(table[i].text);
		CU_ASSERT_PTR_NOT_NULL(
			json_string_value(json_object_get(w.reply, "error")));
	}
	world_close(&w);
}


static void what_parleyd_may_be_configured_to_is_taken(void)
{
	const struct mix *mix;
	struct world w;

	world_open(&w, 30);
	world_ask(&w, json_pack("{s:s,s:i,s:i,s:i,s:i,s:i}", "op",
				"mix.create", "mix", 2, "width", 3840,
				"height", 2160, "fps", 60, "kbps", 20000));
	CU_ASSERT_EQUAL_FATAL(w.reply_err, 0);
	mix = mixer_mix(w.mixer, 2);
	CU_ASSERT_EQUAL(mix_canvas(mix)->width, 1920);
	CU_ASSERT_EQUAL(mix_canvas(mix)->height, 1080);
	CU_ASSERT_EQUAL(mix_canvas(mix)->fps, 30);
	CU_ASSERT_EQUAL(mix_canvas(mix)->kbps, 20000);
	world_close(&w);
}


static void removed_mix_takes_its_legs(void)
{
	static struct phone a, b;
	struct world w;

	world_open(&w, 30);
	phone_join(&w, &a, 1, 400);
	phone_join(&w, &b, 2, 1000);
	world_run(&w, 300);
	world_ask(&w, json_pack("{s:s,s:i}", "op", "mix.remove", "mix", 1));
	CU_ASSERT_EQUAL(w.reply_err, 0);
	/* it goes in slices of time, see test_end_mix.c */
	world_until(&w, !mixer_stat(&w, "mixes"), 3000);
	CU_ASSERT_EQUAL(mixer_stat(&w, "legs"), 0);
	CU_ASSERT_EQUAL(mixer_stat(&w, "mixes"), 0);
	CU_ASSERT_EQUAL(mixer_stat(&w, "renditions_audio"), 0);
	phone_close(&a);
	phone_close(&b);
	world_close(&w);
}


static void who_leaves_is_no_speaker_any_more(void)
{
	static struct phone p[3];
	const json_t *e;
	struct world w;

	world_open(&w, 30);
	for (unsigned i = 0; i < 3; i++)
		phone_join(&w, &p[i], i + 1, i ? 0 : 400);
	world_run(&w, 1200);
	e = world_event(&w, "speaker", 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(e);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(e, "leg")), 1);

	world_ask(&w, json_pack("{s:s,s:i}", "op", "leg.remove", "leg", 1));
	world_run(&w, 60);
	e = world_event(&w, "speaker", 0);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(e, "leg")), 0);

	for (unsigned i = 0; i < 3; i++)
		phone_close(&p[i]);
	world_close(&w);
}


static void one_forged_packet_does_not_drive_out_a_source(void)
{
	static const uint8_t noise[160] = {0};
	static struct phone a, b;
	struct world w;

	world_open(&w, 30);
	phone_join(&w, &a, 1, 400);
	phone_join(&w, &b, 2, 0);
	world_run(&w, 900);
	for (unsigned i = 0; i < 20; i++) {
		a.ssrc = 5000 + i;
		phone_send(&a, 0, false, i, noise, sizeof(noise));
		a.seq--;
		a.ssrc = 1001;
		world_run(&w, 20);
	}
	CU_ASSERT_TRUE(hears(&b, 400));
	CU_ASSERT_TRUE(phone_tone_dbfs(&b, 400, WINDOW_MS) < 18);

	/* a sender that really changes is followed */
	a.ssrc = 6000;
	a.hz = 1000;
	world_run(&w, 900);
	CU_ASSERT_TRUE(hears(&b, 1000));

	phone_close(&a);
	phone_close(&b);
	world_close(&w);
}


/** The leg of `p` with a second sound: its own transport, at `other`'s port */
static json_t *two_sounds(const struct phone *p, const struct phone *other)
{
	json_t *msg = phone_description(p, "leg.modify", true, true);
	json_t *more = phone_description(other, "leg.modify", false, true);
	json_t *media = json_array_get(json_object_get(more, "media"), 0);

	json_object_set_new(media, "transport", json_integer(1));
	json_array_append(json_object_get(msg, "media"), media);
	json_array_append(
		json_object_get(msg, "transports"),
		json_array_get(json_object_get(more, "transports"), 0));
	json_decref(more);

	return msg;
}


static void a_second_sound_comes_up_and_is_not_mixed(void)
{
	static struct phone p[3];
	const struct media *second;
	const struct leg *leg;
	struct world w;
	json_t *lt;

	world_open(&w, 30);
	for (unsigned i = 0; i < 3; i++)
		phone_join(&w, &p[i], i + 1, tones[i]);
	world_ask(&w, json_pack("{s:s,s:i}", "op", "leg.remove", "leg", 3));
	world_ask(&w, two_sounds(&p[0], &p[2]));
	CU_ASSERT_EQUAL_FATAL(w.reply_err, 0);
	lt = json_array_get(json_object_get(w.reply, "transports"), 1);
	sa_set_str(&p[2].mixer,
		   json_string_value(json_object_get(lt, "address")),
		   (uint16_t)json_integer_value(json_object_get(lt, "port")));
	p[2].packets = 0;

	world_run(&w, 1000);
	leg = mixer_leg(w.mixer, 1);
	CU_ASSERT_EQUAL_FATAL(leg_media_count(leg), 2);
	second = leg_media(leg, 1);
	CU_ASSERT_EQUAL(transport_state(leg_transport(leg, 1)),
			TRANSPORT_CONNECTED);
	CU_ASSERT_TRUE(transport_received_us(leg_transport(leg, 1)) > 0);
	CU_ASSERT_TRUE(leg_audio(leg) != audio_media_of(second));
	CU_ASSERT_TRUE(media_receives(second) && !leg_mixes(leg, second));

	/* the first is not disturbed, the second is neither heard nor sent */
	CU_ASSERT_TRUE(hears(&p[1], tones[0]));
	CU_ASSERT_TRUE(hears_not(&p[1], tones[2]));
	CU_ASSERT_TRUE(hears(&p[0], tones[1]));
	CU_ASSERT_TRUE(p[0].jumps <= world_missed(&w));
	CU_ASSERT_EQUAL(p[2].packets, 0);

	for (unsigned i = 0; i < 3; i++)
		phone_close(&p[i]);
	world_close(&w);
}


static CU_TestInfo tests[] = {
	{"a second sound comes up and is not mixed",
	 a_second_sound_comes_up_and_is_not_mixed},
	{"everybody hears all others but not itself",
	 everybody_hears_all_others_but_not_itself},
	{"muted is not heard, and comes back",
	 muted_is_not_heard_and_comes_back},
	{"deaf hears nothing, volume is obeyed",
	 deaf_hears_nothing_and_volume_is_obeyed},
	{"hold stops both ways", hold_stops_both_ways},
	{"DTMF is reported once and not mixed",
	 dtmf_is_reported_once_and_not_mixed},
	{"silence for the configured time is reported once",
	 silence_for_the_configured_time_is_reported_once},
	{"a long hold is no time-out", a_long_hold_is_no_time_out},
	{"time runs out only for who was answered (S4)",
	 time_runs_out_only_for_who_was_answered},
	{"a flood of digits does not reach the focus",
	 a_flood_of_digits_does_not_reach_the_focus},
	{"a modify that fails halfway leaves nothing behind",
	 a_modify_that_fails_halfway_leaves_nothing_behind},
	{"modify changes the codec", modify_changes_the_codec},
	{"listeners share one rendition", listeners_share_one_rendition},
	{"nobody costs no tick", nobody_costs_no_tick},
	{"bad requests are answered with reasons",
	 bad_requests_are_answered_with_reasons},
	{"what parleyd may be configured to is taken",
	 what_parleyd_may_be_configured_to_is_taken},
	{"removed mix takes its legs", removed_mix_takes_its_legs},
	{"one forged packet does not drive out a source",
	 one_forged_packet_does_not_drive_out_a_source},
	{"who leaves is no speaker any more",
	 who_leaves_is_no_speaker_any_more},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(mixer, tests)
