/**
 * @file entry_world.h  A conference with a door, and who comes to it
 */
#ifndef PARLEY_TESTS_UNIT_FOCUS_CONFERENCE_ENTRY_WORLD_H
#define PARLEY_TESTS_UNIT_FOCUS_CONFERENCE_ENTRY_WORLD_H

#include <stdbool.h>
#include "tests/unit/focus/world/fake_mixer.h"

/** "demo"; all come by page */
struct entry_scene {
	struct focus_room r;
	struct party host, guest;
};

/** What a command was answered */
struct entry_said {
	bool ok;
	char code[32]; /**< "" = ok */
	json_int_t tries_left, wait_ms;
};

/** @param settings Of "demo", for whoever calls it: "lobby=on guest_pin=1" */
void entry_scene_open(struct entry_scene *s, const char *settings);
void entry_scene_close(struct entry_scene *s);

/** One more setting, for conferences that begin from now on */
void entry_ask_for(struct entry_scene *s, const char *setting);

/** Call it, and be connected */
void entry_join(struct entry_scene *s, struct party *p, const char *aor);

/** A command of that party, {"conference":"demo"} is put into it */
struct entry_said entry_say(struct entry_scene *s, const struct party *p,
			    const char *command);

/** Keys, as long as it is there */
void entry_type(struct party *p, const char *keys);

/** How many the roster has. @param key "users", "waiting" */
unsigned entry_count(struct entry_scene *s, const char *key);

#endif
