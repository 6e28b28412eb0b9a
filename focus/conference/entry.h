/**
 * @file focus/conference/entry.h  What somebody has to show before he is in
 *
 * Who calls a conference is let into the call at once, so that he can be
 * talked to, but into the conference only when its settings are met: the PIN
 * that it asks for, a host who is there, a host who admits him. Until then he
 * is nobody's to hear or see, hears nobody, is told nothing of who is in, and
 * is on no roster but that of hosts and moderators. Whether he may enter is a
 * question to a judge that answers later (focus/policy/judge.h): those who
 * admit. Who calls what telephones call for all conferences says in the same
 * way which one he wants, by its number (number.h), and goes there. Typed
 * digits are told to nobody and stand in no log. Parleyd's loop
 * only.
 */
#ifndef PARLEY_FOCUS_CONFERENCE_ENTRY_H
#define PARLEY_FOCUS_CONFERENCE_ENTRY_H

#include <stdbool.h>
#include <stdint.h>
#include "focus/policy/judge.h"
#include "focus/policy/policy.h"
#include "focus/policy/reason.h"
#include "focus/settings/pin.h"

struct conference;
struct endpoint;
struct join;
struct kept;

enum {
	/** For a PIN, from the call or the last try on */
	ENTRY_PIN_MS = 120000,
	/** Until somebody admits him, or a host comes */
	ENTRY_WAIT_MS = 1800000,
	/** Longest pause between two keys of a PIN */
	ENTRY_KEY_GAP_MS = 4000,
	/** After the last of a number, for the hash key */
	ENTRY_NUMBER_GAP_MS = 2000,
	/** So long the hash key of the number by which it came may still be
	 *  held down, or come late */
	ENTRY_MOVED_MS = 3000,
	/** Within one: it is told in groups, and typed so */
	ENTRY_NUMBER_KEPT_MS = 15000,
	/** Who types nothing is asked again, at a telephone */
	ENTRY_PROMPT_MS = 20000,
	/** A host at a telephone is not told more often that somebody waits */
	ENTRY_KNOCK_MS = 15000,
	/** For goodbye; whoever has not been told by then goes all the same */
	ENTRY_FAREWELL_MS = 15000,
};

enum entry_state {
	ENTRY_IN,
	ENTRY_NUMBER, /**< he has to say which conference he wants */
	ENTRY_PIN,    /**< he has to give a PIN */
	ENTRY_HOST,   /**< a host has to come */
	ENTRY_LOBBY,  /**< somebody has to admit him */
};

/** Of an endpoint; written by user_entry.c, and what is typed by user_typed.c
 */
struct entry {
	enum entry_state state;
	uint64_t origin; /**< of struct join */
	/** Before that a hash key, once, is still the one of its number; 0:
	 *  none */
	uint64_t moved_until_ms;
	bool hash_due;    /**< its number ended without that */
	unsigned wrong;   /**< PINs in this call */
	uint64_t next_ms; /**< no other one is looked at before */
	char digits[PIN_DIGITS_MAX + 1]; /**< typed so far */
	/** Where it goes from here; "": it does not */
	char wanted[POLICY_NAME_MAX + 1];
	enum reason refused; /**< why it cannot go there */
	struct tmr tmr;      /**< he gave none for too long */
	struct tmr key_tmr;
	struct tmr prompt_tmr;   /**< it is asked once more */
	enum reason leaving;     /**< why it goes when it has been told;
				      REASON_NONE: it does not */
	struct ask *ask;         /**< may he enter? */
	judge_answer_h *answerh; /**< ...when somebody has admitted him */
	void *answer_arg;
};

/** What becomes of a PIN */
struct entry_verdict {
	enum reason reason;  /**< REASON_NONE: it was right */
	unsigned tries_left; /**< in this call */
	uint64_t wait_ms;    /**< until the next is looked at */
};

/**
 * Somebody joins: where does he stand?
 *
 * @param back Whose place he takes, NULL: nobody's
 */
void entry_begin(struct endpoint *ep, const struct join *join,
		 const struct kept *back);

/** Is it somebody who is in, or was, as he proves? He is in at once */
bool entry_is_known(const struct conference *c, const struct join *join);

/** It has come with the leg that it had elsewhere: a key that ended its number
 *  there is not told again */
void entry_moved(struct endpoint *ep, const struct endpoint *before);

/** It leaves, or is freed: nobody has to answer any more */
void entry_end(struct endpoint *ep);

/** Is it in? */
bool endpoint_is_in(const struct endpoint *ep);

/** "number", "pin", "host", "admission"; NULL: it is in */
const char *entry_state_name(const struct endpoint *ep);

/** Its call is up, and it is not in */
void entry_connected(struct endpoint *ep);

/** It typed a key while it is not in */
void entry_key(struct endpoint *ep, char key);

/** It says a PIN: to come in, or to be a host; or, where it is asked for that,
 *  the number of a conference. After one wrong too many it is out of the call,
 *  never from within
 *  @param digits Hostile, NULL: none */
struct entry_verdict entry_pin(struct endpoint *ep, const char *digits);

/** focus_not_moved() */
void entry_not_moved(struct endpoint *ep, enum reason reason);

/** Somebody who may lets it in. @return REASON_NONE; REASON_FULL;
 *  REASON_FORBIDDEN: it has no PIN yet, or is in */
enum reason entry_admit(struct endpoint *ep);

/** Let all in who wait for that, as long as there is room. @return
 * REASON_NONE; REASON_FULL: not all of them; REASON_NOBODY */
enum reason entry_admit_all(struct conference *c);

/** ...or does not: it goes, never from within, and not before it was told why
 *  at a telephone */
void entry_deny(struct endpoint *ep);

/** Settings have changed, or a host has come: who waits may be in now */
void entry_reconsider(struct conference *c);

#endif
