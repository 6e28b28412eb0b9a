/**
 * @file test_store_faults.c  A disk and a memory that fail under the store
 *
 * Every write of a scenario fails once, alone or with all that come after it:
 * with an error, for want of room, or with half of it written. So does every
 * allocation, of SQLite's and of ours. What was asked for is then done or
 * not, whole, as the answer says, and the next one works.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "focus/store/store.h"
#include "focus/store/user_store.h"
#include "mixer/base/log.h"
#include "mixer/base/re.h"
#include "tests/unit/failing.h"
#include "tests/unit/unit.h"


/* ------------------------------------------------- the disk that fails */

enum fault { FAULT_IO, FAULT_FULL, FAULT_TORN, FAULTS };

static struct {
	unsigned count; /**< writes up to now */
	unsigned at;    /**< the one that fails; 0: none */
	bool lasts;     /**< and all after it */
	enum fault fault;
	sqlite3_vfs *real, vfs;
} disk;

struct faulty_file {
	sqlite3_file base;
	sqlite3_file *real; /**< behind this struct */
};


static bool fails(void)
{
	disk.count++;

	return disk.at &&
	       (disk.lasts ? disk.count >= disk.at : disk.count == disk.at);
}


static int result(int io)
{
	return disk.fault == FAULT_FULL ? SQLITE_FULL : io;
}


static sqlite3_file *real_of(sqlite3_file *f)
{
	return ((struct faulty_file *)(void *)f)->real;
}


static int close_h(sqlite3_file *f)
{
	return real_of(f)->pMethods->xClose(real_of(f));
}


static int read_h(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	return real_of(f)->pMethods->xRead(real_of(f), p, n, at);
}


static int write_h(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	if (!fails())
		return real_of(f)->pMethods->xWrite(real_of(f), p, n, at);

	if (disk.fault == FAULT_TORN)
		(void)real_of(f)->pMethods->xWrite(real_of(f), p, n / 2, at);

	return result(SQLITE_IOERR_WRITE);
}


static int truncate_h(sqlite3_file *f, sqlite3_int64 size)
{
	return fails() ? result(SQLITE_IOERR_TRUNCATE)
		       : real_of(f)->pMethods->xTruncate(real_of(f), size);
}


/** Nobody pulls the plug: what was written is there */
static int sync_h(sqlite3_file *f, int flags)
{
	(void)f;
	(void)flags;

	return fails() ? result(SQLITE_IOERR_FSYNC) : SQLITE_OK;
}


static int size_h(sqlite3_file *f, sqlite3_int64 *size)
{
	return real_of(f)->pMethods->xFileSize(real_of(f), size);
}


static int lock_h(sqlite3_file *f, int level)
{
	return real_of(f)->pMethods->xLock(real_of(f), level);
}


static int unlock_h(sqlite3_file *f, int level)
{
	return real_of(f)->pMethods->xUnlock(real_of(f), level);
}


static int reserved_h(sqlite3_file *f, int *is)
{
	return real_of(f)->pMethods->xCheckReservedLock(real_of(f), is);
}


static int control_h(sqlite3_file *f, int op, void *arg)
{
	return real_of(f)->pMethods->xFileControl(real_of(f), op, arg);
}


static int sector_h(sqlite3_file *f)
{
	return real_of(f)->pMethods->xSectorSize(real_of(f));
}


static int device_h(sqlite3_file *f)
{
	return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f));
}


static int shm_map_h(sqlite3_file *f, int page, int size, int extend,
		     void volatile **p)
{
	if (extend && fails())
		return result(SQLITE_IOERR_SHMSIZE);

	return real_of(f)->pMethods->xShmMap(real_of(f), page, size, extend,
					     p);
}


static int shm_lock_h(sqlite3_file *f, int offset, int n, int flags)
{
	return real_of(f)->pMethods->xShmLock(real_of(f), offset, n, flags);
}


static void shm_barrier_h(sqlite3_file *f)
{
	real_of(f)->pMethods->xShmBarrier(real_of(f));
}


static int shm_unmap_h(sqlite3_file *f, int del)
{
	return real_of(f)->pMethods->xShmUnmap(real_of(f), del);
}


static int open_h(sqlite3_vfs *vfs, const char *name, sqlite3_file *f,
		  int flags, int *out)
{
	static const sqlite3_io_methods methods = {
		2,           close_h,    read_h,     write_h,
		truncate_h,  sync_h,     size_h,     lock_h,
		unlock_h,    reserved_h, control_h,  sector_h,
		device_h,    shm_map_h,  shm_lock_h, shm_barrier_h,
		shm_unmap_h, NULL,       NULL,
	};
	struct faulty_file *ff = (void *)f;
	int code;

	(void)vfs;
	ff->real = (void *)(ff + 1);
	f->pMethods = NULL;
	if ((flags & SQLITE_OPEN_CREATE) && fails())
		return result(SQLITE_CANTOPEN);

	code = disk.real->xOpen(disk.real, name, ff->real, flags, out);
	if (ff->real->pMethods)
		f->pMethods = &methods;

	return code;
}


