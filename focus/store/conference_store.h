/**
 * @file focus/store/conference_store.h  Conferences and their settings, in the
 * store
 *
 * A row for each conference that somebody has booked (`parley conference
 * add`), and for each that goes on with other settings than it began with:
 * what was asked of who comes in is asked after a crash, too. Settings are
 * JSON that the focus makes and reads (focus/settings/settings.h). A look-up
 * is one prepared statement on a cached page. One thread.
 */
#ifndef PARLEY_FOCUS_STORE_CONFERENCE_STORE_H
#define PARLEY_FOCUS_STORE_CONFERENCE_STORE_H

#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>

struct conference_store;
struct store;

enum {
	/** Rows in all */
	CONFERENCE_STORE_MAX = 100000,
	/** Of the key of their numbers */
	CONFERENCE_STORE_KEY_BYTES = 16,
};

/** One row; borrowed */
struct conference_row {
	const char *name; /**< canonical */
	bool booked;      /**< else it is gone when the conference is over */
	bool locked;
	const char *layout;
	const json_t *settings;
	uint32_t number; /**< focus/conference/number.h; 0: none */
};

/** @param row Valid until this returns */
typedef void(conference_row_h)(const struct conference_row *row, void *arg);

/**
 * Ownership: mem_deref(), before the store
 *
 * @param store Borrowed
 * @return 0 or errno, logged
 */
int conference_store_alloc(struct conference_store **cp, struct store *store);

/** Let go of the file before it is opened anew (store_retry()) */
void conference_store_pause(struct conference_store *c);

/** The file was opened anew */
void conference_store_resume(struct conference_store *c);

/**
 * Write a row, or write it anew
 *
 * @return 0; EOVERFLOW: there are too many; EROFS, EBUSY, ENOSPC and other
 *         errno, logged
 */
int conference_store_put(struct conference_store *c,
			 const struct conference_row *row);

/** @return 0; ENOENT: there is none; other errno as of conference_store_put()
 */
int conference_store_remove(struct conference_store *c, const char *name);

/** @return true: there is one, and `h` was called with it */
bool conference_store_get(struct conference_store *c, const char *name,
			  conference_row_h *h, void *arg);

/** The one that is booked and has that number. As conference_store_get() */
bool conference_store_numbered(struct conference_store *c, uint32_t number,
			       conference_row_h *h, void *arg);

/** The key of their numbers: random, and the same ever after.
 *  @return 0; EROFS and other errno: there is none, and none can be kept */
int conference_store_key(struct conference_store *c,
			 uint8_t key[CONFERENCE_STORE_KEY_BYTES]);

/** Call `h` with every row, by name; it must not ask the store.
 *  @return 0; EIO and the like: not all were read */
int conference_store_each(struct conference_store *c, conference_row_h *h,
			  void *arg);

#endif
