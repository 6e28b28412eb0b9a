/**
 * @file descriptors.c  What this process has open
 */
#include <dirent.h>
#include "tests/unit/unit.h"


unsigned unit_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned n = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(dir);
	while (readdir(dir))
		n++;
	closedir(dir);

	return n;
}
