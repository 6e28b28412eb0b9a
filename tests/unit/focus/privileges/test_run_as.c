/**
 * @file test_run_as.c  A root becomes somebody
 *
 * In processes of their own, for there is no way back. Their exit code is the
 * number of the first thing that is not as it should be.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "focus/privileges/run_as.h"
#include "mixer/base/re.h"
#include "tests/unit/focus/privileges/child.h"
#include "tests/unit/said.h"
#include "tests/unit/unit.h"

enum { GIVEN_BYTES = 40 };

static const uint64_t nice_cap = UINT64_C(1) << CAP_SYS_NICE;


/** A line of our /proc/self/status, as a number of that base */
static unsigned long long status_of(const char *key, int base)
{
	unsigned long long value = 99;
	char line[256];
	FILE *f = fopen("/proc/self/status", "re");

	while (f && fgets(line, sizeof(line), f)) {
		if (!strncmp(line, key, strlen(key)))
			value = strtoull(line + strlen(key), NULL, base);
	}
	if (f)
		(void)fclose(f);

	return value;
}


static int become(void)
{
	struct run_as who;

	if (run_as_find(&who, "nobody"))
		return 1;
	if (!who.changes || !who.uid || !who.gid)
		return 2;
	if (run_as_become(&who, nice_cap))
		return 3;
	if (status_of("Uid:", 10) != who.uid ||
	    status_of("Gid:", 10) != who.gid || getgroups(0, NULL))
		return 4;
	if (!setuid(0) || !seteuid(0))
		return 5;
	if (status_of("CapEff:", 16) || status_of("CapPrm:", 16) & ~nice_cap ||
	    status_of("CapInh:", 16) & ~nice_cap ||
	    status_of("CapBnd:", 16) & ~nice_cap)
		return 6;

	return 0;
}


/** What is executed has what was kept, and no more */
static int execute(void)
{
	static const char script[] =
		"read -r line < /dev/null; while read -r key value; do"
		" case $key in CapEff:) eff=$value ;; CapPrm:) prm=$value ;;"
		" esac; done < /proc/self/status;"
		" [ \"$eff\" = \"$prm\" ] && [ $((0x$eff)) = \"$1\" ]";
	char want[32];
	char *argv[] = {"sh", "-c", (char *)(uintptr_t)script,
			"sh", want, NULL};
	struct run_as who;
	bool may = prctl(PR_CAPBSET_READ, CAP_SYS_NICE) == 1 &&
		   status_of("CapPrm:", 16) & nice_cap;

	if (run_as_find(&who, "nobody") || run_as_become(&who, nice_cap))
		return 1;
	(void)snprintf(want, sizeof(want), "%llu",
		       may ? (unsigned long long)nice_cap : 0);
	(void)execv("/bin/sh", argv);

	return 2;
}


static void a_root_becomes_somebody(void)
{
	if (geteuid())
		return;

	CU_ASSERT_EQUAL(in_child(become), 0);
	CU_ASSERT_EQUAL(in_child(execute), 0);
}


static void who_it_is_is_found(void)
{
	struct run_as who;

	if (geteuid()) {
		CU_ASSERT_EQUAL(run_as_find(&who, "no such user"), 0);
		CU_ASSERT_FALSE(who.changes);
		return;
	}

	CU_ASSERT_EQUAL(run_as_find(&who, ""), 0);
	CU_ASSERT(who.changes && who.uid);
	CU_ASSERT_EQUAL(run_as_find(&who, "root"), 0);
	CU_ASSERT_FALSE(who.changes);
	CU_ASSERT_EQUAL(run_as_find(&who, "0"), 0);
	CU_ASSERT_FALSE(who.changes);
	CU_ASSERT_EQUAL(run_as_find(&who, "54321"), 0);
	CU_ASSERT(who.changes && who.uid == 54321 && who.gid == 54321);
	CU_ASSERT_EQUAL(run_as_find(&who, "no such user"), ENOENT);
	CU_ASSERT_EQUAL(run_as_find(&who, "-1"), ENOENT);
	CU_ASSERT_EQUAL(run_as_find(&who, "4294967295"), ENOENT);
}


static void make_file(const char *folder, const char *name)
{
	char path[128];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	CU_ASSERT_TRUE_FATAL(fd >= 0);
	(void)close(fd);
}


static unsigned owner(const char *folder, const char *name)
{
	char path[128];
	struct stat st = {.st_uid = 99};

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	CU_ASSERT_EQUAL(lstat(path, &st), 0);

	return st.st_uid;
}


static const char *const ours[] = {"kept*", NULL};
static const struct run_as who = {.changes = true, .uid = 54321, .gid = 54321};
static const unsigned his = 54321;


