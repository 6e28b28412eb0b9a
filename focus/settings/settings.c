/**
 * @file focus/settings/settings.c  How a conference is to be
 */
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "focus/settings/settings.h"


enum type {
	TYPE_TEXT,     /**< char[UTF8_NAME_MAX + 1] */
	TYPE_PIN,      /**< struct pin */
	TYPE_SWITCH,   /**< bool */
	TYPE_WHO,      /**< enum role, the least that may */
	TYPE_COUNT,    /**< unsigned */
	TYPE_LANGUAGE, /**< char[SETTINGS_LANGUAGE_BYTES] */
	TYPES
};

static const char *const type_values[TYPES] = {
	[TYPE_TEXT] = "text",
	[TYPE_PIN] = "4 to 12 digits, or off",
	[TYPE_SWITCH] = "on|off",
	[TYPE_WHO] = "all|moderators|hosts",
	[TYPE_COUNT] = "a number; 0: as configured",
	[TYPE_LANGUAGE] = "en|de; off: as configured",
};

static const struct setting {
	const char *key;
	enum type type;
	size_t offset;
	bool own; /**< no default for others */
	const char *help;
} table[] = {
#define AT(field) offsetof(struct conference_settings, field)
	{"title", TYPE_TEXT, AT(title), true, "name that is shown"},
	{"guest_pin", TYPE_PIN, AT(guest_pin), true,
	 "who has it comes in as a guest"},
	{"host_pin", TYPE_PIN, AT(host_pin), true,
	 "who has it comes in as a host"},
	{"lobby", TYPE_SWITCH, AT(lobby), false,
	 "guests wait until they are admitted"},
	{"wait_for_host", TYPE_SWITCH, AT(wait_for_host), false,
	 "guests wait until a host is there"},
	{"muted_on_entry", TYPE_SWITCH, AT(muted_on_entry), false,
	 "guests come in muted"},
	{"end_with_host", TYPE_SWITCH, AT(end_with_host), false,
	 "it ends when the last host has left"},
	{"chat_kept", TYPE_SWITCH, AT(chat_kept), false,
	 "who comes later can read what was written before"},
	{"may_unmute", TYPE_WHO, AT(may_unmute), false,
	 "who may take off the mute that a moderator has put on him"},
	{"may_share", TYPE_WHO, AT(may_share), false,
	 "who may share a screen"},
	{"may_dial_out", TYPE_WHO, AT(may_dial_out), false,
	 "who may have others called in"},
	{"may_record", TYPE_WHO, AT(may_record), false, "who may record"},
	{"max_participants", TYPE_COUNT, AT(max_participants), false,
	 "most people at a time"},
	{"language", TYPE_LANGUAGE, AT(language), false,
	 "of what telephones are told"},
#undef AT
};

enum { SETTINGS = sizeof(table) / sizeof(table[0]) };

static const char *const whos[ROLES] = {
	[ROLE_GUEST] = "all",
	[ROLE_MODERATOR] = "moderators",
	[ROLE_HOST] = "hosts",
};

static const char *const languages[] = {"en", "de"};


void settings_default(struct conference_settings *s)
{
	memset(s, 0, sizeof(*s));
	s->chat_kept = true;
	s->may_record = ROLE_HOST;
}


static const struct setting *find(const char *key)
{
	for (size_t i = 0; i < SETTINGS; i++) {
		if (!strcmp(table[i].key, key))
			return &table[i];
	}

	return NULL;
}


const char *settings_key(size_t i, const char **values, const char **help)
{
	if (i >= SETTINGS)
		return NULL;

	if (values)
		*values = type_values[table[i].type];
	if (help)
		*help = table[i].help;

	return table[i].key;
}


bool settings_is_own(const char *key)
{
	const struct setting *setting = find(key);

	return setting && setting->own;
}


__attribute__((format(printf, 2, 3))) static int
setting_refuse(char *why, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, SETTINGS_WHY_BYTES, fmt, ap);
	va_end(ap);

	return EINVAL;
}


/* ---------------------------------------------------------------- values */

static bool is_off(const char *word)
{
	static const char *const words[] = {"off", "no", "false", ""};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!strcmp(words[i], word))
			return true;
	}

	return false;
}


static bool is_on(const char *word)
{
	return !strcmp(word, "on") || !strcmp(word, "yes") ||
	       !strcmp(word, "true");
}


static int set_switch(bool *field, const json_t *value)
{
	const char *word = json_string_value(value);

	if (json_is_boolean(value))
		*field = json_is_true(value);
	else if (word && is_on(word))
		*field = true;
	else if (word && *word && is_off(word))
		*field = false;
	else
		return EINVAL;

	return 0;
}


static int set_who(enum role *field, const json_t *value)
{
	const char *word = json_string_value(value);

	for (unsigned i = 0; word && i < ROLES; i++) {
		if (!strcmp(whos[i], word)) {
			*field = (enum role)i;
			return 0;
		}
	}

	return EINVAL;
}


static int set_count(unsigned *field, const json_t *value)
{
	const char *text = json_string_value(value);
	json_int_t n = json_integer_value(value);
	char *end = "";

	if (text && *text >= '0' && *text <= '9')
		n = strtol(text, &end, 10);
	else if (!json_is_integer(value))
		return EINVAL;
	if (*end || n < 0 || n > SETTINGS_PARTICIPANTS_MAX)
		return EINVAL;

	*field = (unsigned)n;

	return 0;
}


