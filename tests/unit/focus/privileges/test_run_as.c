/**
 * @file test_run_as.c  A root becomes somebody
 *
 * In processes of their own, for there is no way back. Their exit code is the
 * number of the first thing that is not as it should be.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "focus/privileges/run_as.h"
#include "mixer/base/re.h"
#include "tests/unit/unit.h"

static const uint64_t nice_cap = UINT64_C(1) << CAP_SYS_NICE;


/** @return what it exits with */
static int in_child(int (*h)(void))
{
	pid_t child = fork();
	int status = 0;

	CU_ASSERT_TRUE_FATAL(child >= 0);
	if (!child)
		_exit(h());
	CU_ASSERT_EQUAL_FATAL(waitpid(child, &status, 0), child);

	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}


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


/** A folder is its own, or stays whose it is */
static void only_what_is_ours_is_given(void)
{
	static const char *const ours[] = {"kept*", NULL};
	char folder[] = "/tmp/parley-give-XXXXXX", from[128], to[128];
	struct run_as who = {.changes = true, .uid = 54321, .gid = 54321};

	if (geteuid())
		return;

	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
	make_file(folder, "kept.db");
	make_file(folder, "kept-twice");
	(void)snprintf(from, sizeof(from), "%s/kept-link", folder);
	CU_ASSERT_EQUAL(symlink("/etc/passwd", from), 0);
	make_file(folder, "other");
	CU_ASSERT_EQUAL(run_as_give(&who, folder, ours), ENOTEMPTY);
	CU_ASSERT_EQUAL(owner(folder, "."), 0);
	CU_ASSERT_EQUAL(owner(folder, "kept.db"), 0);

	/* a second name leads out of the folder */
	(void)snprintf(from, sizeof(from), "%s/other", folder);
	CU_ASSERT_EQUAL(unlink(from), 0);
	(void)snprintf(from, sizeof(from), "%s/kept-twice", folder);
	(void)snprintf(to, sizeof(to), "%s.other", folder);
	CU_ASSERT_EQUAL(link(from, to), 0);
	CU_ASSERT_EQUAL(run_as_give(&who, folder, ours), 0);
	CU_ASSERT_EQUAL(owner(folder, "."), 54321);
	CU_ASSERT_EQUAL(owner(folder, "kept.db"), 54321);
	CU_ASSERT_EQUAL(owner(folder, "kept-twice"), 0);
	CU_ASSERT_EQUAL(owner("/etc", "passwd"), 0);
	CU_ASSERT_EQUAL(run_as_give(&who, "/nonexistent", ours), ENOENT);

	(void)unlink(to);
	(void)unlink(from);
	(void)snprintf(from, sizeof(from), "%s/kept.db", folder);
	(void)unlink(from);
	(void)snprintf(from, sizeof(from), "%s/kept-link", folder);
	(void)unlink(from);
	CU_ASSERT_EQUAL(rmdir(folder), 0);
}


static CU_TestInfo tests[] = {
	{"a root becomes somebody", a_root_becomes_somebody},
	{"who it is is found", who_it_is_is_found},
	{"only what is ours is given", only_what_is_ours_is_given},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(run_as, tests)