static int delete_h(sqlite3_vfs *vfs, const char *name, int sync)
{
	(void)vfs;
	(void)sync;

	return fails() ? result(SQLITE_IOERR_DELETE)
		       : disk.real->xDelete(disk.real, name, 0);
}


static void disk_begin(void)
{
	disk.real = sqlite3_vfs_find(NULL);
	disk.vfs = *disk.real;
	disk.vfs.zName = "faulty";
	disk.vfs.szOsFile += (int)sizeof(struct faulty_file);
	disk.vfs.xOpen = open_h;
	disk.vfs.xDelete = delete_h;
	CU_ASSERT_EQUAL_FATAL(sqlite3_vfs_register(&disk.vfs, 1), SQLITE_OK);
}


static void disk_end(void)
{
	CU_ASSERT_EQUAL(sqlite3_vfs_unregister(&disk.vfs), SQLITE_OK);
	CU_ASSERT_EQUAL(sqlite3_vfs_register(disk.real, 1), SQLITE_OK);
}


/* ----------------------------------------------- the memory that fails */

static struct {
	unsigned count, at;
	bool lasts;
	sqlite3_mem_methods real;
} memory;


static bool memory_fails(void)
{
	memory.count++;

	return memory.at && (memory.lasts ? memory.count >= memory.at
					  : memory.count == memory.at);
}


static void *malloc_h(int n)
{
	return memory_fails() ? NULL : memory.real.xMalloc(n);
}


static void *realloc_h(void *p, int n)
{
	return memory_fails() ? NULL : memory.real.xRealloc(p, n);
}


static void memory_begin(void)
{
	sqlite3_mem_methods methods;

	(void)sqlite3_shutdown();
	CU_ASSERT_EQUAL_FATAL(
		sqlite3_config(SQLITE_CONFIG_GETMALLOC, &memory.real), 0);
	methods = memory.real;
	methods.xMalloc = malloc_h;
	methods.xRealloc = realloc_h;
	CU_ASSERT_EQUAL_FATAL(sqlite3_config(SQLITE_CONFIG_MALLOC, &methods),
			      0);
	/* without caches of its own in between */
	CU_ASSERT_EQUAL(sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0), 0);
	CU_ASSERT_EQUAL_FATAL(sqlite3_initialize(), 0);
}


static void memory_end(void)
{
	(void)sqlite3_shutdown();
	CU_ASSERT_EQUAL(sqlite3_config(SQLITE_CONFIG_MALLOC, &memory.real), 0);
	CU_ASSERT_EQUAL(sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 1200, 40), 0);
	CU_ASSERT_EQUAL(sqlite3_initialize(), 0);
}


/** From now on the `at`-th fails, of what is chosen */
static void arm(bool of_memory, unsigned at)
{
	disk.count = memory.count = 0;
	disk.at = of_memory ? 0 : at;
	memory.at = of_memory ? at : 0;
}


/** @return whether that one came */
static bool disarm(bool of_memory, unsigned at)
{
	disk.at = memory.at = 0;

	return (of_memory ? memory.count : disk.count) >= at;
}


/* ---------------------------------------------------------- the world */

enum verb { VERB_ADD, VERB_PASSWD, VERB_REMOVE, VERB_LIST, VERBS };

static struct {
	char folder[64];
	struct store *store;
	struct user_store *users;
	unsigned removed; /**< that were told */
} w;


static void removed_h(const char *name, void *arg)
{
	(void)name;
	(void)arg;
	w.removed++;
}


static void folder_begin(void)
{
	(void)snprintf(w.folder, sizeof(w.folder), "/tmp/parley-fault-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(w.folder));
}


static void folder_end(void)
{
	static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
	char path[128];

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		(void)snprintf(path, sizeof(path), "%s/parley.db%s", w.folder,
			       ends[i]);
		(void)unlink(path);
	}
	CU_ASSERT_EQUAL(rmdir(w.folder), 0);
}


static int users_open(void)
{
	int err = store_alloc(&w.store, w.folder);

	if (!err)
		err = user_store_alloc(&w.users, w.store, "example.com");
	if (!err)
		user_store_set_removed_handler(w.users, removed_h, NULL);

	return err;
}


static void users_close(void)
{
	w.users = mem_deref(w.users);
	w.store = mem_deref(w.store);
}


