/**
 * @file focus/privileges/run_as.c  The user that a parleyd started as root
 * becomes
 */
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "focus/privileges/run_as.h"


enum { NOBODY = 65534 /* of a system that does not even name it */ };


static void take(struct run_as *who, const char *name, uid_t uid, gid_t gid)
{
	who->changes = uid != 0;
	who->uid = uid;
	who->gid = gid;
	(void)snprintf(who->name, sizeof(who->name), "%s", name);
}


static bool take_named(struct run_as *who, const char *name)
{
	const struct passwd *pw = getpwnam(name);

	if (pw)
		take(who, name, pw->pw_uid, pw->pw_gid);

	return pw != NULL;
}


/** A number needs no user of a name */
static bool take_number(struct run_as *who, const char *name)
{
	const struct passwd *pw;
	unsigned long uid;
	char *end;

	errno = 0;
	uid = strtoul(name, &end, 10);
	if (*name < '0' || *name > '9' || *end || errno || uid >= UINT32_MAX)
		return false;

	pw = getpwuid((uid_t)uid);
	take(who, name, (uid_t)uid, pw ? pw->pw_gid : (gid_t)uid);

	return true;
}


/** Some containers have a root who may not */
static bool may_change(void)
{
	const uint32_t needed = 1u << CAP_SETUID | 1u << CAP_SETGID;
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3];

	return !syscall(SYS_capget, &header, caps) &&
	       (caps[0].effective & needed) == needed;
}


int run_as_find(struct run_as *who, const char *name)
{
	memset(who, 0, sizeof(*who));
	if (geteuid())
		return 0;

	if (*name) {
		if (!take_named(who, name) && !take_number(who, name))
			return ENOENT;
	}
	else if (!take_named(who, "parley") && !take_named(who, "nobody")) {
		take(who, "nobody", NOBODY, NOBODY);
	}

	if (!who->changes || may_change())
		return 0;

	who->changes = false;

	return *name ? EPERM : 0;
}


/* ------------------------------------------------------------------ become */

static int first(int err)
{
	return err ? err : errno;
}


/** What cannot be had back by executing anything either; a container may not
 *  permit it, and then nobody has new privileges by that either */
static void bound(uint64_t keep)
{
	for (unsigned cap = 0; cap < 64; cap++) {
		if (!(keep >> cap & 1) && prctl(PR_CAPBSET_READ, cap) == 1)
			(void)prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	}
}


static int change_user(const struct run_as *who)
{
	int err = 0;

	(void)prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
	if (setgroups(0, NULL))
		err = first(err);
	if (setresgid(who->gid, who->gid, who->gid))
		err = first(err);
	if (setresuid(who->uid, who->uid, who->uid))
		err = first(err);
	(void)prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);

	return err;
}


/** Permitted, and so on in what is executed */
static int keep_alone(uint64_t keep)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3];
	int err = 0;

	memset(caps, 0, sizeof(caps));
	if (syscall(SYS_capget, &header, caps))
		return errno;

	for (unsigned i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		caps[i].permitted &= (uint32_t)(keep >> 32 * i);
		caps[i].inheritable = caps[i].permitted;
		caps[i].effective = 0;
	}
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (syscall(SYS_capset, &header, caps))
		return errno;

	for (unsigned cap = 0; cap < 64; cap++) {
		if (caps[cap / 32].permitted >> cap % 32 & 1 &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0))
			err = first(err);
	}

	return err;
}


int run_as_become(const struct run_as *who, uint64_t keep)
{
	int err, more;

	if (!who->changes)
		return 0;

	bound(keep);
	err = change_user(who);
	more = keep_alone(keep);

	return err ? err : more;
}
