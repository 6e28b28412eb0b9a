/**
 * @file unit/pace.c  How patient tests are, and how busy
 */
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#include "tests/unit/unit.h"


enum { FACTOR_MIN = 4, FACTOR_MAX = 60 };


/** Threads that run or could run for each processor */
static unsigned queue(void)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned running = 1;
	FILE *f = fopen("/proc/loadavg", "r");

	if (f) {
		if (fscanf(f, "%*f %*f %*f %u/", &running) != 1)
			running = 1;
		(void)fclose(f);
	}

	return running / (unsigned)(processors > 0 ? processors : 1);
}


unsigned unit_patience_ms(unsigned ms)
{
	unsigned q = queue(), factor = FACTOR_MIN + 2 * q * q;

	return ms * (factor < FACTOR_MAX ? factor : FACTOR_MAX);
}


double unit_cpu_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);

	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}