static bool knows(const char *user, const char *password)
{
	char want[DIGEST_HEX_SIZE], got[DIGEST_HEX_SIZE];
	char name[SUBSCRIBER_NAME_MAX + 1];
	struct pl u, r, p;

	pl_set_str(&u, user);
	pl_set_str(&r, "example.com");
	pl_set_str(&p, password);
	CU_ASSERT_EQUAL(digest_ha1(want, DIGEST_SHA256, &u, &r, &p), 0);

	return !user_store_lookup(w.users, &u, DIGEST_SHA256, name, got) &&
	       !strcmp(want, got);
}


static size_t listed(void)
{
	json_t *list = NULL;
	size_t n;

	CU_ASSERT_EQUAL(user_store_list(w.users, &list), 0);
	n = json_array_size(list);
	json_decref(list);

	return n;
}


static int do_verb(enum verb verb)
{
	json_t *list = NULL;
	int err;

	switch (verb) {

	case VERB_ADD: return user_store_add(w.users, "bob", "secret");
	case VERB_PASSWD:
		return user_store_set_password(w.users, "alice", "another");
	case VERB_REMOVE: return user_store_remove(w.users, "alice");
	default: break;
	}

	err = user_store_list(w.users, &list);
	CU_ASSERT_EQUAL(err ? 1 : json_array_size(list), 1);
	json_decref(list);

	return err;
}


static bool is_done(enum verb verb)
{
	switch (verb) {

	case VERB_ADD: return knows("bob", "secret");
	case VERB_PASSWD: return knows("alice", "another");
	case VERB_REMOVE: return !knows("alice", "secret");
	default: return true;
	}
}


/** All of it is there, or nothing, and the one who keeps count knows */
static void is_whole(enum verb verb, bool done)
{
	const bool changed = verb == VERB_PASSWD && done;
	const bool gone = verb == VERB_REMOVE && done;

	CU_ASSERT_EQUAL(is_done(verb), done || verb == VERB_LIST);
	CU_ASSERT_EQUAL(knows("alice", "secret"), !changed && !gone);
	CU_ASSERT_EQUAL(listed(), user_store_count(w.users));
	CU_ASSERT_EQUAL(listed(), 1u + (verb == VERB_ADD && done) - gone);
}


/** Alice is in it, and no fault was */
static void verb_begin(void)
{
	memset(&w, 0, sizeof(w));
	folder_begin();
	CU_ASSERT_EQUAL_FATAL(users_open(), 0);
	CU_ASSERT_EQUAL_FATAL(user_store_add(w.users, "alice", "secret"), 0);
}


static void verb_end(enum verb verb, int err)
{
	CU_ASSERT_NOT_EQUAL(err, ENOENT);
	CU_ASSERT_NOT_EQUAL(err, EEXIST);
	CU_ASSERT_EQUAL(w.removed, verb == VERB_REMOVE && !err);
	is_whole(verb, !err);
	CU_ASSERT_EQUAL(user_store_add(w.users, "carol", "secret"), 0);
	CU_ASSERT_EQUAL(user_store_remove(w.users, "carol"), 0);
	if (err) {
		CU_ASSERT_EQUAL(do_verb(verb), 0);
		is_whole(verb, true);
	}
	users_close();

	CU_ASSERT_EQUAL(users_open(), 0);
	is_whole(verb, true);
	users_close();
	folder_end();
}


/* ---------------------------------------------------------------- tests */

/** @return whether there was a fault */
static bool verb_once(enum verb verb, bool of_memory, unsigned at)
{
	bool met;
	int err;

	verb_begin();
	arm(of_memory, at);
	err = do_verb(verb);
	met = disarm(of_memory, at);
	CU_ASSERT_TRUE(met || !err);
	CU_ASSERT_TRUE(!of_memory || !err || err == ENOMEM);
	verb_end(verb, err);

	return met;
}


static void each_write_of_a_verb_fails(void)
{
	unsigned faults[VERBS] = {0};

	disk_begin();
	for (int i = 0; i < VERBS * FAULTS * 2; i++) {
		const enum verb verb = (enum verb)(i % VERBS);
		unsigned at = 1;

		disk.fault = (enum fault)(i / VERBS % FAULTS);
		disk.lasts = i / VERBS / FAULTS;
		while (at < 1000 && verb_once(verb, false, at))
			at++;
		faults[verb] += at - 1;
	}
	disk_end();
	CU_ASSERT_TRUE(faults[VERB_ADD] && faults[VERB_PASSWD] &&
		       faults[VERB_REMOVE]);
}


