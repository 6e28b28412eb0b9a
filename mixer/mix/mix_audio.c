/**
 * @file mixer/mix/mix_audio.c  20 ms of a conference's sound
 *
 * Rank, decode who is audible, sum once, subtract each one's own, encode each
 * distinct mix once for each configuration, send. A tick does not allocate,
 * but for a leg that becomes audible for the first time.
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/leg/audio_media.h"
#include "mixer/mix/mix_private.h"


enum {
	LEVEL_SILENT = 127,
	/* Sources decoded only to learn their loudness, a tick: in one mix,
	 * and shared by all that are busy */
	PROBES_MIX = 4,
	PROBES_ALL = 64,
};


/* --------------------------------------------------------------- members */

int mix_audio_init(struct mix *mix)
{
	struct mix_sound *s = &mix->sound;
	int err = audio_limiter_alloc(&s->limiter);

	return err ? err
		   : shared_audio_alloc(&s->shared, &s->past,
					&mix->host->totals->audio_renditions);
}


void mix_audio_close(struct mix *mix)
{
	struct mix_sound *s = &mix->sound;

	announcement_end(&s->announcement);
	s->shared = mem_deref(s->shared);
	s->limiter = mem_deref(s->limiter);
	s->ranked = mem_deref(s->ranked);
	s->speakers = mem_deref(s->speakers);
	s->levels = mem_deref(s->levels);
}


int mix_audio_grow(struct mix *mix, size_t capacity)
{
	struct mix_sound *s = &mix->sound;
	void *ranked = mem_zalloc(capacity * sizeof(*s->ranked), NULL);
	void *speakers = mem_zalloc(capacity * sizeof(*s->speakers), NULL);
	void *levels = mem_zalloc(capacity * sizeof(*s->levels), NULL);

	if (!ranked || !speakers || !levels) {
		mem_deref(ranked);
		mem_deref(speakers);
		mem_deref(levels);
		return ENOMEM;
	}

	mem_deref(s->ranked);
	mem_deref(s->speakers);
	mem_deref(s->levels);
	s->ranked = ranked;
	s->speakers = speakers;
	s->levels = levels;

	return 0;
}


/* To the far end; what goes on without a gap begins nothing */
static void send_packet(struct member *member, const struct audio_packet *p,
			uint64_t now_us)
{
	struct audio_media *a = leg_audio(member->leg);
	struct member_sound *s = &member->sound;
	bool first;

	if (!a)
		return;

	first = p->tick - s->sent_tick > audio_media_packet_ticks(a);
	s->sent_tick = p->tick;
	audio_media_send(a, first, p->timestamp, p->payload, p->len, now_us);
}


static void packet_h(const struct audio_packet *p, uint64_t now_us, void *arg)
{
	send_packet(arg, p, now_us);
}


/* Neither the common mix nor one of its own, until a packet begins */
static void hear_nothing(struct member_sound *s)
{
	s->on = false;
	s->on_own = false;
	s->waiting_gain = 0;
	audio_consumer_take(s->consumer, false);
	audio_consumer_take(s->waiting, false);
}


/* The sound that it shares with others, or neither of both */
static void hear_shared(struct member_sound *s, bool common, bool waiting)
{
	s->on_waiting = waiting;
	audio_consumer_take(s->consumer, common);
	audio_consumer_take(s->waiting, waiting);
}


int mix_audio_enter(struct member *member)
{
	struct member_sound *s = &member->sound;
	int err;

	s->level_dbov = LEVEL_SILENT;
	err = audio_consumer_alloc(&s->consumer, member->mix->sound.shared,
				   packet_h, member);
	if (!err)
		err = mix_waiting_enter(member, packet_h);
	if (err)
		return err;

	audio_consumer_take(s->consumer, false);

	return mix_audio_follow(member);
}


void mix_audio_exit(struct member *member)
{
	struct member_sound *s = &member->sound;

	s->consumer = mem_deref(s->consumer);
	s->waiting = mem_deref(s->waiting);
	announcement_end(&s->announcement);
	s->own = mem_deref(s->own);
	s->limiter = mem_deref(s->limiter);
}


/* Whose far end takes other modes only in steps stays where it is: it never
 * takes the common mix */
static bool stays(const struct member_sound *s, const struct audio_media *a)
{
	const struct audio_codec *joined = audio_consumer_codec(s->consumer);

	return joined && audio_codec_equal(joined, &a->codec) &&
	       (audio_media_steps(a) ||
		audio_consumer_cmr(s->consumer) == a->cmr);
}


