/**
 * @file kept_world.h  A focus over a store in a folder, killed and made anew:
 * nothing is told to the first, as with SIGKILL
 */
#ifndef PARLEY_TESTS_UNIT_FOCUS_CONFERENCE_KEPT_WORLD_H
#define PARLEY_TESTS_UNIT_FOCUS_CONFERENCE_KEPT_WORLD_H

#include <stdbool.h>
#include "focus/store/member_store.h"
#include "focus/store/store.h"
#include "tests/unit/focus/world/fake_mixer.h"

/** One at a time, in that folder and file */
extern char kept_folder[64], kept_file[96];
extern struct store *kept_store;
extern struct member_store *kept_members;
extern struct focus_room kept_room;

/** With the folder of before, and with a new one */
void kept_begin(void);
void kept_begin_anew(void);

/** The folder stays, or goes, too */
void kept_end(void);
void kept_end_all(void);

/** As after a crash: those who were in have not left */
void kept_crash(void);

/** Somebody else writes to the file */
void kept_run_sql(const char *sql);

/** How many rows it has */
unsigned kept_rows(void);

/** Sets the enum reason that is given as `arg` */
void kept_told_h(enum reason reason, void *arg);

/** Into `demo`. @param secret That it says, or NULL */
void kept_come(struct party *p, const char *aor, const char *display,
	       const char *secret);

/** What a command shows of it, true or false */
bool kept_is(const struct party *p, const char *key);

/** Is it a host there? */
bool kept_is_host(const struct party *p);

struct conference *kept_demo(void);

#endif
