/**
 * @file focus/settings/pin_guard.c  How often somebody may try a PIN
 */
#include <errno.h>
#include <string.h>
#include "focus/settings/pin_guard.h"
#include "mixer/base/keyed_hash.h"
#include "mixer/base/re.h"


enum { BUCKETS = 1024, NAME_MAX_BYTES = 65 };

/** Somebody in a conference; all in it, where origin is 0 */
struct row {
	struct le hash_le, age_le;
	char conference[NAME_MAX_BYTES];
	uint64_t origin;
	unsigned wrong;
	uint64_t halved_ms; /**< when that was done last */
	uint64_t last_ms;
	uint64_t until_ms; /**< he waits; of all: their tries are used up */
};

struct pin_guard {
	struct hash *rows;
	struct list ages; /**< of the rows, longest ago first */
	unsigned count;
};


static void row_destructor(void *arg)
{
	struct row *row = arg;

	hash_unlink(&row->hash_le);
	list_unlink(&row->age_le);
}


static void pin_guard_destructor(void *arg)
{
	struct pin_guard *g = arg;

	list_flush(&g->ages);
	mem_deref(g->rows);
}


int pin_guard_alloc(struct pin_guard **gp)
{
	struct pin_guard *g = mem_zalloc(sizeof(*g), pin_guard_destructor);

	if (!g)
		return ENOMEM;
	if (hash_alloc(&g->rows, BUCKETS)) {
		mem_deref(g);
		return ENOMEM;
	}
	*gp = g;

	return 0;
}


struct key {
	const char *conference;
	uint64_t origin;
};


static bool row_h(struct le *le, void *arg)
{
	const struct row *row = le->data;
	const struct key *key = arg;

	return row->origin == key->origin &&
	       !strcmp(row->conference, key->conference);
}


static uint32_t bucket_of(const char *conference, uint64_t origin)
{
	return keyed_hash_str(conference) ^ (uint32_t)origin;
}


static struct row *find_row(const struct pin_guard *g, const char *conference,
			    uint64_t origin)
{
	struct key key = {conference, origin};

	return list_ledata(hash_lookup(g->rows, bucket_of(conference, origin),
				       row_h, &key));
}


static void forget(struct pin_guard *g, struct row *row)
{
	if (!row)
		return;

	g->count--;
	mem_deref(row);
}


static void forget_old(struct pin_guard *g, uint64_t now_ms)
{
	struct row *row;

	while ((row = list_ledata(g->ages.head)) &&
	       (g->count >= PIN_GUARD_ROWS ||
		now_ms - row->last_ms >= PIN_GUARD_KEPT_MS))
		forget(g, row);
}


/** @return NULL: out of memory */
static struct row *make_row(struct pin_guard *g, const char *conference,
			    uint64_t origin)
{
	struct row *row = find_row(g, conference, origin);

	if (row) {
		list_unlink(&row->age_le);
	}
	else {
		row = mem_zalloc(sizeof(*row), row_destructor);
		if (!row)
			return NULL;
		(void)str_ncpy(row->conference, conference,
			       sizeof(row->conference));
		row->origin = origin;
		hash_append(g->rows, bucket_of(conference, origin),
			    &row->hash_le, row);
		g->count++;
	}
	list_append(&g->ages, &row->age_le, row);

	return row;
}


/** The time by which as many as may be wrong at once are allowed again */
static uint64_t wait_of_all(const struct row *all, uint64_t now_ms)
{
	const uint64_t burst =
		(uint64_t)(PIN_GUARD_BURST - 1) * PIN_GUARD_EVERY_MS;

	return all && all->until_ms > now_ms + burst
		       ? all->until_ms - burst - now_ms
		       : 0;
}


uint64_t pin_guard_wait_ms(const struct pin_guard *g, const char *conference,
			   uint64_t origin, uint64_t now_ms)
{
	const struct row *own =
		origin ? find_row(g, conference, origin) : NULL;
	const uint64_t wait =
		own && own->until_ms > now_ms ? own->until_ms - now_ms : 0;

	return MAX(wait, wait_of_all(find_row(g, conference, 0), now_ms));
}


/** One slip is nothing; from the third on it hurts */
static uint64_t pause_of(unsigned wrong)
{
	uint64_t pause_ms = PIN_GUARD_PAUSE_MS;

	if (wrong < PIN_TRIES)
		return 1000 * wrong;
	while (--wrong >= PIN_TRIES && pause_ms < PIN_GUARD_PAUSE_MAX_MS)
		pause_ms *= 2;

	return MIN(pause_ms, (uint64_t)PIN_GUARD_PAUSE_MAX_MS);
}


/** By the time alone, however often he is wrong meanwhile */
static void forgive(struct row *own, uint64_t now_ms)
{
	const uint64_t times = (now_ms - own->halved_ms) / PIN_GUARD_HALVE_MS;

	if (!own->wrong) {
		own->halved_ms = now_ms;
		return;
	}
	own->wrong = times < 32 ? own->wrong >> times : 0;
	own->halved_ms += times * PIN_GUARD_HALVE_MS;
}


void pin_guard_wrong(struct pin_guard *g, const char *conference,
		     uint64_t origin, uint64_t now_ms)
{
	struct row *all, *own;

	forget_old(g, now_ms);
	all = make_row(g, conference, 0);
	if (all) {
		all->last_ms = now_ms;
		all->until_ms =
			MAX(all->until_ms, now_ms) + PIN_GUARD_EVERY_MS;
	}
	own = origin ? make_row(g, conference, origin) : NULL;
	if (own) {
		forgive(own, now_ms);
		own->last_ms = now_ms;
		own->until_ms = now_ms + pause_of(++own->wrong);
	}
}


void pin_guard_right(struct pin_guard *g, const char *conference,
		     uint64_t origin)
{
	if (origin)
		forget(g, find_row(g, conference, origin));
}
