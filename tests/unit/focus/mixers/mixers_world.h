/**
 * @file mixers_world.h  Mixers whose far ends are the test's
 *
 * A mixer is the far end of a link, or a script of two lines where a process
 * is needed.
 */
#ifndef PARLEY_TESTS_MIXERS_WORLD_H
#define PARLEY_TESTS_MIXERS_WORLD_H

#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>
#include "focus/mixers/mixers.h"

enum {
	SLOTS = 3,
	/** Of the loop, until a process must have come or gone */
	TURNS = 2000,
};

struct far_end {
	struct link *link;
	unsigned pings, requests;
	bool deaf;       /**< answers nothing */
	json_t *waiting; /**< not NULL: of requests to answer when told to */
};

/** One at a time */
extern struct mixers_world {
	struct config *config;
	struct mixers *mixers;
	struct far_end far[SLOTS];
	unsigned up, down, events;
	struct mixer *last;
	unsigned up_at_down; /**< mixers_up_count() as `down` sees it */
} world;

/** Answers to requests of the test */
struct asked {
	unsigned count;
	int err;
};

/** What the mixers tell goes to `world` */
extern const struct mixers_handlers world_handlers;

/** Time passes at once, then what is due is done */
void world_pass(unsigned ms);

/** So many slots, all empty; `program` is what mixers_start() starts */
void world_open(unsigned slots, const char *program);
void world_close(void);

/** A far end in the next empty slot, which is number `i` */
void world_attach(unsigned i);
/** It sends an event */
void world_say(unsigned i, const char *text);
/** It is gone at once */
void world_kill(unsigned i);

struct mixer *world_slot(unsigned i);

/** A request to the mixer in slot `i`, as mixer_request() */
int world_ask(unsigned i, struct asked *a);

#define OTHER_HELLO "{\"event\":\"hello\",\"version\":999}"
#define HELLO       "{\"event\":\"hello\",\"version\":1,\"pid\":1}"

#endif