/** With one of our files in it */
static void folder_open(char folder[GIVEN_BYTES])
{
	(void)snprintf(folder, GIVEN_BYTES, "/tmp/parley-give-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
	make_file(folder, "kept.db");
}


static void folder_close(const char *folder)
{
	char path[GIVEN_BYTES * 2];
	const struct dirent *e;
	DIR *dir = opendir(folder);

	CU_ASSERT_PTR_NOT_NULL_FATAL(dir);
	while ((e = readdir(dir))) {
		(void)snprintf(path, sizeof(path), "%s/%.40s", folder,
			       e->d_name);
		(void)remove(path);
	}
	(void)closedir(dir);
	CU_ASSERT_EQUAL(rmdir(folder), 0);
}


/** It stays root's, and so does what is in it */
static void is_refused(const char *folder, int err)
{
	CU_ASSERT_EQUAL(run_as_give(&who, folder, ours), err);
	CU_ASSERT_EQUAL(owner(folder, "."), 0);
	CU_ASSERT_EQUAL(owner(folder, "kept.db"), 0);
}


static void a_folder_of_others_is_not_given(void)
{
	char folder[GIVEN_BYTES];

	if (geteuid())
		return;

	folder_open(folder);
	CU_ASSERT_EQUAL(chmod(folder, 01777), 0);
	is_refused(folder, EPERM);
	CU_ASSERT_EQUAL(chmod(folder, 0777), 0);
	is_refused(folder, EPERM);
	CU_ASSERT_EQUAL(chmod(folder, 0755), 0);
	make_file(folder, "other");
	is_refused(folder, ENOTEMPTY);
	folder_close(folder);
	CU_ASSERT_EQUAL(run_as_give(&who, "/nonexistent", ours), ENOENT);
}


/** One that holds nothing but names with a dot looks empty */
static void a_home_is_not_given(void)
{
	const struct passwd *pw = getpwnam("bin");

	if (geteuid() || !pw)
		return;

	CU_ASSERT_EQUAL(run_as_give(&who, pw->pw_dir, ours), EBUSY);
	CU_ASSERT_EQUAL(owner(pw->pw_dir, "."), 0);
}


static void what_has_no_weight_is_left(void)
{
	char folder[GIVEN_BYTES], path[GIVEN_BYTES * 2], link[GIVEN_BYTES * 2];

	if (geteuid())
		return;

	folder_open(folder);
	(void)snprintf(path, sizeof(path), "%s/lost+found", folder);
	CU_ASSERT_EQUAL(mkdir(path, 0700), 0);
	make_file(folder, ".keep");

	/* root may have moved it, nobody else */
	(void)snprintf(link, sizeof(link), "%s.link", folder);
	CU_ASSERT_EQUAL(symlink(folder, link), 0);
	CU_ASSERT_EQUAL(lchown(link, his, his), 0);
	CU_ASSERT_NOT_EQUAL(run_as_give(&who, link, ours), 0);
	CU_ASSERT_EQUAL(owner(folder, "."), 0);
	CU_ASSERT_EQUAL(lchown(link, 0, 0), 0);
	CU_ASSERT_EQUAL(run_as_give(&who, link, ours), 0);
	CU_ASSERT_EQUAL(owner(folder, "."), his);
	CU_ASSERT_EQUAL(owner(folder, "kept.db"), his);
	CU_ASSERT_EQUAL(owner(folder, "lost+found"), 0);
	CU_ASSERT_EQUAL(owner(folder, ".keep"), 0);
	CU_ASSERT_EQUAL(owner(link, "."), his);

	(void)unlink(link);
	folder_close(folder);
}


/** What whoever had the folder before has planted there */
static void links_in_it_lead_nowhere(void)
{
	char folder[GIVEN_BYTES], other[GIVEN_BYTES], name[GIVEN_BYTES * 2];
	char secret[GIVEN_BYTES * 2];
	struct said said;

	if (geteuid())
		return;

	folder_open(folder);
	folder_open(other);
	(void)snprintf(secret, sizeof(secret), "%s/kept.db", other);
	(void)snprintf(name, sizeof(name), "%s/kept-link", folder);
	CU_ASSERT_EQUAL(symlink(secret, name), 0);
	(void)snprintf(name, sizeof(name), "%s/kept-twice", folder);
	CU_ASSERT_EQUAL(link(secret, name), 0);

	said_begin(&said);
	CU_ASSERT_EQUAL(run_as_give(&who, folder, ours), 0);
	said_end(&said);
	CU_ASSERT_EQUAL(said_count(&said, "not given"), 2);
	CU_ASSERT_EQUAL(said_count(&said, "kept-link"), 1);
	CU_ASSERT_EQUAL(said_count(&said, "kept-twice"), 1);
	CU_ASSERT_EQUAL(owner(folder, "kept.db"), his);
	CU_ASSERT_EQUAL(owner(folder, "kept-twice"), 0);
	CU_ASSERT_EQUAL(owner(other, "kept.db"), 0);
	folder_close(folder);
	folder_close(other);
}


static CU_TestInfo tests[] = {
	{"a root becomes somebody", a_root_becomes_somebody},
	{"who it is is found", who_it_is_is_found},
	{"a folder of others is not given", a_folder_of_others_is_not_given},
	{"a home is not given", a_home_is_not_given},
	{"what has no weight is left", what_has_no_weight_is_left},
	{"links in it lead nowhere", links_in_it_lead_nowhere},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(run_as, tests)
