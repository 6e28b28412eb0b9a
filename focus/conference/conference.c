/**
 * @file focus/conference/conference.c  One conference: made, changed,
 * replayed, ended
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "focus/conference/announce.h"
#include "focus/conference/conference.h"
#include "focus/conference/conference_private.h"
#include "focus/conference/number.h"
#include "focus/config/config.h"
#include "mixer/base/clock.h"
#include "mixer/base/keyed_hash.h"
#include "mixer/base/log.h"


enum {
	/** As long as it has no mixer: look for one so often */
	MOVE_INTERVAL_MS = 250,
	/** Of more, so many come and go that nobody wants to hear it */
	TONES_PARTICIPANTS_MAX = 20,
};


static void conference_destructor(void *arg)
{
	struct conference *c = arg;

	hash_unlink(&c->le);
	hash_unlink(&c->number_le);
	tmr_cancel(&c->lost_tmr);
	tmr_cancel(&c->anew_tmr);
	tmr_cancel(&c->move_tmr);
	tmr_cancel(&c->end_tmr);
	tmr_cancel(&c->knock_tmr);
	end_to_end_close(c);
	list_flush(&c->kept);
	mem_deref(c->look);
	chat_close(&c->chat, &c->focus->chat_shelf);
}


static uint64_t now_ms(void)
{
	return clock_us() / 1000;
}


uint64_t conference_time_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_REALTIME, &ts);

	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}


static int place(struct conference *c)
{
	const struct config *config = c->focus->config;
	int err;

	err = mixer_request(
		c->mixer,
		json_pack("{s:s,s:I,s:s,s:i,s:i,s:i,s:i,s:s,s:s,s:b}", "op",
			  "mix.create", "mix", (json_int_t)c->mix, "name",
			  c->name, "width", (int)config->video_width, "height",
			  (int)config->video_height, "fps",
			  (int)config->video_fps, "kbps",
			  (int)config->video_kbps, "layout", c->layout,
			  "waiting",
			  strcmp(config->waiting_sound, "music") != 0
				  ? "silence"
				  : "music",
			  "echo", c->echoes),
		NULL, NULL);
	c->placed = !err;
	if (!err)
		placement_begin(&c->placement, now_ms());

	return err;
}


enum reason conference_create(struct conference **cp, struct focus *f,
			      const char *name, bool factory)
{
	struct mixer *m = mixers_pick(f->mixers);
	struct conference *c;
	enum reason reason = REASON_INTERNAL;

	if (!m)
		return REASON_NO_MIXER;

	c = mem_zalloc(sizeof(*c), conference_destructor);
	if (!c)
		goto out;

	c->focus = f;
	c->mixer = m;
	c->mix = ++f->last_mix;
	c->echoes = policy_is_echo(f->policy, name);
	c->receives = policy_is_dial_in(f->policy, name);
	c->since_ms = conference_time_ms();
	tmr_init(&c->lost_tmr);
	tmr_init(&c->anew_tmr);
	tmr_init(&c->move_tmr);
	tmr_init(&c->end_tmr);
	tmr_init(&c->knock_tmr);
	tmr_init(&c->pair_tmr);
	uuid_make(c->uuid);
	(void)snprintf(c->name, sizeof(c->name), "%s", name);
	conference_begin_settings(c, factory);

	reason = reason_from_errno(place(c));
	if (reason)
		goto out;

	hash_append(f->conferences, keyed_hash_str(c->name), &c->le, c);
	c->number = number_for(f, c->name, c->number);
	hash_append(f->numbers, c->number, &c->number_le, c);
	f->conference_count += !c->receives;
	past_adopt(c);
	log_info("conference", "created name=%s mix=%u mixer=%u", c->name,
		 c->mix, mixer_index(m));

out:
	if (reason)
		mem_deref(c);
	else
		*cp = c;

	return reason;
}


static bool name_h(struct le *le, void *arg)
{
	const struct conference *c = le->data;

	return !strcmp(c->name, arg);
}


struct conference *conference_find(const struct focus *f, const char *name)
{
	return list_ledata(hash_lookup(f->conferences, keyed_hash_str(name),
				       name_h, (void *)(uintptr_t)name));
}


