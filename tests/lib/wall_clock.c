/**
 * @file wall_clock.c  A wall clock that a test can set (LD_PRELOAD)
 *
 * The first eight bytes of the file that WALL_CLOCK names are the seconds, as
 * a number of this machine, by which it goes wrong; the monotonic clock is
 * left alone. The file is mapped at the start, before any sandbox closes.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>


static const volatile int64_t *wrong_s;


static __attribute__((constructor)) void map(void)
{
	const char *path = getenv("WALL_CLOCK");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *p;

	if (fd < 0)
		return;

	p = mmap(NULL, sizeof(*wrong_s), PROT_READ, MAP_SHARED, fd, 0);
	if (p != MAP_FAILED)
		wrong_s = p;
	close(fd);
}


int clock_gettime(clockid_t id, struct timespec *ts)
{
	int result = (int)syscall(SYS_clock_gettime, id, ts);

	if (!result && wrong_s &&
	    (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
		ts->tv_sec += *wrong_s;

	return result;
}


int gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
	struct timespec ts;

	(void)zone;
	if (clock_gettime(CLOCK_REALTIME, &ts))
		return -1;

	tv->tv_sec = ts.tv_sec;
	tv->tv_usec = ts.tv_nsec / 1000;

	return 0;
}


time_t time(time_t *at)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	if (at)
		*at = ts.tv_sec;

	return ts.tv_sec;
}