/** The disk is full until parleyd ends: what was done before stays */
static void a_disk_that_stays_full_costs_nothing_old(void)
{
	disk_begin();
	for (int verb = 0; verb < VERBS; verb++) {
		for (unsigned at = 1; at < 1000; at++) {
			bool met;
			int err;

			verb_begin();
			disk.fault = FAULT_FULL;
			disk.lasts = true;
			arm(false, at);
			err = do_verb((enum verb)verb);
			is_whole((enum verb)verb, !err);
			users_close();
			met = disarm(false, at);

			CU_ASSERT_EQUAL_FATAL(users_open(), 0);
			is_whole((enum verb)verb, !err);
			users_close();
			folder_end();
			if (!met)
				break;
		}
	}
	disk_end();
}


/** @param made It has alice, else there is no file yet. @return as above */
static bool open_once(bool made, bool of_memory, unsigned at)
{
	bool met;
	int err;

	memset(&w, 0, sizeof(w));
	folder_begin();
	if (made) {
		CU_ASSERT_EQUAL_FATAL(users_open(), 0);
		CU_ASSERT_EQUAL(user_store_add(w.users, "alice", "secret"), 0);
		users_close();
	}

	arm(of_memory, at);
	err = users_open();
	met = disarm(of_memory, at);
	CU_ASSERT_TRUE(met || !err);
	CU_ASSERT_TRUE(!of_memory || !err || err == ENOMEM);
	CU_ASSERT_NOT_EQUAL(err, EBADMSG);
	CU_ASSERT_NOT_EQUAL(err, ENOTSUP);
	CU_ASSERT_NOT_EQUAL(err, EEXIST);
	if (!err && made)
		CU_ASSERT_TRUE(knows("alice", "secret"));
	users_close();

	CU_ASSERT_EQUAL_FATAL(users_open(), 0);
	CU_ASSERT_EQUAL(listed(), made);
	CU_ASSERT_EQUAL(user_store_count(w.users), made);
	CU_ASSERT_EQUAL(user_store_add(w.users, "bob", "secret"), 0);
	users_close();
	folder_end();

	return met;
}


static void each_write_of_an_opening_fails(void)
{
	disk_begin();
	for (int i = 0; i < 2 * FAULTS * 2; i++) {
		const bool made = i & 1;
		unsigned at = 1;

		disk.fault = (enum fault)(i / 2 % FAULTS);
		disk.lasts = i / 2 / FAULTS;
		while (at < 1000 && open_once(made, false, at))
			at++;
		CU_ASSERT_TRUE(made || at > 5);
		CU_ASSERT_TRUE(at < 1000);
	}
	disk_end();
}


static void each_allocation_of_sqlite_fails(void)
{
	memory_begin();
	disk_begin(); /* which waits for none */
	for (int lasts = 0; lasts < 2; lasts++) {
		memory.lasts = lasts;
		for (int verb = 0; verb < VERBS; verb++) {
			unsigned at = 1;

			while (at < 1000 &&
			       verb_once((enum verb)verb, true, at))
				at++;
			CU_ASSERT_TRUE(at < 1000);
		}
		for (int made = 0; made < 2; made++) {
			unsigned at = 1;

			while (at < 20000 && open_once(made, true, at))
				at++;
			CU_ASSERT_TRUE(at > 5 && at < 20000);
		}
	}
	disk_end();
	memory_end();
}


/** The rest of the store's is libre's and jansson's */
static int store_once(void *arg)
{
	json_t *list = NULL;
	int err;

	(void)arg;
	failing_pause();
	folder_begin();
	failing_resume();
	err = users_open();
	if (!err)
		err = user_store_add(w.users, "alice", "secret");
	if (!err)
		err = user_store_set_password(w.users, "alice", "another");
	if (!err)
		err = user_store_list(w.users, &list);
	CU_ASSERT_EQUAL(!err, list != NULL);
	if (!err) {
		CU_ASSERT_EQUAL(json_array_size(list), 1);
		CU_ASSERT_TRUE(knows("alice", "another"));
		err = user_store_remove(w.users, "alice");
	}
	json_decref(list);
	failing_pause();
	users_close();
	folder_end();
	failing_resume();

	return err;
}


static void each_allocation_of_ours_fails(void)
{
	log_level_set(LOG_LEVEL_ERROR);
	memset(&w, 0, sizeof(w));
	disk_begin();
	CU_ASSERT_TRUE(failing_each(store_once, NULL) > 3);
	disk_end();
}


static CU_TestInfo tests[] = {
	{"each allocation of SQLite fails", each_allocation_of_sqlite_fails},
	{"each allocation of ours fails", each_allocation_of_ours_fails},
	{"each write of a verb fails", each_write_of_a_verb_fails},
	{"a disk that stays full costs nothing old",
	 a_disk_that_stays_full_costs_nothing_old},
	{"each write of an opening fails", each_write_of_an_opening_fails},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(store_faults, tests)