/** Nobody is in it any more */
static void unmake(struct conference *c, enum reason reason)
{
	struct focus *f = c->focus;
	char text[64];

	if (c->placed) {
		(void)re_snprintf(text, sizeof(text),
				  "{\"op\":\"mix.remove\",\"mix\":%u}",
				  c->mix);
		(void)mixer_tell(c->mixer, text);
	}

	/* gone from the books before it is told */
	hash_unlink(&c->le);
	hash_unlink(&c->number_le);
	f->conference_count -= !c->receives;
	past_keep(c, reason);
	conference_end_settings(c);
	log_info("conference", "ended name=%s reason=%s", c->name,
		 reason_row(reason)->token);

	if (c->announced) {
		conference_emit(c, "ended",
				json_pack("{s:s,s:s}", "reason",
					  reason_row(reason)->token, "words",
					  reason_row(reason)->words));
		if (c->calls_off && f->signaling.undial)
			f->signaling.undial(f->signaling.arg, c->name);
	}

	mem_deref(c);
}


void conference_end_if_empty(struct conference *c, enum reason reason)
{
	if (!c->participants)
		unmake(c, reason);
}


void conference_enter(struct conference *c, unsigned number)
{
	c->participants++;
	c->last_number = MAX(c->last_number, number);
}


void conference_leave(struct conference *c)
{
	c->participants--;
}


unsigned conference_count_in(const struct conference *c)
{
	return c->participants - c->waiting;
}


unsigned conference_room(const struct conference *c)
{
	const unsigned most = c->focus->config->max_participants;
	const unsigned own = c->settings.max_participants;

	return own && own < most ? own : most;
}


void conference_announce(struct conference *c)
{
	if (c->announced)
		return;

	c->announced = true;
	conference_emit(c, "created", json_object());
}


const char *conference_language(const struct conference *c)
{
	return *c->settings.language ? c->settings.language
				     : c->focus->config->language;
}


void conference_speak_then(struct conference *c, const char *const names[],
			   size_t count, conference_said_h *saidh)
{
	const struct bearer_words words = {
		.names = names,
		.count = count,
		.language = conference_language(c),
		.number = ++c->saying,
	};
	char text[ANNOUNCE_BYTES];

	c->saidh = saidh;
	c->speaks = false;
	if (!c->placed)
		return;

	c->speaks = count > 0;

	announce_write(text, sizeof(text), "mix", c->mix, &words);
	(void)mixer_tell(c->mixer, text);
}


void conference_speak(struct conference *c, const char *const names[],
		      size_t count)
{
	conference_speak_then(c, names, count, NULL);
}


void conference_said(struct conference *c, uint32_t number)
{
	conference_said_h *saidh = c->saidh;

	if (!number || number != c->saying)
		return;

	c->saidh = NULL;
	c->speaks = false;
	if (saidh)
		saidh(c);
}


void conference_tone(struct conference *c, const char *name)
{
	if (!c->focus->config->tones || c->echoes || c->speaks ||
	    conference_count_in(c) < 2 ||
	    conference_count_in(c) > TONES_PARTICIPANTS_MAX)
		return;

	conference_speak(c, &name, 1);
	/* words, or the next one, need not wait for it */
	c->speaks = false;
}


void conference_set_calls_off(struct conference *c)
{
	c->calls_off = true;
}


void conference_end_in(struct conference *c, unsigned ms, void (*h)(void *arg))
{
	tmr_start(&c->end_tmr, ms, h, c);
}


/** One whose slot has no process asks again and again where to go */
static void look_h(void *arg)
{
	struct conference *c = arg;

	tmr_start(&c->move_tmr, MOVE_INTERVAL_MS, look_h, c);
	c->moveh(c);
}


void conference_lost(struct conference *c, void (*moveh)(void *arg),
		     void (*giveuph)(void *arg))
{
	c->placed = false;
	c->speaks = false;
	c->moveh = moveh;
	placement_lost(&c->placement, now_ms());
	tmr_start(&c->lost_tmr,
		  (uint64_t)c->focus->config->media_timeout_s * 1000, giveuph,
		  c);
	tmr_start(&c->move_tmr, 1, look_h, c);
	conference_emit(c, "mixer", json_pack("{s:s}", "state", "lost"));
}


