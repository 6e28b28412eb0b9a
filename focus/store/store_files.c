/**
 * @file focus/store/store_files.c  What stands at the store's paths
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "focus/store/store_files.h"


static int check_one(const char *path)
{
	struct stat st;

	if (lstat(path, &st))
		return errno == ENOENT ? 0 : errno;
	if (!S_ISREG(st.st_mode))
		return ELOOP;

	return !geteuid() && st.st_nlink > 1 ? ELOOP : 0;
}


int store_files_check(const char *path)
{
	static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
	char name[1024];
	int err = 0;

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]) && !err; i++) {
		if (snprintf(name, sizeof(name), "%s%s", path, ends[i]) >=
		    (int)sizeof(name))
			return ENAMETOOLONG;
		err = check_one(name);
	}

	return err;
}