static int set_language(char *field, const json_t *value)
{
	const char *word = json_string_value(value);

	if (word && is_off(word)) {
		*field = '\0';
		return 0;
	}
	for (size_t i = 0;
	     word && i < sizeof(languages) / sizeof(languages[0]); i++) {
		if (!strcmp(languages[i], word)) {
			memcpy(field, languages[i], SETTINGS_LANGUAGE_BYTES);
			return 0;
		}
	}

	return EINVAL;
}


static int set_text(char *field, const json_t *value)
{
	if (!json_is_string(value))
		return EINVAL;

	(void)utf8_clean(field, UTF8_NAME_MAX + 1, json_string_value(value));

	return 0;
}


/** A host's that a guest has, too, would make hosts of all guests */
static int set_pin(struct conference_settings *s, struct pin *field,
		   const json_t *value, char *why)
{
	const char *digits = json_string_value(value);
	const struct pin *other =
		field == &s->guest_pin ? &s->host_pin : &s->guest_pin;

	if (json_is_null(value) || json_is_false(value) ||
	    (digits && is_off(digits)))
		digits = "";
	if (digits && *digits && pin_is(other, digits))
		return setting_refuse(why,
				      "guest_pin and host_pin have to be two");

	return digits ? pin_set(field, digits) : EINVAL;
}


static int set_value(struct conference_settings *s,
		     const struct setting *setting, const json_t *value,
		     char *why)
{
	void *field = (char *)s + setting->offset;

	switch (setting->type) {

	case TYPE_TEXT: return set_text(field, value);
	case TYPE_PIN: return set_pin(s, field, value, why);
	case TYPE_SWITCH: return set_switch(field, value);
	case TYPE_WHO: return set_who(field, value);
	case TYPE_COUNT: return set_count(field, value);
	default: return set_language(field, value);
	}
}


int settings_set(struct conference_settings *s, const char *key,
		 const json_t *value, char *why)
{
	const struct setting *setting = find(key);
	int err;

	if (!setting)
		return setting_refuse(why, "no setting is called '%.32s'",
				      key);

	*why = '\0';
	err = set_value(s, setting, value, why);
	if (err == EINVAL && !*why)
		(void)setting_refuse(why, "%s has to be %s", key,
				     type_values[setting->type]);

	return err;
}


int settings_set_all(struct conference_settings *s, const json_t *values,
		     char *why)
{
	struct conference_settings changed = *s;
	const json_t *value;
	const char *key;

	if (!json_is_object(values))
		return setting_refuse(why, "the settings are no object");

	json_object_foreach ((json_t *)(uintptr_t)values, key, value) {
		int err = settings_set(&changed, key, value, why);

		if (err)
			return err;
	}
	*s = changed;

	return 0;
}


int settings_set_text(struct conference_settings *s, const char *text,
		      char *why)
{
	const char *equals = strchr(text, '=');
	const size_t len = equals ? (size_t)(equals - text) : 0;
	json_t *value;
	char key[32];
	int err;

	if (!len || len >= sizeof(key))
		return setting_refuse(why, "has to be KEY=VALUE");

	memcpy(key, text, len);
	key[len] = '\0';
	value = json_string(equals + 1);
	if (!value)
		return setting_refuse(why, "is no UTF-8");

	err = settings_set(s, key, value, why);
	json_decref(value);

	return err;
}


/* ------------------------------------------------------------------ JSON */

static json_t *pin_json(const struct pin *pin, bool stored)
{
	char text[PIN_TEXT_BYTES];

	if (!stored)
		return json_boolean(pin->given);

	pin_print(text, pin);

	return json_string(text);
}


static json_t *value_json(const struct conference_settings *s,
			  const struct setting *setting, bool stored)
{
	const void *field = (const char *)s + setting->offset;

	switch (setting->type) {

	case TYPE_PIN: return pin_json(field, stored);
	case TYPE_SWITCH: return json_boolean(*(const bool *)field);
	case TYPE_WHO: return json_string(whos[*(const enum role *)field]);
	case TYPE_COUNT: return json_integer(*(const unsigned *)field);
	default: return json_string(field);
	}
}


static json_t *print(const struct conference_settings *s, bool stored)
{
	json_t *o = json_object();

	for (size_t i = 0; i < SETTINGS; i++) {
		if (json_object_set_new(o, table[i].key,
					value_json(s, &table[i], stored))) {
			json_decref(o);
			return NULL;
		}
	}

	return o;
}


json_t *settings_json(const struct conference_settings *s)
{
	return print(s, false);
}


json_t *settings_store(const struct conference_settings *s)
{
	return print(s, true);
}


void settings_load(struct conference_settings *s, const json_t *stored)
{
	char why[SETTINGS_WHY_BYTES];

	settings_default(s);
	for (size_t i = 0; i < SETTINGS; i++) {
		const json_t *value = json_object_get(stored, table[i].key);

		if (!value)
			continue;
		if (table[i].type == TYPE_PIN)
			(void)pin_read(
				(struct pin *)((char *)s + table[i].offset),
				json_string_value(value));
		else
			(void)settings_set(s, table[i].key, value, why);
	}
}
