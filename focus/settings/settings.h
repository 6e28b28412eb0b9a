/**
 * @file focus/settings/settings.h  How a conference is to be (RFC 4353: its
 * policy)
 *
 * One table says each setting's key, values and meaning: `parley conference
 * set`, the page of a host, the defaults of conferences that are made by
 * calling them (the key ad_hoc of parley.conf) and the store all go by it.
 * Values come as JSON (true, 20, "moderators") or as the words that a person
 * types ("on", "20", "moderators"). PINs go in, and never out. Pure.
 */
#ifndef PARLEY_FOCUS_SETTINGS_SETTINGS_H
#define PARLEY_FOCUS_SETTINGS_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <jansson.h>
#include "focus/settings/pin.h"
#include "focus/settings/role.h"
#include "mixer/base/utf8.h"

enum {
	/** "en" */
	SETTINGS_LANGUAGE_BYTES = 3,
	SETTINGS_WHY_BYTES = 160,
	/** As many people as max_participants can say */
	SETTINGS_PARTICIPANTS_MAX = 100000,
};

struct conference_settings {
	char title[UTF8_NAME_MAX + 1]; /**< name to show, "": its own */
	struct pin guest_pin, host_pin;
	bool lobby;          /**< guests are admitted one by one */
	bool wait_for_host;  /**< guests come in once a host is there */
	bool muted_on_entry; /**< guests are */
	bool end_with_host;  /**< it ends with the last of them */
	bool chat_kept;      /**< for those who come later */
	/** The least role that may: take off one's own mute, share a screen,
	 *  have others called, record */
	enum role may_unmute, may_share, may_dial_out, may_record;
	unsigned max_participants; /**< 0: as configured */
	/** Of what telephones are told; "": as configured */
	char language[SETTINGS_LANGUAGE_BYTES];
};

/** As a conference is of which nobody said anything */
void settings_default(struct conference_settings *s);

/**
 * Change one
 *
 * @param key   Hostile
 * @param value Hostile; JSON of its type, or a string as a person types it
 * @param why   Set to words on EINVAL, SETTINGS_WHY_BYTES bytes: they do not
 *              repeat the value
 * @return 0; EINVAL, it is as it was; EIO
 */
int settings_set(struct conference_settings *s, const char *key,
		 const json_t *value, char *why);

/** Change several, or none. @param values Object; as settings_set() */
int settings_set_all(struct conference_settings *s, const json_t *values,
		     char *why);

/** Change one as in "lobby=on"; as settings_set() */
int settings_set_text(struct conference_settings *s, const char *text,
		      char *why);

/** All of them by key; of PINs whether there is one. New reference, NULL: out
 *  of memory */
json_t *settings_json(const struct conference_settings *s);

/** The same for the store: with the PINs' sums */
json_t *settings_store(const struct conference_settings *s);

/** What settings_store() has made; what is missing or wrong in it is as
 *  settings_default() has it */
void settings_load(struct conference_settings *s, const json_t *stored);

/** Key after key, for help texts; NULL after the last
 *  @param values Set to what it may be: "on|off", "4 to 12 digits"
 *  @param help   Set to what it does */
const char *settings_key(size_t i, const char **values, const char **help);

/** Is it one that a conference's own owner sets, not a default for others: a
 *  PIN or a title? */
bool settings_is_own(const char *key);

#endif
