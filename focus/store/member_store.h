/**
 * @file focus/store/member_store.h  Who was in a conference, for when parleyd
 * is started anew
 *
 * A row for each participant who can prove that he is the same when he comes
 * back: his place, name's number, rights and levels, by the SHA-256 of his
 * secret or of his proved address. It is written before the secret leaves us,
 * in microseconds and without waiting for the disk (store.h). Where the store
 * cannot be written nothing is kept, and nothing fails. One thread.
 */
#ifndef PARLEY_FOCUS_STORE_MEMBER_STORE_H
#define PARLEY_FOCUS_STORE_MEMBER_STORE_H

#include <stdbool.h>
#include <stdint.h>

struct member_store;
struct store;

enum {
	MEMBER_SUM_SIZE = 32,
	/** Rows of all conferences; more are not kept */
	MEMBERS_MAX = 100000,
	/** Nobody comes back to a conference that nobody is in for so long */
	MEMBERS_KEPT_S = 600,
};

/** One row; texts are borrowed */
struct member {
	const char *conference;
	uint8_t sum[MEMBER_SUM_SIZE]; /**< what proves that it is he */
	const char *aor;              /**< on the roster */
	bool known;     /**< that is proved, and his sum is of it if he has no
			     secret (secret) */
	bool secret;    /**< sum is of a secret */
	unsigned place; /**< of the user on the roster */
	unsigned number, namesake; /**< of the endpoint */
	int role;                  /**< enum role of focus/settings/role.h */
	bool muted, deaf, video_muted;
	int volume_in_db, volume_out_db;
};

/**
 * Ownership: mem_deref(), before the store
 *
 * @param store Borrowed
 * @return 0 or errno, logged
 */
int member_store_alloc(struct member_store **mp, struct store *store);

/** Let go of the file before it is opened anew (store_retry()) */
void member_store_pause(struct member_store *m);

/** The file was opened anew. @return true: it can be written, as it could not
 *  before, so that nobody is in it who ought to be */
bool member_store_resume(struct member_store *m);

/**
 * Those of conferences that were going on MEMBERS_KEPT_S ago or later,
 * hosts and moderators first; the others are deleted
 *
 * @param h Called for each; the row is valid until it returns
 */
void member_store_load(struct member_store *m,
		       void (*h)(const struct member *row, void *arg),
		       void *arg);

/** Write a row, or write it anew. A failure is logged */
void member_store_put(struct member_store *m, const struct member *row);

/** Delete one, by its conference and sum */
void member_store_remove(struct member_store *m, const char *conference,
			 const uint8_t *sum);

/** Delete all of a conference */
void member_store_end(struct member_store *m, const char *conference);

/** Has a row not been written or deleted, as the disk was full or another
 *  program had the file? Then all are to be written anew */
bool member_store_missed(const struct member_store *m);

/**
 * Delete all rows and write them anew, or leave all as they are: a failure is
 * logged, and missed still
 *
 * @param h Puts all of them, before this returns
 */
void member_store_write_anew(struct member_store *m, void (*h)(void *arg),
			     void *arg);

/** Conferences go on: to be said more often than MEMBERS_KEPT_S, so that the
 *  next start knows which of them did */
void member_store_alive(struct member_store *m);

#endif
