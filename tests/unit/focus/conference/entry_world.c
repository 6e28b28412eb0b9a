/**
 * @file entry_world.c  A conference with a door, and who comes to it
 */
#include <string.h>
#include "focus/command/command.h"
#include "focus/conference/conference_private.h"
#include "focus/conference/user.h"
#include "tests/unit/focus/conference/entry_world.h"
#include "tests/unit/unit.h"


void entry_ask_for(struct entry_scene *s, const char *text)
{
	char why[SETTINGS_WHY_BYTES];

	CU_ASSERT_EQUAL(settings_set_text(&s->r.config->ad_hoc, text, why), 0);
}


void entry_scene_open(struct entry_scene *s, const char *settings)
{
	char text[128], *word, *rest = text;

	memset(s, 0, sizeof(*s));
	room_open(&s->r);
	s->r.webrtc = true; /* who has no page is talked to */
	(void)str_ncpy(text, settings, sizeof(text));
	while ((word = strsep(&rest, " ")))
		entry_ask_for(s, word);
}


void entry_scene_close(struct entry_scene *s)
{
	room_close(&s->r);
}


void entry_join(struct entry_scene *s, struct party *p, const char *aor)
{
	CU_ASSERT_EQUAL_FATAL(room_join(&s->r, p, "demo", aor, aor + 4), 0);
}


static void said_h(json_t *reply, void *arg)
{
	const char *code = json_string_value(json_object_get(reply, "code"));
	struct entry_said *said = arg;

	said->ok = json_is_true(json_object_get(reply, "ok"));
	(void)str_ncpy(said->code, code ? code : "", sizeof(said->code));
	said->tries_left =
		json_integer_value(json_object_get(reply, "tries_left"));
	said->wait_ms = json_integer_value(json_object_get(reply, "wait_ms"));
}


struct entry_said entry_say(struct entry_scene *s, const struct party *p,
			    const char *text)
{
	const struct asker asker = {.leg = focus_leg(p->ep)};
	json_t *command = json_loads(text, 0, NULL);
	struct entry_said said = {.ok = false};

	(void)json_object_set_new(command, "conference", json_string("demo"));
	focus_command(NULL, s->r.focus, &asker, command, said_h, &said);
	json_decref(command);

	return said;
}


void entry_type(struct party *p, const char *keys)
{
	for (; *keys && p->ep; keys++)
		focus_dtmf(p->ep, *keys, 100);
}


unsigned entry_count(struct entry_scene *s, const char *key)
{
	const json_t *shown;

	room_command(&s->r, "{\"verb\":\"show\",\"conference\":\"demo\"}");
	shown = json_object_get(s->r.answer, "conference");

	return (unsigned)json_array_size(json_object_get(shown, key));
}
