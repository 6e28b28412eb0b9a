/**
 * @file mixers_world.c  Mixers whose far ends are the test's
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include "focus/config/config.h"
#include "mixer/base/log.h"
#include "tests/unit/clock.h"
#include "tests/unit/focus/mixers/mixers_world.h"
#include "tests/unit/focus/world/fake_mixer.h"
#include "tests/unit/unit.h"

/** Time passes at once, then what is due is done */
void world_pass(unsigned ms)
{
	unit_clock.added_us += (uint64_t)ms * 1000;
	room_turn(unit_clock.still ? 0 : 2);
}


struct mixers_world world;


static void up_h(struct mixer *m, void *arg)
{
	(void)arg;
	world.up++;
	world.last = m;
}


static void down_h(struct mixer *m, void *arg)
{
	(void)arg;
	world.down++;
	world.last = m;
	world.up_at_down = mixers_up_count(world.mixers);
	CU_ASSERT_FALSE(mixer_is_up(m));
}


static void event_h(struct mixer *m, const json_t *event, void *arg)
{
	(void)event;
	(void)arg;
	world.events++;
	world.last = m;
}


const struct mixers_handlers world_handlers = {up_h, down_h, event_h, NULL};


void world_open(unsigned slots, const char *program)
{
	char count[32], path[128];
	const char *overrides[] = {count, path};
	struct config_error error;

	memset(&world, 0, sizeof(world));
	(void)signal(SIGPIPE, SIG_IGN);
	/* deaths are what is tested */
	log_level_set(LOG_LEVEL_ERROR);
	(void)snprintf(count, sizeof(count), "mixers=%u", slots);
	(void)snprintf(path, sizeof(path), "mixer_program=%s", program);
	CU_ASSERT_EQUAL_FATAL(
		config_load(&world.config, NULL, overrides, 2, &error), 0);
	CU_ASSERT_EQUAL_FATAL(
		mixers_alloc(&world.mixers, world.config, &world_handlers), 0);
}


void world_close(void)
{
	mem_deref(world.mixers);
	for (unsigned i = 0; i < SLOTS; i++)
		mem_deref(world.far[i].link);
	for (unsigned i = 0; i < SLOTS; i++)
		json_decref(world.far[i].waiting);
	mem_deref(world.config);
}


static void request_h(json_t *msg, void *arg)
{
	struct far_end *f = arg;
	bool ping =
		!strcmp("ping", json_string_value(json_object_get(msg, "op")));

	f->pings += ping;
	f->requests += !ping;
	if (f->waiting)
		json_array_append(f->waiting, msg);
	else if (!f->deaf)
		(void)link_reply(f->link, msg, NULL);
}


void world_attach(unsigned i)
{
	int fds[2];

	CU_ASSERT_EQUAL_FATAL(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
	CU_ASSERT_EQUAL_FATAL(mixers_attach(world.mixers, fds[0]), 0);
	CU_ASSERT_EQUAL_FATAL(link_alloc(&world.far[i].link, fds[1], request_h,
					 NULL, &world.far[i]),
			      0);
}


void world_say(unsigned i, const char *text)
{
	CU_ASSERT_EQUAL(
		link_event(world.far[i].link, json_loads(text, 0, NULL)), 0);
	room_turn(2);
}


void world_kill(unsigned i)
{
	world.far[i].link = mem_deref(world.far[i].link);
	room_turn(5);
}


struct mixer *world_slot(unsigned i)
{
	return mixers_at(world.mixers, i);
}


static void reply_h(int err, json_t *reply, void *arg)
{
	struct asked *a = arg;

	(void)reply;
	a->count++;
	a->err = err;
}


int world_ask(unsigned i, struct asked *a)
{
	return mixer_request(world_slot(i), json_pack("{s:s}", "op", "stats"),
			     reply_h, a);
}