int mix_audio_follow(struct member *member)
{
	const struct audio_media *a = leg_audio(member->leg);
	struct member_sound *s = &member->sound;
	const struct audio_codec *joined = audio_consumer_codec(s->consumer);
	bool sent_to = a && a->m->d.send;
	int err;

	/* its own may be of another codec where it could join nothing */
	if (!sent_to || !joined || !audio_codec_equal(joined, &a->codec)) {
		audio_consumer_leave(s->consumer);
		audio_consumer_leave(s->waiting);
		hear_nothing(s);
		s->own = mem_deref(s->own);
	}

	if (!sent_to)
		return 0;

	if (s->own)
		audio_rendition_cmr(s->own, a->cmr);
	if (stays(s, a))
		return 0;

	hear_nothing(s);
	err = audio_consumer_join(s->consumer, &a->codec, a->cmr);

	return err ? err : mix_waiting_follow(member);
}


int mix_audio_move(struct member *member, struct mix *to)
{
	return audio_consumer_move(member->sound.consumer, to->sound.shared);
}


void mix_audio_moved(struct member *member, const struct mix *from)
{
	struct audio_media *a = leg_audio(member->leg);
	struct member_sound *s = &member->sound;

	s->enters = true;
	/* the rest of a packet is of neither */
	audio_consumer_take(s->consumer, false);
	/* of another conference it is nobody else's here */
	if (s->on && !s->on_own && !s->on_waiting &&
	    (member->mix->conference || from->id == member->mix->id))
		member->mix->sound.past = from->sound.past;
	if (a)
		audio_media_volume(a);
	(void)mix_waiting_follow(member);
}


void mix_audio_loss(struct member *member, unsigned percent)
{
	if (member->sound.own)
		audio_rendition_loss(member->sound.own, percent);
	audio_consumer_loss(member->sound.consumer, percent);
}


/* ---------------------------------------------------------------- rank */

static void report_talking(struct member *member)
{
	const struct mix *mix = member->mix;
	struct member_sound *s = &member->sound;

	s->was_talking = s->speaker.talking;
	mix_look_changed(member->mix);
	mix->host->events->talking(mix->id, leg_id(member->leg),
				   s->speaker.talking, mix->host->arg);
}


static void set_active(struct mix *mix, struct member *member)
{
	if (mix->sound.active == member)
		return;

	mix->sound.active = member;
	mix_look_changed(mix);
	mix->host->events->speaker(mix->id, member ? leg_id(member->leg) : 0,
				   mix->host->arg);
}


static void fall_silent(struct member *member)
{
	struct member_sound *s = &member->sound;

	memset(&s->speaker, 0, sizeof(s->speaker));
	s->contributes = false;
	if (s->was_talking)
		report_talking(member);
}


void mix_audio_wake(struct mix *mix)
{
	past_sound_clear(&mix->sound.past);
	audio_bus_clear(&mix->sound.bus);
}


void mix_audio_quiet(struct mix *mix)
{
	for (size_t i = 0; i < mix->member_count; i++)
		fall_silent(mix->members[i]);

	set_active(mix, NULL);
}


static size_t probes_allowed(const struct mix *mix)
{
	size_t n = PROBES_ALL / (mix->host->totals->busy + 1);

	return n > PROBES_MIX ? PROBES_MIX : n ? n : 1;
}


/* Terminals without RFC 6464 whose codec hides the loudness are decoded in
 * turns. Nobody hears a probe: who is loud is audible from the next tick on */
static void choose_probes(struct mix *mix, size_t count)
{
	size_t left = probes_allowed(mix);
	size_t first = mix->sound.probe_next;

	for (size_t i = 0; i < count; i++) {
		size_t at = (first + i) % count;
		struct member_sound *s = &mix->sound.ranked[at]->sound;

		s->probed = left && s->untold && !s->speaker.audible;
		if (!s->probed)
			continue;

		left--;
		mix->sound.probe_next = at + 1;
	}
}


/* Those who speak, with their levels. @return how many; *active which of
 * them is the active speaker, -1 none */