static void tell_spotlight(const struct conference *c)
{
	char text[96];

	(void)re_snprintf(text, sizeof(text),
			  "{\"op\":\"mix.set\",\"mix\":%u,\"spotlight\":%u}",
			  c->mix, c->spotlight_leg);
	(void)mixer_tell(c->mixer, text);
}


bool conference_restore(struct conference *c)
{
	if (c->placed || place(c))
		return false;

	tmr_cancel(&c->lost_tmr);
	tmr_cancel(&c->move_tmr);
	log_info("conference", "restored name=%s mix=%u mixer=%u legs=%u",
		 c->name, c->mix, mixer_index(c->mixer), c->participants);
	conference_emit(c, "mixer",
			json_pack("{s:s,s:i}", "state", "restored", "mixer",
				  (int)mixer_index(c->mixer)));
	if (c->spotlight)
		tell_spotlight(c);

	return true;
}


static bool on_h(struct le *le, void *arg)
{
	const struct conference *c = le->data;

	return c->mixer == arg;
}


static bool is_idle(const struct mixer *m, void *arg)
{
	const struct focus *f = arg;

	return !hash_apply(f->conferences, on_h, (void *)(uintptr_t)m);
}


bool conference_move(struct conference *c)
{
	struct focus *f = c->focus;
	struct mixer *m = NULL, *from = c->mixer;
	enum placement_choice choice;

	if (c->placed)
		return false;

	/* it could not be told when this came, or when it moved here */
	if (mixer_is_up(c->mixer))
		return conference_restore(c);

	choice = placement_choose(&c->placement, now_ms());
	if (choice != PLACEMENT_STAY)
		m = mixers_pick_if(f->mixers, is_idle, f);
	if (!m && choice == PLACEMENT_ANY) {
		m = mixers_pick(f->mixers);
		if (m)
			placement_joins_others(&c->placement);
	}
	if (!m)
		return false;

	log_warn("conference", "moves name=%s from=%u to=%u", c->name,
		 mixer_index(from), mixer_index(m));
	c->mixer = m;

	return conference_restore(c);
}


enum reason conference_set_layout(struct conference *c, const char *layout)
{
	char text[96];

	if (strcmp(layout, "grid") != 0 && strcmp(layout, "speaker") != 0)
		return REASON_BAD_REQUEST;

	if (!strcmp(c->layout, layout))
		return REASON_NONE;

	(void)snprintf(c->layout, sizeof(c->layout), "%s", layout);
	if (c->placed) {
		(void)re_snprintf(text, sizeof(text),
				  "{\"op\":\"mix.set\",\"mix\":%u,"
				  "\"layout\":\"%s\"}",
				  c->mix, c->layout);
		(void)mixer_tell(c->mixer, text);
	}
	conference_write_settings(c);
	conference_emit(c, "layout", json_pack("{s:s}", "layout", c->layout));

	return REASON_NONE;
}


void conference_set_locked(struct conference *c, bool locked)
{
	if (c->locked == locked)
		return;

	c->locked = locked;
	conference_write_settings(c);
	conference_emit(c, "locked", json_pack("{s:b}", "locked", locked));
}


void conference_set_monitored(struct conference *c, bool monitored)
{
	if (c->monitored == monitored)
		return;

	c->monitored = monitored;
	conference_emit(c, "monitored",
			json_pack("{s:b}", "monitored", monitored));
	end_to_end_update(c, END_TO_END_PAUSE_MS);
}


void conference_set_spotlight(struct conference *c, unsigned number,
			      uint32_t leg)
{
	if (c->spotlight == number)
		return;

	c->spotlight = number;
	c->spotlight_leg = leg;
	if (c->placed)
		tell_spotlight(c);
	conference_emit(c, "spotlight",
			json_pack("{s:i}", "spotlight", (int)number));
}


bool conference_set_speaker(struct conference *c, unsigned number)
{
	bool changed = c->speaker != number;

	c->speaker = number;

	return changed;
}


/** Half an event would be a lie, and one that is not told leaves somebody on
 *  the roster who has asked not to be */
void conference_emit(struct conference *c, const char *type, json_t *fields)
{
	json_t *event =
		event_make(type, c->name, ++c->seq, conference_time_ms());

	if (fields && !json_object_update(event, fields))
		event_tell(&c->focus->followers, c->name, event);
	else
		focus_tell_anew(c);
	json_decref(fields);
	json_decref(event);
}
