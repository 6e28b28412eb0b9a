/**
 * @file focus/conference/keypad.c  What a key does, and what is said of it
 */
#include <stdio.h>
#include "focus/conference/conference_private.h"
#include "focus/conference/echo_report.h"
#include "focus/conference/keypad.h"
#include "focus/conference/user.h"
#include "mixer/base/log.h"


enum {
	/** A step of quieter and louder */
	VOLUME_STEP_DB = 3,
	VOLUME_MIN_DB = -30,
	VOLUME_MAX_DB = 12,
	/** Numbers that there are words for */
	SPOKEN_MIN = 2,
	SPOKEN_MAX = 20,
	/** The words of the end take less; then it is the end either way */
	END_MS = 8000,
};


static void say(struct endpoint *ep, const char *name)
{
	(void)endpoint_say(ep, &name, 1, NULL);
}


static bool steers(const struct endpoint *ep)
{
	return ep->user->role >= ROLE_MODERATOR;
}


/* ------------------------------------------------------------ everybody */

static unsigned connected(const struct conference *c)
{
	unsigned n = 0;

	for (struct le *le = c->users.head; le; le = le->next) {
		const struct user *u = le->data;

		for (struct le *e = u->endpoints.head; e; e = e->next) {
			const struct endpoint *ep = e->data;

			n += ep->status == ENDPOINT_CONNECTED &&
			     endpoint_is_in(ep);
		}
	}

	return n;
}


static void say_count(struct endpoint *ep)
{
	const unsigned n = connected(ep->user->conference);
	char number[16];
	const char *names[] = {"there_are", number, "people_here"};

	if (n < SPOKEN_MIN) {
		say(ep, "only_one");
		return;
	}

	(void)snprintf(number, sizeof(number), "%u", n);
	if (n > SPOKEN_MAX)
		names[1] = "many";
	(void)endpoint_say(ep, names, 3, NULL);
}


static void say_help(struct endpoint *ep)
{
	static const char *const names[] = {"help", "help_host"};

	(void)endpoint_say(ep, names, steers(ep) ? 2 : 1, NULL);
}


static void toggle_mute(struct endpoint *ep)
{
	struct endpoint_levels levels = ep->levels;

	if (levels.muted && !endpoint_may_unmute(ep)) {
		say(ep, "may_not_unmute");
		return;
	}

	levels.muted = !levels.muted;
	endpoint_set_levels(ep, &levels);
	say(ep, ep->levels.muted ? "muted" : "unmuted");
}


/** @param db 0: back to what it was */
static void change_volume(struct endpoint *ep, int db)
{
	struct endpoint_levels levels = ep->levels;
	int to = db ? levels.volume_out_db + db : 0;

	levels.volume_out_db = to < VOLUME_MIN_DB   ? VOLUME_MIN_DB
			       : to > VOLUME_MAX_DB ? VOLUME_MAX_DB
						    : to;
	endpoint_set_levels(ep, &levels);
	say(ep, db < 0 ? "quieter" : db > 0 ? "louder" : "normal");
}


static void toggle_hand(struct endpoint *ep)
{
	endpoint_set_hand(ep, !ep->hand);
	say(ep, ep->hand ? "hand_raised" : "hand_lowered");
}


/* ---------------------------------------------------------------- hosts */

static void toggle_lock(struct endpoint *ep)
{
	struct conference *c = ep->user->conference;

	conference_set_locked(c, !c->locked);
	say(ep, c->locked ? "locked" : "unlocked");
}


static void mute(struct endpoint *ep)
{
	struct endpoint_levels levels = ep->levels;

	if (steers(ep) || levels.muted || !endpoint_is_in(ep))
		return;

	levels.muted = true;
	endpoint_set_levels(ep, &levels);
	endpoint_say_muted(ep);
}


static void admit(struct endpoint *ep)
{
	switch (entry_admit_all(ep->user->conference)) {

	case REASON_NONE: say(ep, "are_admitted"); break;
	case REASON_FULL: say(ep, "is_full"); break;
	default: say(ep, "nobody_waits"); break;
	}
}


static void end_h(void *arg)
{
	endpoint_evict_all(arg, REASON_ENDED);
}


static void end_said_h(struct conference *c)
{
	conference_end_in(c, 0, end_h);
}


static void end(struct endpoint *ep)
{
	static const char *const names[] = {"conference_ends", "goodbye"};
	struct conference *c = ep->user->conference;

	log_info("keypad", "end conference=%s endpoint=%u", c->name,
		 ep->number);
	conference_speak_then(c, names, 2, end_said_h);
	conference_end_in(c, END_MS, end_h);
}


void keypad_act(struct endpoint *ep, enum menu_action action)
{
	if (menu_is_of_hosts(action) &&
	    (!steers(ep) ||
	     (menu_ends(action) && ep->user->role < ROLE_HOST))) {
		say(ep, "not_allowed");
		return;
	}

	switch (action) {

	case MENU_NOTHING: break;
	case MENU_HELP: say_help(ep); break;
	case MENU_COUNT:
		if (ep->user->conference->echoes)
			echo_report(ep);
		else
			say_count(ep);
		break;
	case MENU_HAND: toggle_hand(ep); break;
	case MENU_MUTE_TOGGLE: toggle_mute(ep); break;
	case MENU_QUIETER: change_volume(ep, -VOLUME_STEP_DB); break;
	case MENU_NORMAL: change_volume(ep, 0); break;
	case MENU_LOUDER: change_volume(ep, VOLUME_STEP_DB); break;
	case MENU_LOCK_TOGGLE: toggle_lock(ep); break;
	case MENU_MUTE_OTHERS:
		endpoint_each(ep->user->conference, mute);
		say(ep, "all_muted");
		break;
	case MENU_ADMIT: admit(ep); break;
	case MENU_CONFIRM_END: say(ep, "confirm_end"); break;
	case MENU_END: end(ep); break;
	}
}