static size_t collect_levels(struct mix *mix, uint64_t now_us, int *active)
{
	struct mix_sound *ms = &mix->sound;
	size_t n = 0;

	*active = -1;
	for (size_t i = 0; i < mix->member_count; i++) {
		struct member *member = mix->members[i];
		struct audio_media *a = leg_audio(member->leg);
		struct member_sound *s = &member->sound;
		bool muted = leg_settings(member->leg)->muted;

		if (!a || !audio_media_speaks(a)) {
			fall_silent(member);
			continue;
		}

		s->level_dbov =
			(uint8_t)audio_media_level(a, &s->untold, now_us);
		s->untold = s->untold && !muted;
		if (member == ms->active)
			*active = (int)n;

		ms->ranked[n] = member;
		ms->speakers[n] = &s->speaker;
		ms->levels[n++] = muted ? LEVEL_SILENT : s->level_dbov;
	}

	return n;
}


static void rank(struct mix *mix, uint64_t now_us)
{
	struct mix_sound *ms = &mix->sound;
	int active;
	size_t n = collect_levels(mix, now_us, &active);

	active = speaker_rank(ms->speakers, ms->levels, n, active,
			      &speaker_config_default, now_us);
	choose_probes(mix, n);
	set_active(mix, active < 0 ? NULL : ms->ranked[active]);

	for (size_t i = 0; i < n; i++) {
		const struct member_sound *s = &ms->ranked[i]->sound;

		if (s->speaker.talking != s->was_talking)
			report_talking(ms->ranked[i]);
	}
}


/* -------------------------------------------------------------- listen */

static bool may_be_audible(const struct member_sound *s,
			   const struct audio_media *a)
{
	return audio_media_speaks(a) && s->speaker.audible &&
	       !audio_media_silenced(a);
}


static int alloc_own(struct member_sound *s, const struct audio_media *a)
{
	int err = 0;

	if (!s->limiter)
		err = audio_limiter_alloc(&s->limiter);
	if (!err && !s->own) {
		err = audio_rendition_alloc(&s->own, &a->codec);
		if (!err)
			audio_rendition_cmr(s->own, a->cmr);
	}

	return err;
}


/* Common or own, only where a packet begins: both then keep step */
static void choose(struct member *member, const struct audio_media *a,
		   uint64_t tick)
{
	struct member_sound *s = &member->sound;
	unsigned ticks = audio_media_packet_ticks(a);
	const bool waits = mix_waits(member);
	bool own;

	if (!audio_consumer_codec(s->consumer) ||
	    (!media_sends(a->m) && !mix_is_told(member))) {
		hear_nothing(s);
		return;
	}

	if (tick % ticks)
		return;

	own = (!waits && may_be_audible(s, a)) ||
	      !audio_media_plain_volume(a) || audio_media_steps(a) ||
	      !mix_waiting_is_settled(member);
	if (own && !(s->on && s->on_own)) {
		if (alloc_own(s, a))
			return;
		past_sound_warm_up(mix_waiting_past(member), s->own,
				   s->limiter, ticks);
	}

	s->on_own = own;
	s->on = true;
	hear_shared(s, !own && !waits, !own && waits);
	/* its encoder is another's, or nobody's */
	if (!waits && mix_waiting_is_settled(member))
		audio_consumer_leave(s->waiting);
}


/* ----------------------------------------------------------------- sum */

static void collect(struct member *member, struct audio_media *a,
		    uint64_t now_us)
{
	struct mix *mix = member->mix;
	struct member_sound *s = &member->sound;
	bool sound;

	s->contributes = false;
	if (!audio_media_speaks(a))
		return;

	if (!s->speaker.audible && !s->probed) {
		audio_media_skip(a, now_us);
		return;
	}

	mix->host->totals->decoded_audio++;
	if (!s->speaker.audible) {
		audio_media_probe(a, s->pcm, now_us);
		return;
	}

	sound = audio_media_get(a, s->pcm, now_us);
	/* It is not added before it can be subtracted from what it hears. */
	if (sound && (!s->on || s->on_own)) {
		audio_bus_add(&mix->sound.bus, s->pcm);
		s->contributes = true;
	}
}


void mix_audio_part(struct member *member, uint64_t now_us)
{
	struct audio_media *a = leg_audio(member->leg);
	struct mix *mix = member->mix;
	struct member_sound *s = &member->sound;

	if (a && may_be_audible(s, a) && mix_is_busy(mix) &&
	    audio_media_part(a, s->pcm, now_us))
		audio_bus_add(&mix->sound.bus, s->pcm);

	if (mix->sound.active == member)
		set_active(mix, NULL);
	fall_silent(member);
}


/* -------------------------------------------------------------- encode */

static bool is_silence(const int16_t *pcm)
{
	for (size_t i = 0; i < AUDIO_TICK_SAMPLES; i++) {
		if (pcm[i])
			return false;
	}

	return true;
}


