/**
 * @file focus/privileges/run_as_give.c  A folder becomes the user's
 *
 * Whoever the folder was given to at a start before this one may have put into
 * it what he likes, and may go on while we look: what is given is what was
 * opened and looked at, never what a name leads to then.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "focus/privileges/run_as.h"
#include "mixer/base/log.h"


/** What a file system, a backup or a shell leaves behind: no reason against a
 *  folder, and not ours */
static bool is_nobodys(const char *name)
{
	return name[0] == '.' || !strcmp(name, "lost+found");
}


static bool is_ours(const char *name, const char *const ours[])
{
	for (; *ours; ours++) {
		if (!fnmatch(*ours, name, FNM_PERIOD))
			return true;
	}

	return false;
}


static bool all_are_ours(DIR *dir, const char *const ours[])
{
	const struct dirent *e;

	rewinddir(dir);
	while ((e = readdir(dir))) {
		if (!is_nobodys(e->d_name) && !is_ours(e->d_name, ours))
			return false;
	}

	return true;
}


static bool is_home_of_another(const struct stat *folder, uid_t uid)
{
	const struct passwd *pw;
	bool found = false;
	struct stat st;

	setpwent();
	while (!found && (pw = getpwent()))
		found = pw->pw_uid != uid && !stat(pw->pw_dir, &st) &&
			st.st_ino == folder->st_ino &&
			st.st_dev == folder->st_dev;
	endpwent();

	return found;
}


/** Why it is left; NULL: it is given, whose ever it is: run_as may have been
 *  another */
static const char *foreign(const struct stat *st)
{
	if (S_ISLNK(st->st_mode))
		return "a symbolic link";
	if (!S_ISREG(st->st_mode) && !S_ISSOCK(st->st_mode))
		return "not a file";
	if (st->st_nlink != 1)
		return "it has another name elsewhere";

	return NULL;
}


static int give_opened(const struct run_as *who, int fd, const char *name)
{
	char quoted[64];
	const char *why;
	struct stat st;

	if (fstat(fd, &st))
		return errno;

	why = foreign(&st);
	if (why) {
		log_warn(
			"privileges", "not given file=%s why=\"%s\" uid=%u",
			log_escape(quoted, sizeof(quoted), name, strlen(name)),
			why, (unsigned)st.st_uid);
		return 0;
	}

	return fchownat(fd, "", who->uid, who->gid, AT_EMPTY_PATH) ? errno : 0;
}


static int give_one(const struct run_as *who, int folder, const char *name)
{
	int fd = openat(folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC), err;

	if (fd < 0)
		return errno == ENOENT ? 0 : errno;

	err = give_opened(who, fd, name);
	(void)close(fd);

	return err;
}


/** @return 0: nothing speaks against its being that user's */
static int examine(const struct run_as *who, DIR *dir,
		   const char *const ours[])
{
	struct stat st;

	if (fstat(dirfd(dir), &st))
		return errno;
	if (st.st_mode & (S_ISVTX | S_IWOTH))
		return EPERM;
	if (is_home_of_another(&st, who->uid))
		return EBUSY;

	return all_are_ours(dir, ours) ? 0 : ENOTEMPTY;
}


static int give_all(const struct run_as *who, DIR *dir,
		    const char *const ours[])
{
	const struct dirent *e;
	int err = 0;

	rewinddir(dir);
	while (!err && (e = readdir(dir))) {
		if (is_ours(e->d_name, ours))
			err = give_one(who, dirfd(dir), e->d_name);
	}
	if (!err && fchown(dirfd(dir), who->uid, who->gid))
		err = errno;

	return err;
}


/** A link of root's is where he moved it; another's leads where he likes */
static int open_folder(const char *folder, int *fd)
{
	struct stat st;
	int follow = O_NOFOLLOW;

	if (!lstat(folder, &st) && S_ISLNK(st.st_mode) && !st.st_uid)
		follow = 0;
	*fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | follow);

	return *fd < 0 ? errno : 0;
}


int run_as_give(const struct run_as *who, const char *folder,
		const char *const ours[])
{
	int fd, err;
	DIR *dir;

	err = open_folder(folder, &fd);
	if (err)
		return err;

	dir = fdopendir(fd);
	if (!dir) {
		err = errno;
		(void)close(fd);
		return err;
	}

	err = examine(who, dir, ours);
	if (!err)
		err = give_all(who, dir, ours);
	(void)closedir(dir);

	return err;
}