static void encode_common(struct mix *mix, uint64_t tick, uint64_t now_us)
{
	struct mix_sound *s = &mix->sound;
	int32_t *sum = past_sound_now(&s->past);
	int16_t pcm[AUDIO_TICK_SAMPLES];

	audio_bus_minus(&s->bus, NULL, sum);
	audio_limiter_run(s->limiter, sum, pcm);
	shared_audio_tick(s->shared, is_silence(pcm) ? NULL : pcm, tick,
			  now_us);
	past_sound_advance(&s->past);
}


static void fade_in(int32_t *pcm)
{
	for (int64_t i = 0; i < AUDIO_TICK_SAMPLES; i++)
		pcm[i] = (int32_t)(pcm[i] * i / AUDIO_TICK_SAMPLES);
}


static void encode_own(struct member *member, struct audio_media *a,
		       uint64_t tick, uint64_t now_us)
{
	struct member_sound *s = &member->sound;
	struct audio_packet p = {.tick = tick};
	int32_t others[AUDIO_TICK_SAMPLES];
	int16_t pcm[AUDIO_TICK_SAMPLES];
	bool sound;

	if (leg_settings(member->leg)->early)
		memset(others, 0, sizeof(others));
	else
		audio_bus_minus(&member->mix->sound.bus,
				s->contributes ? s->pcm : NULL, others);
	if (s->enters)
		fade_in(others);
	s->enters = false;
	mix_waiting_add(member, others);
	audio_limiter_run(s->limiter, others, pcm);
	sound = audio_media_volume_out(a, pcm);
	(void)audio_rendition_feed(s->own, sound ? pcm : NULL, &p.payload,
				   &p.len);

	/* RFC 3550: the time of the packet's first sample */
	p.timestamp = (uint32_t)(tick + 1 - audio_media_packet_ticks(a)) *
		      audio_rendition_tick_units(s->own);
	do {
		if (p.len)
			send_packet(member, &p, now_us);
		p.timestamp += audio_rendition_packet_units(s->own);
	} while (audio_rendition_more(s->own, &p.payload, &p.len));
}


static void repeat(struct member *member, struct audio_media *a,
		   uint64_t now_us)
{
	struct mix *mix = member->mix;
	struct member_sound *s = &member->sound;
	int16_t then[AUDIO_TICK_SAMPLES];
	bool sound =
		audio_media_speaks(a) && audio_media_get(a, s->pcm, now_us);

	mix->host->totals->decoded_audio++;
	echo_run(mix->echo, sound ? s->pcm : NULL, then);
	audio_bus_add(&mix->sound.bus, then);
	s->level_dbov = echo_level(mix->echo);
}


/* What is said by nobody but the waiting room and the mix itself */
static void tick_alone(struct member *member, uint64_t tick, uint64_t now_us)
{
	struct audio_media *a = leg_audio(member->leg);
	const struct member_sound *s = &member->sound;
	struct mix *mix = member->mix;

	if (a)
		choose(member, a, tick);
	if (a && mix->echo)
		repeat(member, a, now_us);

	if (a && s->on && s->on_own) {
		mix_speak(mix, mix->sound.bus.sum);
		encode_own(member, a, tick, now_us);
	}
	else {
		mix_speak(mix, NULL);
		if (a && s->on && !s->on_waiting) /* the rest of a packet */
			encode_common(mix, tick, now_us);
	}
	audio_bus_clear(&mix->sound.bus);
	mix_waiting_tick(member);
}


void mix_audio_tick(struct mix *mix, uint64_t tick, uint64_t now_us)
{
	if (!mix_is_busy(mix)) {
		if (mix->member_count)
			tick_alone(mix->members[0], tick, now_us);
		else
			mix_speak(mix, NULL);
		return;
	}

	rank(mix, now_us);
	for (size_t i = 0; i < mix->member_count; i++) {
		struct member *member = mix->members[i];
		struct audio_media *a = leg_audio(member->leg);

		if (!a)
			continue;

		choose(member, a, tick);
		collect(member, a, now_us);
	}

	mix_speak(mix, mix->sound.bus.sum);
	encode_common(mix, tick, now_us);
	for (size_t i = 0; i < mix->member_count; i++) {
		struct member *member = mix->members[i];
		struct audio_media *a = leg_audio(member->leg);

		if (a && member->sound.on && member->sound.on_own)
			encode_own(member, a, tick, now_us);
		mix_waiting_tick(member);
	}

	/* who parts before the next one is on it already */
	audio_bus_clear(&mix->sound.bus);
}
